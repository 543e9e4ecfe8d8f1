"""Cut a text into pieces by the marks that lie on it: quotes, repairs, found words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from index.documents import Clause, Repair

MarkKind = Literal["quote", "repair", "found", "issue", "deleted", "inserted", "reference"]

MOST_QUOTES = 100  # that are read from one link


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the canonical text (characters) that is shown in its own way.

    ``link`` is what it leads to: an address, or the name of what is told elsewhere on the page.
    """

    kind: MarkKind
    start: int
    end: int
    title: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text under the same marks; ``link`` is that of the first mark that has one."""

    text: str
    kinds: tuple[MarkKind, ...] = ()
    title: str = ""
    link: str = ""


def cut(text: str, start: int, marks: Iterable[Mark]) -> tuple[Piece, ...]:
    """Pieces of ``text``, which begins at offset ``start``; joined, they give it back exactly."""
    end = start + len(text)
    inside = [mark for mark in marks if mark.start < end and mark.end > start]
    edges = {start, end}
    for mark in inside:
        edges |= {max(mark.start, start), min(mark.end, end)}
    ordered = sorted(edges)
    return tuple(
        _piece(text[low - start : high - start], low, high, inside)
        for low, high in pairwise(ordered)
    )


def _piece(text: str, low: int, high: int, marks: Sequence[Mark]) -> Piece:
    over = [mark for mark in marks if mark.start <= low and mark.end >= high]
    kinds = tuple(sorted({mark.kind for mark in over}))
    titles = "；".join(mark.title for mark in over if mark.title)
    return Piece(text, kinds, titles, next((mark.link for mark in over if mark.link), ""))


def repair_marks(repairs: Iterable[Repair]) -> tuple[Mark, ...]:
    """Where editors changed the text, with their reason."""
    return tuple(
        Mark("repair", repair.start, repair.end, repair.reason)
        for repair in repairs
        if repair.end > repair.start
    )


def found_marks(text: str, word: str) -> tuple[Mark, ...]:
    """Every place where the word stands in the text, whatever its letter case."""
    if not word.strip():
        return ()
    pattern = re.compile(re.escape(word.strip()), re.IGNORECASE)
    return tuple(Mark("found", match.start(), match.end()) for match in pattern.finditer(text))


def quote_marks(spans: Iterable[str], clause: Clause | None, length: int) -> tuple[Mark, ...]:
    """Read ``120-150`` spans from a link; spans outside the clause or text are ignored."""
    low, high = (clause.start, clause.end) if clause else (0, length)
    marks = []
    for span in islice(spans, MOST_QUOTES):
        match = re.fullmatch(r"(\d{1,9})-(\d{1,9})", span)
        if match and low <= int(match[1]) < int(match[2]) <= high:
            marks.append(Mark("quote", int(match[1]), int(match[2])))
    return tuple(marks)
