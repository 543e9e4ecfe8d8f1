"""How a sentence differs from the clauses that it cites, as named numbers, 0 for no difference.

What each is worth is learnt from labelled pairs: ``tests/benchmarks/fit_faithful.py`` writes
``data/faithful.json``. None speaks for a sentence; ``english`` only says what cannot be seen.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise
from statistics import fmean
from typing import Literal

from bot.faithful.alignment import Match, cover, coverage, weight
from bot.faithful.bearing import bearing_differences
from bot.faithful.comparison import Comparison, joined
from bot.faithful.figures import figure_differences
from bot.faithful.lexicon import data
from bot.faithful.naming import naming_differences
from bot.faithful.wording import Reading, conditions, english_terms, has_any, is_term, opposed, read
from index.numbers import NumberKind
from index.words import word_spans

LEAST_TERMS = 0.6  # the same of the terms of an English sentence
HALF_SAID = 0.5  # how far the clauses must have a word on which a reader would act
SAYS_SOMETHING = 2.0  # weight of the words of such a segment, at least
NEXT_TO_NONE = 0.2  # share of them that the clauses have
COPY = 0.6  # share of a segment from which it is a copy of its place
LEAST_COPIED = 6  # characters of such a segment
LEAST = 0.3  # share of the words of a sentence that its clauses must have
WORDLESS = {  # what cannot be seen in another language
    "elsewhere": 0.0, "new_terms": 0.0, "moved_word": 0.0, "moved_far": 0.0, "moved_middle": 0.0,
    "replaced": 0.0, "places": 0.0, "slots": 0.0, "left_out": 0.5, "untold_strict": 0.0,
    "untold_wide": 0.0, "untold_before": 0.0, "names_lost": 0.0, "names_lost_else": 0.0,
    "names_unsaid": 0.0,
}  # fmt: skip


def is_about(compared: Comparison) -> bool:
    """Whether the sentence is about what the clauses say at all.

    In English: whether its terms of education policy stand there.
    """
    said, known = compared.said, compared.known
    if not said.english:
        return coverage(said.words, known.text) >= LEAST
    if any(one.kind is NumberKind.DOCUMENT for one in said.numbers):
        return True
    held = [has_any(words, known.text) for words in english_terms(compared.text)]
    return bool(held) and sum(held) >= LEAST_TERMS * len(held)


def unheard(compared: Comparison) -> tuple[str, ...]:
    """Segments that say something of which the clauses have next to no word; Chinese alone."""
    known = compared.known.text
    return tuple(
        one.segment.text
        for one in compared.matches
        if not compared.said.english
        and not one.segment.numbers
        and sum(map(weight, one.segment.words)) >= SAYS_SOMETHING
        and coverage(one.segment.words, known) < NEXT_TO_NONE
    )


def at_stake(compared: Comparison) -> tuple[str, ...]:
    """Words of a sentence that a reader would act on, of which the clauses say nothing."""
    said = (word for word in data()["stakes"] if word in compared.text)
    return tuple(word for word in said if cover(word, compared.known.text) < HALF_SAID)


def features(compared: Comparison) -> dict[str, float]:
    """The differences by name."""
    english = compared.said.english
    found = {
        **_coverage(compared),
        **_omission(compared),
        **bearing_differences(compared),
        **naming_differences(compared),
        **figure_differences(compared.said, compared.clauses),
        "opposite": float(len(opposed(compared.text, joined(compared.passage)))),
        "opposite_here": float(
            sum(len(opposed(one.segment.text, one.place.segment.text)) for one in compared.matches)
        ),
        "english": float(english),
    }
    return found | (WORDLESS if english else {})


def _coverage(compared: Comparison) -> dict[str, float]:
    """What is said that stands elsewhere in the clause, or nowhere, or beside other words."""
    words, known = compared.said.words, compared.known.text
    beside = compared.beside
    passage, near = joined((*compared.passage, *beside)), joined((*compared.near, *beside))
    title = "\n".join(one.title for one in compared.sources)
    passage, near = f"{passage}\n{title}", f"{near}\n{title}"
    headed = near + "\n" + joined(one.place.head for one in compared.matches)
    moved = (weight(word) * (cover(word, known) - cover(word, near)) for word in words)
    far = (weight(word) * (cover(word, known) - cover(word, passage)) for word in words)
    middle = (weight(word) * (cover(word, passage) - cover(word, headed)) for word in words)
    missing = (weight(word) * (1 - cover(word, known)) for word in words if is_term(word))
    return {
        "elsewhere": coverage(words, known) - coverage(words, passage),
        "new_terms": sum(missing),
        "moved_word": max(moved, default=0.0),
        "moved_far": max(far, default=0.0),
        "moved_middle": max([0.0, *middle]),
        "slots": float(sum(_slots(one, compared.text) for one in compared.matches)),
        "replaced": max(map(_replaced, compared.matches), default=0.0),
        "places": float(len(compared.passage) - 1),
    }


def _slots(match: Match, text: str) -> int:
    """How many words stand before a shared word where the place has another: 竞争性|基础性 分配."""
    said, meant = match.segment.words, match.place.segment.words
    found = 0
    for one, word in pairwise(said):
        at = meant.index(word) if word in meant else 0
        if at and not cover(one, match.place.segment.text):
            found += not cover(meant[at - 1], text)
    return found


def _replaced(match: Match) -> float:
    """The heaviest word that stands in what is a copy otherwise where its place has another."""
    said, meant = (_pieces(one.text) for one in (match.segment, match.place.segment))
    length = len("".join(said))
    steps = SequenceMatcher(None, meant, said, autojunk=False).get_opcodes()
    copied = sum(len("".join(said[at:to])) for kind, _, _, at, to in steps if kind == "equal")
    if length < LEAST_COPIED or copied < COPY * length:
        return 0.0
    strange = [
        weight(word) * (1 - cover(word, "".join(meant[start:stop])))
        for kind, start, stop, at, to in steps
        if kind == "replace" and set(meant[start:stop]) & set(match.place.segment.words)
        for word in set(said[at:to]) & set(match.segment.words)
    ]
    return max(strange, default=0.0) * copied / length


def _pieces(text: str) -> list[str]:
    """The dictionary words of a text, without marks and the words of data()["small"]."""
    words = (text[start:end] for start, end in word_spans(text))
    return [word for word in words if word[0].isalnum() and word not in data()["small"]]


def _omission(compared: Comparison) -> dict[str, float]:
    """How much of what the clause says at these places, and of its conditions, is left out."""
    told = [coverage(one.words, compared.text) for one in compared.near if one.words]
    strict = _untold(compared, "strict")
    enough = has_any(data()["enough"], compared.text)
    return {
        "untold_strict": max(strict, default=0.0),
        "untold_wide": enough * max([*_untold(compared, "loose"), *strict], default=0.0),
        "untold_before": enough * _untold_before(compared),
        "left_out": 1 - fmean(told) if told else 1.0,
    }


def _untold_before(compared: Comparison) -> float:
    """How little is told of what leads to the places: whom a rule is for stands there."""
    leading = [one.place.before for one in compared.matches if one.place.before]
    told = (1 - coverage(one.words, compared.text) for one in leading if one.words)
    return max(told, default=0.0)


def _untold(compared: Comparison, kind: Literal["loose", "strict"]) -> list[float]:
    """For each condition at the places, the share of it that the sentence does not tell."""
    leading = (one.place.before for one in compared.matches if one.place.before)
    at = (*compared.near, *leading) if kind == "strict" else compared.near
    limits = (
        read(limit)
        for one in compared.passage
        for limit in conditions(one.text, kind)
        if any(
            limit in n.text or n.text in limit
            for n in (at if read(limit).numbers else compared.near)
        )
    )
    return [_untold_of(limit, compared) for limit in limits if limit.words or limit.numbers]


def _untold_of(limit: Reading, compared: Comparison) -> float:
    """The share of a condition that a sentence does not tell: of its words, or of its numbers."""
    if limit.words:
        return 1 - coverage(limit.words, compared.text)
    told = {number.form for number in compared.said.numbers}
    return 1 - fmean(number.form in told for number in limit.numbers)
