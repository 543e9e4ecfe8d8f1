"""新旧对照: two versions side by side, inserted and deleted words marked, and as a table file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from bot.staff.csvs import csv_file
from bot.staff.pages import Editor, StaffProblem, Visit, staff_page
from bot.staff.workshop import workshop_of
from bot.web.interface import Interface
from bot.web.marks import Mark, MarkKind, Piece, cut
from index.compare_versions import Row, Span, compare_versions, count_kinds
from index.documents import Clause, Document

PATH = "/staff/compare"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Side:
    """A clause in one version, cut where its words changed."""

    address: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A clause in both versions, or in one; ``is_renumbered``: under another number."""

    kind: str
    old: Side | None
    new: Side | None
    is_renumbered: bool


@router.get(PATH)
def compare_page(visit: Editor) -> Response:
    """The clauses that differ; all of them when asked for."""
    old, new = _both(visit)
    rows = compare_versions(old, new)
    whole = bool(visit.request.query_params.get("all"))
    context = {
        "old": old,
        "new": new,
        "pairs": [pair(row) for row in rows if whole or row.kind != "same"],
        "counts": count_kinds(rows),
        "renumbered": sum(row.is_renumbered for row in rows),
        "whole": whole,
        "query": {"old": _given(visit, "old"), "new": _given(visit, "new")},
        "path": PATH,
    }
    return staff_page(visit.request, "compare.html", context)


@router.get(f"{PATH}.csv")
def compare_csv(visit: Editor) -> Response:
    """Every clause of both versions as a table."""
    words = visit.console.texts
    rows = compare_versions(*_both(visit))
    header = [words(f"compare_{name}") for name in ("kind", "old", "old_text", "new", "new_text")]
    return csv_file("compare", header, [_cells(row, kind_of(row, words)) for row in rows])


def pair(row: Row) -> Pair:
    """A row as the page shows it."""
    old, new = _side(row.old, "deleted", row.deleted), _side(row.new, "inserted", row.inserted)
    return Pair(row.kind, old, new, row.is_renumbered)


def kind_of(row: Row, words: Interface) -> str:
    """What became of a clause, and whether its number changed."""
    kinds = [row.kind, *(["renumbered"] if row.is_renumbered else [])]
    return "、".join(words(f"row_{kind}") for kind in kinds)


def _side(clause: Clause | None, kind: MarkKind, spans: Sequence[Span]) -> Side | None:
    if clause is None:
        return None
    marks = [Mark(kind, start, end) for start, end in spans]
    return Side(clause.address, cut(clause.text, 0, marks))


def _cells(row: Row, kind: str) -> list[object]:
    cells: list[object] = [kind]
    for clause in (row.old, row.new):
        cells += [clause.address, clause.text.strip()] if clause else ["", ""]
    return cells


def _both(visit: Visit) -> tuple[Document, Document]:
    return _document(visit, _given(visit, "old")), _document(visit, _given(visit, "new"))


def _given(visit: Visit, side: str) -> str:
    return visit.request.query_params.get(side, "")[:100]


def _document(visit: Visit, name: str) -> Document:
    """The draft with this id, or the document held."""
    workshop = workshop_of(visit)
    for draft in workshop.library.drafts.all():
        if draft.id == name:
            return workshop.library.drafts.document(name)
    held = workshop.held().get(name)
    if held is None:
        raise StaffProblem("no_document", 404)
    return held
