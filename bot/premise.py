"""Figures that a question claims and the documents do not have."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.claims import claimed_numbers
from index.numbers import numbers_in

_YEAR = re.compile(r"20(\d\d)年")
_ROUGH = re.compile(r"(\d+)多(\D+)")
_EXACT = re.compile(r"(\d+)(\D+)")


def false_premise(question: str, clauses: Sequence[str]) -> bool:
    """Whether the asker states a figure that no clause has, where one of them has any."""
    claimed = claimed_numbers(question)
    if not claimed:
        return False
    known = {number for clause in clauses for number in numbers_in(clause)}
    told = any(_is_told(claim, number) for claim in claimed for number in known)
    return bool(known) and not told


def _is_told(claim: str, number: str) -> bool:
    """Whether a number of a clause is the one claimed: also 2018年 for 18年, 257 for 200多."""
    year, rough, exact = _YEAR.match(number), _ROUGH.fullmatch(claim), _EXACT.fullmatch(number)
    if year and claim == f"{year[1]}年":
        return True
    if rough and exact and rough[2] == exact[2]:
        return int(rough[1]) <= int(exact[1]) < 2 * int(rough[1])
    return claim == number
