"""Texts as they are compared: numbers in figures, short forms and everyday spellings in full."""

from __future__ import annotations

import re

from bot.faithful.wording import spelled_out
from index.numbering import HAN_DIGITS
from index.numbers import find_numbers
from index.numerals import HAN_NUMERALS, numeral_value
from index.words import normalise, word_spans

_EVERY = re.compile("每(?=[百千万][人名户])")
_ABOUT = re.compile("([一二三四五六七八九十百千万]+)来([个名位所项人年])")
_TENTHS = re.compile("([一二三四五六七八九])成([一二三四五六七八九])(?![一二三四五六七八九十百])")
_QUARTERS = re.compile("([1-9一二两三])刻钟")
_TWO = re.compile("两(?=成(?![立为果员功绩效长熟本人分就都品教]))")
_H = HAN_NUMERALS
_SESSION = re.compile(rf"(?<![第每\d{_H}])(?=[\d{_H}]+届(?:全国)?人)")
_POINT = re.compile("百分之([一二三四五六七八九十百零]+)点([一二三四五六七八九零]+)")
_DOUBLED = re.compile(r"([一-鿿])\(([一-鿿])\)([长职委局属])")

_AND = re.compile("、|以及|和|与|及")
_THINGS = r"(?P<things>[^,，;；。:：\n\d]{2,60}?)"
_VERB = r"(?P<verb>[^\d,，;；。、一二三四五六七八九十百千两]{0,8})"
_VALUE = r"[^,，;；。、和与及:：\n]{1,14}"
# 小学、初中标准班额占比分别达80%、85%; 小学、初中标准班额占比都要达85%
_EACH = re.compile(rf"{_THINGS}分别{_VERB}(?P<values>{_VALUE}(?:(?:、|以及|和|与|及){_VALUE})+)")
_ALL = re.compile(
    rf"{_THINGS}[都均各]{_VERB}(?P<values>(?:百分之)?[\d一二三四五六七八九十两]{_VALUE})"
)


def written_figures(text: str) -> str:
    """A text with spoken figures as they are written: 九成二 is 92%, 八届人大 the 第八届."""
    text = _SESSION.sub("第", _EVERY.sub(r"\g<0>1", text))
    text = _ABOUT.sub(r"\1\2左右", text)
    text = _QUARTERS.sub(lambda match: f"{15 * int(numeral_value(match[1]) or 0)}分钟", text)
    text = _TWO.sub("二", text).replace("十成", "100%")
    text = _TENTHS.sub(lambda match: f"{HAN_DIGITS[match[1]]}{HAN_DIGITS[match[2]]}%", text)
    return _POINT.sub(lambda match: f"{numeral_value(f'{match[1]}点{match[2]}')}%", text)


def told_apart(text: str) -> str:
    """A text with 小学、初中占比分别达80%、85% as 小学占比达80%,初中占比达85%."""
    return _ALL.sub(_each, _EACH.sub(_each, text))


def _each(match: re.Match[str]) -> str:
    """A statement for each of the things listed, where there are as many numbers as things."""
    *first, last = _AND.split(match["things"])
    values = _AND.split(match["values"])
    values = values * (len(first) + 1) if len(values) == 1 else values
    spans = word_spans(last)
    if len(values) != len(first) + 1 or not first or not spans:
        return match[0]
    end = spans[0][1]
    tail = f"{last[end:]}{match['verb']}"
    return ",".join(
        f"{one}{tail}{value}" for one, value in zip((*first, last[:end]), values, strict=True)
    )


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
