"""Publishing drafts: what it would change, then the job that does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from bot.staff.drafts_page import PATH as DRAFTS
from bot.staff.jobs_page import job_path
from bot.staff.pages import Editor, Reviewer, StaffProblem, Visit, go, staff_page
from bot.staff.publishing import start_publishing
from bot.staff.tables import Role
from bot.staff.workshop import workshop_of
from index.documents import Document
from index.library.changes import Changes
from index.library.draft import Draft
from index.library.look import Look, look_at_all
from index.versions import link_versions

PATH = "/staff/publish"
LONGEST_NOTE = 300
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Superseded:
    """A document held that gives way to a draft."""

    old: Document
    new: Document


@router.get(PATH)
def publish_page(visit: Editor) -> Response:
    """What publishing the chosen drafts would do."""
    drafts = _chosen(visit, visit.request.query_params.getlist("draft"))
    workshop = workshop_of(visit)
    held = workshop.held()
    looks = look_at_all(workshop.library.drafts, drafts, held)
    ready = [look for look in looks if not look.obstacles]
    context = {
        "ready": ready,
        "held_back": [look for look in looks if look.obstacles],
        "replaced": {look.draft.id for look in looks if look.draft.document_id in held},
        "superseded": superseded(held, ready),
        "unpublished": workshop.library.unpublished() if workshop.library.current() else (),
        "may_publish": visit.member.role.covers(Role.REVIEWER),
        "limit": LONGEST_NOTE,
        "path": PATH,
    }
    return staff_page(visit.request, "publish.html", context)


@router.post(PATH)
def publish(visit: Reviewer) -> Response:
    """Publish them in the background."""
    given = [one for one in visit.form.getlist("draft") if isinstance(one, str)]
    drafts = _chosen(visit, given)
    workshop, note = workshop_of(visit), line_of(visit, "note")
    changes = Changes(tuple(one.id for one in drafts), by=visit.member.name, note=note)
    titles = "、".join(f"《{one.title}》" for one in drafts)
    details = {"drafts": [one.id for one in drafts], "note": note}
    job = start_publishing(
        visit,
        "publish",
        titles,
        details,
        lambda progress: workshop.library.prepare(changes, workshop.embedder, progress),
    )
    return go(job_path(job))


def superseded(held: Mapping[str, Document], ready: Sequence[Look]) -> list[Superseded]:
    """The documents held that would have a newer version, or be repealed, by these drafts."""
    new = {look.document.id: look.document for look in ready if look.document}
    linked = link_versions([*(one for one in held.values() if one.id not in new), *new.values()])
    return [
        Superseded(held[one.id], new[one.superseded_by])
        for one in linked
        if one.id in held and one.id not in new and one.superseded_by in new
    ]


def line_of(visit: Visit, field: str, least: int = 0) -> str:
    """One line of a form; StaffProblem when it is too long or, where it is needed, too short."""
    text = " ".join(visit.text(field).split())
    words = visit.console.texts
    if len(text) > LONGEST_NOTE or not text.isprintable():
        raise StaffProblem(
            "bad_field", 422, field=words(field), detail="field_limit", limit=LONGEST_NOTE
        )
    if len(text) < least:
        raise StaffProblem("no_reason", 422)
    return text


def _chosen(visit: Visit, ids: Sequence[str]) -> list[Draft]:
    drafts = workshop_of(visit).library.drafts.all()
    known = [draft for draft in drafts if draft.id in ids]
    if not known:
        raise StaffProblem("none_chosen", 422, where=DRAFTS)
    return known
