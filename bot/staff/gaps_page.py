"""The page of the gap list: what should be answered and is not, with notes on what was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.staff.audit import record
from bot.staff.audit_page import show_time
from bot.staff.csvs import csv_file
from bot.staff.gaps import EXAMPLES, Gap, Text, handle, list_gaps
from bot.staff.pages import NAVIGATION, Console, Editor, StaffProblem, go, staff_page, with_query
from bot.staff.tables import AskedQuestion
from bot.staff.topics import topic_names
from bot.web.turns import region_names

PATH = NAVIGATION["gaps"]
DAYS = (7, 30, 90, 365)
USUAL_DAYS = 90
SHOWN = 50
LONGEST_NOTE = 300
COLUMNS = (
    *("region", "topic", "count", "down", "statuses", "last", "question", "others", "note"),
    "handled_by",
)
router = APIRouter(include_in_schema=False)


@router.get(PATH)
def gaps(visit: Editor) -> Response:
    """The gaps that match, the most frequent first."""
    given = {name: value.strip()[:200] for name, value in visit.request.query_params.items()}
    found = _wanted(visit.console, visit.request)
    open_ones = [gap for gap in found if gap.is_open]
    shown = found if given.get("state") == "all" else open_ones
    context = {
        "gaps": shown[:SHOWN],
        "found": len(shown),
        "asked": sum(gap.count for gap in shown),
        "handled": len(found) - len(open_ones),
        "given": given,
        "query": {name: given.get(name, "") for name in ("days", "region", "topic", "state")},
        "days": DAYS,
        "usual_days": USUAL_DAYS,
        "regions": region_names(visit.console.chain.documents),
        "topics": topic_names(),
        "path": PATH,
        "examples": EXAMPLES,
        "limit": LONGEST_NOTE,
        "show_time": show_time,
    }
    return staff_page(visit.request, "gaps.html", context)


@router.get(f"{PATH}.csv")
def gaps_csv(visit: Editor) -> Response:
    """Every gap that matches, handled ones too."""
    return csv_file("gaps", *gap_table(_wanted(visit.console, visit.request)))


@router.post(f"{PATH}/handled")
def mark_handled(visit: Editor) -> Response:
    """Note what was done about a gap."""
    number, note = visit.text("question"), " ".join(visit.text("note").split())
    texts = visit.console.texts
    if not note or len(note) > LONGEST_NOTE or not note.isprintable():
        values = {"detail": "sentence_limit", "limit": LONGEST_NOTE}
        raise StaffProblem("bad_field", 422, field=texts("gap_note"), **values)
    with visit.console.store.writing() as session:
        known = number.isascii() and number.isdecimal() and len(number) < 18
        row = session.get(AskedQuestion, int(number)) if known else None
        if row is None:
            raise StaffProblem("no_question", 404)
        now = datetime.now(UTC)
        text = Text(row.id, row.standalone, row.region, row.topic, row.status, 0, 1, row.at)
        handle(session, text, note, visit.member.name, now)
        record(session, visit.member.name, "gap_handled", row.standalone, {"note": note})
    kept = {name: visit.text(name) for name in ("days", "region", "topic", "state")}
    return go(with_query(PATH, **kept), "handled")


def gap_table(gaps: Iterable[Gap]) -> tuple[Sequence[str], list[list[object]]]:
    """Gaps as header and rows of a CSV file."""
    rows: list[list[object]] = [
        [
            gap.first.region,
            gap.first.topic,
            gap.count,
            gap.down,
            " ".join(gap.statuses),
            gap.last.isoformat(),
            gap.first.question,
            " / ".join(text.question for text in gap.texts[1:]),
            gap.note,
            gap.handled_by,
        ]
        for gap in gaps
    ]
    return COLUMNS, rows


def _wanted(console: Console, request: Request) -> list[Gap]:
    given = request.query_params
    days = given.get("days", "")
    count = int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else USUAL_DAYS
    since = datetime.now(UTC) - timedelta(days=count)
    with console.store.reading() as session:
        return list_gaps(session, since, given.get("region", ""), given.get("topic", ""))
