"""Administrative divisions: which regions a text names, and how a region relates to the held ones.

Names come from ``region_data``; word borders from rjieba keep 习水 out of 学习水平.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from index.documents import Region
from index.region_data import Name, Tables, load_tables, rank
from index.region_latin import find_latin
from index.region_sounds import find_sounds, words_around

MentionKind = Literal["name", "alias", "latin", "sound"]
RelationKind = Literal["held", "inside_held", "contains_held", "not_held"]

CLOSENESS: tuple[RelationKind, ...] = ("held", "inside_held", "contains_held", "not_held")


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the text that names a region; several regions when the name is shared.

    ``origin``: the words around say that somebody comes from there (户口在河南, 从杭州转来);
    beside another region it is background, alone it may still be what is asked about.
    """

    text: str
    start: int
    end: int
    regions: tuple[Region, ...]
    kind: MentionKind = "name"
    origin: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """How a region stands to the held ones, and the held regions that make it so."""

    kind: RelationKind
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class _Scan:
    """One text with the dictionary word (start, end) around each of its characters."""

    text: str
    words: tuple[tuple[int, int], ...]

    def crossing(self, border: int) -> tuple[int, int] | None:
        """The word that the border cuts in two."""
        word = self.words[border] if border < len(self.words) else None
        return word if word and word[0] < border else None

    def is_word(self, at: int) -> bool:
        """Whether the character is a word by itself."""
        return self.words[at] == (at, at + 1)


@dataclass(frozen=True)
class Gazetteer:
    """All divisions down to the county, with the aliases and held regions of this corpus."""

    tables: Tables
    aliases: Mapping[str, Region]
    held: tuple[Region, ...] = ()

    def with_aliases(self, aliases: Mapping[str, Region]) -> Gazetteer:
        """A copy that also knows these words; they win over names and need no context."""
        return replace(self, aliases={**self.aliases, **aliases})

    def with_held(self, held: Sequence[Region]) -> Gazetteer:
        """A copy that reads names in and of the held regions more readily."""
        return replace(self, held=tuple(held))

    def find(self, text: str) -> tuple[Mention, ...]:
        """The regions that the text names, from left to right; a parent joins its child."""
        scan = _Scan(text, tuple(words_around(text)))
        latin = (
            Mention(text[start:end], start, end, regions, "latin")
            for start, end, regions in find_latin(text, self.tables)
        )
        found = sorted((*self._chinese(scan), *latin), key=lambda mention: mention.start)
        narrowed = (_narrowed(mention, found) for mention in found)
        return tuple(replace(m, origin=self._is_origin(text, m)) for m in narrowed)

    def find_held_sounds(self, text: str, held: Sequence[Region]) -> tuple[Mention, ...]:
        """Held regions written with other characters of the same sound: 家兴, 松杨, 武汗."""
        forms = {form: region for region in held for form in self.names(region)}
        taken = {i for mention in self.find(text) for i in range(mention.start, mention.end)}
        return tuple(
            Mention(text[start:end], start, end, (forms[form],), "sound")
            for start, end, form in find_sounds(text, sorted(forms, key=len, reverse=True))
            if taken.isdisjoint(range(start, end))
        )

    def names(self, region: Region) -> tuple[str, ...]:
        """Full name and short forms of a region: 松阳县, 松阳."""
        return self.tables.forms.get(region, (region.name,))

    @cached_property
    def _index(self) -> Mapping[str, Name]:
        given = {word: Name((region,), "alias") for word, region in self.aliases.items()}
        return {**self.tables.names, **given}

    @cached_property
    def _lengths(self) -> Mapping[str, tuple[int, ...]]:
        """First character -> lengths of the names that begin with it, longest first."""
        lengths: dict[str, set[int]] = {}
        for name in self._index:
            lengths.setdefault(name[0], set()).add(len(name))
        return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    def _chinese(self, scan: _Scan) -> Iterator[Mention]:
        at, last = 0, None
        while at < len(scan.text):
            mention = self._mention_at(scan, at, last)
            if mention is None:
                at += 1
                continue
            if last and mention.start > last.start:
                yield last
            at, last = mention.end, mention
        if last:
            yield last

    def _mention_at(self, scan: _Scan, start: int, last: Mention | None) -> Mention | None:
        """The longest name at this place that means a region, joined to a parent before it."""
        joint = scan.text[last.end : start] if last else None
        above = last if joint in self.tables.words.joints else None
        for length in self._lengths.get(scan.text[start], ()):
            end = start + length
            name = self._index.get(scan.text[start:end])
            if name is None:
                continue
            if name.kind == "alias":
                return Mention(scan.text[start:end], start, end, name.regions, "alias")
            below = _below(name, above)
            if above and below and self._reads_as_child(scan, start, end, name):
                return Mention(scan.text[above.start : end], above.start, end, below)
            if name.kind == "full" and name.ordinary:
                return None
            is_quarter = bool(above) and not joint and self._is_quarter(name)
            if self._reads_as_region(scan, start, end, name) and not is_quarter:
                return Mention(scan.text[start:end], start, end, name.regions)
        return None

    def _is_origin(self, text: str, mention: Mention) -> bool:
        words, at = self.tables.words, mention.start
        before = words.origin_before.search(text[max(0, at - 4) : at])
        return bool(before or words.origin_after.match(text, mention.end))

    def _is_minor(self, name: Name) -> bool:
        """A county's short name outside the held regions: the weakest of names."""
        is_held = any(own.contains(r) for own in self.held for r in name.regions)
        return name.kind == "short" and rank(name.regions[0]) == 2 and not is_held

    def _is_quarter(self, name: Name) -> bool:
        """Whether a name right after another region is rather a part of it: 武汉南湖."""
        is_county = name.kind == "short" and rank(name.regions[0]) == 2
        return is_county and not set(self.held) & set(name.regions)

    def _reads_as_child(self, scan: _Scan, start: int, end: int, name: Name) -> bool:
        crossing = scan.crossing(end)
        is_whole = crossing is None or self._tail_is_fine(scan, start, end, crossing)
        is_other = self.tables.words.not_region.match(scan.text, end)
        return name.kind == "full" or (is_whole and not is_other)

    def _reads_as_region(self, scan: _Scan, start: int, end: int, name: Name) -> bool:
        words, text = self.tables.words, scan.text
        if not self._stands_alone(scan, start, end, name):
            return False
        if name.ordinary:
            return self._is_proven(text, start, end, name)
        if name.kind == "full":
            return True
        if words.not_region.match(text, end):
            return False
        if not self._is_minor(name):
            return True
        is_person = start > 0 and text[start - 1] in words.surnames and scan.is_word(start - 1)
        return not is_person and not words.school.match(text, end)

    def _stands_alone(self, scan: _Scan, start: int, end: int, name: Name) -> bool:
        """Whether the name begins and ends where words do."""
        after = scan.crossing(end)
        if name.kind == "full" and end - start > 2:
            return after is None or after[0] < end - 1  # 河北|区域 is no 河北区
        if scan.crossing(start):
            return False
        if after and after[0] > start and scan.text[slice(*after)] in self._index:
            return not set(self.held).isdisjoint(name.regions)  # 松|阳新|教师 is 松阳|新|教师
        return after is None or self._tail_is_fine(scan, start, end, after)

    def _tail_is_fine(self, scan: _Scan, start: int, end: int, word: tuple[int, int]) -> bool:
        """Whether a longer dictionary word is the name with a unit or another name after it."""
        tail = scan.text[end : word[1]]
        return word[0] == start and (tail in self.tables.words.tails or tail in self._index)

    def _is_proven(self, text: str, start: int, end: int, name: Name) -> bool:
        """Whether the words around an everyday word make it a place: 开化教育局, 在白银上学."""
        words = self.tables.words
        if words.proof_after.match(text, end):
            return True
        before = words.cue_before.search(text[max(0, start - 4) : start] if start else "")
        return not self._is_minor(name) and bool(before and words.cue_after.match(text, end))


