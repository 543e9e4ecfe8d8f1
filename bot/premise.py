"""Figures that a question claims and the documents do not have."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.claims import claimed_numbers
from index.numbers import numbers_in

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
    """Whether a number of a clause is the one claimed: 257 is one for 200多."""
    rough, exact = _ROUGH.fullmatch(claim), _EXACT.fullmatch(number)
    if rough and exact and rough[2] == exact[2]:
        step = int("1" + "0" * (len(rough[1]) - len(rough[1].rstrip("0"))))
        return int(rough[1]) <= int(exact[1]) < int(rough[1]) + step
    return claim == number
