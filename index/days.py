"""Dates in official texts in every spelling: ``2021年6月1日``, ``２０21年…``, ``一九九○年…``."""

from __future__ import annotations

import re
from datetime import date, timedelta

from index.numbering import HAN_DIGITS, han_number

PLAUSIBLE = range(1900, 2100)
HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_HAN = "[〇○零一二三四五六七八九十]"
_FEW = rf"(?:\d{{1,2}}|{_HAN}{{1,3}})"
_YEAR = r"(?:\d{4}|[〇○零一二三四五六七八九]{4})"
DAY = rf"{_YEAR}\s*年\s*{_FEW}\s*月\s*{_FEW}\s*日"
_DAY = re.compile(rf"({_YEAR})\s*年\s*(\d+|{_HAN}+)\s*月\s*(\d+|{_HAN}+)\s*日")
_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)")


def half_width(text: str) -> str:
    """The same text, character by character, with half-width digits."""
    return text.translate(HALF_WIDTH)


def read_day(text: str) -> date | None:
    """The first date in a text; None where there is none or it is impossible."""
    match = _DAY.search(half_width(text))
    return _date(_year(match[1]), han_number(match[2]), han_number(match[3])) if match else None


def day_in_name(name: str) -> date | None:
    """The last date in a file name: ``教育法(2021-04-29)``, ``通知_20240426``."""
    found = [_date(*map(int, match.groups())) for match in _IN_NAME.finditer(name)]
    return next((day for day in reversed(found) if day), None)


def years_after(day: date, years: int) -> date:
    """The last day of a term of so many years that begins on this day."""
    try:
        same = day.replace(year=day.year + years)
    except ValueError:  # 29 February
        same = date(day.year + years, 3, 1)
    return same - timedelta(days=1)


def show_day(day: date) -> str:
    """``2021年6月1日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def _year(text: str) -> int:
    return int(text) if text.isdecimal() else int("".join(str(HAN_DIGITS[char]) for char in text))


def _date(year: int, month: int, day: int) -> date | None:
    """A date of the times that policies are made in; None for any other."""
    try:
        return date(year, month, day) if year in PLAUSIBLE else None
    except ValueError:
        return None
