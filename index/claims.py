"""Which numbers of a question its asker puts forward as a rule: premises that may be false."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from index.numbers import Number, NumberKind, find_numbers, is_article
from index.words import load_data

_SPLIT = re.compile(r"[,，.。](?!\d)|[?？!！;；\s]")
_SPANS = ("年", "天", "个月", "周")
_COUNTS = ("个", "门", "项", "种", "条")
_SHORT_YEAR = re.compile(r"[1-3]\d年")
_FEW = 10  # things that a question counts: 三门, 哪五项
_NO_CLAIM = (NumberKind.BARE, NumberKind.DOCUMENT, NumberKind.PHONE, NumberKind.ORDINAL)


def claimed_numbers(question: str) -> tuple[str, ...]:
    """Normal forms of the numbers claimed as a rule, not told as facts of the asker's own life.

    A short year is written out: 2018年 for 到18年要建成.
    """
    borders = [0, *(match.end() for match in _SPLIT.finditer(question)), len(question)]
    told = bool(_cue("hearsay").search(question))
    claims = []
    for number in find_numbers(question):
        at = bisect_right(borders, number.start)
        segment = question[borders[at - 1] : borders[at]]
        if _is_claim(number, segment, question, told):
            claims.append(_century(number, question) + number.form)
    return tuple(dict.fromkeys(claims))


def _is_claim(number: Number, segment: str, question: str, told: bool) -> bool:
    if number.kind in _NO_CLAIM or number.unit == "年级" or is_article(number, question):
        return False
    if question[: number.start].endswith("哪"):
        return False
    if number.unit in _SPANS and _is_passing(number, question, told):
        return False
    if number.kind is NumberKind.DATE:
        return _is_due(number, question)
    if _cue("personal").search(segment):
        return bool(_cue("hearsay").search(segment))
    if told or _cue("confirms").search(segment):
        return True
    return bool(_cue("claim").search(segment)) and not _is_few(number)


def _is_few(number: Number) -> bool:
    """三门, 七个: things that a question counts rather than a figure that it claims."""
    count = number.form.removesuffix(number.unit)
    return number.unit in _COUNTS and count.isdecimal() and int(count) <= _FEW


def _is_passing(number: Number, question: str, told: bool) -> bool:
    """这两年, 三年到期, 五年规划: when, or a name; not how long."""
    before, after = question[: number.start], question[number.end :]
    if _cue("expires").match(after):
        return not told
    return bool(_cue("passing").search(before) or _cue("named").match(after))


def _century(number: Number, question: str) -> str:
    """20, where a year of two digits says when: 18年要建成, and not 最多干18年."""
    before, after = question[: number.start], question[number.end :]
    lasts = _cue("lasting").search(before) or _cue("spans").match(after)
    return "20" if _SHORT_YEAR.fullmatch(number.form) and not lasts else ""


def _is_due(number: Number, question: str) -> bool:
    """到2020年, 2025年前, 2024年底: a date that something is said to happen by."""
    before, after = question[: number.start][-1:], question[number.end :]
    return before in ("到", "至", "在") or bool(_cue("due").match(after))


@cache
def _cue(name: str) -> re.Pattern[str]:
    return re.compile("|".join(load_data("numbers.yaml")["claims"][name]))
