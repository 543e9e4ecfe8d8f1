"""Running headers, footers and page numbers: what repeats at the edges of the pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.numbering import han_number
from index.reading.rows import Row

EDGE = 0.12  # of the page height
EDGE_ROWS = 2
OTHER_SIZE = 0.08  # of the usual font size
APART = 1.15  # of the usual distance between rows
SHORT = 6  # characters: 附件1 and 附件2 are no running header
LEAST_SHARE = 0.4  # of the pages: left and right pages may have headers of their own
_DASHES = "[-—–―－─·•\\s]*"
_PAGE_NUMBER = re.compile(
    rf"{_DASHES}(?:第\s*|[Pp]age\s*)?(?P<n>\d{{1,4}}|[〇零一二三四五六七八九十百]{{1,5}})\s*页?"
    rf"(?:\s*(?:[/／,，]|of)?\s*共?\s*\d{{1,4}}\s*页?)?{_DASHES}"
)
_DECORATED = re.compile(r"[-—–―－─·•]\s*\d+\s*[-—–―－─·•]|第.+页|[Pp]age")


@dataclass(frozen=True, slots=True)
class RowsOfPage:
    """The rows of one page, with the edges of the page itself."""

    number: int
    top: float
    bottom: float
    rows: tuple[Row, ...]


def furniture(pages: Sequence[RowsOfPage]) -> dict[int, list[Row]]:
    """Page number -> the rows of that page that are no part of the text."""
    edges = {page.number: _edge_rows(page) for page in pages}
    numbers = {
        (page, zone, row): value
        for page, rows in edges.items()
        for zone, row in rows
        if (value := _page_number(row.text)) is not None
    }
    steps = Counter(value - page for (page, _, _), value in numbers.items())
    keys = {
        row: _keys((page, len(pages)), zone, row)
        for page, rows in edges.items()
        for zone, row in rows
    }
    repeats = Counter(
        key for rows in edges.values() for key in set().union(*(keys[row] for _, row in rows))
    )
    least = max(2, -(-len(pages) * LEAST_SHARE // 1))
    found: dict[int, list[Row]] = {}
    for page, rows in edges.items():
        for zone, row in rows:
            value = numbers.get((page, zone, row))
            counted = value is not None and (
                bool(_DECORATED.search(row.text)) or steps[value - page] > 1 or value == page
            )
            if counted or any(repeats[key] >= least for key in keys[row]):
                found.setdefault(page, []).append(row)
    return found


def _edge_rows(page: RowsOfPage) -> list[tuple[str, Row]]:
    """The rows near an edge of the page that distance or font size sets apart from the text."""
    depth = EDGE * (page.bottom - page.top)
    gaps = [below.base - above.base for above, below in pairwise(page.rows)]
    usual = median(gaps or [0.0]), median([row.size for row in page.rows] or [0.0])
    top = _outer(page.rows[: EDGE_ROWS + 1], usual)
    foot = _outer(page.rows[len(top) :][: -EDGE_ROWS - 2 : -1], usual)
    return [
        *(("top", row) for row in top if row.base < page.top + depth),
        *(("foot", row) for row in foot if row.base > page.bottom - depth),
    ]


def _outer(rows: Sequence[Row], usual: tuple[float, float]) -> Sequence[Row]:
    """Rows from the edge inwards up to the last that is set apart."""
    gap, size = usual
    cuts = [
        at
        for at, (outer, inner) in enumerate(pairwise(rows), 1)
        if abs(inner.base - outer.base) > APART * min(gap, 2 * size)
        or abs(outer.size - size) > OTHER_SIZE * size
    ]
    return rows[: cuts[-1]] if cuts else rows[:1] if len(rows) == 1 else ()


def _page_number(text: str) -> int | None:
    match = _PAGE_NUMBER.fullmatch(text)
    return han_number(match["n"]) if match else None


def _keys(place: tuple[int, int], zone: str, row: Row) -> set[tuple[str, str]]:
    """What may repeat: the words as they are, and longer ones without the page's own number."""
    page, pages = place
    text = re.sub(r"\s", "", row.text)
    own = rf"(?<!\d){page}(?!\d)"
    masked = {text}
    if len(text) > SHORT:
        masked |= {re.sub(own, "#", text), re.sub(rf"{own}([/／]|页共){pages}(?!\d)", "#", text)}
    return {(zone, words) for words in masked}
