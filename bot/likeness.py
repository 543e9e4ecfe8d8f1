"""How a sentence differs from the clauses that it cites, as named numbers; most are 0 or more.

What each is worth is learnt from labelled pairs: ``tests/benchmarks/fit_faithful.py`` writes
``data/faithful.json``. ``RISING`` are those that speak for a sentence, all others speak against.
"""

from __future__ import annotations

from statistics import fmean
from typing import Literal

from bot.alignment import Match, cover, coverage, weight
from bot.bearing import bearing_differences
from bot.comparison import Comparison, joined
from bot.figures import figure_differences
from bot.lexicon import data
from bot.naming import naming_differences
from bot.wording import conditions, has_any, is_term, opposed, read

RISING = frozenset({"coverage", "tight"})
TOLD = 0.5  # share of a condition's words from which the sentence tells it
WORDLESS = {  # what cannot be seen in another language
    "coverage": 1.0, "tight": 1.0, "elsewhere": 0.0, "within_least": 0.0, "tight_least": 0.0,
    "new_words": 0.0, "new_terms": 0.0, "new_word": 0.0, "moved_words": 0.0, "moved_word": 0.0,
    "places": 0.0, "left_out": 0.5, "left_out_most": 0.5, "untold": 0.0, "untold_most": 0.0,
    "untold_strict": 0.0, "untold_wide": 0.0, "slots": 0.0, "slots_after": 0.0,
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
        "new_terms": sum(one for word, one in zip(words, missing, strict=True) if is_term(word)),
        "new_word": max(missing, default=0.0),
        "moved_words": sum(moved),
        "moved_word": max(moved, default=0.0),
        "places": float(len(compared.passage) - 1),
        "slots": float(sum(_slots(one, compared.text, -1) for one in compared.matches)),
        "slots_after": float(sum(_slots(one, compared.text, 1) for one in compared.matches)),
    }


def _slots(match: Match, text: str, side: int) -> int:
    """How many words stand beside a shared word where the place has another: 竞争性|基础性 分配."""
    said, meant = match.segment.words, match.place.segment.words
    found = 0
    for at, word in enumerate(said):
        if word not in meant:
            continue
        one, two = _beside(said, at, side), _beside(meant, meant.index(word), side)
        strangers = one and two and not cover(one, match.place.segment.text)
        found += bool(strangers and not cover(two, text))
    return found


def _beside(words: tuple[str, ...], at: int, side: int) -> str:
    return words[at + side] if 0 <= at + side < len(words) else ""


def _omission(compared: Comparison) -> dict[str, float]:
    """How much of what the clause says at these places is left out."""
    told = [coverage(one.words, compared.text) for one in compared.near if one.words]
    loose, strict = _untold(compared, "loose"), _untold(compared, "strict")
    enough = has_any(data()["enough"], compared.text)
    return {
        "untold": float(sum(limit > 1 - TOLD for limit in loose)),
        "untold_most": max(loose, default=0.0),
        "untold_strict": max(strict, default=0.0),
        "untold_wide": enough * max([*loose, *strict], default=0.0),
        "left_out": 1 - fmean(told) if told else 1.0,
        "left_out_most": 1 - min(told, default=0.0),
    }


def _untold(compared: Comparison, kind: Literal["loose", "strict"]) -> list[float]:
    """For each condition at the places, the share of it that the sentence does not tell."""
    return [
        1 - coverage(read(limit).words, compared.text)
        for one in compared.passage
        for limit in conditions(one.text, kind)
        if read(limit).words and any(limit in n.text or n.text in limit for n in compared.near)
    ]
