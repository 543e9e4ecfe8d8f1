"""待发布: taking files in, and the drafts with what is open in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from bot.staff.audit import record
from bot.staff.pages import NAVIGATION, Editor, StaffProblem, Visit, go, staff_page
from bot.staff.tables import Role
from bot.staff.workshop import workshop_of
from index.library.draft import Draft
from index.library.drafts import Added, Fault
from index.library.intake import ARCHIVE
from index.library.look import Look
from index.reader import READERS

PATH = NAVIGATION["drafts"]
AGAIN = "2"  # seconds until a page that waits for something is fetched again
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft of the list; no look: it was not reviewed yet."""

    draft: Draft
    look: Look | None

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way of publishing it."""
        return self.look is not None and not self.look.obstacles


@router.get(PATH)
def drafts_page(visit: Editor) -> Response:
    """All drafts."""
    return _listed(visit, Added(), 200)


@router.post(PATH)
def upload(visit: Editor) -> Response:
    """Take files in; each that cannot be read is told by its name, the others are kept."""
    files = visit.files("files")
    if not files:
        raise StaffProblem("no_files", 422)
    library, by = workshop_of(visit).library, visit.member.name
    drafts: dict[str, Draft] = {}
    faults: list[Fault] = []
    for file in files:
        with file.file:
            added = library.drafts.add(file.filename or "", file.file.read(), by)
        drafts |= {draft.id: draft for draft in added.drafts}
        faults += added.faults
    with visit.console.store.writing() as session:
        for draft in drafts.values():
            details = {"file": draft.filename, "document": draft.document_id}
            record(session, by, "draft_add", draft.id, details)
        for fault in faults:
            record(session, by, "draft_refused", fault.filename[:200], {"reason": fault.message})
    added = Added(tuple(drafts.values()), tuple(faults))
    return _listed(visit, added, 200 if drafts else 422)


def draft_of(visit: Visit, draft_id: str) -> Draft:
    """The draft with this id; StaffProblem 404 when there is none any more."""
    drafts = workshop_of(visit).library.drafts
    found = [draft for draft in drafts.all() if draft.id == draft_id]
    if not found:
        raise StaffProblem("no_draft", 404)
    return found[0]


@router.post(f"{PATH}/{{draft_id}}/remove")
def remove(visit: Editor, draft_id: str) -> Response:
    """Delete a draft."""
    draft = draft_of(visit, draft_id)
    if visit.text("confirm") != "on":
        raise StaffProblem("not_confirmed", 422)
    with visit.console.store.writing() as session:
        details = {"document": draft.document_id, "title": draft.title}
        record(session, visit.member.name, "draft_remove", draft.id, details)
        workshop_of(visit).library.drafts.remove(draft.id)
    return go(PATH, "draft_removed")


def _listed(visit: Visit, added: Added, status: int) -> Response:
    rows = _rows(visit, workshop_of(visit).library.drafts.all())
    context = {
        "rows": rows,
        "ready": sum(row.is_ready for row in rows),
        "added": added,
        "may_publish": visit.member.role.covers(Role.REVIEWER),
        "limit": visit.console.settings.max_upload_mb,
        "kinds": "、".join(kind.lstrip(".") for kind in (*READERS, ARCHIVE)),
        "accept": ",".join((*READERS, ARCHIVE)),
        "path": PATH,
    }
    page = staff_page(visit.request, "drafts.html", context, status)
    if visit.request.method == "GET" and any(row.look is None for row in rows):
        page.headers["Refresh"] = AGAIN
    return page


def _rows(visit: Visit, drafts: Sequence[Draft]) -> list[DraftRow]:
    looks = workshop_of(visit).looks(tuple(drafts))
    return [DraftRow(draft, looks.get(draft.id)) for draft in drafts]
