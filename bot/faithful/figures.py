"""Whether the numbers of a sentence stand with the words that they have in the clause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

from bot.faithful.alignment import cover, names, weight
from bot.faithful.wording import Reading, bound, read
from index.numbers import Number, NumberKind

Company = Mapping[str, float]
LEADING = 2.0  # what leads to a number says more than what follows
DOUBT = 1.0  # weight of words that must speak for a rival before it counts
ALIKE = 0.5  # share of the company that must be the same
MOST = 5  # numbers of a sentence that are paired
_END = re.compile(r"[。;；!！?？\n]")
_PAUSE = re.compile(r"[,，、:：。;；!！?？\n]")


def figure_differences(said: Reading, clauses: Sequence[Reading]) -> dict[str, float]:
    """How far numbers stand elsewhere than in the clauses (0 to 1), and with other bounds.

    Every number is compared with all of its kind in the clauses: the one whose company is most
    like its own should be the same number.
    """
    swapped = lost = new = 0.0
    for number in () if said.english else said.numbers:  # its words cannot be compared
        own = company(said, number)
        rivals = [
            (company(one, other), one, other)
            for one in clauses
            for other in one.numbers
            if _comparable(number, other)
        ]
        same = [rival for rival in rivals if _same(number, rival[2])]
        if not same:
            continue
        twin_company, clause, twin = max(same, key=lambda rival: _likeness(own, rival[0]))
        others = (rival[0] for rival in rivals if not _same(number, rival[2]))
        swapped = max([swapped, *(_prefers(own, other, twin_company) for other in others)])
        bound_said, bound_meant = bound(said.text, number), bound(clause.text, twin)
        lost += float(bool(bound_meant) and not bound_said)
        new += float(bool(bound_said) and bound_said != bound_meant)
    return {
        "swapped": swapped,
        "bound_lost": lost,
        "bound_new": new,
        "figures_apart": _apart(said, clauses),
    }


def _apart(said: Reading, clauses: Sequence[Reading]) -> float:
    """How many pairs of numbers of a sentence share no sentence of the clauses."""
    sentences = [text for one in clauses for text in _END.split(one.text)]
    forms = [{number.form for number in read(text).numbers} for text in sentences if text]
    stops = [match.start() for match in _END.finditer(said.text)]
    pairs = (
        (one, two)
        for one, two in combinations(said.numbers[:MOST], 2)
        if not any(one.start < stop < two.start for stop in stops)
    )
    known = {form for one in forms for form in one}
    return float(
        sum(
            not any({one.form, two.form} <= held for held in forms)
            for one, two in pairs
            if {one.form, two.form} <= known
        )
    )


@lru_cache(maxsize=1 << 14)
def company(reading: Reading, number: Number) -> Company:
    """Words and numbers beside a number: what a date is followed by, what else leads to a value."""
    text, numbers = reading.text, reading.numbers
    first = max([0, *(match.end() for match in _END.finditer(text, 0, number.start))])
    after = _END.search(text, number.end)
    last = after.start() if after else len(text)
    is_date = number.kind is NumberKind.DATE
    alike = [one for one in numbers if (one.unit, one.kind) == (number.unit, number.kind)]
    if is_date:
        end = _first([one.start for one in alike if one.start >= number.end], last)
        return _weighed(_tokens(text[number.end : end]))
    start = max([first, *(one.end for one in alike if one.end <= number.start)])
    pause = _PAUSE.search(text, number.end)
    stops = [one.start for one in numbers if one.start >= number.end]
    end = _first([*stops, pause.start() if pause else last], last)
    after_it = _weighed(_tokens(text[number.end : end]))
    return after_it | _weighed(_leading(text[start : number.start]), LEADING)


def _leading(text: str) -> tuple[str, ...]:
    """What leads to a number: the segment right before it, or the last one that says something."""
    for segment in reversed(_PAUSE.split(text)):
        found = _tokens(segment)
        if found:
            return found
    return ()


def stands_alike(number: Number, said: Reading, form: str, clauses: Sequence[Reading]) -> bool:
    """Whether a clause has the form with company like that of a number said otherwise."""
    own = company(said, number)
    enough = ALIKE * sum(own.values())
    return any(
        _likeness(own, company(one, other)) >= enough
        for one in clauses
        for other in one.numbers
        if other.form == form
    )


def _comparable(number: Number, other: Number) -> bool:
    """Whether two numbers count the same sort of thing; a bare one any that is no date."""
    if number.kind is NumberKind.BARE:
        return other.kind in (NumberKind.BARE, NumberKind.QUANTITY)
    return (other.unit, other.kind) == (number.unit, number.kind)


def _same(number: Number, other: Number) -> bool:
    if number.kind is NumberKind.BARE:
        return number.form == other.form.removesuffix(other.unit)
    return number.form == other.form


def _likeness(own: Company, other: Company) -> float:
    """Weight of the words of one company that the other has."""
    return sum(value * cover(word, " ".join(other)) for word, value in own.items())


def _prefers(own: Company, rival: Company, twin: Company) -> float:
    """How much more of the words that tell two companies apart speak for the rival, 0 to 1."""
    texts = " ".join(rival), " ".join(twin)
    gains = [(value, *(cover(word, text) for text in texts)) for word, value in own.items()]
    for_rival = sum(value * max(one - two, 0.0) for value, one, two in gains)
    for_twin = sum(value * max(two - one, 0.0) for value, one, two in gains)
    return max(for_rival - for_twin, 0.0) / (for_rival + for_twin + DOUBT)


def _first(places: Iterable[int], last: int) -> int:
    return min([*places, last])


def _weighed(words: Iterable[str], times: float = 1.0) -> dict[str, float]:
    """Words with their weights; names of persons, levels and places count double."""
    return {word: times * weight(word) * (2 if names(word) else 1) for word in words}


def _tokens(text: str) -> tuple[str, ...]:
    part = read(text)
    return (*part.words, *(number.form for number in part.numbers))
