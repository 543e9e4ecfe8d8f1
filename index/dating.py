"""The days of a policy: issued, published, first and last in force, each with its basis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from index.days import show_day
from index.guesses import Confidence, Guess
from index.history import Event, version_event
from index.terms import Start, Term

NO_DAY = "正文、题注和文件名都没有日期"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a file shows of its days; ``named`` is the day in its file name.

    A statute says when it takes effect; a circular need not.
    """

    events: Sequence[Event]
    signed: date | None
    web: date | None
    named: date | None
    start: Start | None
    term: Term | None
    is_statute: bool

    @property
    def made(self) -> Event | None:
        """The event that made this version."""
        return version_event(self.events)

    @property
    def version_day(self) -> date | None:
        """The latest day on which the text is known to have been made or published."""
        days = [self.made.day if self.made else self.signed, self.named]
        return max((day for day in days if day), default=None)


def guess_days(evidence: Evidence) -> list[Guess[date | None]]:
    """Issued, published, effective and expires."""
    issued = _issued(evidence)
    effective = _effective(evidence, issued)
    return [issued, _published(evidence), effective, _expires(evidence, effective)]


def _issued(evidence: Evidence) -> Guess[date | None]:
    if evidence.made:
        return Guess("issued", evidence.made.day, "read", f"题注：{_told(evidence.made)}")
    if evidence.signed:
        return Guess("issued", evidence.signed, "read", "落款日期")
    if evidence.named:
        return Guess("issued", evidence.named, "inferred", "文件名中的日期，正文没有写")
    return Guess("issued", None, "unsure", NO_DAY)


def _published(evidence: Evidence) -> Guess[date | None]:
    if evidence.web:
        return Guess("published", evidence.web, "read", "网页上的日期")
    known = evidence.made.day if evidence.made else evidence.signed
    if not known or not evidence.named or evidence.named == known:
        return Guess("published", None, "read", "没有另写的公开日期")
    if evidence.named < known:
        basis = f"文件名中的日期{show_day(evidence.named)}早于题注中的{show_day(known)}，没有采用"
        return Guess("published", None, "unsure", basis)
    return Guess("published", evidence.named, "inferred", "文件名中的日期，正文没有写")


def _effective(evidence: Evidence, issued: Guess[date | None]) -> Guess[date | None]:
    """The first day of this version: an amendment later than the day in the text moves it."""
    stated = _stated(evidence, issued)
    version = evidence.version_day
    first = stated.value
    if first and version and version > first:
        basis = f"{stated.basis}；版本日期{show_day(version)}晚于此日，修改后何时施行文内没有写"
        return Guess("effective", version, "inferred", basis)
    return stated


def _stated(evidence: Evidence, issued: Guess[date | None]) -> Guess[date | None]:
    start = evidence.start
    if start and start.day:
        return Guess("effective", start.day, "read", start.words)
    if start:
        return _from_issue(evidence, start, issued)
    told = [event for event in evidence.events if event.kind == "effective"]
    if told:
        return Guess("effective", told[-1].day, "read", f"题注：{_told(told[-1])}")
    missed: Confidence = "unsure" if evidence.is_statute else "read"
    return Guess("effective", None, missed, "文中没有写自何日起施行")


def _from_issue(evidence: Evidence, start: Start, issued: Guess[date | None]) -> Guess[date | None]:
    """自公布之日起: the day of publication, or what comes nearest to it."""
    published = [event for event in evidence.events if event.kind == "published"]
    if published:
        day, is_read, basis = published[-1].day, True, f"题注：{_told(published[-1])}"
    elif issued.value:
        day, basis = issued.value, issued.basis
        is_read = bool(evidence.signed and not evidence.made)
    else:
        return Guess("effective", None, "unsure", f"{start.words}，公布日期不详")
    day += timedelta(days=start.days_after_issue)
    said = f"{start.words}；{basis}"
    return Guess("effective", day, "read" if is_read else "inferred", said)


def _expires(evidence: Evidence, effective: Guess[date | None]) -> Guess[date | None]:
    term = evidence.term
    if term is None:
        return Guess("expires", None, "read", "文中没有写有效期")
    last = term.last_day(effective.value)
    if last is None:
        return Guess("expires", None, "unsure", f"{term.address}写有期限，起算日不详")
    sure = bool(term.day) or effective.confidence == "read"
    return Guess("expires", last, "read" if sure else "inferred", f"{term.address}写明的期限")


def _told(event: Event) -> str:
    return f"{show_day(event.day)}{event.words[:40]}"
