"""Questions that a document should answer, made from its own clauses: one a third of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from string import Template
from typing import Any

from index.documents import Clause, Document
from index.numbering import mark_at
from index.words import load_data

PROBES = 3
NATIONAL = ("全国",)
SAME_FORM = 0.5  # weight of a form already asked
ELSEWHERE = 0.8  # of what its own clause holds of a question, the most that another may hold
_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_PAIR = re.compile(r"(?=([\u4e00-\u9fff]{2}))")


@dataclass(frozen=True, slots=True)
class Probe:
    """A question and the clause that should answer it."""

    question: str
    clause_key: str


@dataclass(frozen=True, slots=True)
class _Form:
    name: str
    fits: re.Pattern[str]
    asks: Template
    weight: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    probe: Probe
    form: str
    weight: float
    start: int


def probes(document: Document) -> tuple[Probe, ...]:
    """Up to three, spread over the document, in its order; fewer when it offers no more."""
    found = list(_candidates(document))
    pairs = {clause.key: set(_PAIR.findall(clause.text)) for clause in document.clauses}
    place = document.region.name
    third = max(len(document.text) / PROBES, 1)
    chosen: list[_Candidate] = []

    def best(near: Sequence[_Candidate]) -> list[_Candidate]:
        ranked = _ranked(near, chosen)
        apart = (one for one in ranked if _is_told_apart(one.probe, place, pairs))
        return list(islice(apart, 1))

    for part in range(PROBES):
        chosen += best([one for one in found if part <= one.start / third < part + 1])
    while len(chosen) < PROBES and (more := best(found)):
        chosen += more
    return tuple(one.probe for one in sorted(chosen, key=lambda one: one.start))


def _ranked(found: Sequence[_Candidate], chosen: Sequence[_Candidate]) -> list[_Candidate]:
    """Candidates of clauses not chosen yet; a form not asked yet counts more."""
    asked = {one.form for one in chosen}
    taken = {one.probe.clause_key for one in chosen}
    return sorted(
        (one for one in found if one.probe.clause_key not in taken),
        key=lambda one: (one.weight * (SAME_FORM if one.form in asked else 1), -one.start),
        reverse=True,
    )


def _candidates(document: Document) -> Iterator[_Candidate]:
    place = "" if document.region.path == NATIONAL else document.region.name
    for clause in document.clauses:
        if clause.kind == "text":
            yield from _of_sentences(clause, place)
            yield from _of_heading(clause, place)


def _of_heading(clause: Clause, place: str) -> Iterator[_Candidate]:
    row = _data()["heading"]
    topic = clause.heading.strip("。：: ")
    unfit = re.search(_data()["unfit_heading"], topic) or _is_vague(topic)
    if 4 <= len(topic) <= row["longest"] and not unfit and not re.search("[，,；、]", topic):
        question = Template(row["asks"]).substitute(place=place, what=topic)
        yield _Candidate(Probe(question, clause.key), "heading", row["weight"], clause.start)


def _of_sentences(clause: Clause, place: str) -> Iterator[_Candidate]:
    mark = mark_at(clause.text, 0)
    for match in _SENTENCE.finditer(clause.text, mark.end if mark else 0):
        for form in _forms():
            said = form.fits.search(match[0].strip())
            parts = _parts(said) if said else {}
            if parts and not any(_is_vague(part) for part in parts.values()):
                probe = Probe(form.asks.substitute(place=place, **parts), clause.key)
                yield _Candidate(probe, form.name, form.weight, clause.start)
                break


def _parts(said: re.Match[str]) -> Mapping[str, str]:
    relative = re.compile(_data()["relative"])
    parts = {name: relative.sub("", part).strip("， ") for name, part in said.groupdict().items()}
    return parts if all(len(part) > 1 for part in parts.values()) else {}


def _is_vague(part: str) -> bool:
    return bool(re.search(_data()["vague"], part))


def _is_told_apart(probe: Probe, place: str, pairs: Mapping[str, set[str]]) -> bool:
    """Whether no other clause holds nearly as many of the question's pairs of characters."""
    asked = set(_PAIR.findall(probe.question.removeprefix(place)))
    own = len(asked & pairs[probe.clause_key])
    others = (len(asked & theirs) for key, theirs in pairs.items() if key != probe.clause_key)
    return own > 0 and max(others, default=0) <= ELSEWHERE * own


@cache
def _forms() -> tuple[_Form, ...]:
    return tuple(
        _Form(row["asks"], re.compile(row["fits"]), Template(row["asks"]), row["weight"])
        for row in _data()["forms"]
    )


@cache
def _data() -> dict[str, Any]:
    return load_data("probes.yaml")
