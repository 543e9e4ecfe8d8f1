"""In which unit a question wants its answer (多少米, 几个小时), and whether a text has any such.

The units, which of them measure the same, and which only count what may be listed are in
``data/numbers.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from index.numbers import find_numbers, unit_pattern, units
from index.words import load_data

_PEOPLE = "个?(?=人|娃|孩|学生|老师|教师)"
_SOME = "(?<![哪了十这那好前后近头第的])(?<![^超]过)"  # else 几 is some, or which of them
_PERSON = "人"


@lru_cache(maxsize=256)  # asked again for every region
def asked_units(text: str) -> frozenset[str]:
    """The units of the figures that a normalised question wants, with those of their kind."""
    listed, kinds = load_listed(), _kinds()
    people = {_PERSON for one in _question().finditer(text) if one["people"] is not None}
    found = {units()[one["unit"]] for one in _question().finditer(text) if one["unit"]}
    return frozenset(unit for one in people | (found - listed) for unit in kinds.get(one, (one,)))


@lru_cache(maxsize=4096)  # the clauses of a few documents are looked at again and again
def units_in(text: str) -> frozenset[str]:
    """The units of the quantities in a text."""
    return frozenset(number.unit for number in find_numbers(text) if number.unit)


def lacks_unit(question: str, text: str) -> bool:
    """Whether a question wants a figure of some unit, and the text has none of its kind."""
    asked = asked_units(question)
    return bool(asked) and asked.isdisjoint(units_in(text))


@cache
def load_listed() -> frozenset[str]:
    """Units of what a text may list without counting it."""
    return frozenset(load_data("numbers.yaml")["listed"])


@cache
def _question() -> re.Pattern[str]:
    unit = f"[十百千万亿个]*?(?P<unit>{unit_pattern()})"
    return re.compile(f"(?:多少|{_SOME}几)(?:(?P<people>{_PEOPLE})|{unit})")


@cache
def _kinds() -> Mapping[str, tuple[str, ...]]:
    """Each unit that has others of its kind, with all of them."""
    return {unit: tuple(kind) for kind in load_data("numbers.yaml")["same_kind"] for unit in kind}
