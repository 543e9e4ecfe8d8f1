"""The tables of the store: accounts, sign-ins, audit, switches, questions asked, pinned answers.

Times are UTC. What citizens asked is kept here with personal data already masked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    String,
    Text,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite gives back times without their zone, here it is put on again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table."""

    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads it from the class)
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class Role(StrEnum):
    """What an account may do; a reviewer is an editor who may also approve."""

    EDITOR = "editor"
    REVIEWER = "reviewer"

    def covers(self, needed: Role) -> bool:
        """Whether an account with this role may do what ``needed`` may."""
        return self is needed or self is Role.REVIEWER


class PinState(StrEnum):
    """Where a pinned answer stands; ``recheck`` when a clause of it has changed."""

    DRAFT = "draft"
    ACTIVE = "active"
    RECHECK = "recheck"
    RETIRED = "retired"


class StoreFact(Base):
    """A fact about the store itself, such as the version of its schema."""

    __tablename__ = "store_facts"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Account(Base):
    """A member of staff who may sign in."""

    __tablename__ = "accounts"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]  # of the password
    signed_in_at: Mapped[datetime | None]
    disabled: Mapped[bool] = mapped_column(default=False)


class StaffSession(Base):
    """One sign-in; only the digest of its token is kept."""

    __tablename__ = "staff_sessions"
    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(
        ForeignKey("accounts.name", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class SignInFailure(Base):
    """How often in a row signing in under a name has failed, also for names that do not exist."""

    __tablename__ = "sign_in_failures"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)


class AuditEntry(Base):
    """One thing that was done; it holds the digest of the entry before and is never changed."""

    __tablename__ = "audit_entries"
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(60), index=True)
    action: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(Text)
    details: Mapped[str] = mapped_column(Text)  # canonical JSON, as it was hashed
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64))


class SwitchValue(Base):
    """The state of one switch."""

    __tablename__ = "switches"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class AskedQuestion(Base):
    """A question of the public, masked, with how it was answered and every hit with its scores."""

    __tablename__ = "asked_questions"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    channel: Mapped[str] = mapped_column(String(20))
    question: Mapped[str] = mapped_column(Text)
    standalone: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text, default="")
    topic: Mapped[str] = mapped_column(Text, default="")
    audience: Mapped[str] = mapped_column(String(20), default="")
    status: Mapped[str] = mapped_column(String(20), index=True)
    composer: Mapped[str] = mapped_column(String(20), default="")
    latency_ms: Mapped[float] = mapped_column(default=0.0)
    timings_ms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hits: Mapped[list[Any]] = mapped_column(default=list)
    citations: Mapped[list[Any]] = mapped_column(default=list)
    index_build: Mapped[str] = mapped_column(String(80), default="")
    verdict: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(40))
    __table_args__ = (  # lists and figures never touch the rows, which are long
        Index(
            "asked_questions_listed",
            *("at", "status", "verdict", "channel", "region", "topic", "latency_ms"),
        ),
    )


class GivenAnswer(Base):
    """What the reader of an asked question was told, word for word."""

    __tablename__ = "given_answers"
    question_id: Mapped[int] = mapped_column(
        ForeignKey("asked_questions.id", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str] = mapped_column(Text)
    notes: Mapped[list[Any]] = mapped_column(default=list)


class HandledGap(Base):
    """A gap that staff have dealt with: questions like ``question`` until ``at`` are settled."""

    __tablename__ = "handled_gaps"
    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text, default="")
    topic: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(index=True)


class PinnedAnswer(Base):
    """An answer that staff have approved for questions of one pattern."""

    __tablename__ = "pinned_answers"
    id: Mapped[int] = mapped_column(primary_key=True)
    pattern: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    clause_ids: Mapped[list[Any]] = mapped_column(default=list)
    clause_digests: Mapped[dict[str, Any]] = mapped_column(default=dict)  # by clause id
    owner: Mapped[str] = mapped_column(String(40))
    approved_by: Mapped[str | None] = mapped_column(String(40))
    review_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(20), default=PinState.DRAFT.value, index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


REFUSED = "audit entries are never changed"
SQLITE_GUARDS = (
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_entries "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entries "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit_entries "
    f"WHEN EXISTS (SELECT 1 FROM audit_entries WHERE n = NEW.n OR previous = NEW.previous) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
)
POSTGRES_GUARDS = (
    f"CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
)
GUARDS = {"sqlite": SQLITE_GUARDS, "postgresql": POSTGRES_GUARDS}


@event.listens_for(AuditEntry.__table__, "after_create")
def _guard_audit(table: object, connection: Connection, **more: object) -> None:
    """From its first moment on, the database itself refuses to change the log."""
    for guard in GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(guard)
