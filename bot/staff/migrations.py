"""Older stores brought up to the present tables: numbered steps, in one transaction.

A store of SQLite is copied first and upgraded at its first use; one of PostgreSQL waits until its
keeper has made a copy and runs ``wence staff migrate``. Who changes ``bot.staff.tables`` adds a
step here; a test compares the tables with those that the last step leads to.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.orm import Session

from bot.staff.audit import record
from bot.staff.tables import StoreFact

FACT = "schema_version"
PROGRAM = "程序"  # who did it, in the audit log
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the tables: what it is for, and its statements by kind of database.

    A new table needs no statement: it is made after the steps.
    """

    purpose: str
    statements: Mapping[str, Sequence[str]]


STEPS: tuple[Step, ...] = ()  # the first leads from version 1 to version 2


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What became of a store; ``copy`` is the file that it was before."""

    before: int
    after: int
    copy: Path | None = None


def latest(steps: Sequence[Step]) -> int:
    """The version that the steps lead to."""
    return 1 + len(steps)


def held_version(connection: Connection) -> int | None:
    """The version of a store; None for a new one."""
    if not inspect(connection).has_table(StoreFact.__tablename__):
        return None
    value = connection.scalar(select(StoreFact.value).where(StoreFact.name == FACT))
    return int(value) if value else None


def upgrade(connection: Connection, before: int, steps: Sequence[Step]) -> Upgrade:
    """Take the steps that a store lacks, inside the caller's transaction, which holds the store."""
    copy = _copied(connection, before)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # a long table takes its time
    for step in steps[before - 1 :]:
        for statement in step.statements.get(connection.dialect.name, ()):
            connection.exec_driver_sql(statement)
    done = Upgrade(before, latest(steps), copy)
    with Session(connection) as session:
        session.merge(StoreFact(name=FACT, value=str(done.after)))
        record(session, PROGRAM, "migrate", f"{done.before} → {done.after}")
        session.flush()
    logger.warning("the store goes from version %d to %d; copy: %s", before, done.after, copy)
    return done


def _copied(connection: Connection, version: int) -> Path | None:
    """A copy of a SQLite store beside it, its owner's alone; raises OSError."""
    database = connection.engine.url.database
    if connection.dialect.name != "sqlite" or not database:
        return None
    path = Path(database)
    copy = path.with_name(f"{path.stem}.v{version}.{datetime.now(UTC):%Y%m%d-%H%M%S}{path.suffix}")
    copy.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        copy.unlink(missing_ok=True)
        raise OSError(f"the store cannot be copied to {copy}: {error}") from error
    return copy
