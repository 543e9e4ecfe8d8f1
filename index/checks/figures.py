"""Figures that cannot be: dates, years, shares, sizes and ranges the wrong way round."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from functools import cache

from index.checks.kinds import Spot, checks_data
from index.documents import Clause
from index.numbers import Number, NumberKind, find_numbers

FIRST_YEAR, LAST_YEAR = 1900, 2060
LEAP_YEAR = 2024  # a day without a year may be the 29th of February
CONTEXT = 12  # characters before a figure that say what it is of
_FULL = str.maketrans("０１２３４５６７８９％．", "0123456789%.")
_DASHED = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_WRITTEN = re.compile(r"(?:(\d+)年)?(\d+)月(\d+)日|(\d+)年(\d+)月")
_LONG_DAY = re.compile(r"(?:\d+\s?年\s?)?\d+\s?月\s?\d+\s?日")
_ODD_YEAR = re.compile(
    r"(?<![\d.])(?:[12]\d{2}|\d{5,})年(?![以间内期限的])"
    r"|(?<![\d.])(?!\d000年)(?:[03-9]\d{3}|1[0-8]\d\d|2[1-9]\d\d)年"
)
_UNTIL = re.compile(r"(\d+(?:\.\d+)?)~(\d+(?:\.\d+)?)")


def figures(text: str, clauses: Sequence[Clause]) -> Iterator[Spot]:
    """Every figure out of its bounds."""
    text = text.translate(_FULL)
    for match in _ODD_YEAR.finditer(text):
        yield Spot("far_year", *match.span(), match[0])
    for match in _LONG_DAY.finditer(text):
        if not _is_date(re.sub(r"\s", "", match[0])):
            yield _around(text, "impossible_date", match.start(), match.end())
    reached = 0
    for number in find_numbers(text):
        if number.start >= reached:
            yield from _number(text, number)
        reached = number.end
    yield from _beyond(text)


def _number(text: str, number: Number) -> Iterator[Spot]:
    span = number.start, number.end
    if number.kind is NumberKind.DATE:
        if not _in_reach(number.form):
            yield _around(text, "far_year", *span)
        elif not _is_date(number.form) and not _LONG_DAY.match(text, *span):
            yield _around(text, "impossible_date", *span)
    elif number.kind is NumberKind.PERCENT and _too_much(text, number):
        yield _around(text, "impossible_figure", *span)
    if number.kind in (NumberKind.PERCENT, NumberKind.QUANTITY, NumberKind.DATE):
        bounds = _UNTIL.search(number.form)
        if bounds and float(bounds[1]) > float(bounds[2]) and "万" not in text[slice(*span)]:
            yield _around(text, "range_reversed", *span)


def _in_reach(form: str) -> bool:
    years = re.findall(r"(\d+)(?=年|~\d{4}年)", form)
    return all(FIRST_YEAR <= int(year) <= LAST_YEAR for year in years if len(year) == 4)


def _is_date(form: str) -> bool:
    """Whether month and day exist; a form that holds neither is fine."""
    dashed = _DASHED.fullmatch(form)
    match = _WRITTEN.fullmatch(form)
    if dashed:
        year, month, day = int(dashed[1]), int(dashed[3]), int(dashed[4])
    elif match and match[2]:
        year, month, day = int(match[1] or LEAP_YEAR), int(match[2]), int(match[3])
    elif match:
        year, month, day = int(match[4]), int(match[5]), 1
    else:
        return True
    return 1 <= month <= 12 and 1 <= day <= monthrange(_countable(year), month)[1]


def _countable(year: int) -> int:
    return year if FIRST_YEAR <= year <= LAST_YEAR else LEAP_YEAR


def _too_much(text: str, number: Number) -> bool:
    """More than the whole of something that is a share."""
    largest = max(float(value) for value in re.findall(r"\d+(?:\.\d+)?", number.form) or ["0"])
    before = re.split("[。；;，,]", text[max(0, number.start - CONTEXT) : number.start])[-1]
    shares, growth = checks_data()["shares"], checks_data()["growth"]
    return largest > 100 and bool(re.search(shares, before)) and not re.search(growth, before)


def _beyond(text: str) -> Iterator[Spot]:
    for pattern, most in _limits():
        for match in pattern.finditer(text):
            if int(match["value"]) > most:
                yield _around(text, "impossible_figure", match.start("value"), match.end())


@cache
def _limits() -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple(
        (
            re.compile(
                (rf"(?:{row['before']})[^，。；\d]{{0,{CONTEXT}}}" if "before" in row else "")
                + rf"(?<![\d.〔（(])(?P<value>\d{{1,3}})\s?{row['unit']}"
            ),
            row["most"],
        )
        for row in checks_data()["limits"]
    )


def _around(text: str, kind: str, start: int, end: int) -> Spot:
    before = text[max(0, start - 8) : start].rpartition("\n")[2]
    return Spot(kind, start, end, before + text[start:end] + text[end : end + 4].partition("\n")[0])
