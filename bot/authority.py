"""Which document has the higher authority, what is shown first, and where two of them differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import get_args

from bot.aspects import Aspect, SearchScope
from bot.force import Force
from bot.sections import Section, Source
from index.documents import Document, Hit, Level
from index.numbers import NumberKind, find_numbers
from index.scope import NATIONAL
from index.tokens import tokens

LEVELS: tuple[Level, ...] = get_args(Level)
CLOSE = 0.012  # below the best score: a document of another level is cited too
ALSO = 0.01  # within it another clause fits about as well
ALONE = 0.53  # chance that one region at least must have where nobody named any
STANDING = 0.9  # chance from which a region without a clause that stands out is shown beside others
EQUAL = 0.004  # within it two clauses fit equally, and the one nearer to the place comes first
LEADS = 0.05  # below the best local score the national rule still answers for all
SHARED = 0.5  # of the first clause's coverage of the question that a second one has at least
SAME_POINT = 0.25  # of the words of the shorter sentence stand in the other
COMPARED = frozenset({NumberKind.QUANTITY, NumberKind.PERCENT, NumberKind.TIME})
FORBIDS = frozenset({Force.PROHIBITION})
ALLOWS = ("可以", "允许", "鼓励")

Answering = tuple[Hit, Aspect, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """The documents of one division that apply to a region, and their hits."""

    scope: SearchScope
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What answers in a layer, best first; ``whole``: the question itself, not a part of it.

    ``crowded``: no clause stands out.
    """

    found: tuple[Answering, ...]
    chance: float
    whole: bool
    crowded: bool = False


def authority(document: Document) -> tuple[int, int]:
    """Order of authority, the highest lowest: the whole country, province, city, county."""
    depth = 0 if document.region == NATIONAL else len(document.region.path)
    return depth, LEVELS.index(document.level)


def layers_of(documents: Sequence[Document]) -> list[tuple[Document, ...]]:
    """Documents that apply to one region, by the division that made them, the highest first."""
    layers: dict[tuple[int, object], list[Document]] = {}
    for one in documents:
        layers.setdefault((authority(one)[0], one.region), []).append(one)
    return [tuple(layers[key]) for key in sorted(layers, key=lambda key: key[0])]


def merged(layers: Sequence[Judged]) -> list[Answering]:
    """What is cited of several layers: the best of each that fits well, then the others.

    What a place has of its own comes first, the nearest of those that fit equally well; the law
    of the whole country follows where it fits better, or about as well with other figures.
    """
    answering = [one for one in layers if one.found]
    local = [one for one in answering if _depth(one)]
    top = max((_fit(one) for one in local), default=0.0)
    close = [one for one in local if _fit(one) >= top - CLOSE]
    close.sort(key=lambda one: (-_fit(one) if _fit(one) < top - EQUAL else -1.0, -_depth(one)))
    for one in (one for one in answering if not _depth(one)):
        is_close = _fit(one) >= top - CLOSE and any(_figures_differ(one, own) for own in close)
        close += [one] if is_close or _fit(one) >= top + EQUAL else []
    firsts = [one.found[0] for one in close]
    return [*firsts, *(found for one in close for found in one.found[1:])]


def is_crowded(hits: Sequence[Hit]) -> bool:
    """Whether other clauses fit about as well as the first, so that none stands out."""
    return bool(_about_as_good(hits))


def close_behind(hits: Sequence[Hit], several: bool) -> list[Hit]:
    """What is cited after the best: the next clause, if it has as much of the question's words.

    Where ``several`` are asked for, all that fit about as well. No title or signature stands
    beside the body.
    """
    bare = hits[0].clause.kind != "text"
    close = [hit for hit in _about_as_good(hits) if bare or hit.clause.kind == "text"]
    if several:
        return close
    least = SHARED * hits[0].scores["coverage"]
    return [hit for hit in close[:1] if hit.scores["coverage"] >= least]


def led(sections: Sequence[Section]) -> tuple[Section | None, tuple[Section, ...]]:
    """For a question without region: the national section if it answers, and the local ones."""
    local = tuple(one for one in sections if one.region != NATIONAL and one.sources)
    national = next((one for one in sections if one.region == NATIONAL and one.sources), None)
    best = max((one.sources[0].score for one in local), default=0.0)
    return (national if national and national.sources[0].score >= best - LEADS else None), local


def standing_out(sections: Sequence[Section]) -> tuple[Section, ...]:
    """For a question without region: the surest answer, and those that stand beside it.

    Where no clause of a region stands out, the nearest seldom answers: it has to be surer.
    """
    surest = max((one.probability for one in sections if one.sources), default=0.0)
    return tuple(
        _silent(one) if one.crowded and one.probability < min(surest, STANDING) else one
        for one in sections
    )


def unsure(sections: Sequence[Section], general: bool) -> bool:
    """For a question without region: whether no region is likely enough to answer it.

    A ``general`` one is answered by what there is on its subject.
    """
    return not general and all(one.probability < ALONE for one in sections if one.sources)


def withheld(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections without sources; what they would have cited is what is nearest."""
    return tuple(_silent(one) if one.sources else one for one in sections)


def beside(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Sections of several regions; the national one only where it answers as well as theirs."""
    national, local = led(sections)
    fits = national and all(
        national.sources[0].score >= one.sources[0].score - CLOSE for one in local
    )
    return tuple(one for one in sections if one.region != NATIONAL or fits) or tuple(sections)


def differing(sources: Sequence[Source]) -> tuple[Source, Source] | None:
    """Two sources of different documents that say different things on the same point.

    Different numbers of the same unit, or what one forbids and the other allows.
    """
    for one, other in combinations(sources, 2):
        if one.document.id == other.document.id or not _same_point(one.key.text, other.key.text):
            continue
        if _numbers_differ(one.key.text, other.key.text) or _forces_differ(one, other):
            return one, other
    return None


def _silent(section: Section) -> Section:
    return replace(section, sources=(), related=section.sources)


def _about_as_good(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits[1:] if hit.score >= hits[0].score - ALSO]


def _fit(judged: Judged) -> float:
    return judged.found[0][0].score


def _depth(judged: Judged) -> int:
    """0 for the whole country, else how near the documents are to the place."""
    return authority(judged.found[0][0].document)[0]


def _figures_differ(one: Judged, other: Judged) -> bool:
    """Whether the best clauses of two layers give other figures on the same point."""
    texts = [judged.found[0][0].clause.text for judged in (one, other)]
    first, second = (dict(_by_unit(text)) for text in texts)
    differ = any(first[unit] != second[unit] for unit in first.keys() & second.keys())
    return differ and _same_point(*texts)


def _same_point(one: str, other: str) -> bool:
    first, second = set(tokens(one)), set(tokens(other))
    return len(first & second) >= SAME_POINT * max(min(len(first), len(second)), 1)


def _numbers_differ(one: str, other: str) -> bool:
    first, second = dict(_by_unit(one)), dict(_by_unit(other))
    return any(first[unit].isdisjoint(second[unit]) for unit in first.keys() & second.keys())


def _by_unit(text: str) -> Iterator[tuple[str, set[str]]]:
    units: dict[str, set[str]] = {}
    for number in find_numbers(text):
        if number.kind in COMPARED:
            units.setdefault(number.unit or number.kind, set()).add(number.form)
    yield from units.items()


def _forces_differ(one: Source, other: Source) -> bool:
    return _allows(one) != _allows(other) and (one.force in FORBIDS) != (other.force in FORBIDS)


def _allows(source: Source) -> bool:
    return source.force not in FORBIDS and any(word in source.key.text for word in ALLOWS)
