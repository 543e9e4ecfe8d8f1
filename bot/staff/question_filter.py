"""Which of the questions asked are wanted, and how they are read from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from bot.staff.pages import StaffProblem
from bot.staff.tables import AskedQuestion as Asked

LONGEST = 200  # characters of a field
FIELDS = ("status", "region", "topic", "channel", "verdict", "words")
LISTED = (  # without the hits, which are long
    Asked.id,
    Asked.at,
    Asked.reference,
    Asked.channel,
    Asked.question,
    Asked.standalone,
    Asked.region,
    Asked.topic,
    Asked.audience,
    Asked.status,
    Asked.composer,
    Asked.latency_ms,
    Asked.index_build,
    Asked.verdict,
    Asked.reason,
)


@dataclass(frozen=True, slots=True)
class QuestionFilter:
    """What to show; an empty field wants everything. Days are UTC, both included."""

    status: str = ""
    region: str = ""
    topic: str = ""
    channel: str = ""
    verdict: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def query(self) -> dict[str, object]:
        """The filter as it stands in an address."""
        return asdict(self)

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on the table."""
        wanted: list[ColumnElement[bool]] = []
        for name in ("status", "topic", "channel", "verdict"):
            value = getattr(self, name)
            if value:
                wanted.append(getattr(Asked, name) == value)
        if self.region:
            wanted.append(Asked.region.contains(self.region, autoescape=True))
        if self.words:
            columns = (Asked.question, Asked.standalone, Asked.reference)
            wanted.append(or_(*(one.contains(self.words, autoescape=True) for one in columns)))
        if self.since:
            wanted.append(Asked.at >= datetime.combine(self.since, time(), UTC))
        if self.until:
            end = datetime.combine(self.until + timedelta(days=1), time(), UTC)
            wanted.append(Asked.at < end)
        return wanted


def read_filter(given: Mapping[str, str]) -> QuestionFilter:
    """The filter in an address; StaffProblem when a day is none."""
    texts = {name: given.get(name, "").strip()[:LONGEST].replace("\0", "") for name in FIELDS}
    since, until = (read_day(given.get(name, "").strip()) for name in ("since", "until"))
    return QuestionFilter(**texts, since=since, until=until)


def read_day(text: str) -> date | None:
    """A day as 2026-01-31; None for an empty text; StaffProblem for anything else."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise StaffProblem("bad_day", 422, day=text[:20]) from None
    if day and not 2000 <= day.year <= 9000:
        raise StaffProblem("bad_day", 422, day=text[:20])
    return day


def read_number(text: str) -> int:
    """The number of a page; 1 for anything else."""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def count_questions(session: Session, wanted: QuestionFilter) -> int:
    """How many questions match."""
    query = select(func.count()).select_from(Asked).where(*wanted.conditions())
    return session.scalar(query) or 0


def list_questions(
    session: Session, wanted: QuestionFilter, limit: int | None = None, offset: int = 0
) -> Sequence[Any]:
    """Rows with the columns LISTED of those that match, newest first."""
    query = select(*LISTED).where(*wanted.conditions()).order_by(Asked.at.desc(), Asked.id.desc())
    return session.execute(query.limit(limit).offset(offset)).all()


def distinct(session: Session, column: str) -> Sequence[str]:
    """The values that a column has, in order."""
    values = getattr(Asked, column)
    return [one for one in session.scalars(select(values).distinct().order_by(values)) if one]
