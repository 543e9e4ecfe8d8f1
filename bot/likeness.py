"""How a sentence differs from the clauses that it cites, as named numbers; most are 0 or more.

What each is worth is learnt from labelled pairs: ``tests/benchmarks/fit_faithful.py`` writes
``data/faithful.json``. ``RISING`` are those that speak for a sentence, all others speak against.
"""

from __future__ import annotations

from statistics import fmean

from bot.alignment import cover, coverage, weight
from bot.bearing import bearing_differences
from bot.comparison import Comparison, joined
from bot.figures import figure_differences
from bot.naming import naming_differences
from bot.wording import conditions, opposed, read

RISING = frozenset({"coverage", "tight"})
TOLD = 0.5  # share of a condition's words from which the sentence tells it
WORDLESS = {  # what cannot be seen in another language
    "coverage": 1.0, "tight": 1.0, "elsewhere": 0.0, "within_least": 0.0, "tight_least": 0.0,
    "new_words": 0.0, "new_word": 0.0, "moved_words": 0.0, "moved_word": 0.0, "places": 0.0,
    "left_out": 0.5, "left_out_most": 0.5, "left_out_wide": 0.5, "untold": 0.0, "untold_most": 0.0,
}  # fmt: skip


def features(compared: Comparison) -> dict[str, float]:
    """The differences by name."""
    english = compared.said.english
    return {
        **(WORDLESS if english else {**_coverage(compared), **_omission(compared)}),
        **bearing_differences(compared),
        **naming_differences(compared),
        **figure_differences(compared.said, compared.clauses),
        "opposite": float(len(opposed(compared.text, joined(compared.passage)))),
        "english": float(english),
    }


def _coverage(compared: Comparison) -> dict[str, float]:
    """How much of what is said stands in the passage, in single segments, in the whole clause."""
    words, known = compared.said.words, compared.known.text
    passage, near = joined(compared.passage), joined(compared.near)
    missing = [weight(word) * (1 - cover(word, known)) for word in words]
    moved = [weight(word) * (cover(word, known) - cover(word, near)) for word in words]
    within = [coverage(one.segment.words, one.place.sentence.text) for one in compared.matches]
    tight = [coverage(one.segment.words, one.place.segment.text) for one in compared.matches]
    return {
        "coverage": coverage(words, passage),
        "tight": coverage(words, near),
        "elsewhere": coverage(words, known) - coverage(words, passage),
        "within_least": 1 - min(within, default=0.0),
        "tight_least": 1 - min(tight, default=0.0),
        "new_words": sum(missing),
        "new_word": max(missing, default=0.0),
        "moved_words": sum(moved),
        "moved_word": max(moved, default=0.0),
        "places": float(len(compared.passage) - 1),
    }


def _omission(compared: Comparison) -> dict[str, float]:
    """How much of what the clause says at these places is left out."""
    told = [coverage(one.words, compared.text) for one in compared.near if one.words]
    whole = [coverage(one.words, compared.text) for one in compared.passage if one.words]
    limits = [
        1 - coverage(read(limit).words, compared.text)
        for one in compared.passage
        for limit in conditions(one.text)
        if read(limit).words and any(limit in n.text or n.text in limit for n in compared.near)
    ]
    return {
        "left_out": 1 - fmean(told) if told else 1.0,
        "left_out_most": 1 - min(told, default=0.0),
        "left_out_wide": 1 - fmean(whole) if whole else 1.0,
        "untold": float(sum(limit > 1 - TOLD for limit in limits)),
        "untold_most": max(limits, default=0.0),
    }
