"""Texts as they are compared: numbers in figures, short forms and everyday spellings in full."""

from __future__ import annotations

import re

from bot.faithful.wording import spelled_out
from index.numbering import HAN_DIGITS
from index.numbers import find_numbers
from index.numerals import numeral_value
from index.words import normalise

_ABOUT = re.compile("([一二三四五六七八九十百千万]+)来([个名位所项人年])")
_TENTHS = re.compile("([一二三四五六七八九])成([一二三四五六七八九])(?![一二三四五六七八九十百])")
_POINT = re.compile("百分之([一二三四五六七八九十百零]+)点([一二三四五六七八九零]+)")
_DOUBLED = re.compile(r"([一-鿿])\(([一-鿿])\)([长职委局属])")


def written_figures(text: str) -> str:
    """A text with spoken figures as they are written: 九成二 is 92%, 百分之一点五 1.5%."""
    text = _ABOUT.sub(r"\1\2左右", text)
    text = _TENTHS.sub(lambda match: f"{HAN_DIGITS[match[1]]}{HAN_DIGITS[match[2]]}%", text)
    return _POINT.sub(lambda match: f"{numeral_value(f'{match[1]}点{match[2]}')}%", text)


def split_ranges(text: str, clauses: str) -> str:
    """A text with 500到5000元 as 500元以上5000元以下, where the clauses have them apart."""
    held = {number.form for number in find_numbers(clauses)}
    for number in reversed(find_numbers(text)):
        low, wave, high = number.form.partition("~")
        unit = number.unit or ("%" if high.endswith("%") else "")
        ends = f"{low}{unit}", high
        if wave and unit and number.form not in held and held.issuperset(ends):
            apart = f"{ends[0]}以上{ends[1]}以下"
            text = f"{text[: number.start]}{apart}{text[number.end :]}"
    return text


def written_out(text: str) -> str:
    """A text with its short forms in full: 校(园)长 is 校长、园长, 专(兼)职 is 专职、兼职."""
    return spelled_out(written_figures(_DOUBLED.sub(r"\1\3、\2\3", text)))


def normalise_lines(text: str) -> str:
    """Normalised text that keeps its line breaks."""
    return written_out("\n".join(normalise(line) for line in text.splitlines()))
