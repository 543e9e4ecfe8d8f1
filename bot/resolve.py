"""Which region a question is about, and which documents may therefore answer it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from bot.in_force import Held
from bot.named import Titles
from bot.scope import Scope, Share, for_any
from index.documents import Document, Region
from index.regions import Gazetteer, Mention, Relation, load_gazetteer, relate, relate_any
from index.scope import NATIONAL
from index.words import normalise

NOT_HELD = Relation("not_held")
_JOINT = re.compile(r"[、，,]?|.{0,8}?(?:和|与|跟|同|及|或|比|还是|还有|对比|相比).{0,3}")


class Resolver:
    """Reads regions against the documents held; immutable once made."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = tuple(documents.values())
        self._by_region: dict[Region, list[tuple[int, Document]]] = {}
        for order, document in enumerate(self._documents):
            self._by_region.setdefault(document.region, []).append((order, document))
        self._held = tuple(self._by_region)
        self._titles = Titles.of(self._documents)
        self._in_force = Held(self._documents)
        aliases = {
            alias: document.region for document in self._documents for alias in document.aliases
        }
        self._nicknames = {
            word: document.region for document in self._documents for word in document.nicknames
        }
        gazetteer = load_gazetteer().with_held(self._held)
        self._gazetteer: Gazetteer = gazetteer.with_aliases(aliases)
        self.mentions = lru_cache(maxsize=256)(self._mentions)  # a turn reads a text several times

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document held."""
        return self._documents

    @property
    def in_force(self) -> Held:
        """The documents held, with which of them are in force."""
        return self._in_force

    @property
    def titles(self) -> Titles:
        """The documents held, by what people call them."""
        return self._titles

    @property
    def held(self) -> tuple[Region, ...]:
        """Regions that have a document."""
        return self._held

    def _mentions(self, text: str) -> tuple[Mention, ...]:
        """Every region that the text names, misspelt held ones included."""
        found = self._gazetteer.find(text)
        if not any(relate_any(mention.regions, self._held).regions for mention in found):
            found = (*found, *self._gazetteer.find_held_sounds(text, self._held))
        return tuple(sorted(found, key=lambda mention: mention.start))

    def without_regions(self, text: str) -> str:
        """The text without its region words."""
        return _without(text, self.mentions(text))

    def chosen(self, region: str | None) -> Region | None:
        """A region picked in the interface or given by a caller, by path or by name."""
        region = normalise(region or "")
        if not region:
            return None
        for held in self._held:
            if region in {str(held), held.name}:
                return held
        found = self._gazetteer.find(region)
        return self._closest(found[0]) if found else Region.parse(region)

    def resolve(self, text: str, region: str | None = None) -> Scope:
        """Read the regions of a question; the question wins over the chosen region."""
        mentions = self.mentions(text)
        told = [mention for mention in mentions if not mention.origin]
        here = self._meant(text, told or self._held_ones(mentions))
        asked = tuple(dict.fromkeys(self._closest(mention) for mention in here))
        bare = _without(text, mentions).strip() or text
        chosen = self.chosen(region)
        nickname = None if asked or chosen else self._nickname(text)
        if nickname:
            asked = (self._nicknames[nickname],)
        conflict = None
        if chosen and asked and not any(_overlap(chosen, one) for one in asked):
            conflict = (chosen, asked[0])
        scope = self._scope(asked or ((chosen,) if chosen else ()), bare, conflict, nickname)
        return replace(scope, asked_in_text=bool(asked))

    def _scope(
        self,
        asked: tuple[Region, ...],
        bare: str,
        conflict: tuple[Region, Region] | None,
        nickname: str | None,
    ) -> Scope:
        if not asked:
            return Scope(self._documents, False, bare)
        relations = [(region, self._relation(region)) for region in asked]
        shares = self._shares(relations)
        reached = {region for region, _ in shares}
        national = NATIONAL in self._by_region
        without = [region for region, relation in relations if not relation.regions]
        above = tuple(one for one in without if one in reached or (national and len(asked) == 1))
        return Scope(
            documents=_once(document for _, own in shares for document in own),
            named=True,
            bare=bare,
            asked=asked,
            unheld=tuple(region for region in without if region not in above),
            indirect=tuple(pair for pair in relations if pair[1].kind not in {"held", "not_held"}),
            conflict=conflict,
            nickname=nickname,
            shares=shares,
            above=above,
            beyond=tuple((one, own) for one in asked for own in self._not_for(one)),
        )

    def _shares(self, relations: Sequence[tuple[Region, Relation]]) -> tuple[Share, ...]:
        """Sections of the answer: one a region; of several, what holds for all is one of its own.

        A region has the documents of its own and of every division around it.
        """
        regions = sorted(
            {one for region, relation in relations for one in (relation.regions or (region,))},
            key=lambda one: self._held.index(one) if one in self._held else len(self._held),
        )
        national = self._of_regions([NATIONAL])
        local = [
            (one, for_any(self._local(one), _asked_by(one, relations)))
            for one in regions
            if one != NATIONAL
        ]
        if len(regions) == 1:
            shares = [(regions[0], (*local[0][1], *national) if local else national)]
        else:
            shares = [(NATIONAL, national), *local]
        return tuple(share for share in shares if share[1])

    def _local(self, region: Region) -> tuple[Document, ...]:
        """Documents of a region and of the divisions around it, in the order held."""
        if region == NATIONAL:
            return ()
        return self._of_regions(Region(region.path[:end]) for end in range(len(region.path) + 1))

    def _of_regions(self, regions: Iterable[Region]) -> tuple[Document, ...]:
        """Documents of these very regions, in the order held."""
        found = [pair for one in regions for pair in self._by_region.get(one, ())]
        return tuple(document for _, document in sorted(found, key=lambda pair: pair[0]))

    def _meant(self, text: str, mentions: list[Mention]) -> list[Mention]:
        """Mentions without the unheld ones that only tell where somebody or something else is.

        Beside a held region, an unheld one (or one of which only the province is held) is asked
        about when the two are joined or compared: 杭州和嘉兴, 嘉兴比杭州; not so in
        我姐在温州做生意，想在松阳上学.
        """
        found = self._held_ones(mentions)
        held = [one for one in found if not self._is_by_province(one)] or found
        if not held:
            return mentions
        return [
            one for one in mentions if one in held or any(_joined(text, one, two) for two in held)
        ]

    def _held_ones(self, mentions: Sequence[Mention]) -> list[Mention]:
        return [one for one in mentions if any(self._relation(own).regions for own in one.regions)]

    def _relation(self, region: Region) -> Relation:
        """How a region stands to those held; not held, where no document around it is for it."""
        relation = relate(region, self._held)
        silent = relation.kind == "inside_held" and self._not_for(region)
        return relation if not silent or for_any(self._local(region), [region]) else NOT_HELD

    def _not_for(self, region: Region) -> list[Document]:
        """Documents of the divisions around a region that are for other parts of these."""
        return [one for one in self._local(region) if not one.speaks_for(region)]

    def _is_by_province(self, mention: Mention) -> bool:
        """Whether only the province around a region has documents."""
        relation = relate_any(mention.regions, self._held)
        return relation.kind == "inside_held" and len(relation.regions[0].path) == 1

    def _closest(self, mention: Mention) -> Region:
        """Of several regions that share a name, the one nearest to what is held."""
        best = relate_any(mention.regions, self._held)
        for region in mention.regions:
            if relate(region, self._held) == best:
                return region
        return mention.regions[0]

    def _nickname(self, text: str) -> str | None:
        return next((word for word in self._nicknames if word in text), None)


def _asked_by(section: Region, relations: Sequence[tuple[Region, Relation]]) -> list[Region]:
    """The regions asked that are answered in the section of this one."""
    return [one for one, relation in relations if section in (relation.regions or (one,))]


def _once(documents: Iterable[Document]) -> tuple[Document, ...]:
    return tuple({document.id: document for document in documents}.values())


def _without(text: str, mentions: Sequence[Mention]) -> str:
    for mention in reversed(mentions):
        text = text[: mention.start] + text[mention.end :]
    return text


def _joined(text: str, one: Mention, other: Mention) -> bool:
    first, second = sorted((one, other), key=lambda mention: mention.start)
    return bool(_JOINT.fullmatch(text[first.end : second.start]))


def _overlap(one: Region, other: Region) -> bool:
    return one.contains(other) or other.contains(one)
