"""The pages of the question log: what was asked, and one question with all that was found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Row
from starlette.responses import Response

from bot.conversation import AnswerStatus, Audience, Question
from bot.public.visits import Visit as PublicVisit
from bot.public.visits import new_reference, visiting
from bot.public.watch import Asked
from bot.staff.audit_page import show_time
from bot.staff.csvs import csv_file
from bot.staff.pages import NAVIGATION, Console, Editor, StaffProblem, Visit, staff_page
from bot.staff.question_filter import (
    count_questions,
    distinct,
    list_questions,
    read_filter,
    read_number,
)
from bot.staff.questions import STAFF_CHANNEL, question_row
from bot.staff.tables import AskedQuestion, GivenAnswer
from bot.staff.topics import topic_names
from bot.web.turns import region_names

PATH = NAVIGATION["questions"]
ROWS = 50
COLUMNS = (
    *("at", "reference", "channel", "question", "standalone", "region", "topic", "audience"),
    *("status", "composer", "latency_ms", "index_build", "verdict", "reason"),
)
router = APIRouter(include_in_schema=False)


@router.get(PATH)
def questions(visit: Editor) -> Response:
    """The questions that match, newest first."""
    console, given = visit.console, visit.request.query_params
    wanted, page = read_filter(given), read_number(given.get("page", ""))
    with console.store.reading() as session:
        found = count_questions(session, wanted)
        rows = list_questions(session, wanted, ROWS, (page - 1) * ROWS)
        channels = distinct(session, "channel")
    context = {
        "wanted": wanted,
        "query": wanted.query,
        "found": found,
        "rows": rows,
        "page": page,
        "pages": max(1, math.ceil(found / ROWS)),
        "path": PATH,
        "choices": {
            "status": [one.value for one in AnswerStatus],
            "region": region_names(console.chain.documents),
            "topic": topic_names(),
            "channel": channels,
            "verdict": ("up", "down"),
        },
        "show_time": show_time,
    }
    return staff_page(visit.request, "questions.html", context)


@router.get(f"{PATH}.csv")
def questions_csv(visit: Editor) -> Response:
    """The questions that match, all of them."""
    with visit.console.store.reading() as session:
        found = list_questions(session, read_filter(visit.request.query_params))
    return csv_file("questions", *question_table(found))


@router.get(f"{PATH}/{{number:int}}")
def question(visit: Editor, number: int) -> Response:
    """One question: the answer as given, its sources, and every hit with its scores."""
    return _question_page(visit, number, None)


@router.post(f"{PATH}/{{number:int}}/again")
def ask_again(visit: Editor, number: int) -> Response:
    """The same question asked of today's index; nothing of it is kept."""
    row, _ = _held(visit.console, number)
    return _question_page(visit, number, answer_now(visit.console, row))


def answer_now(console: Console, row: AskedQuestion) -> tuple[AskedQuestion, GivenAnswer]:
    """How a question is answered at this moment, in the shape of the log."""
    regions = row.region.split("、")
    asked = Question(
        text=row.standalone,
        region=regions[0] if len(regions) == 1 and regions[0] else None,
        audience=Audience(row.audience) if row.audience in set(Audience) else None,
    )
    started = datetime.now(UTC)
    with visiting(PublicVisit(new_reference(), "", STAFF_CHANNEL)):
        answer = console.chain.invoke(asked)
    seconds = (datetime.now(UTC) - started).total_seconds()
    index = str(console.chain.ready().get("index", ""))
    made = Asked(answer.reference, STAFF_CHANNEL, started, "", seconds, answer)
    return question_row(made, index), GivenAnswer(text=answer.text, notes=[*answer.notes])


def question_table(
    rows: Iterable[Row[Any]],
) -> tuple[Sequence[str], list[list[object]]]:
    """Questions as header and rows of a CSV file."""
    table = [[getattr(row, column) for column in COLUMNS] for row in rows]
    for row in table:
        row[0] = row[0].isoformat()
    return COLUMNS, table


def score_names(row: AskedQuestion) -> tuple[str, ...]:
    """Every kind of score that a hit of the question has."""
    return tuple(dict.fromkeys(name for hit in row.hits for name in hit["scores"]))


def _question_page(
    visit: Visit, number: int, now: tuple[AskedQuestion, GivenAnswer] | None
) -> Response:
    row, told = _held(visit.console, number)
    given = [("question_given", row, told)]
    context = {
        "row": row,
        "answers": [("question_now", *now), *given] if now else given,
        "path": PATH,
        "show_time": show_time,
        "score_names": score_names,
    }
    return staff_page(visit.request, "question.html", context)


def _held(console: Console, number: int) -> tuple[AskedQuestion, GivenAnswer | None]:
    with console.store.reading() as session:
        row = session.get(AskedQuestion, number) if number < 2**63 else None
        if row is None:
            raise StaffProblem("no_question", 404)
        return row, session.get(GivenAnswer, number)
