"""The question log: every finished answer with all its scores goes into the store, masked.

It looks on from the thread of the observers, never in the reader's way. Under load many answers
share one transaction: a batch is written when nobody waits behind it, or when it is full.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Protocol

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.conversation import Answer, Citation
from bot.public.privacy import mask
from bot.public.watch import Asked, Watch
from bot.settings import Settings
from bot.staff.store import Store, StoreDown
from bot.staff.tables import AskedQuestion, GivenAnswer
from bot.staff.topics import topic_of
from bot.web.turns import region_names
from index.documents import Document, Hit, Region
from index.errors import WenceError
from index.regions import load_gazetteer
from index.words import normalise

STAFF_CHANNEL = "staff"  # what staff ask to try something is no question of the public
BATCH = 100  # answers in one transaction
MOST_KEPT = 2000  # answers that wait for a store that is down
NO_PLACE = "［所选地区］"
RETRY = 10.0  # seconds until a store that was down is asked again
MOST_HITS = 40  # kept of one question: those that are cited, then the best
logger = logging.getLogger(__name__)


class QuestionLog:
    """An observer of finished questions; ``build`` names the index that answers."""

    def __init__(self, store: Store, days: int, build: Callable[[], str]) -> None:
        self._store, self._days, self._build = store, days, build
        self.waiting: Callable[[], int] = lambda: 0  # answers behind the one in hand
        self.held: Callable[[], Collection[str]] = tuple  # regions that have a document
        self.clock: Callable[[], float] = monotonic
        self._kept: deque[Asked] = deque()
        self._again = 0.0
        self._purged: date | None = None
        self.dropped = 0

    def __call__(self, asked: Asked) -> None:
        """Keep one answer, and write what is kept when it is time."""
        if asked.channel == STAFF_CHANNEL:
            return
        if len(self._kept) >= MOST_KEPT:
            self._kept.popleft()
            self.dropped += 1
        self._kept.append(asked)
        if not self.waiting() or len(self._kept) >= BATCH:
            self.write()

    def write(self) -> None:
        """Put what is kept into the store; while that is down it stays here."""
        if self.clock() < self._again:
            return
        batch, build, held = list(self._kept), self._build(), self.held()
        try:
            with self._store.writing() as session:
                self._purge(session)
                for asked in batch:
                    keep(session, asked, build, held)
        except StoreDown:
            self._again = self.clock() + RETRY
            logger.warning("%d answers wait for the store, %d lost", len(batch), self.dropped)
            return
        self._kept.clear()

    def judge(self, reference: str, verdict: str, reason: str | None) -> bool:
        """Join what a reader thought of an answer; False when it is not here."""
        change = update(AskedQuestion).where(AskedQuestion.reference == reference)
        try:
            with self._store.writing() as session:
                done = session.execute(change.values(verdict=verdict, reason=reason))
        except StoreDown:
            return False
        return bool(done.rowcount)  # type: ignore[attr-defined]

    def _purge(self, session: Session) -> None:
        """Once a day: what is older than it may be kept."""
        today = datetime.now(UTC)
        if self._purged != today.date():
            purge(session, today - timedelta(days=self._days))
            self._purged = today.date()


class Ready(Protocol):
    """What the log needs of the desk."""

    @property
    def watch(self) -> Watch:
        """Whoever looks at finished questions."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents held, by id."""

    def ready(self) -> Mapping[str, object]:
        """What is loaded; raises WenceError when nothing can be answered."""


def open_log(store: Store, settings: Settings, desk: Ready) -> QuestionLog:
    """The log of what is asked at a desk."""

    def build() -> str:
        try:
            return str(desk.ready().get("index", ""))
        except WenceError:
            return ""

    log = QuestionLog(store, settings.store_days, build)
    log.waiting = lambda: desk.watch.waiting
    log.held = lambda: region_names(desk.documents)
    return log


def purge(session: Session, before: datetime) -> int:
    """Delete every question asked before this moment; how many there were."""
    done = session.execute(delete(AskedQuestion).where(AskedQuestion.at < before))
    return int(done.rowcount)  # type: ignore[attr-defined]


def keep(session: Session, asked: Asked, build: str, held: Collection[str] = ()) -> AskedQuestion:
    """The row of one answer, with what its reader was told; its reference made unique."""
    asked = replace(asked, answer=without_place(asked.answer, held))
    row = question_row(asked, build)
    same = (AskedQuestion.reference >= row.reference, AskedQuestion.reference < f"{row.reference}~")
    before = session.scalar(select(func.count()).where(*same))
    if before:  # one visit may ask for several regions
        row.reference = f"{row.reference}-{before + 1}"
    session.add(row)
    session.flush()
    answer = asked.answer
    told = GivenAnswer(question_id=row.id, text=_clean(answer.text), notes=[*answer.notes])
    session.add(told)
    return row


def without_place(answer: Answer, held: Collection[str]) -> Answer:
    """The answer without a chosen region that is no place known: it may be anything, a name too."""
    chosen = normalise(answer.question.region or "")
    parts = [part for path in held for part in (path, *path.split("/"))]
    if not chosen or chosen in parts or load_gazetteer().find(chosen):
        return answer
    written = {answer.question.region or "", chosen, Region.parse(chosen).name} - {""}

    def hidden(text: str) -> str:
        for one in sorted(written, key=len, reverse=True):
            text = text.replace(one, NO_PLACE)
        return text

    return replace(
        answer,
        question=replace(answer.question, region=None),
        text=hidden(answer.text),
        notes=tuple(map(hidden, answer.notes)),
        regions=tuple(one for one in answer.regions if str(one) in held),
    )


def question_row(asked: Asked, build: str) -> AskedQuestion:
    """An answer as the board keeps it; masked once more, whoever made the answer."""
    answer = asked.answer
    regions = "、".join(map(str, answer.regions)) or answer.question.region or ""
    standalone = _masked(answer.standalone_question)
    return AskedQuestion(
        at=asked.at.astimezone(UTC),
        reference=asked.reference,
        channel=asked.channel,
        question=_masked(answer.question.text),
        standalone=standalone,
        region=_masked(regions),
        topic=topic_of(standalone),
        audience=answer.question.audience or "",
        status=answer.status.value,
        composer=answer.composer,
        latency_ms=round(asked.seconds * 1000, 3),
        timings_ms={name: round(value, 3) for name, value in answer.timings_ms.items()},
        hits=_hits(answer),
        citations=[_citation(one) for one in (*answer.citations, *answer.related)],
        index_build=build,
    )


def _hits(answer: Answer) -> list[dict[str, object]]:
    ranked = sorted(answer.hits, key=lambda hit: (hit.rejected is not None, -hit.score))
    return [_hit(one) for one in ranked[:MOST_HITS]]


def _hit(hit: Hit) -> dict[str, object]:
    return {
        "clause": hit.clause.id,
        "address": hit.clause.address,
        "title": hit.document.short_title,
        "region": str(hit.document.region),
        "score": round(hit.score, 6),
        "scores": {name: round(float(value), 6) for name, value in hit.scores.items()},
        "rejected": hit.rejected,
    }


def _citation(citation: Citation) -> dict[str, object]:
    return {
        "n": citation.n,
        "clause": citation.clause.id,
        "address": citation.clause.address,
        "title": citation.document.title,
        "quotes": [quote.text for quote in citation.quotes],
        "score": round(citation.score, 6),
    }


def _masked(text: str) -> str:
    return mask(_clean(text)).text


def _clean(text: str) -> str:
    """Without the one character that no database takes."""
    return text.replace("\0", "")
