"""The first page of the console: what runs, what is switched off, what the public asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.conversation import AnswerStatus
from bot.staff.pages import NAVIGATION, Console, Editor, staff_page
from bot.staff.switches import SwitchState
from bot.staff.tables import AskedQuestion, AuditEntry, PinnedAnswer, PinState
from bot.web.interface import Interface
from index.errors import WenceError

WEEK = timedelta(days=7)
UNANSWERED = (AnswerStatus.NOT_STATED, AnswerStatus.NOT_COVERED)
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the store holds: questions of today and of a week by status, pins due, audit entries."""

    today: int
    by_status: Mapping[str, int]
    pins_due: int
    audit: int

    @property
    def week(self) -> int:
        """Questions of the last seven days."""
        return sum(self.by_status.values())

    @property
    def unanswered(self) -> int:
        """Those whose answer is not in the documents held."""
        return sum(self.by_status.get(status.value, 0) for status in UNANSWERED)


@router.get(NAVIGATION["overview"])
def overview(visit: Editor) -> Response:
    """The state of everything on one page."""
    console = visit.console
    with console.store.reading() as session:
        counts = count(session, datetime.now(UTC))
    switches, ready = console.switches.current(), readiness(console)
    context = {
        "ready": ready,
        "model": model_line(ready, switches, console.texts),
        "switches": switches,
        "counts": counts,
    }
    return staff_page(visit.request, "overview.html", context)


def readiness(console: Console) -> Mapping[str, object] | None:
    """What ``/healthz`` says; None when nothing can be answered."""
    try:
        return console.chain.ready()
    except WenceError:
        return None


def model_line(ready: Mapping[str, object] | None, switches: SwitchState, texts: Interface) -> str:
    """The language model in one sentence."""
    model = (ready or {}).get("model")
    if not isinstance(model, Mapping):
        return texts("model_none")
    if switches.model_paused:
        return texts("model_switched_off")
    resting = model.get("circuit", "closed") == "open"
    return texts("model_resting" if resting else "model_ready", name=model.get("name", ""))


def count(session: Session, now: datetime) -> Counts:
    """The figures of the page; days are those of the machine's own clock."""
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    asked = select(func.count()).select_from(AskedQuestion)
    statuses = select(AskedQuestion.status, func.count()).group_by(AskedQuestion.status)
    week = session.execute(statuses.where(AskedQuestion.at >= now - WEEK)).all()
    audit = session.scalar(select(func.count()).select_from(AuditEntry))
    return Counts(
        today=session.scalar(asked.where(AskedQuestion.at >= midnight.astimezone(UTC))) or 0,
        by_status={status: number for status, number in week},
        pins_due=_pins_due(session, now.astimezone().date()),
        audit=audit or 0,
    )


def _pins_due(session: Session, today: date) -> int:
    """Pinned answers in use whose clause has changed or whose review date has come."""
    due = (PinnedAnswer.state == PinState.RECHECK.value) | (
        (PinnedAnswer.state == PinState.ACTIVE.value) & (PinnedAnswer.review_on <= today)
    )
    return session.scalar(select(func.count()).select_from(PinnedAnswer).where(due)) or 0
