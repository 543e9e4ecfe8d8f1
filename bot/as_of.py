"""As of which day a question asks: 2020年的规定是什么, 2019年的时候, 修订前, 旧版, 去年."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from index.yaml_text import parse_yaml

DATA_FILE = Path(__file__).parent / "data" / "as_of.yaml"
_DATE = (
    r"(?<![\d到至〔\[(])(?P<year>(?:19|20)\d\d)年"
    r"(?:度|(?P<month>\d{1,2})月(?:份|(?P<day>\d{1,2})[日号])?)?"
)


class AsOfKind(StrEnum):
    """How a version is meant."""

    DAY = "day"  # in force on that day
    EDITION = "edition"  # adopted or taking effect in that year
    EARLIER = "earlier"  # the one before the present one
    STILL = "still"  # an earlier one, of which is asked whether it still holds


@dataclass(frozen=True, slots=True)
class AsOf:
    """The version that a question wants; ``words`` are those of the question that say so."""

    kind: AsOfKind
    words: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class _Data:
    ago: Mapping[str, int]
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    earlier: re.Pattern[str]
    still: re.Pattern[str]


def read_as_of(text: str, today: date) -> AsOf | None:
    """The version a normalised question asks for; None: the present one.

    Of a year or a month the last day counts; this year, and any day to come, is the present.
    """
    found = _dated(text, today)
    if found is None:
        match = _data().earlier.search(text)
        found = AsOf(AsOfKind.EARLIER, match[0]) if match else None
    if found and _data().still.search(text):
        return AsOf(AsOfKind.STILL, found.words, found.day)
    return found


def _dated(text: str, today: date) -> AsOf | None:
    for name, pattern in _data().patterns:
        match = pattern.search(text)
        if match is None:
            continue
        day = _last_day(match, today, before=name == "before")
        if day and day < today:
            kind = AsOfKind.EDITION if name == "edition" else AsOfKind.DAY
            return AsOf(kind, match[0], day)
    return None


def _last_day(match: re.Match[str], today: date, before: bool) -> date | None:
    """The last day of what is named; None for a date that is none."""
    if match["ago"]:
        year = today.year - _data().ago[match["ago"]]
        return date(year - before, 12, 31)
    year, month = int(match["year"]), int(match["month"] or 12)
    if before:
        return date(year - 1, 12, 31)
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    day = int(match["day"] or last)
    return date(year, month, day) if 1 <= day <= last else None


@cache
def _data() -> _Data:
    raw = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))
    ago = "|".join(raw["ago"])
    when = f"(?:{_DATE}|(?P<ago>{ago}))"
    patterns = tuple(
        (name, re.compile(_filled(source, {"when": when, **raw})))
        for name in ("edition", "before", "day")
        for source in raw[name]
    )
    earlier = re.compile("".join(raw["earlier"].split()))
    return _Data(raw["ago"], patterns, earlier, re.compile(raw["still"]))


def _filled(source: str, parts: Mapping[str, str]) -> str:
    """A pattern with {when}, {rule} and {near} in it spelt out."""
    for name in ("when", "rule", "near"):
        source = source.replace(f"{{{name}}}", parts[name])
    return source
