"""Whom and what a sentence names, beside whom and what its places in the clause name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from bot.comparison import Comparison
from bot.wording import Concept, Reading, concepts
from index.question_types import Naming, wider

CLASSES = ("person", "level", "body", "leader", "rank", "place", "school", "post", "subject",
           "time", "people")  # fmt: skip
ACTORS = frozenset({"person", "body", "leader", "rank"})
_NAMINGS: dict[str, Naming] = {"person": "groups", "level": "levels"}
_BY = re.compile(r"由([^,，。;；由]{2,14})")
_WAYS = ("new", "moved", "replaced", "broadened")


def naming_differences(compared: Comparison) -> dict[str, float]:
    """Names by class: new, elsewhere in the clause, put in place of others, or left out."""
    said = compared.said.concepts
    own = frozenset(name for one in compared.near for name in one.concepts)
    close = own | frozenset(name for one in compared.near for name in one.hinted)
    held = close | {name for one in compared.passage for name in one.concepts | one.hinted}
    known = compared.known.concepts | compared.known.hinted
    found: dict[str, float] = {}
    for kind in CLASSES:
        mine = {name for name in said if name[0] == kind and not implied(name, said - {name})}
        lost = [name for name in own - said if name[0] == kind and not implied(name, said)]
        found[f"new_{kind}"] = float(len(mine - known))
        found[f"moved_{kind}"] = float(len((mine & known) - held))
        found[f"apart_{kind}"] = float(len((mine & held) - close))
        found[f"lost_{kind}"] = float(bool(lost))
    found |= _in_place(compared)
    found["strange"] = sum(found[f"{way}_{kind}"] for way in _WAYS for kind in CLASSES)
    found["actor"] = float(_other_actor(compared))
    found["turned"] = float(any(_turned(m.segment, m.place.segment) for m in compared.matches))
    return found


def implied(name: Concept, others: Iterable[Concept]) -> bool:
    """Whether a name is only the wider word for another that stands there too."""
    naming = _NAMINGS.get(name[0])
    inside = (one for kind, one in others if kind == name[0])
    return naming is not None and any(name[1] in _wider(one, naming) for one in inside)


@cache
def _wider(name: str, naming: Naming) -> tuple[str, ...]:
    try:
        return wider(name, naming)
    except KeyError:
        return ()


def _in_place(compared: Comparison) -> dict[str, float]:
    """Segments with another name of a class than their place, or a wider one for a narrower."""
    found = dict.fromkeys((f"{way}_{one}" for way in _WAYS[2:] for one in CLASSES), 0.0)
    for match in compared.matches:
        said, meant = match.segment.concepts, match.place.segment.concepts
        hinted = match.place.segment.hinted
        for kind in CLASSES:
            one = {name for name in said if name[0] == kind}
            two = {name for name in meant if name[0] == kind}
            others = two - compared.said.concepts
            strangers = {name for name in one - two - hinted if not implied(name, said - {name})}
            wide = {name for name in strangers if implied(name, two)}
            if strangers - wide and others:
                found[f"replaced_{kind}"] = 1.0
            if wide and others:
                found[f"broadened_{kind}"] = 1.0
    return found


def _other_actor(compared: Comparison) -> bool:
    """Whether somebody else is said to act: 由市教育局提出 where the clause has 由市财政局提出."""
    for match in compared.matches:
        said, meant = _actors(match.segment.text), _actors(match.place.segment.text)
        if said and meant and not said & meant:
            return True
    return False


@cache
def _actors(text: str) -> frozenset[Concept]:
    """Who acts: named after 由, else at the beginning."""
    by = _BY.search(text)
    stretch = by[1] if by else text[:8]
    return frozenset(name for name in concepts(stretch) if name[0] in ACTORS)


def _turned(said: Reading, meant: Reading) -> bool:
    """Whether two names stand the other way round: 甲指导乙, 乙指导甲."""
    one, two = _order(said.text), _order(meant.text)
    shared = [name for name in one if name in two]
    return len(shared) > 1 and shared != [name for name in two if name in shared]


@cache
def _order(text: str) -> tuple[Concept, ...]:
    """Bodies and persons in the order of a text that has no list of them."""
    if "、" in text or "和" in text:
        return ()
    cut = re.split("指导|领导|督导|对|向|由|报", text)
    found = (name for part in cut for name in sorted(concepts(part)))
    return tuple(dict.fromkeys(name for name in found if name[0] in {"body", "leader"}))
