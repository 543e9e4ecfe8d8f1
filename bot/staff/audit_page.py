"""The page of the audit log: filtered, checked, exported."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from bot.staff.audit import AuditFilter, AuditState, count_entries, entries, verify_audit
from bot.staff.csvs import audit_table, csv_file
from bot.staff.pages import NAVIGATION, Editor, staff_page
from bot.staff.question_filter import read_day, read_number
from bot.staff.tables import AuditEntry
from bot.web.interface import Interface

PATH = NAVIGATION["audit"]
ROWS = 50
router = APIRouter(include_in_schema=False)


@router.get(PATH)
def audit_page(visit: Editor) -> Response:
    """The entries that match, newest first."""
    given = visit.request.query_params
    wanted, page = read_filter(visit.request), read_number(given.get("page", "1"))
    with visit.console.store.reading() as session:
        found = count_entries(session, wanted)
        shown = entries(session, wanted, ROWS, (page - 1) * ROWS)
        actors = session.scalars(select(AuditEntry.actor).distinct().order_by("actor")).all()
        checked = verify_audit(session) if given.get("verify") else None
    texts = visit.console.texts
    context = {
        "wanted": wanted,
        "found": found,
        "rows": [row(one, texts) for one in shown],
        "page": page,
        "pages": max(1, math.ceil(found / ROWS)),
        "query": _query(wanted),
        "actors": actors,
        "actions": action_names(texts),
        "checked": checked,
        "verdict": verdict(checked, texts),
        "path": PATH,
    }
    return staff_page(visit.request, "audit.html", context)


@router.get(f"{PATH}.csv")
def audit_csv(visit: Editor) -> Response:
    """The entries that match, all of them, with their digests."""
    with visit.console.store.reading() as session:
        found = entries(session, read_filter(visit.request))
    return csv_file("audit", *audit_table(found))


def read_filter(request: Request) -> AuditFilter:
    """The filter in the address."""
    given = {name: value.strip()[:200] for name, value in request.query_params.items()}
    return AuditFilter(
        actor=given.get("actor", ""),
        action=given.get("action", ""),
        words=given.get("words", "").replace("\0", ""),
        since=read_day(given.get("since", "")),
        until=read_day(given.get("until", "")),
    )


def row(entry: AuditEntry, texts: Interface) -> Sequence[object]:
    """What the page shows of an entry."""
    action = action_names(texts).get(entry.action, entry.action)
    details = "" if entry.details == "{}" else entry.details
    return (entry.n, show_time(entry.at), entry.actor, action, entry.subject, details)


def show_time(moment: datetime | None) -> str:
    """A moment to the second, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def action_names(texts: Interface) -> Mapping[str, str]:
    """Every action that has a name, by its key."""
    mark = "action_"
    return {key[len(mark) :]: text for key, text in texts.texts.items() if key.startswith(mark)}


def verdict(checked: AuditState | None, texts: Interface) -> str:
    """What following the chain has found."""
    if checked is None:
        return ""
    if checked.broken_at is not None:
        return texts("audit_broken", n=checked.broken_at)
    return texts("audit_whole", count=checked.count, head=checked.head)


def _query(wanted: AuditFilter) -> dict[str, object]:
    names = ("actor", "action", "words", "since", "until")
    return {name: getattr(wanted, name) for name in names}
