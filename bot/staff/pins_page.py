"""The pages of pinned answers: the list, and one to write, approve or retire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter
from sqlalchemy import select
from starlette.responses import Response

from bot.pinned import PinRefused
from bot.staff import pins
from bot.staff.audit_page import show_time
from bot.staff.pages import (
    NAVIGATION,
    Console,
    Editor,
    Reviewer,
    StaffProblem,
    Visit,
    go,
    staff_page,
)
from bot.staff.question_filter import read_day
from bot.staff.tables import AskedQuestion, PinnedAnswer, PinState, Role
from bot.web.turns import region_names

PATH = NAVIGATION["pinned"]
USUAL_REVIEW = timedelta(days=180)
FIELDS = ("examples", "region", "text", "clauses", "review_on")
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields, and why it was refused."""

    values: Mapping[str, str]
    problem: str = ""


@router.get(PATH)
def pinned(visit: Editor) -> Response:
    """Every pin, those to be checked again first."""
    console = visit.console
    pins.pins_in_use(console.store, console.chain.documents, date.today())
    order = [PinState.RECHECK, PinState.DRAFT, PinState.ACTIVE, PinState.RETIRED]
    with console.store.reading() as session:
        rows = list(session.scalars(select(PinnedAnswer).order_by(PinnedAnswer.id.desc())))
    rows.sort(key=lambda row: order.index(PinState(row.state)))
    context = {"rows": rows, "path": PATH, "show_time": show_time}
    return staff_page(visit.request, "pins.html", context)


@router.get(f"{PATH}/new")
def new_pin(visit: Editor) -> Response:
    """An empty form, or one filled from a question that was asked."""
    number = visit.request.query_params.get("question", "")
    return _form(visit, None, Form(_from_question(visit.console, number)))


@router.get(f"{PATH}/{{number:int}}")
def one_pin(visit: Editor, number: int) -> Response:
    """One pin in a form."""
    row = _held(visit.console, number)
    values = {
        "examples": row.pattern,
        "region": row.region,
        "text": row.text,
        "clauses": "\n".join(row.clause_ids),
        "review_on": row.review_on.isoformat(),
    }
    return _form(visit, row, Form(values))


@router.post(f"{PATH}/save")
def save_pin(visit: Editor) -> Response:
    """Keep it as a draft when it holds; else the form again with the reason."""
    console, number = visit.console, visit.text("pin")
    row = _held(console, int(number)) if number.isascii() and number.isdecimal() else None
    form = Form({name: visit.text(name) for name in FIELDS})
    try:
        wanted = _wanted(form.values)
        pins.check(wanted, console.chain.documents, date.today())
    except (PinRefused, StaffProblem) as refusal:
        problem = console.texts(f"error_{refusal.name}", **refusal.values)
        return _form(visit, row, Form(form.values, problem), 422)
    with console.store.writing() as session:
        saved = pins.save(session, row.id if row else None, wanted, visit.member.name)
    return go(f"{PATH}/{saved}", "pin_saved")


@router.post(f"{PATH}/{{number:int}}/approve")
def approve_pin(visit: Reviewer, number: int) -> Response:
    """Put it to use, checked once more against the documents of now."""
    with visit.console.store.writing() as session:
        row = session.get(PinnedAnswer, number)
        if row is None or row.state == PinState.ACTIVE:
            raise StaffProblem("no_pin", 404)
        try:
            pins.approve(session, row, visit.member.name, visit.console.chain.documents)
        except PinRefused as refusal:
            raise StaffProblem(refusal.name, 422, **refusal.values) from refusal
    return go(PATH, "pin_approved")


@router.post(f"{PATH}/{{number:int}}/retire")
def retire_pin(visit: Reviewer, number: int) -> Response:
    """Take it out of use."""
    with visit.console.store.writing() as session:
        row = session.get(PinnedAnswer, number)
        if row is None:
            raise StaffProblem("no_pin", 404)
        pins.move(session, row, PinState.RETIRED, visit.member.name)
    return go(PATH, "pin_retired")


def _form(visit: Visit, row: PinnedAnswer | None, form: Form, status: int = 200) -> Response:
    context = {
        "row": row,
        "form": form.values,
        "problem": form.problem,
        "regions": region_names(visit.console.chain.documents),
        "path": PATH,
        "may_approve": visit.member.role.covers(Role.REVIEWER),
        "limits": pins,
        "show_time": show_time,
    }
    return staff_page(visit.request, "pin.html", context, status)


def _wanted(values: Mapping[str, str]) -> pins.Wanted:
    """What the fields say; StaffProblem when the day is none."""
    return pins.Wanted(
        examples=_lines(values["examples"]),
        region=values["region"],
        text=values["text"].replace("\r\n", "\n").replace("\0", ""),
        clause_ids=_lines(values["clauses"]),
        review_on=read_day(values["review_on"]) or date.min,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _from_question(console: Console, number: str) -> dict[str, str]:
    """The fields for a question of the log: its words, its region, what its answer quotes."""
    values = dict.fromkeys(FIELDS, "")
    values["review_on"] = (date.today() + USUAL_REVIEW).isoformat()
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        return values
    with console.store.reading() as session:
        row = session.get(AskedQuestion, int(number))
    if row is None:
        return values
    quotes = [f"“{quote}”〔{one['n']}〕" for one in row.citations for quote in one["quotes"]]
    return values | {
        "examples": row.standalone,
        "region": row.region if "、" not in row.region else "",
        "text": "\n\n".join(quotes),
        "clauses": "\n".join(one["clause"] for one in row.citations),
    }


def _held(console: Console, number: int) -> PinnedAnswer:
    with console.store.reading() as session:
        row = session.get(PinnedAnswer, number) if number < 2**63 else None
    if row is None:
        raise StaffProblem("no_pin", 404)
    return row
