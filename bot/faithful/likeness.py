"""How a sentence differs from the clauses that it cites, as named numbers, 0 for no difference.

What each is worth is learnt from labelled pairs: ``tests/benchmarks/fit_faithful.py`` writes
``data/faithful.json``. None speaks for a sentence; ``english`` only says what cannot be seen.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean
from typing import Literal

from bot.faithful.alignment import Match, cover, coverage, weight
from bot.faithful.bearing import bearing_differences
from bot.faithful.comparison import Comparison, joined
from bot.faithful.figures import figure_differences
from bot.faithful.lexicon import data
from bot.faithful.naming import naming_differences
from bot.faithful.wording import conditions, english_terms, has_any, is_term, opposed, read
from index.numbers import NumberKind

LEAST_TERMS = 0.6  # the same of the terms of an English sentence
LEAST = 0.3  # share of the words of a sentence that its clauses must have
WORDLESS = {  # what cannot be seen in another language
    "elsewhere": 0.0, "new_terms": 0.0, "moved_word": 0.0, "places": 0.0, "slots": 0.0,
    "left_out": 0.5, "untold_strict": 0.0, "untold_wide": 0.0,
    "untold_before": 0.0, "names_lost": 0.0,
    "names_lost_else": 0.0, "names_unsaid": 0.0,
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
        "english": float(english),
    }
    return found | (WORDLESS if english else {})


def _coverage(compared: Comparison) -> dict[str, float]:
    """What is said that stands elsewhere in the clause, or nowhere, or beside other words."""
    words, known = compared.said.words, compared.known.text
    passage, near = joined(compared.passage), joined(compared.near)
    moved = (weight(word) * (cover(word, known) - cover(word, near)) for word in words)
    missing = (weight(word) * (1 - cover(word, known)) for word in words if is_term(word))
    return {
        "elsewhere": coverage(words, known) - coverage(words, passage),
        "new_terms": sum(missing),
        "moved_word": max(moved, default=0.0),
        "slots": float(sum(_slots(one, compared.text) for one in compared.matches)),
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
    return [
        1 - coverage(read(limit).words, compared.text)
        for one in compared.passage
        for limit in conditions(one.text, kind)
        if read(limit).words and any(limit in n.text or n.text in limit for n in compared.near)
    ]
