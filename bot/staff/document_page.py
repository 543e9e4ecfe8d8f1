"""One document held: what is known of it, its versions and references, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from bot.staff.documents_page import PATH, families, family
from bot.staff.draft_page import as_received
from bot.staff.jobs_page import job_path
from bot.staff.pages import Editor, Reviewer, StaffProblem, Visit, go, staff_page
from bot.staff.publish_page import line_of
from bot.staff.publishing import start_publishing
from bot.staff.tables import Role
from bot.staff.workshop import workshop_of
from index.cross_references import references
from index.documents import Clause, Document
from index.guesses import LEVEL_NAMES
from index.library.changes import Changes, Retirement
from index.library.files import RAW, document_of
from index.title_index import TitleIndex

ONE = f"{PATH}/{{document_id}}"
SHORTEST_REASON = 2
STATUSES: Mapping[str, Literal["废止", "失效"]] = {"repealed": "废止", "expired": "失效"}
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """Words of a clause that refer to another; no target: it is not held or not certain."""

    clause: Clause
    words: str
    target: Document | None
    target_clause: Clause | None


@router.get(ONE)
def document_page(visit: Editor, document_id: str) -> Response:
    """Everything about one document."""
    document, held = _held(visit, document_id), workshop_of(visit).held()
    versions = families(held.values())[family(document)]
    rows = reference_rows(document, held)
    context = {
        "document": document,
        "level": LEVEL_NAMES[document.level],
        "versions": versions,
        "newer": held.get(document.superseded_by),
        "links": [row for row in rows if row.target],
        "blind": sorted({row.words for row in rows if not row.target}),
        "today": date.today(),
        "statuses": STATUSES,
        "may_change": visit.member.role.covers(Role.REVIEWER),
        "path": f"{PATH}/{document.id}",
    }
    return staff_page(visit.request, "document.html", context)


@router.get(f"{ONE}/source")
def source(visit: Editor, document_id: str) -> Response:
    """The file as it was received, as a download."""
    files = workshop_of(visit).library.held_files()
    for name, path in files.items():
        if name.startswith(f"{RAW}/") and document_of(name) == document_id:
            return as_received(path, path.name)
    raise StaffProblem("no_source", 404)


@router.post(f"{ONE}/retire")
def retire(visit: Reviewer, document_id: str) -> Response:
    """Mark it as no longer in force from a day on; it stays for questions of earlier days."""
    document = _held(visit, document_id)
    reason = _confirmed(visit)
    status = STATUSES.get(visit.text("status"), "废止")
    retirement = Retirement(document.id, reason, _day(visit), status)
    changes = Changes(retire=(retirement,), by=visit.member.name, note=reason)
    return _start(visit, document, "retire", changes)


@router.post(f"{ONE}/withdraw")
def withdraw(visit: Reviewer, document_id: str) -> Response:
    """Take it out of what is held."""
    document = _held(visit, document_id)
    note = _confirmed(visit)
    changes = Changes(withdraw=(document.id,), by=visit.member.name, note=note)
    return _start(visit, document, "withdraw", changes)


def reference_rows(document: Document, held: Mapping[str, Document]) -> list[ReferenceRow]:
    """Every reference of a document, in its order."""
    titles = TitleIndex.of(held.values())
    found: list[ReferenceRow] = []
    for clause in document.clauses:
        for one in references(document, clause, titles):
            target = held.get(one.target_document_id or "")
            there = (
                target.clause(one.target_clause_key) if target and one.target_clause_key else None
            )
            found.append(ReferenceRow(clause, one.text, target, there))
    return found


def _start(
    visit: Visit, document: Document, kind: Literal["retire", "withdraw"], changes: Changes
) -> Response:
    workshop = workshop_of(visit)
    details: dict[str, object] = {"document": document.id, "reason": changes.note}
    if changes.retire:
        details |= {"on": changes.retire[0].on, "status": changes.retire[0].status}
    job = start_publishing(
        visit,
        kind,
        f"《{document.title}》",
        details,
        lambda progress: workshop.library.prepare(changes, workshop.embedder, progress),
    )
    return go(job_path(job))


def _held(visit: Visit, document_id: str) -> Document:
    document = workshop_of(visit).held().get(document_id)
    if document is None:
        raise StaffProblem("no_document", 404)
    return document


def _confirmed(visit: Visit) -> str:
    """The reason of a change that was confirmed."""
    if visit.text("confirm") != "on":
        raise StaffProblem("not_confirmed", 422)
    return line_of(visit, "reason", SHORTEST_REASON)


def _day(visit: Visit) -> date:
    text = visit.text("on")
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise StaffProblem("bad_day", 422, day=text[:20]) from None
