"""What stands beside a number in a text: by this one tells which number of a clause is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from bot.faithful.alignment import SAME_WORDS, names, weight, worded
from bot.faithful.wording import Reading, read, variants
from index.numbers import Number, NumberKind

Company = Mapping[str, float]
Place = tuple[Reading, Number]
REACHES = NEAR, WIDE, WHOLE = 0, 1, 2
LEADING = 2.0  # what leads to a number says more than what follows
BEFORE = 1.0  # the segment before that, which may hold the condition
WITHIN = 0.6  # what a word counts that is only part of another
ALIKE = 0.5  # share of the company that must be the same
PERIODS = frozenset("年月天日周")  # what follows them, other numbers too, says what they are for
_NUMERAL = re.compile("[一二三四五六七八九十]+")
_STOP = re.compile(r"[。!！?？\n]")
_END = re.compile(r"[。;；!！?？\n]")
_BREAK = re.compile(r"[,，:：。;；!！?？\n]")
_PAUSE = re.compile(r"[,，、:：。;；!！?？\n]")
# a list of things is one: 理、工、农、医院校; after a number another thing begins: 小学80%、初中85%
_STRETCH = re.compile(r"[,，:：。;；!！?？\n]|(?<=[\d%所人个年元名项次])、")


@lru_cache(maxsize=1 << 14)
def company(reading: Reading, number: Number, reach: int = NEAR) -> Company:
    """Words and numbers beside a number: what a date is followed by, what else leads to a value.

    ``WIDE`` adds all that leads to it, and the segment after one that it closes: forbidden within
    100 metres. ``WHOLE`` is all of its sentence that is nearer to it than to another of its kind.
    """
    text, numbers = reading.text, reading.numbers
    first, last = _sentence(text, number)
    alike = [one for one in numbers if (one.unit, one.kind) == (number.unit, number.kind)]
    start = max([first, *(one.end for one in alike if one.end <= number.start)])
    beside = _own_end(text, number.end, [one.start for one in alike], last)
    topic = _topic(text, first, number, alike)
    about = _weighed(_tokens(_BREAK.split(topic)[-1] if reach == NEAR else topic))
    if reach == WHOLE:
        whole = f"{text[start : number.start]},{text[number.end : beside]}"
        return about | _weighed(_tokens(whole))
    if number.kind is NumberKind.DATE:
        return _weighed(_tokens(text[number.end : beside]))
    following = alike if number.unit in PERIODS else numbers
    end = min([last, *(one.start for one in following if one.start >= number.end)])
    pause = _PAUSE.search(text, number.end, end)
    after = text[number.end : pause.start() if pause else end]
    near, before, far = _leading(text[start : number.start], after_alike=start > first)
    around = about | _weighed(before, BEFORE) | _weighed(_tokens(after))
    around |= _weighed(near, LEADING)
    if reach == NEAR:
        return around
    beyond = _beyond(text, pause.start(), end) if pause else ()
    return _weighed(far) | _weighed(beyond) | around


def _sentence(text: str, number: Number) -> tuple[int, int]:
    """Where the sentence of a number begins and ends."""
    before = [match.end() for match in _END.finditer(text, 0, number.start)]
    after = _END.search(text, number.end)
    return max([0, *before]), after.start() if after else len(text)


def _own_end(text: str, start: int, alike: Iterable[int], last: int) -> int:
    """Where what belongs to a number ends: before the segment that leads to another of its kind."""
    beside = min([last, *(one for one in alike if one >= start)])
    breaks = [match.start() for match in _PAUSE.finditer(text, start, beside)]
    return breaks[-1] if breaks and beside < last else beside


def _topic(text: str, first: int, number: Number, alike: Sequence[Number]) -> str:
    """What the first part of a sentence is about and a short later part goes on with.

    学校的适用图书,文科学校五万册;理科学校四万册: the latter is of 学校的适用图书 too.
    """
    if first == 0 or text[first - 1] not in ";；" or _BREAK.search(text, first, number.start):
        return ""
    start = max([0, *(match.end() for match in _STOP.finditer(text, 0, first))])
    told = [one.start for one in alike if start <= one.start < first]
    breaks = [match.start() for match in _BREAK.finditer(text, start, told[0])] if told else []
    return text[start : breaks[-1]] if breaks else ""


def _leading(
    text: str, *, after_alike: bool
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What leads to a number: the last segment that says something, the one before, the rest."""
    if after_alike and (mark := _PAUSE.search(text)) and mark[0] == "、":
        text = text[mark.end() :]  # what stands before is of the number before
    found = [tokens for segment in _STRETCH.split(text) if (tokens := _tokens(segment))]
    near, before, *rest = [*reversed(found), (), ()]
    return near, before, tuple(chain.from_iterable(rest))


def _beyond(text: str, start: int, last: int) -> tuple[str, ...]:
    """The segment that follows."""
    pause = _BREAK.search(text, start + 1, last)
    return _tokens(text[start : pause.start() if pause else last])


def sides(reading: Reading, number: Number) -> tuple[dict[str, float], dict[str, float]]:
    """What leads to a number and what follows it in its own segment, each by itself."""
    before = _PAUSE.split(reading.text[: number.start])[-1]
    after = _PAUSE.split(reading.text[number.end :])[0]
    return _weighed(_tokens(before), LEADING), _weighed(_tokens(after), LEADING)


def stands_alike(number: Number, said: Reading, form: str, clauses: Sequence[Reading]) -> bool:
    """Whether a clause has the form with company like that of a number said otherwise."""
    own = company(said, number)
    enough = ALIKE * sum(own.values())
    return any(
        likeness(own, company(one, other)) >= enough
        for one in clauses
        for other in one.numbers
        if other.form == form
    )


def resemblance(said: Place, other: Place) -> float:
    """How alike the company of two numbers is, near and far."""
    pairs = ((company(*said, one), company(*other, one)) for one in REACHES)
    return sum(likeness(own, held) for own, held in pairs)


def likeness(own: Company, other: Company) -> float:
    """Weight of the words of one company that the other has."""
    return sum(value * _told(word, other) for word, value in own.items())


def left_over(own: Company, other: Company) -> float:
    """Weight of the words of one company that the other has not."""
    return sum(value * (1 - _told(word, other)) for word, value in own.items())


def gains(own: Company, rival: Company, twin: Company) -> tuple[float, float]:
    """The weight of the words that speak for a rival, and of those that speak for the twin."""
    found = [value * (_told(word, rival) - _told(word, twin)) for word, value in own.items()]
    return sum(max(gain, 0.0) for gain in found), sum(max(-gain, 0.0) for gain in found)


def _told(word: str, company: Company) -> float:
    """How far a company has a word; 自行车 is only within 电动自行车."""
    if word in company:
        return 1.0
    if any(other in company for other in variants(word)):
        return SAME_WORDS
    return min(worded(word, " ".join(company)), WITHIN)


def _weighed(words: Iterable[str], times: float = 1.0) -> dict[str, float]:
    """Words with their weights; names of persons, levels and places count double."""
    return {word: times * weight(word) * (2 if names(word) else 1) for word in words}


def _tokens(text: str) -> tuple[str, ...]:
    part = read(text)
    words = (word for word in part.words if not _NUMERAL.fullmatch(word))
    return (*words, *(number.form for number in part.numbers))
