"""Whom and what a sentence names, beside whom and what its places in the clause name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from bot.faithful.alignment import cover
from bot.faithful.comparison import Comparison, joined
from bot.faithful.lexicon import data, finder, patterns
from bot.faithful.wording import Concept, concepts, read, untitled
from index.question_types import load_naming, wider
from index.words import normalise

CLASSES = ("person", "level", "body", "leader", "rank", "place", "school", "post", "subject",
           "time", "people")  # fmt: skip
KEY = frozenset({"person", "level", "school", "post", "people", "subject"})
# Those whom every rule on schools is about, wherever a clause names them.
EVERYWHERE = frozenset({("person", "学生"), ("body", "政府")})
LONGEST_SUBJECT = 26  # characters
ACTORS = frozenset({"person", "body", "leader", "rank"})
_DOER = re.compile(
    r"由([^,，。;；由]{2,8}?)(?:统一|负责|制[定订]|决定|承担|提出|核定|安排|组织|管理|自[行主]|任|牵头|实施|单独)"
    r"|([^,，。;；由]{2,8}?)(?:负责|说了算|承担)(?!的)"
)
_BASIS = re.compile("(?:根据|按照|依照|依据|按|依).*")
_BY = re.compile(r"由([^,，。;；由]{2,14})")
_ROLE = re.compile("(由|向|报|对|给|与|同|跟|会同)([^,，。;；由向报对给与跟]{2,14})")
_ANY_SCHOOL = re.compile("(?<![小中大办])学校|校园|中小学|哪所学校")
_BRACKETED = re.compile(r"[(（][^()（）]*[)）]")
_RANKS = {"市": "市", "县": "区县", "区": "区县", "省": "省"}


def naming_differences(compared: Comparison) -> dict[str, float]:
    """Names by class: new, elsewhere in the clause, put in place of others, or left out."""
    said = compared.said.concepts
    plain = (_BRACKETED.sub("", untitled(one.text)) for one in compared.near)
    own = frozenset(name for text in plain for name in concepts(text))
    close = own | frozenset(name for one in compared.near for name in one.hinted)
    close |= {("rank", rank) for source in compared.sources for rank in own_ranks(source.region)}
    around = (*compared.passage, *compared.beside)
    held = close | {name for one in around for name in one.concepts | one.hinted}
    held |= {name for one in compared.sources for name in concepts(normalise(one.title))}
    known = compared.known.concepts | compared.known.hinted
    mine = {name for name in said if not implied(name, said - {name})}
    lost = {name for name in own - said if not implied(name, said)}
    told = {kind for kind, _ in said}
    replaced, broadened = _in_place(compared)
    return {
        "names_new": float(len(mine - known)),
        "names_moved": float(len((mine & known) - held - EVERYWHERE)),
        "names_apart": float(len((mine & held) - close)),
        "names_replaced": float(replaced),
        "names_broadened": float(broadened),
        "names_lost": float(
            len({kind for kind, _ in lost - _open(compared.text) if kind in KEY} & told)
        ),
        "names_lost_else": float(len({kind for kind, _ in lost if kind not in KEY} & told)),
        "names_unsaid": float(len({kind for kind, _ in lost} - told)),
        "actor": float(_other_actor(compared)),
        "doer": float(_new_doer(compared)),
        **_acting(compared),
    }


def _open(text: str) -> frozenset[Concept]:
    """The levels that a text leaves open by speaking of schools alone."""
    levels = data()["schools"] if _ANY_SCHOOL.search(text) else ()
    return frozenset(("level", name) for name in levels)


def _acting(compared: Comparison) -> dict[str, float]:
    """Who is said to act where the clause has somebody else do it: as the subject, or after 由."""
    titled = acting("\n".join(source.title for source in compared.sources))
    replaced = added = strange = swapped = 0
    for one in compared.matches:
        said = acting(subject(one.segment.text))
        place = one.place
        leads = (place.segment, place.head, *([place.before] if place.before else []))
        meant = frozenset(name for reading in leads for name in acting(subject(reading.text)))
        around = acting(joined(leads))
        replaced += bool(said and meant and not said & around)
        added += bool(said and not meant and not said & around)
        led = joined([place.stem]) if place.stem else ""
        present = around | acting(led)
        strange += bool(present and acting(one.segment.text) - present - titled)
        swapped += _roles_differ(one.segment.text, place.segment.text)
    passage = acting(joined((*compared.passage, *compared.beside)))
    by = [name for match in _BY.finditer(compared.text) for name in acting(match[1])]
    return {
        "actor_replaced": float(replaced),
        "actor_added": float(added),
        "by_new": float(any(name not in passage for name in by)),
        "actor_strange": float(strange),
        "roles_differ": float(swapped),
    }


def _roles_differ(said: str, meant: str) -> bool:
    """Whether somebody else acts, is told or is asked in a segment: 由…, 报…, 向…, 以…为."""
    one, two = _roles(said), _roles(meant)
    return any(not one[role] & two[role] for role in one.keys() & two.keys())


@cache
def _roles(text: str) -> Mapping[str, frozenset[str]]:
    """Whom each preposition of a segment leads to."""
    found: dict[str, frozenset[str]] = {}
    for match in _ROLE.finditer(text):
        if names := acting(match[2]):
            found[match[1]] = found.get(match[1], frozenset()) | names
    return found


@cache
def acting(text: str) -> frozenset[str]:
    """Who of those that act in education policy is named."""
    known = finder("actors")
    return frozenset(
        name for match in known.pattern.finditer(text) for name in known.names[match[0]]
    )


@cache
def subject(segment: str) -> str:
    """What stands before the first word that binds; empty where that is no subject."""
    text = patterns("numbering").sub("", segment)
    modal = patterns("modals").search(text)
    lead = text[: modal.start()] if modal and modal.start() <= LONGEST_SUBJECT else ""
    return "" if patterns("prepositions").match(lead) else lead


def own_ranks(region: str) -> tuple[str, ...]:
    """The rank of a region, which its own documents need not name: 浙江省/嘉兴市 is of 市."""
    return tuple(rank for tail, rank in _RANKS.items() if region.endswith(tail))


def implied(name: Concept, others: Iterable[Concept]) -> bool:
    """Whether a name is only the wider word for another that stands there too."""
    return any(name[1] in _wider(*other) for other in others if other[0] == name[0])


@cache
def _wider(kind: str, name: str) -> tuple[str, ...]:
    """The names of the same class that contain this one."""
    if kind == "person" and name in load_naming()["groups"]:
        return wider(name, "groups")
    return tuple(data()["within"].get(kind, {}).get(name, ()))


def _in_place(compared: Comparison) -> tuple[int, int]:
    """How many classes of segments have another name than their place, how many a wider one."""
    replaced = broadened = 0
    for match in compared.matches:
        said, meant = match.segment.concepts, match.place.segment.concepts
        for kind in CLASSES:
            one = {name for name in said if name[0] == kind}
            two = {name for name in meant if name[0] == kind}
            strangers = one - two - match.place.segment.hinted - match.place.head.concepts
            strangers = {name for name in strangers if not implied(name, said - {name})}
            wide = {name for name in strangers if implied(name, two)}
            if two - said:
                replaced += bool(strangers - wide)
                broadened += bool(wide)
    return replaced, broadened


def _other_actor(compared: Comparison) -> bool:
    """Whether somebody else is said to act: 由市教育局提出 where the clause has 由市财政局提出."""
    for match in compared.matches:
        said, meant = _actors(match.segment.text), _actors(match.place.segment.text)
        same_way = {by for _, by in said} == {by for _, by in meant}
        if said and meant and same_way and not said & meant:
            return True
    return False


def _new_doer(compared: Comparison) -> bool:
    """Whether somebody is said to do it (由…制定, …负责) whom the places do not speak of."""
    near = joined((*compared.near, *compared.passage, *compared.beside))
    ranks = {rank for source in compared.sources for rank in own_ranks(source.region)}
    return any(
        cover(word, near) == 0 and not {name for _, name in concepts(word)} & ranks
        for match in _DOER.finditer(compared.text)
        for word in read(_BASIS.sub("", match[1] or match[2])).words
    )


@cache
def _actors(text: str) -> frozenset[tuple[Concept, bool]]:
    """Who acts, and whether named after 由 rather than at the beginning."""
    by = _BY.search(text)
    stretch = by[1] if by else text[:8]
    return frozenset((name, bool(by)) for name in concepts(stretch) if name[0] in ACTORS)
