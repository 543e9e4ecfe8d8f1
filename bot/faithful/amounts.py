"""Amounts as they are compared: in one unit, with the ends of a range and the bounds at them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from bot.faithful.lexicon import data, patterns
from bot.faithful.wording import bound
from index.numbers import Number, NumberKind, find_numbers
from index.numerals import numeral_value, plain

_FORM = re.compile(r"([\d.]+(?:~[\d.]+)?)([一-鿿]+)")
_UP, _DOWN = frozenset({"least", "over"}), frozenset({"most", "under"})
_ABOUT = frozenset({"about"})
AGAINST = {
    **dict.fromkeys(_UP, _DOWN | _ABOUT),
    **dict.fromkeys(_DOWN, _UP | _ABOUT),
    "about": _UP | _DOWN,
}
_SPANS = frozenset({"年", "学年", "学期", "月", "个月"})
# what stands between the two numbers of one range: 一万元以上十万元以下, 满十四周岁不满十六周岁
_FROM_TO = re.compile(
    r"(?:及?以上|起)?(?:至|到|~|、|,|但|且)*(?:不满|未满|不足|不到|低于|不超过|最高)?"
)
_PLAN = re.compile("十[一二三四五六]五(?!年|个|名|所|万|元|块|人|岁|天|日|周|分|%)")


@lru_cache(maxsize=1 << 12)
def based(form: str) -> str:
    """A form in the smallest unit of its scale: 1小时 and 60分钟 are 60分钟, 10天 is 10日."""
    match = _FORM.fullmatch(form)
    scale = data()["scales"].get(match[2]) if match else None
    if not match or not scale:
        return form
    times, unit = scale
    values = (plain(Decimal(one) * times) for one in match[1].split("~"))
    return f"{'~'.join(values)}{unit}"


@lru_cache(maxsize=1 << 10)
def all_numbers(text: str) -> tuple[Number, ...]:
    """Every number of a text, articles too (一所学校), and the two ends of every range."""
    found = find_numbers(text)
    return (*found, *(end for number in found for end in range_ends(number)))


def range_ends(number: Number) -> Iterator[Number]:
    """What a range reaches from and to, as numbers that stand where it stands."""
    low, wave, high = number.form.partition("~")
    digits = re.match(r"[\d.]+", high)
    if wave and digits:
        for value in (low, digits[0]):
            form = f"{value}{high[digits.end() :]}"
            yield Number(form, number.kind, number.start, number.end)


def ends_told(number: Number, text: str, clauses: Sequence[str]) -> bool:
    """Whether a number is an end of a range of a clause and is told as that: 最多5年 for 3~5年."""
    said = bound(text, number)
    return any(
        based(number.form) == based(end.form) and said in side
        for clause in clauses
        for other in find_numbers(clause)
        for end, side in zip(range_ends(other), (_UP, _DOWN), strict=False)
    )


def wrong_bounds(text: str, clauses: Sequence[str]) -> Iterator[str]:
    """Numbers with 至少 where the clause says 不超过, with 约 where it does not, or so on."""
    for number in find_numbers(text):
        said = bound(text, number)
        meant = {
            bound(clause, other)
            for clause in clauses
            for other in find_numbers(clause)
            if based(other.form) == based(number.form)
        }
        blurred = said == "about" and not _is_recent(text, number)
        against = AGAINST.get(said, frozenset()) | ({""} if blurred else set())
        if meant and meant <= against:
            yield number.form


def _is_recent(text: str, number: Number) -> bool:
    """近三年 are the last three, not about three."""
    return number.unit in _SPANS and text[: number.start].endswith("近")


def wrong_ranges(text: str, clauses: Sequence[str]) -> Iterator[str]:
    """Ranges of whose ends the clauses have both, but not together, or that run backwards."""
    known = {pair for clause in clauses for pair in _ranges(clause)}
    ends = {end for pair in known for end in pair}
    for low, high in _ranges(text):
        if (low, high) not in known and ({low, high} <= ends or _value(low) >= _value(high)):
            yield f"{low}~{high}"


@lru_cache(maxsize=1 << 10)
def _ranges(text: str) -> tuple[tuple[str, str], ...]:
    """The two ends of everything that is said to reach from one number to another."""
    numbers = find_numbers(text)
    pairs = [
        (based(one.form), based(two.form))
        for one, two in pairwise(numbers)
        if one.unit == two.unit
        and one.kind is two.kind
        and one.kind in (NumberKind.QUANTITY, NumberKind.PERCENT)
        and one.end < two.start
        and _FROM_TO.fullmatch(text[one.end : two.start])
        and bound(text, one) in _UP
        and bound(text, two) in _DOWN
    ]
    wide = (tuple(range_ends(number)) for number in numbers)
    return (*pairs, *((based(one.form), based(two.form)) for one, two in filter(None, wide)))


def _value(form: str) -> float:
    digits = re.match(r"[\d.]+", form)
    return float(digits[0]) if digits else 0.0


def unknown_plans(text: str, known: str) -> Iterator[str]:
    """Five-year plans (十四五) that are not those of the clauses."""
    held = set(_PLAN.findall(known))
    return (plan for plan in dict.fromkeys(_PLAN.findall(text)) if plan not in held)


def unknown_counts(text: str, clauses: Sequence[str]) -> Iterator[str]:
    """Counts by a measure word that is no unit (两档工资) where the clauses count otherwise.

    And what is measured in units of which the clauses know nothing (26亩).
    """
    known = "\n".join(clauses)
    held, else_held = (set(_counts(known, part)) for part in ("measured", "measured_else"))
    measures = {measure for _, measure in held}
    for value, measure in _counts(text, "measured"):
        if measure in measures and (value, measure) not in held:
            yield f"{value}{measure}"
    for value, measure in _counts(text, "measured_else"):
        if (value, measure) not in else_held:
            yield f"{value}{measure}"


def _counts(text: str, part: str) -> Iterator[tuple[str, str]]:
    for match in patterns(part).finditer(text):
        value = numeral_value(match[1])
        if value is not None:
            yield plain(value), match[2]
