"""Whether the numbers of a sentence stand with the words that they have in the clause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations

from bot.alignment import cover, names, weight
from bot.wording import Reading, bound, read
from index.numbers import Number, NumberKind

MOST = 5  # numbers of a sentence that are paired
_END = re.compile(r"[。;；!！?？\n]")
_PAUSE = re.compile(r"[,，、:：。;；!！?？\n]")


def figure_differences(said: Reading, clauses: Sequence[Reading]) -> dict[str, float]:
    """How far numbers stand elsewhere than in the clauses (0 to 1), and with other bounds.

    Every number is compared with all of its kind in the clauses: the one whose company is most
    like its own should be the same number.
    """
    swapped = lost = new = 0.0
    for number in said.numbers:
        words = company(said, number)
        rivals = [
            (_share(words, " ".join(company(one, other))), one, other)
            for one in clauses
            for other in one.numbers
            if (other.unit, other.kind) == (number.unit, number.kind)
        ]
        same = [rival for rival in rivals if rival[2].form == number.form]
        if not same:
            continue
        likeness, clause, twin = max(same, key=lambda rival: rival[0])
        others = (rival[0] for rival in rivals if rival[2].form != number.form)
        swapped = max(swapped, max(others, default=0.0) - likeness)
        bound_said, bound_meant = bound(said.text, number), bound(clause.text, twin)
        lost += float(bool(bound_meant) and not bound_said)
        new += float(bool(bound_said) and bound_said != bound_meant)
    told = {number.form for number in said.numbers}
    return {
        "swapped": swapped,
        "bound_lost": lost,
        "bound_new": new,
        "figures_apart": _apart(said, clauses),
        "figures": float(len(told)),
    }


def _apart(said: Reading, clauses: Sequence[Reading]) -> float:
    """How many pairs of numbers of a sentence share no sentence of the clauses."""
    sentences = [text for one in clauses for text in _END.split(one.text)]
    forms = [{number.form for number in read(text).numbers} for text in sentences if text]
    pairs = combinations(said.numbers[:MOST], 2)
    known = {form for one in forms for form in one}
    return float(
        sum(
            not any({one.form, two.form} <= held for held in forms)
            for one, two in pairs
            if {one.form, two.form} <= known
        )
    )


@lru_cache(maxsize=1 << 14)
def company(reading: Reading, number: Number) -> tuple[str, ...]:
    """Words and numbers beside a number: what a date is followed by, what else leads to a value."""
    text, numbers = reading.text, reading.numbers
    first = max([0, *(match.end() for match in _END.finditer(text, 0, number.start))])
    after = _END.search(text, number.end)
    last = after.start() if after else len(text)
    is_date = number.kind is NumberKind.DATE
    alike = [one for one in numbers if (one.unit, one.kind) == (number.unit, number.kind)]
    if is_date:
        end = _first([one.start for one in alike if one.start >= number.end], last)
        return _tokens(text[number.end : end])
    start = max([first, *(one.end for one in alike if one.end <= number.start)])
    pause = _PAUSE.search(text, number.end)
    stops = [one.start for one in numbers if one.start >= number.end]
    end = _first([*stops, pause.start() if pause else last], last)
    return (*_leading(text[start : number.start]), *_tokens(text[number.end : end]))


def _leading(text: str) -> tuple[str, ...]:
    """What leads to a number: the segment right before it, or the last one that says something."""
    for segment in reversed(_PAUSE.split(text)):
        found = _tokens(segment)
        if found:
            return found
    return ()


def _share(words: Sequence[str], text: str) -> float:
    """Share of words that a text has; names of persons, levels and places count double."""
    weights = [weight(word) * (2 if names(word) else 1) for word in words]
    found = (cover(word, text) * one for word, one in zip(words, weights, strict=True))
    return sum(found) / sum(weights) if words else 0.0


def _first(places: Iterable[int], last: int) -> int:
    return min([*places, last])


def _tokens(text: str) -> tuple[str, ...]:
    part = read(text)
    return (*part.words, *(number.form for number in part.numbers))
