"""The order in which the parts of a page are read: one column, or two side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.reading.grids import Table
from index.reading.rows import Row, rows_of
from index.reading.sheets import Char

LEAST_ROWS = 5  # on each side of a gutter
MOST_CROSSING = 0.25  # of the rows: titles and wide tables may cross it
RAGGED = 0.05  # of the rows: ends that reach into it
GAP = 0.4  # of the gutter
NARROWEST = 0.6  # of the font size
FULL = 3.0  # font sizes from the gutter: most rows of a left column come as near
MIDDLE = (0.3, 0.7)  # of the width of the text

Part = Row | Table
Gutter = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Strip:
    """Rows and tables from top to bottom; ``column`` is 0 for the whole width, else 1 or 2."""

    column: int
    parts: tuple[Part, ...]


def common_gutter(pages: Sequence[Sequence[Row]]) -> Gutter | None:
    """The gutter of most pages, for a last page whose columns are too short to show it."""
    found = [gutter for rows in pages if (gutter := _gutter(rows))]
    if len(found) * 2 < len(pages):
        return None
    return median(left for left, _ in found), median(right for _, right in found)


def strips_of(rows: Sequence[Row], tables: Sequence[Table], usual: Gutter | None) -> list[Strip]:
    """The parts of a page in reading order; ``usual`` is the gutter of most pages."""
    gutter = _gutter(rows) or usual
    if gutter is None or sum(_spans(row, gutter) for row in rows) * 2 > len(rows):
        return [Strip(0, _ordered(rows, tables))]
    wide = [row for row in rows if _spans(row, gutter)]
    beside = [char for row in rows if row not in wide for char in row.chars]
    columns = [
        _ordered(
            rows_of(char for char in beside if (char.x0 < sum(gutter) / 2) == left),
            [one for one in tables if not _crosses(one, gutter) and (one.x0 < gutter[0]) == left],
        )
        for left in (True, False)
    ]
    barriers = _ordered(wide, [table for table in tables if _crosses(table, gutter)])
    return list(_interleaved(barriers, columns))


def _spans(row: Row, gutter: Gutter) -> bool:
    """Whether a row runs across the gutter: ends that reach into it leave a gap."""
    marks = [char for char in row.chars if not char.text.isspace()]
    return any(
        before.x0 < sum(gutter) / 2 <= after.x0
        and min(after.x0, gutter[1]) - max(before.x1, gutter[0]) < GAP * (gutter[1] - gutter[0])
        for before, after in pairwise(marks)
    )


def _crosses(table: Table, gutter: Gutter) -> bool:
    return table.x0 < gutter[0] - 1 and table.x1 > gutter[1] + 1


def _ordered(rows: Sequence[Row], tables: Sequence[Table]) -> tuple[Part, ...]:
    return tuple(sorted([*rows, *tables], key=_place))


def _place(part: Part) -> float:
    return part.base if isinstance(part, Row) else part.y0


def _interleaved(barriers: Sequence[Part], columns: Sequence[Sequence[Part]]) -> Iterator[Strip]:
    """What crosses the gutter parts the columns into stretches that are read one by one."""
    above = float("-inf")
    for barrier in (*barriers, None):
        below = float("inf") if barrier is None else _place(barrier)
        for number, column in enumerate(columns, 1):
            inside = tuple(part for part in column if above < _place(part) <= below)
            if inside:
                yield Strip(number, inside)
        if barrier is not None:
            yield Strip(0, (barrier,))
        above = below


def _gutter(rows: Sequence[Row]) -> Gutter | None:
    """The blank strip between two columns of running text: left and right edge, or None."""
    if len(rows) < LEAST_ROWS:
        return None
    low, high = min(row.x0 for row in rows), max(row.x1 for row in rows)
    start, stop = (int(low + share * (high - low)) for share in MIDDLE)
    covered = [0] * (stop - start)
    for row in rows:
        for x in {x for char in row.chars for x in _points(char, start, stop)}:
            covered[x - start] += 1
    crossing = min(covered, default=len(rows))
    first, width = _longest([count <= crossing + RAGGED * len(rows) for count in covered])
    gutter = (start + first - 0.5, start + first + width + 0.5)
    wide_enough = width >= NARROWEST * median(row.size for row in rows)
    clear = wide_enough and crossing <= MOST_CROSSING * len(rows)
    return gutter if clear and _two_columns(rows, gutter) else None


def _points(char: Char, start: int, stop: int) -> range:
    blank = char.text.isspace()
    return range(0) if blank else range(max(int(char.x0), start), min(int(char.x1) + 1, stop))


def _longest(flags: Sequence[bool]) -> tuple[int, int]:
    """Where the longest run of True begins, and its length."""
    best, begin = (0, 0), 0
    for at, flag in enumerate((*flags, False)):
        if not flag:
            best = max(best, (begin, at - begin), key=lambda run: run[1])
            begin = at + 1
    return best


def _two_columns(rows: Sequence[Row], gutter: Gutter) -> bool:
    """Running text fills its column; the cells of a table without lines do not."""
    ends = [
        max(char.x1 for char in row.chars if char.x0 < gutter[0])
        for row in rows
        if row.x0 < gutter[0]
    ]
    right = sum(row.x1 > gutter[1] for row in rows)
    size = median(row.size for row in rows)
    full = sum(end > gutter[0] - FULL * size for end in ends)
    return min(len(ends), right) >= LEAST_ROWS and full * 2 >= len(ends)
