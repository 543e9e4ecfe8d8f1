"""Numbers in Chinese text: percentages, ratios, dates, amounts, counts, each in one normal form.

``百分之五十``, ``50％``, ``五成`` and ``一半`` are ``50%``; ``1：220`` is ``1:220``; ``三年`` is
``3年``; ``二〇一八年一月`` is ``2018年1月``; ``1.5万元`` is ``15000元``; ``3至5年`` is ``3~5年``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from index.numerals import HAN_NUMERALS, numeral_value, plain
from index.words import load_data

_H = f"[{HAN_NUMERALS}]"
# Bounded, for a question may be ten thousand digits long.
_N = (
    r"(?:(?<![A-Za-z\d.])\d{1,15}(?:,\d{3}){0,5}(?:\.\d{1,9})?[百千万亿]{0,3}"
    rf"|(?<!{_H}){_H}{{1,24}}(?:点{_H}{{1,9}})?)"
)
_TO = r"\s?(?:~|-|至|到|—+|–)\s?"
_YEAR = r"(?<!\d)(?:19|20)\d\d|[二一][〇零一二三四五六七八九]{3}"
_HALVES = {"年": "6个月", "小时": "30分钟", "钟头": "30分钟", "月": "0.5个月"}


class NumberKind(StrEnum):
    """What sort of number it is."""

    DOCUMENT = "document"
    PHONE = "phone"
    DATE = "date"
    PERCENT = "percent"
    RATIO = "ratio"
    TIME = "time"
    ORDINAL = "ordinal"
    QUANTITY = "quantity"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text in its normal form, at its place (characters)."""

    form: str
    kind: NumberKind
    start: int
    end: int

    @property
    def unit(self) -> str:
        """The canonical unit of a quantity, e.g. ``元``; empty for other kinds."""
        return self.form.lstrip("0123456789.~多") if self.kind is NumberKind.QUANTITY else ""


def find_numbers(text: str) -> tuple[Number, ...]:
    """Every number of a normalised text; words that only look like numbers are left out."""
    blanked = _idioms().sub(lambda match: "_" * len(match[0]), text)
    found = []
    for match in _pattern().finditer(blanked):
        kind, read = _READERS[str(match.lastgroup)]
        form = read(match[0])
        if form:
            found.append(Number(form, kind, match.start(), match.end()))
    return tuple(found)


def numbers_in(text: str) -> tuple[str, ...]:
    """The normal forms of every number of a text, in order, each once."""
    return tuple(dict.fromkeys(number.form for number in find_numbers(text)))


def is_article(number: Number, text: str) -> bool:
    """Whether a number is no more than an article: 一所学校, 一年交多少; but 一年以上 counts."""
    limit = re.match("以上|以下|以内|及以上|内", text[number.end :])
    return number.kind is NumberKind.QUANTITY and text[number.start] == "一" and not limit


@cache
def units() -> Mapping[str, str]:
    """The canonical unit of every way to write one."""
    named = load_data("numbers.yaml")["units"]
    return {alias: unit for unit, aliases in named.items() for alias in aliases}


@cache
def unit_pattern() -> str:
    """A pattern of all units, the longest first, none before characters that make another word."""
    barred = load_data("numbers.yaml")["not_before"]
    ways = sorted(units(), key=len, reverse=True)
    return "|".join(
        re.escape(way) + (f"(?!{'|'.join(barred[way])})" if way in barred else "") for way in ways
    )


@cache
def _idioms() -> re.Pattern[str]:
    return re.compile("|".join(load_data("numbers.yaml")["idioms"]))


@cache
def _pattern() -> re.Pattern[str]:
    unit = unit_pattern()
    month_day = rf"{_N}\s?月\s?{_N}\s?[日号]"
    forms = {
        "document": r"[〔\[(]\s?\d{4}\s?[〕\])]\s?\d+\s?号",
        "phone": r"(?<!\d)(?:1[3-9]\d-?\d{4}-?\d{4}|0\d{2,3}-\d{7,8})(?!\d)",
        "years": rf"(?:{_YEAR})(?:\s?年)?{_TO}(?:{_YEAR})(?!\d)(?:\s?年)?",
        "date": rf"(?<!\d)\d{{4}}(?P<dash>[-/.])\d{{1,2}}(?P=dash)\d{{1,2}}(?!\d)"
        rf"|(?:{_YEAR})\s?年(?:\s?(?:{month_day}|{_N}\s?月))?",
        "day": rf"{month_day}|{_N}\s?月(?!薪|考|饼|票)",
        "half": "一半|半数|过半|对半",
        "whole": "百分之?百",
        "permille": rf"千分之{_N}|{_N}\s?‰",
        "percent": rf"百分之{_N}(?:{_TO}(?:百分之)?{_N})?|{_N}\s?%?(?:{_TO}{_N}\s?)?%",
        "tenths": r"[一二三四五六七八九\d]成半?(?![立为果员功绩效长熟本人分就都品教])",
        "fraction": f"{_N}分之{_N}",
        "ratio": rf"(?<![\d:])\d+(?:\.\d+)?\s?[:：]\s?\d+(?:\.\d+)?|{_N}比{_N}(?!{unit})",
        "time": r"\d{1,2}点(?:半|\d{1,2}分?)?(?!要求|意见|建议|内容|措施|想法|问题|希望|是)"
        rf"|{_N}点(?:半|钟|{_N}分)|(?<=[上下]午|[早晚]上){_N}点",
        "ordinal": rf"第\s?{_N}\s?(?:{unit})",
        "half_unit": "半个?(?:学年|学期|年|月|天|小时|钟头)",
        "and_half": f"{_N}个半(?:月|学期|学年|小时|钟头|星期)",
        "quantity": rf"{_N}[多余来]?[万亿]?(?:{_TO}{_N})?\s?[多余]?(?:{unit})半?",
        "bare": r"(?<![A-Za-z\d.])\d+(?:,\d{3})*(?:\.\d+)?[万亿]?(?![A-Za-z\d])"
        rf"|(?<!{_H}){_H}{{2,}}",
    }
    return re.compile("|".join(f"(?P<{name}>{form})" for name, form in forms.items()))