def _below(name: Name, above: Mention | None) -> tuple[Region, ...]:
    """The meanings that lie inside the parent named just before; never a province's short name."""
    if above is None or (name.kind == "short" and rank(name.regions[0]) == 0):
        return ()
    return tuple(r for r in name.regions if any(parent.contains(r) for parent in above.regions))


def _narrowed(mention: Mention, found: Sequence[Mention]) -> Mention:
    """Keep the meanings that lie in a region which the text names elsewhere."""
    if len(mention.regions) == 1 or rank(mention.regions[0]) == 0:
        return mention
    clear = [m.regions[0] for m in found if len(m.regions) == 1]
    inside = tuple(r for r in mention.regions if any(other.contains(r) for other in clear))
    return replace(mention, regions=inside) if inside else mention


def relate(region: Region, held: Sequence[Region]) -> Relation:
    """Say whether a region is held itself, lies inside a held one or contains held ones."""
    if region in held:
        return Relation("held", (region,))
    parents = tuple(own for own in held if own.contains(region))
    if parents:
        return Relation("inside_held", (max(parents, key=lambda own: len(own.path)),))
    children = tuple(own for own in held if region.contains(own))
    return Relation("contains_held", children) if children else Relation("not_held")


def relate_any(regions: Iterable[Region], held: Sequence[Region]) -> Relation:
    """The closest relation of a name that several regions share."""
    relations = [relate(region, held) for region in regions]
    return min(relations, key=lambda r: CLOSENESS.index(r.kind), default=Relation("not_held"))


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """The gazetteer without aliases; loaded once."""
    return Gazetteer(load_tables(), {})
