"""Marks that number the parts of a Chinese official document, in all their spellings.

Forms follow GB/T 9704-2012 (一、（一）1.（1）) and the drafting rules of statutes (编章节条款项).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

from index.yaml_text import parse_yaml

DATA_FILE = Path(__file__).parent / "data" / "numbering.yaml"
HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
}
HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_H = "[零〇○一二三四五六七八九十百千两]"


class Form(IntEnum):
    """Forms of a mark, the outermost first."""

    PART = 1  # 第一编
    CHAPTER = 2  # 第一章
    SECTION = 3  # 第一节
    ARTICLE = 4  # 第一条
    HAN = 5  # 一、
    HAN_BRACKETS = 6  # （一）
    ARABIC = 7  # 1.
    ARABIC_BRACKETS = 8  # （1）
    CIRCLE = 9  # ①


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark found in a text: ``start`` to ``end`` covers the mark, not the words after it."""

    form: Form
    number: int
    sub: int
    label: str
    start: int
    end: int


def han_number(text: str) -> int:
    """Read ``第一千零四十三条``'s numeral; raises ValueError on anything else."""
    compact = re.sub(r"\s", "", text)
    if compact.isdigit():
        return int(compact)
    total = current = 0
    for char in compact:
        if char in HAN_DIGITS:
            current = HAN_DIGITS[char]
        elif char in HAN_UNITS:
            total += (current or 1) * HAN_UNITS[char]
            current = 0
        else:
            raise ValueError(text)
    return total + current


@cache
def numbering_data() -> dict[str, Any]:
    """The data file: section titles, suffixes, and what is not a heading."""
    data: dict[str, Any] = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))
    return data


def _sub(text: str | None) -> int:
    return han_number(text) if text else 0


@cache
def _patterns() -> tuple[tuple[Form, re.Pattern[str]], ...]:
    data = numbering_data()
    ws = r"[ \t\u3000\xa0]*"
    numeral = rf"(?P<n>{_H}(?:{ws}{_H})*|\d+)"
    tail = rf"(?=$|\n|[ \t\u3000\xa0]|(?!{data['not_article_after']})\S)"
    return (
        (Form.PART, re.compile(rf"第{ws}{numeral}{ws}编(?=[ \t\u3000\xa0\n]|$)")),
        (
            Form.CHAPTER,
            re.compile(rf"第{ws}{numeral}{ws}章(?=[ \t\u3000\xa0\n]|$|[\u4e00-\u9fff])"),
        ),
        (Form.SECTION, re.compile(rf"第{ws}{numeral}{ws}节(?=[ \t\u3000\xa0\n]|$)")),
        (
            Form.ARTICLE,
            re.compile(rf"第{ws}{numeral}{ws}条(?:之(?P<s>{_H}+))?{tail}"),
        ),
        (
            Form.HAN,
            re.compile(rf"(?P<n>{_H}+)[、．.](?!{data['not_heading_after_han']})"),
        ),
        (Form.HAN_BRACKETS, re.compile(rf"[（(]{ws}(?P<n>{_H}+){ws}[)）]")),
        (Form.ARABIC, re.compile(r"(?P<n>\d{1,3})[.．、](?!\d)")),
        (Form.ARABIC_BRACKETS, re.compile(r"[（(]?(?P<n>\d{1,3})[)）]")),
        (Form.CIRCLE, re.compile(rf"(?P<n>[{CIRCLED}])")),
    )


def mark_at(text: str, position: int) -> Mark | None:
    """The mark that starts at this position, if any."""
    for form, pattern in _patterns():
        match = pattern.match(text, position)
        if not match:
            continue
        number = CIRCLED.index(match["n"]) + 1 if form is Form.CIRCLE else _number(match["n"])
        sub = _sub(match.groupdict().get("s"))
        if number:
            return Mark(form, number, sub, match[0], match.start(), match.end())
    return None


def _number(text: str) -> int:
    try:
        return han_number(text)
    except ValueError:
        return 0


def marks_at_line_starts(text: str) -> Iterator[Mark]:
    """Every mark at the start of a line."""
    for match in re.finditer(r"^[ \t\u3000\xa0]*", text, re.MULTILINE):
        mark = mark_at(text, match.end())
        if mark:
            yield mark


def marks_inside_lines(text: str, after: Callable[[int], bool]) -> Iterator[Mark]:
    """Every mark inside a line for which ``after(position)`` accepts what stands before it."""
    for match in re.finditer(r"[零〇○一二三四五六七八九十百（(\d①-⑳第]", text):
        position = match.start()
        if position and text[position - 1] != "\n" and after(position):
            mark = mark_at(text, position)
            if mark:
                yield mark


def written(form: Form, number: int, sub: int = 0) -> str:
    """The address form of a mark, in one spelling: ``第十二条``, ``一、``, ``（二）``, ``4``."""
    han = han_written(number)
    plain = {
        Form.PART: f"第{han}编",
        Form.CHAPTER: f"第{han}章",
        Form.SECTION: f"第{han}节",
        Form.ARTICLE: f"第{han}条",
        Form.HAN: f"{han}、",
        Form.HAN_BRACKETS: f"（{han}）",
        Form.ARABIC: str(number),
        Form.ARABIC_BRACKETS: f"（{number}）",
        Form.CIRCLE: CIRCLED[number - 1] if number <= len(CIRCLED) else str(number),
    }[form]
    return f"{plain}之{han_written(sub)}" if sub else plain


def han_written(number: int) -> str:
    """Write a number below ten thousand as a Chinese numeral: 1043 -> 一千零四十三."""
    digits = "零一二三四五六七八九"
    out, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            out += ("零" if zero else "") + digits[digit] + name
            zero = False
        elif out:
            zero = True
    return out.removeprefix("一") if 10 <= number < 20 else out or "零"
