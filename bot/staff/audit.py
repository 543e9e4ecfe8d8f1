"""The append-only audit log: every entry holds the digest of the one before.

The database refuses to change or delete an entry; ``verify_audit`` finds what somebody with the
file itself has changed. The newest digest also goes to the process log, where it shows that
entries were cut off at the end.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import Session

from bot.staff.tables import AuditEntry

GENESIS = "0" * 64
BATCH = 1000
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuditState:
    """How many entries the log holds, its newest digest, and the first entry that is wrong."""

    count: int
    head: str
    broken_at: int | None = None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to show: by whom, what, words in the subject or details, between two days (UTC)."""

    actor: str = ""
    action: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on the table."""
        wanted: list[ColumnElement[bool]] = []
        if self.actor:
            wanted.append(AuditEntry.actor == self.actor)
        if self.action:
            wanted.append(AuditEntry.action == self.action)
        if self.words:
            columns = (AuditEntry.subject, AuditEntry.details)
            wanted.append(or_(*(c.contains(self.words, autoescape=True) for c in columns)))
        if self.since:
            wanted.append(AuditEntry.at >= datetime.combine(self.since, time(), UTC))
        if self.until:
            end = datetime.combine(self.until + timedelta(days=1), time(), UTC)
            wanted.append(AuditEntry.at < end)
        return wanted


def record(
    session: Session, actor: str, action: str, subject: str, details: Mapping[str, object] = {}
) -> AuditEntry:
    """Append an entry within the transaction of the change that it tells of."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(text("LOCK TABLE audit_entries IN EXCLUSIVE MODE"))
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.n.desc()).limit(1)).first()
    entry = AuditEntry(
        n=last.n + 1 if last else 1,
        at=datetime.now(UTC),
        actor=actor,
        action=action,
        subject=subject,
        details=json.dumps(details, ensure_ascii=False, sort_keys=True, default=str),
        previous=last.digest if last else GENESIS,
    )
    entry.digest = digest_of(entry)
    session.add(entry)
    session.flush()
    logger.info("audit entry %d has digest %s", entry.n, entry.digest)
    return entry


def digest_of(entry: AuditEntry) -> str:
    """SHA-256 over every field of an entry and the digest of the one before."""
    fields = (
        *(entry.n, entry.at.isoformat(), entry.actor, entry.action, entry.subject),
        *(entry.details, entry.previous),
    )
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def verify_audit(session: Session) -> AuditState:
    """Follow the chain from its first entry; stop at the first that is missing or changed."""
    count, head = 0, GENESIS
    rows = session.scalars(
        select(AuditEntry).order_by(AuditEntry.n).execution_options(yield_per=BATCH)
    )
    for entry in rows:
        whole = entry.n == count + 1 and entry.previous == head
        if not whole or entry.digest != digest_of(entry):
            return AuditState(count, head, broken_at=count + 1)
        count, head = entry.n, entry.digest
    return AuditState(count, head)


def entries(
    session: Session, wanted: AuditFilter, limit: int | None = None, offset: int = 0
) -> Sequence[AuditEntry]:
    """The entries that match, newest first."""
    query = select(AuditEntry).where(*wanted.conditions()).order_by(AuditEntry.n.desc())
    return session.scalars(query.limit(limit).offset(offset)).all()


def count_entries(session: Session, wanted: AuditFilter) -> int:
    """How many entries match."""
    query = select(func.count()).select_from(AuditEntry).where(*wanted.conditions())
    return session.scalar(query) or 0
