"""Pinned answers in the store: drafted, approved, checked again, and handed to the chain.

A pin is used only while its clauses are word for word those approved and its day of review is to
come; one of which this is no longer so goes to recheck, with an entry in the audit log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock
from time import monotonic
from typing import Protocol, runtime_checkable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation import Question
from bot.pinned import (
    Pin,
    PinRefused,
    check_text,
    cite,
    clause_digest,
    find_clauses,
    only_region,
    still_holds,
)
from bot.resolve import Resolver
from bot.staff.audit import record
from bot.staff.store import Store, StoreDown
from bot.staff.tables import PinnedAnswer, PinState
from bot.understand import understand
from index.documents import Document, Region

AGE = 2.0  # seconds that the pins in use are used before they are read again
RETRY = 10.0  # seconds until a store that was down is asked again
PATIENCE = 0.3  # seconds that the very first question waits for the store
SYSTEM = "系统"
MOST_EXAMPLES, LONGEST_EXAMPLE, LONGEST_TEXT, MOST_CLAUSES = 20, 200, 2000, 10
Documents = Mapping[str, Document]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A pin as staff have written it."""

    examples: tuple[str, ...]
    region: str
    text: str
    clause_ids: tuple[str, ...]
    review_on: date


class PinBoard:
    """The pins in use; asking for them costs nothing and never fails."""

    def __init__(self, store: Store, documents: Callable[[], Documents]) -> None:
        self._store, self._documents = store, documents
        self.clock: Callable[[], float] = monotonic
        self._pins: tuple[Pin, ...] = ()
        self._due = 0.0
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(1, "pins")
        self._load: Future[None] | None = None

    def __call__(self) -> tuple[Pin, ...]:
        """The pins in use, at most a few seconds old; the same tuple until they change."""
        if self.clock() < self._due:
            return self._pins
        with self._lock:
            first = self._load is None
            if first or (self._load is not None and self._load.done()):
                self._due = self.clock() + AGE
                self._load = self._pool.submit(self._read)
            load = self._load
        if first and load:
            wait([load], PATIENCE)
        return self._pins

    def _read(self) -> None:
        try:
            found = pins_in_use(self._store, self._documents(), date.today())
        except StoreDown:
            logger.warning("the pins stay as they are: the store is down")
            self._due = self.clock() + RETRY
            return
        if found != self._pins:
            self._pins = found


@runtime_checkable
class TakesPins(Protocol):
    """A chain that gives approved answers; one that does not is left as it is."""

    def use_pins(self, pins: Callable[[], tuple[Pin, ...]]) -> None:
        """Where to ask for the pins in use."""


def hand_out(board: PinBoard, chain: object) -> None:
    """Let a chain use the pins of a board."""
    if isinstance(chain, TakesPins):
        chain.use_pins(board)


def pins_in_use(store: Store, documents: Documents, today: date) -> tuple[Pin, ...]:
    """The active pins that hold; those that hold no longer go to recheck."""
    active = select(PinnedAnswer).where(PinnedAnswer.state == PinState.ACTIVE.value)
    with store.reading() as session:
        rows = session.scalars(active.order_by(PinnedAnswer.id)).all()
    pins = [pin_of(row) for row in rows]
    stale = [pin.id for pin in pins if not still_holds(pin, documents, today)]
    if stale and documents:
        with store.writing() as session:
            for row in session.scalars(active.where(PinnedAnswer.id.in_(stale))):
                why = "overdue" if row.review_on <= today else "clause"
                move(session, row, PinState.RECHECK, SYSTEM, why=why)
    return tuple(pin for pin in pins if pin.id not in stale)


def pin_of(row: PinnedAnswer) -> Pin:
    """A row as the chain uses it."""
    return Pin(
        id=row.id,
        examples=tuple(row.pattern.splitlines()),
        region=Region.parse(row.region),
        text=row.text,
        clause_ids=tuple(row.clause_ids),
        digests=dict(row.clause_digests),
        review_on=row.review_on,
    )


def check(wanted: Wanted, documents: Documents, today: date) -> dict[str, str]:
    """The digests of the clauses of a pin that holds; PinRefused says what does not."""
    region = Region.parse(wanted.region)
    if not wanted.examples or len(wanted.examples) > MOST_EXAMPLES:
        raise PinRefused("pin_examples", limit=MOST_EXAMPLES)
    for one in wanted.examples:
        if len(one) > LONGEST_EXAMPLE or not one.isprintable():
            raise PinRefused("pin_example", example=one[:40], limit=LONGEST_EXAMPLE)
    if not wanted.text or len(wanted.text) > LONGEST_TEXT:
        raise PinRefused("pin_text", limit=LONGEST_TEXT)
    if not 0 < len(wanted.clause_ids) <= MOST_CLAUSES:
        raise PinRefused("pin_clauses", limit=MOST_CLAUSES)
    if wanted.review_on <= today:
        raise PinRefused("pin_review", day=wanted.review_on)
    clauses = find_clauses(wanted.clause_ids, documents)
    for document, _ in clauses:
        if document.region != region:
            raise PinRefused("pin_region", title=document.short_title, region=region.name)
    citations = cite(wanted.text, wanted.clause_ids, documents)
    check_text(wanted.text, citations)
    _check_examples(wanted, region, documents)
    return {clause.id: clause_digest(clause) for _, clause in clauses}


def _check_examples(wanted: Wanted, region: Region, documents: Documents) -> None:
    """Every example must be a question that is read as one about the region of the pin."""
    resolver = Resolver(documents)
    for example in wanted.examples:
        if only_region(understand(Question(example, region=wanted.region), resolver)) != region:
            raise PinRefused("pin_elsewhere", example=example[:40], region=region.name)


def save(session: Session, number: int | None, wanted: Wanted, actor: str) -> int:
    """Keep a pin as a draft, a new one or a changed one; its number."""
    now = datetime.now(UTC)
    row = session.get(PinnedAnswer, number) if number else None
    if row is None:
        row = PinnedAnswer(owner=actor, created_at=now)
        session.add(row)
    row.pattern, row.region, row.text = "\n".join(wanted.examples), wanted.region, wanted.text
    row.clause_ids, row.clause_digests = list(wanted.clause_ids), {}  # digests when approved
    row.review_on, row.changed_at = wanted.review_on, now
    row.state, row.approved_by = PinState.DRAFT.value, None
    session.flush()
    details = {"examples": wanted.examples, "clauses": wanted.clause_ids, "text": wanted.text}
    record(session, actor, "pin_save", str(row.id), details)
    return row.id


def wanted_of(row: PinnedAnswer) -> Wanted:
    """A row as staff have written it."""
    examples, clauses = tuple(row.pattern.splitlines()), tuple(row.clause_ids)
    return Wanted(examples, row.region, row.text, clauses, row.review_on)


def approve(session: Session, row: PinnedAnswer, actor: str, documents: Documents) -> None:
    """Put a pin to use; PinRefused when it does not hold today."""
    row.clause_digests = check(wanted_of(row), documents, date.today())
    row.approved_by = actor
    move(session, row, PinState.ACTIVE, actor)


def move(session: Session, row: PinnedAnswer, state: PinState, actor: str, **more: object) -> None:
    """Change where a pin stands, and say so in the audit log."""
    details = {"before": row.state, "after": state.value, **more}
    row.state, row.changed_at = state.value, datetime.now(UTC)
    record(session, actor, f"pin_{state.value}", str(row.id), details)
