"""Lines as printed -> paragraphs: what a line break inside a sentence tore apart is joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from math import inf
from statistics import median

from index.blocks import line_kind
from index.numbering import mark_at
from index.reading.columns import Strip
from index.reading.grids import Table
from index.reading.limits import CELL
from index.reading.rows import Row, joined

INDENT = 1.2  # font sizes
ALIGNED = 0.6  # font sizes
LOOSE = 1.45  # of the usual distance between lines
FEW = 8  # rows that show no margin of their own
LONG = 0.7  # of the longest line
OTHER_SIZE = 0.12  # of the font size
TITLE_SIZE = 1.1  # of the usual font size
_CLOSED = tuple("。；：！？.;:!?」』”）)】〕》]")

Pages = Sequence[Sequence[Strip]]


@dataclass(frozen=True, slots=True)
class Usual:
    """What most lines of a document have in common: distance between lines, font size."""

    gap: float
    size: float


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line with the margins of its column; ``gap`` is the distance to the line above."""

    row: Row
    left: float
    right: float
    gap: float | None

    @property
    def indent(self) -> float:
        """How far it begins from the left margin, in points."""
        return self.row.x0 - self.left

    @property
    def centred(self) -> bool:
        """Whether both ends keep the same distance from the margins."""
        room = self.right - self.row.x1
        wide = self.indent > INDENT * self.row.size
        return wide and abs(self.indent - room) < ALIGNED * self.row.size


def paragraphs(pages: Pages) -> Iterator[str]:
    """The paragraphs and table rows of the pages in order."""
    usual = _usual(pages)
    paragraph: list[Line] = []
    for part in _lines(pages):
        if isinstance(part, Line) and paragraph and _continues(paragraph, part, usual):
            paragraph.append(part)
            continue
        if paragraph:
            yield _text(paragraph)
        paragraph = [part] if isinstance(part, Line) else []
        if isinstance(part, str):
            yield part
    if paragraph:
        yield _text(paragraph)


def _text(lines: Sequence[Line]) -> str:
    return reduce(joined, (line.row.text for line in lines))


def _lines(pages: Pages) -> Iterator[Line | str]:
    margins = _margins(pages)
    for number, strips in enumerate(pages):
        before: Strip | None = None
        for strip in strips:
            # no sentence runs from a title over both columns into one of them
            apart = before is not None and 0 in (before.column, strip.column)
            yield from _lines_of(strip, margins.get((number % 2, strip.column), (0, 0)), apart)
            before = strip


def _lines_of(strip: Strip, margins: tuple[float, float], apart: bool) -> Iterator[Line | str]:
    above: Row | None = None
    for part, in_table in _marked(strip.parts):
        if isinstance(part, Table):
            yield from part.lines
        elif in_table:
            yield CELL.join(part.cells)
        else:
            first = inf if apart and part is strip.parts[0] else None
            yield Line(part, *margins, first if above is None else part.base - above.base)
        above = part if isinstance(part, Row) else None


def _marked(parts: Sequence[Row | Table]) -> Iterator[tuple[Row | Table, bool]]:
    """Each part, and whether it is a row of a table without lines: with neighbours like it."""
    counts = [len(part.cells) if isinstance(part, Row) else 0 for part in parts]
    for at, part in enumerate(parts):
        beside = max([0, *counts[max(at - 1, 0) : at], *counts[at + 1 : at + 2]])
        yield part, counts[at] > 2 or (counts[at] == 2 and beside > 1)


def _margins(pages: Pages) -> dict[tuple[int, int], tuple[float, float]]:
    """Left and right margin of each column, for left and right pages apart."""
    rows: dict[tuple[int, int], list[Row]] = {}
    for number, strips in enumerate(pages):
        for strip in strips:
            own = [part for part in strip.parts if isinstance(part, Row)]
            rows.setdefault((number % 2, strip.column), []).extend(own)
    for (side, column), held in list(rows.items()):
        if len(held) < FEW:
            rows[side, column] = [*held, *rows.get((1 - side, column), ())]
    return {key: _edges(held) for key, held in rows.items() if held}


def _edges(rows: Sequence[Row]) -> tuple[float, float]:
    """Where many lines begin and the longer ones end; one that sticks out does not count."""
    half = median(row.size for row in rows) / 2
    begins = Counter(round(row.x0 / half) for row in rows)
    common = [place for place, count in begins.items() if count * 5 >= len(rows)]
    left = min(row.x0 for row in rows if round(row.x0 / half) in (common or begins))
    widest = max(row.x1 - row.x0 for row in rows)
    ends = sorted(row.x1 for row in rows if row.x1 - row.x0 > LONG * widest)
    return left, ends[-1 - len(ends) // 10]


def _usual(pages: Pages) -> Usual:
    columns = [
        [part for part in strip.parts if isinstance(part, Row)]
        for strips in pages
        for strip in strips
    ]
    gaps = [below.base - above.base for rows in columns for above, below in pairwise(rows)]
    sizes = [char.size for rows in columns for row in rows for char in row.chars]
    return Usual(median(gaps or [0.0]), median(sizes or [0.0]))


def _continues(lines: Sequence[Line], line: Line, usual: Usual) -> bool:
    """Whether a line goes on with the paragraph whose lines are given."""
    last = lines[-1]
    size = max(line.row.size, last.row.size)
    if abs(line.row.size - last.row.size) > OTHER_SIZE * size:
        return False
    if line.gap is not None and line.gap > LOOSE * max(usual.gap, 1.1 * size):
        return False
    if last.centred or line.centred:
        return size > TITLE_SIZE * usual.size and last.centred and _unfinished(lines)
    if not _is_full(last, line):
        return False
    indented = line.indent > (0.0 if len(lines) == 1 else last.indent) + INDENT * size
    if indented and not _hangs(lines, line):
        return False
    marked = mark_at(line.row.text, 0) is not None
    return not (marked and last.row.text.endswith(_CLOSED))


def _is_full(last: Line, line: Line) -> bool:
    """Whether the first word of the next line had no room at the end of this one."""
    return last.row.x1 + line.row.first_width > last.right - 0.3 * last.row.size


def _unfinished(lines: Sequence[Line]) -> bool:
    """Whether the lines of a large title are not yet a title, an issuer or a number by form."""
    return line_kind(_text(lines)) is None


def _hangs(lines: Sequence[Line], line: Line) -> bool:
    """Whether the line stands under the words after the mark that opens its paragraph."""
    first = lines[0].row
    mark = mark_at(first.text, 0)
    under = first.chars[mark.end : mark.end + 3] if mark else ()
    return any(abs(char.x0 - line.row.x0) < ALIGNED * line.row.size for char in under)