def _values(text: str) -> list[Decimal]:
    values = (numeral_value(part) for part in re.findall(_N, text))
    return [value for value in values if value is not None]


def _range(text: str) -> str:
    return "~".join(plain(value) for value in _values(text))


def _document(text: str) -> str:
    year, number = re.findall(r"\d+", text)
    return f"〔{year}〕{number}号"


def _years(text: str) -> str:
    first, last = _values(re.sub("[^\\d〇零一二三四五六七八九]", " ", text))
    return f"{plain(first)}~{plain(last)}年"


def _date(text: str, units: str = "年月日") -> str:
    values = _values(re.sub("[-/.]", " ", text))
    return "".join(f"{plain(value)}{unit}" for value, unit in zip(values, units, strict=False))


def _percent(text: str) -> str:
    return _range(text.replace("百分之", " ")) + "%"


def _permille(text: str) -> str:
    return plain(_values(text.replace("千分之", " "))[0] / 10) + "%"


def _tenths(text: str) -> str:
    tenths = _values(text[0])[0] + (Decimal("0.5") if "半" in text else 0)
    return plain(tenths * 10) + "%"


def _fraction(text: str) -> str:
    under, over = (numeral_value(part) for part in text.split("分之"))
    if not under or over is None:
        return ""
    share = over * 100 / under
    exact = share == share.quantize(Decimal("0.01"))
    return f"{plain(share)}%" if exact else f"{plain(over)}/{plain(under)}"


def _ratio(text: str) -> str:
    values = _values(re.sub("[比:：]", " ", text))
    return ":".join(plain(value) for value in values) if len(values) == 2 else ""


def _time(text: str) -> str:
    hour, _, rest = text.partition("点")
    minutes = 30 if rest.startswith("半") else int(numeral_value(rest.rstrip("分钟")) or 0)
    value = numeral_value(hour)
    return f"{plain(value)}:{minutes:02d}" if value is not None and value <= 24 else ""


def _ordinal(text: str) -> str:
    head, unit = _parted(text.removeprefix("第").strip())
    values = _values(head)
    return f"第{plain(values[0])}{unit}" if values else ""


def _half_unit(text: str) -> str:
    unit = text.removeprefix("半").removeprefix("个")
    return _HALVES.get(unit, f"0.5{unit}")


def _and_half(text: str) -> str:
    count, _, unit = text.partition("个半")
    values = _values(count)
    return f"{plain(values[0] + Decimal('0.5'))}{_parted('个' + unit)[1]}" if values else ""


def _quantity(text: str) -> str:
    half = Decimal("0.5") if text.endswith("半") else Decimal(0)
    head, unit = _parted(text.removesuffix("半"))
    about = "多" if re.search("[多余来]", head) else ""
    values = [value + half for value in _values(re.sub("[多余来]", "", head))]
    return "~".join(plain(value) for value in values) + about + unit if values else ""


def _parted(text: str) -> tuple[str, str]:
    """A quantity as its numeral and the canonical unit."""
    way = next(way for way in sorted(units(), key=len, reverse=True) if text.endswith(way))
    return text.removesuffix(way), units()[way]


_READERS: Mapping[str, tuple[NumberKind, Callable[[str], str]]] = {
    "document": (NumberKind.DOCUMENT, _document),
    "phone": (NumberKind.PHONE, lambda text: re.sub(r"\D", "", text)),
    "years": (NumberKind.DATE, _years),
    "date": (NumberKind.DATE, _date),
    "day": (NumberKind.DATE, lambda text: _date(text, "月日")),
    "half": (NumberKind.PERCENT, lambda _: "50%"),
    "whole": (NumberKind.PERCENT, lambda _: "100%"),
    "permille": (NumberKind.PERCENT, _permille),
    "percent": (NumberKind.PERCENT, _percent),
    "tenths": (NumberKind.PERCENT, _tenths),
    "fraction": (NumberKind.PERCENT, _fraction),
    "ratio": (NumberKind.RATIO, _ratio),
    "time": (NumberKind.TIME, _time),
    "ordinal": (NumberKind.ORDINAL, _ordinal),
    "half_unit": (NumberKind.QUANTITY, _half_unit),
    "and_half": (NumberKind.QUANTITY, _and_half),
    "quantity": (NumberKind.QUANTITY, _quantity),
    "bare": (NumberKind.BARE, _range),
}
