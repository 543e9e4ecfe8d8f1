"""Characters of a page -> rows, and the text of a row: blanks only where the page shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.reading.sheets import Char

SAME_ROW = 0.45  # of the font size: raised and lowered characters stay in their row
WORD_GAP = 0.22  # of the font size, beyond the usual gap of the row
CELL_GAP = 1.8  # of the font size: columns of a table without lines
SMALLER = 0.8
_TOKEN = re.compile(r"[（《“‘〔【]*(?:[!-~]+|.)[，。、；：？！）》”’〕】％,.;:?!)}\]%|/]*")
_NUMBER_EDGE = re.compile(r"[0-9０-９A-Za-z.,]")


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row of characters from left to right, with its measures in points.

    ``cells`` is its text, cut at gaps as wide as between table columns; ``first_width`` is the
    width of its first part that a line break could not have torn apart.
    """

    chars: tuple[Char, ...]
    x0: float
    x1: float
    base: float
    size: float
    first_width: float
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole row, whatever its gaps."""
        return " ".join(self.cells)


def rows_of(chars: Iterable[Char]) -> list[Row]:
    """Rows from top to bottom; blanks at their ends do not count."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=lambda char: (char.base, char.x0)):
        last = rows[-1] if rows else []
        if last and char.base - last[0].base <= SAME_ROW * max(char.size, last[0].size):
            last.append(char)
        else:
            rows.append([char])
    trimmed = (_trimmed(sorted(row, key=lambda char: char.x0)) for row in rows)
    return [_row(row) for row in trimmed if row]


def joined(before: str, after: str) -> str:
    """Two lines of one paragraph; numbers and words at the break never run together."""
    if before and after and _NUMBER_EDGE.match(before[-1]) and _NUMBER_EDGE.match(after[0]):
        return f"{before} {after}"
    return before + after


def _trimmed(row: list[Char]) -> list[Char]:
    marks = [at for at, char in enumerate(row) if not char.text.isspace()]
    return row[marks[0] : marks[-1] + 1] if marks else []


def _row(chars: Sequence[Char]) -> Row:
    token = _TOKEN.match("".join(char.text for char in chars))
    first = chars[: len(token[0])] if token else chars[:1]
    return Row(
        chars=tuple(chars),
        x0=chars[0].x0,
        x1=max(char.x1 for char in chars),
        base=max(chars, key=lambda char: char.size).base,
        size=median(char.size for char in chars),
        first_width=max(char.x1 for char in first) - chars[0].x0,
        cells=tuple(_cells(chars)),
    )


def _cells(chars: Sequence[Char]) -> list[str]:
    marks = [at for at, char in enumerate(chars) if not char.text.isspace()]
    gaps = [chars[after].x0 - chars[before].x1 for before, after in pairwise(marks)]
    usual = max(median(gaps), 0.0) if gaps else 0.0
    cells = [chars[marks[0]].text]
    for (before, after), gap in zip(pairwise(marks), gaps, strict=True):
        char, size = chars[after], max(chars[before].size, chars[after].size)
        if gap - usual > CELL_GAP * size:
            cells.append(char.text)
        elif after > before + 1 or gap - usual > WORD_GAP * size or _raised(chars[before], char):
            cells[-1] += " " + char.text
        else:
            cells[-1] += char.text
    return cells


def _raised(before: Char, after: Char) -> bool:
    """A small digit beside a large one is a note mark or a power, not part of the number."""
    small, large = sorted((before.size, after.size))
    return before.text.isdigit() and after.text.isdigit() and small < SMALLER * large
