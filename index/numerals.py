"""Values of written numerals: ``一百二十``, ``两千五``, ``二〇一八``, ``1.5万``, ``1,200``."""

from __future__ import annotations

import re
from decimal import Decimal

from index.numbering import HAN_DIGITS

_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
HAN_NUMERALS = "零〇一二三四五六七八九十百千万亿两"
_ARABIC = re.compile(r"(\d+(?:\.\d+)?)([百千万亿]*)")


def numeral_value(text: str) -> Decimal | None:
    """The value of a numeral; None for what is none (三五, 一二三) or counts nothing (百, 万千)."""
    arabic = _ARABIC.fullmatch(text.replace(",", ""))
    if arabic:
        value = Decimal(arabic[1])
        for unit in arabic[2]:
            value *= (_SMALL | _LARGE)[unit]
        return value
    whole, dot, part = text.partition("点")
    value_of_whole = _integer(whole)
    if value_of_whole is None or not dot:
        return value_of_whole
    if not part or any(char not in HAN_DIGITS for char in part):
        return None
    return Decimal(f"{value_of_whole}." + "".join(str(HAN_DIGITS[char]) for char in part))


def plain(value: Decimal) -> str:
    """Decimal digits without an exponent or needless zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _integer(text: str) -> Decimal | None:
    if any(char not in HAN_NUMERALS for char in text) or not set(text) - set("百千万亿"):
        return None
    if all(char in HAN_DIGITS for char in text):  # 二〇一八 is read digit by digit
        digits = "".join(str(HAN_DIGITS[char]) for char in text)
        return Decimal(digits) if len(text) in (1, 4) else None
    total = section = digit = 0
    place = 1  # of the unit just read; in 一万二 the last digit stands for the next place down
    for char in text:
        if char in _LARGE:
            total = ((total + section + digit) or 1) * _LARGE[char]
            section, digit, place = 0, 0, _LARGE[char]
        elif char in _SMALL:
            section += (digit or 1) * _SMALL[char]
            digit, place = 0, _SMALL[char]
        else:
            digit = HAN_DIGITS[char]
            place = place if digit else 1
    return Decimal(total + section + digit * max(place // 10, 1))
