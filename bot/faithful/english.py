"""English words that are only true where a Chinese clause has one of their counterparts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.faithful.lexicon import data


def missing_counterparts(text: str, clauses: str) -> Iterator[str]:
    """Words of an English text (private, banned, not) that nothing in the clauses stands for."""
    held = _no_negations().sub("_", clauses)
    for words, counterparts in _musts():
        match = words.search(text)
        if match and not counterparts.search(held):
            yield match[0]


@cache
def _no_negations() -> re.Pattern[str]:
    """Words of a clause that deny nothing, though they look like it: 不断, 无线."""
    words = sorted(data()["english_no_negations"], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def _musts() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    rows = data()["english_musts"]
    return tuple(
        (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), re.compile(held)) for words, held in rows
    )
