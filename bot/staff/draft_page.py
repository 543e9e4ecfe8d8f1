"""One draft: its source beside its clauses, what is known of it, its issues, and settling them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from bot.staff.audit import record
from bot.staff.draft_fields import MAIN, MORE, changes, field_rows
from bot.staff.draft_view import clause_rows, issue_rows, lines, rule_for
from bot.staff.drafts_page import PATH, draft_of
from bot.staff.pages import Editor, StaffProblem, Visit, go, staff_page
from bot.staff.tables import Role
from bot.staff.workshop import workshop_of
from index.checks.review import Issue
from index.errors import CorpusError
from index.library.draft import Draft
from index.library.look import Look
from index.library.understood import Understood, understood

SHORTEST_REASON = 2
ONE = f"{PATH}/{{draft_id}}"
router = APIRouter(include_in_schema=False)


@router.get(ONE)
def draft_page(visit: Editor, draft_id: str) -> Response:
    """Everything about one draft."""
    workshop, draft = workshop_of(visit), draft_of(visit, draft_id)
    look, known = workshop.look(draft), understood(draft)
    held, words = workshop.held(), visit.console.texts
    issues: Sequence[Issue] = look.review.issues if look.review else ()
    text = look.document.text if look.document else known.text
    state, answers = workshop.probed.get(draft.id, (None, ()))
    context = {
        "draft": draft,
        "look": look,
        "fault": _fault(look, known, visit),
        "issues": issue_rows(look, held),
        "lines": lines(text, issues),
        "clauses": clause_rows(look.document) if look.document else [],
        "main": field_rows(draft, known, look.document, MAIN, words),
        "more": field_rows(draft, known, look.document, MORE, words),
        "rules": [rule.model_dump(by_alias=True) for rule in known.given.repairs],
        "regions": sorted({str(one.region) for one in held.values()}),
        "replaced": held.get(draft.document_id),
        "probes": look.review.probes if look.review else (),
        "answers": answers,
        "answers_stale": bool(answers) and state != workshop.state_of(draft),
        "may_publish": visit.member.role.covers(Role.REVIEWER),
        "path": f"{PATH}/{draft.id}",
    }
    return staff_page(visit.request, "draft.html", context)


@router.get(f"{ONE}/source")
def source(visit: Editor, draft_id: str) -> Response:
    """The file as it was received, as a download."""
    draft = draft_of(visit, draft_id)
    return as_received(draft.source, draft.filename.replace("\\", "/").rsplit("/", 1)[-1])


def as_received(path: object, name: str) -> Response:
    """A file of somebody else: saved, never shown by the browser."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return FileResponse(
        str(path), filename=name, media_type="application/octet-stream", headers=headers
    )


@router.post(f"{ONE}/fields")
def edit(visit: Editor, draft_id: str) -> Response:
    """Save what the form says otherwise than the draft."""
    draft = draft_of(visit, draft_id)
    look = workshop_of(visit).look(draft)
    changed = changes(visit, draft, understood(draft), look.document)
    if not changed:
        return _back(draft, "unchanged", "fields")
    told = {name: str(visit.form.get(name, "")) or "-" for name in changed if name != "validity"}
    _save(visit, draft, changed, "draft_edit", told | _validity(visit, changed))
    return _back(draft, "saved", "fields")


@router.post(f"{ONE}/accept")
def accept(visit: Editor, draft_id: str) -> Response:
    """Accept a warning with a reason; an error cannot be accepted."""
    draft = draft_of(visit, draft_id)
    issue, reason = _open_issue(visit, draft), visit.text("reason")
    if issue.severity == "error":
        raise StaffProblem("error_stays", 422)
    if len(reason) < SHORTEST_REASON:
        raise StaffProblem("no_reason", 422)
    with visit.console.store.writing() as session:
        details = {"issue": issue.message, "reason": reason}
        record(session, visit.member.name, "issue_accept", draft.id, details)
        library = workshop_of(visit).library
        library.drafts.accept(draft.id, issue.id, reason, visit.member.name)
    return _back(draft, "issue_accepted", "issues")


@router.post(f"{ONE}/repair")
def repair(visit: Editor, draft_id: str) -> Response:
    """Put words of the text right, or say something about them, with a reason."""
    draft = draft_of(visit, draft_id)
    known, reason = understood(draft), visit.text("reason")
    find = visit.text("find").replace("\r\n", "\n")
    put = visit.text("put").replace("\r\n", "\n")
    if len(reason) < SHORTEST_REASON:
        raise StaffProblem("no_reason", 422)
    count = known.text.count(find) if find else 0
    if count != 1:
        raise StaffProblem("find_none" if not count else "find_many", 422, count=count)
    rule: dict[str, str] = {"note": find, "reason": reason}
    if visit.text("kind") != "note":
        pair = rule_for(known.text, find, put)
        if pair is None:
            raise StaffProblem("repair_same", 422)
        rule = {"replace": pair[0], "with": pair[1], "reason": reason}
    rules = [*(one.model_dump(by_alias=True) for one in known.given.repairs), rule]
    _save(visit, draft, {"repairs": rules}, "draft_repair", rule)
    return _back(draft, "repaired", "issues")


@router.post(f"{ONE}/repairs/{{number}}/remove")
def unrepair(visit: Editor, draft_id: str, number: int) -> Response:
    """Take a repair back; ``number`` counts from 1."""
    draft = draft_of(visit, draft_id)
    rules = [one.model_dump(by_alias=True) for one in understood(draft).given.repairs]
    if not 1 <= number <= len(rules):
        raise StaffProblem("no_repair", 404)
    gone = rules.pop(number - 1)
    _save(visit, draft, {"repairs": rules or None}, "draft_unrepair", gone)
    return _back(draft, "unrepaired", "issues")


def _back(draft: Draft, done: str, place: str) -> Response:
    """To the page of the draft, at the place where somebody was."""
    return go(f"{PATH}/{draft.id}?done={done}#{place}")


def _save(
    visit: Visit, draft: Draft, fields: Mapping[str, object], action: str, told: Mapping[str, str]
) -> None:
    """Write fields with their audit entry; repairs that do not fit are taken back."""
    drafts = workshop_of(visit).library.drafts
    before = understood(draft).given.model_dump(by_alias=True)["repairs"] or None
    with visit.console.store.writing() as session:
        record(session, visit.member.name, action, draft.id, told)
        drafts.edit(draft.id, fields)
        if "repairs" in fields:
            try:
                drafts.document(draft.id)
            except CorpusError as error:
                drafts.edit(draft.id, {"repairs": before and list(before)})
                raise StaffProblem("repair_unfit", 422, reason=str(error)) from error


def _open_issue(visit: Visit, draft: Draft) -> Issue:
    look = workshop_of(visit).look(draft)
    found = [issue for issue in look.open_issues if issue.id == visit.text("issue")]
    if not found:
        raise StaffProblem("no_issue", 404)
    return found[0]


def _validity(visit: Visit, changed: Mapping[str, object]) -> dict[str, str]:
    parts = ("validity_status", "validity_basis")
    return {part: visit.text(part) or "-" for part in parts} if "validity" in changed else {}


def _fault(look: Look, known: Understood, visit: Visit) -> str:
    """Why a draft is no document yet, in words for somebody who sees the form."""
    if look.document is not None:
        return ""
    unknown = not known.given.region and "region" not in known.guesses
    return visit.console.texts("draft_no_region") if unknown else look.fault
