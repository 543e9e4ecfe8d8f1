"""Numbers that stand in no clause and may still be true: a count of a list, English numerals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.numbers import Number

MOST_COUNTED = 12  # items that anybody counts
HEAD = 2  # characters after a measure word that say what is counted
NO_COUNTERS = ("", "百分点")
_COUNTERS = "类条项个块点种层份样方面大件步组级"
_LIST = re.compile(r"[^,，:：。;；]+")
_AND = re.compile(r"、|以及|和|与|及|跟|;|；")
_COMMA = re.compile(r"、|;|；")
_BREAK = re.compile(r"[,，:：。;；!！?？\n]")
_COLON = re.compile(r"[:：]")
_ONE_BY_ONE = re.compile("[一二三四五六七八九十]是")
_VALUE = re.compile(r"\d+")
_SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve"]  # fmt: skip
_TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_ROUND = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_UNITS = {word: n for n, word in enumerate([*_SMALL, *_TEENS])}
_TENS = {word: 10 * n for n, word in enumerate(_ROUND, start=2)}
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6}
_WORDS = re.compile(
    rf"\b(?:{'|'.join([*_UNITS, *_TENS, *_LARGE])})"
    rf"(?:(?:[\s-]|\sand\s)(?:{'|'.join([*_UNITS, *_TENS, *_LARGE])}))*\b",
    re.IGNORECASE,
)
_ARABIC = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+|(?<![\d.,])\d+(?:\.\d+)?")


def counts_a_list(text: str, number: Number, clause: str) -> bool:
    """Whether a number only counts what the sentence itself lists: 有三条:甲、乙、丙.

    Where the clause counts the same things (五项管理), its own number must be said.
    """
    counted = _BREAK.split(text[number.end - 1 : number.end + HEAD])[0]
    if re.search(rf"[\d一二三四五六七八九十两]{re.escape(counted)}", clause):
        return False
    counter = number.unit not in NO_COUNTERS and text[number.end - 1] in _COUNTERS
    value = _VALUE.match(number.form)
    if not counter or not value or not 1 < int(value[0]) <= MOST_COUNTED:
        return False
    around = (text[: number.start], text[number.end :])
    lists = [one for part in around for one in (*_LIST.findall(part), part)]
    counts = {len(mark.split(one)) for one in lists for mark in (_AND, _COMMA)}
    counts.add(len(_ONE_BY_ONE.findall(text)))
    if _COLON.search(text):
        counts.add(len(_BREAK.split(_COLON.split(text)[-1].strip("。"))))
    return int(value[0]) in counts


def english_numbers(text: str) -> Iterator[str]:
    """The values of the numbers of an English text, in digits; ``one`` is an article."""
    for match in _ARABIC.finditer(text):
        yield match[0].replace(",", "")
    for match in _WORDS.finditer(text):
        value = _value(re.split(r"[\s-]+", match[0].lower()))
        if value > 1:
            yield str(value)


def _value(words: list[str]) -> int:
    total = part = 0
    for word in words:
        if word == "hundred":
            part = max(part, 1) * 100
        elif word in _LARGE:
            total += max(part, 1) * _LARGE[word]
            part = 0
        else:
            part += _UNITS.get(word, 0) + _TENS.get(word, 0)
    return total + part
