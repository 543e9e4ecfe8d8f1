"""Figures that a question claims and the documents do not have."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Citation
from index.claims import claimed_numbers
from index.numbers import numbers_in


def false_premise(question: str, citations: Sequence[Citation]) -> bool:
    """Whether the asker states a figure that no cited clause has, where the clause has one."""
    claimed = claimed_numbers(question)
    if not claimed or not citations:
        return False
    known = {number for citation in citations for number in numbers_in(citation.clause.text)}
    return bool(known) and not any(number in known for number in claimed)
