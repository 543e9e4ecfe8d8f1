"""Readings of Chinese characters and words, from ``data/readings.txt``.

The table holds what pypinyin knows of the common planes: loading pypinyin itself takes half a
second and 55 MB. ``index.make_readings`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import rjieba

DATA_FILE = Path(__file__).parent / "data" / "readings.txt"
LONGEST = 8  # characters of a word whose reading is listed


def readings(char: str) -> tuple[str, ...]:
    """Every reading of a character with its tone (``zhong4``), the commonest first."""
    return tuple(_table().get(char, "").split()) if len(char) == 1 else ()


def word_reading(word: str) -> tuple[str, ...]:
    """A toneless syllable for each character; a listed word in it is read as a whole.

    What is listed does not count across the border of two words (校对 in 学校对外).
    """
    return tuple(syllable for part in rjieba.cut(word, False) for syllable in _read(part))


def _read(word: str) -> Iterator[str]:
    at = 0
    while at < len(word):
        ends = range(min(at + LONGEST, len(word)), at + 1, -1)
        end = next((end for end in ends if word[at:end] in _table()), at + 1)
        if end > at + 1:
            yield from _table()[word[at:end]].split()
        else:
            yield toneless((*readings(word[at]), word[at])[0])
        at = end


def toneless(reading: str) -> str:
    """``zhong4`` -> ``zhong``."""
    return reading.rstrip("012345")


@cache
def _table() -> dict[str, str]:
    lines = DATA_FILE.read_text(encoding="utf-8").splitlines()
    return {text: found for text, _, found in (line.partition(" ") for line in lines)}
