"""The store of the staff console: SQLite beside the index, or PostgreSQL by address.

Nothing connects before the first use; the schema is made, or brought up to date, then. A store
that cannot be used raises StoreDown; the public is answered without it. Transactions are short:
read or write, done.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from json import dumps
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, make_url, text
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.staff.migrations import FACT, STEPS, Step, Upgrade, held_version, latest, upgrade
from bot.staff.tables import Base, StoreFact
from index.errors import SettingsError, WenceError

SCHEMA_LOCK = 7_315_001  # of PostgreSQL, while the schema is made
WAIT = 3  # seconds for a connection or for another writer
PAUSE = 0.01  # seconds before SQLite is asked again
logger = logging.getLogger(__name__)


class StoreDown(WenceError):
    """The store cannot be used now; the public is answered all the same."""


class StoreTooNew(StoreDown):
    """The store was made by a newer version of this program."""


class StoreTooOld(StoreDown):
    """The store was made by an older version of this program, and its keeper has to see to it."""


class Store:
    """Gives out transactions over one database; ``steps`` lead from older tables to the present."""

    def __init__(self, engine: Engine, steps: Sequence[Step] = STEPS) -> None:
        self._engine, self._steps = engine, steps
        self._writing = engine.execution_options(writes=True)
        self._lock = Lock()
        self._ready = False

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads; raises StoreDown."""
        with self._translated(), Session(self._prepared(), expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is committed when the block ends well; raises StoreDown."""
        self._prepared()
        with (
            self._translated(),
            Session(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def migrate(self) -> Upgrade:
        """Bring the store up to date, also where that waits for its keeper; raises StoreDown."""
        with self._lock, self._translated():
            done = self._make_schema(is_told=True)
            self._ready = True
        return done

    def close(self) -> None:
        """Let every connection go; a later use opens new ones."""
        self._engine.dispose()

    def _prepared(self) -> Engine:
        """The engine, once the schema is there."""
        if not self._ready:
            with self._lock, self._translated():
                if not self._ready:
                    self._make_schema()
                    self._ready = True
        return self._engine

    def _make_schema(self, is_told: bool = False) -> Upgrade:
        """Make what is not there; an older store is copied and upgraded, or waits to be told."""
        if self._engine.dialect.name == "sqlite" and self._engine.url.database:
            _own_file(Path(self._engine.url.database))
        with self._writing.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})"))
            held = held_version(connection)
            done = Upgrade(held or latest(self._steps), latest(self._steps))
            _check_version(done, connection.dialect.name, is_told)
            if done.before < done.after:
                done = upgrade(connection, done.before, self._steps)
            Base.metadata.create_all(connection)
            if held is None:
                fact = {"name": FACT, "value": str(done.after)}
                connection.execute(insert(StoreFact).values(fact))
        return done

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # a fault of the caller, not of the store
        except (SQLAlchemyError, OSError) as error:
            logger.error("the store cannot be used: %s", error)
            raise StoreDown("管理数据库暂时用不了，请检查数据库和磁盘；公众问答不受影响") from error


def _check_version(versions: Upgrade, kind: str, is_told: bool) -> None:
    """Refuse a store of a newer program, and an older one that only its keeper can copy."""
    if versions.before > versions.after:
        raise StoreTooNew(
            f"管理数据库的版本是 {versions.before}，本程序只认识到 {versions.after}，请先升级程序"
        )
    if versions.before < versions.after and kind != "sqlite" and not is_told:
        raise StoreTooOld(
            f"管理数据库的版本是 {versions.before}，本程序要用版本 {versions.after}："
            "请先备份数据库（如 pg_dump），再运行 wence staff migrate"
        )


def _own_file(path: Path) -> None:
    """The file of a SQLite store, readable by its owner alone; its companions take its mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)


def store_url(settings: Settings) -> URL:
    """The address of the store; raises SettingsError with what is wrong."""
    given = settings.store_url.get_secret_value()
    if not given:
        return URL.create("sqlite", database=str(settings.index_dir.parent / "wence.db"))
    try:
        url = make_url(given)
    except ArgumentError:
        raise SettingsError("WENCE_STORE_URL is no database address") from None
    kind = url.get_backend_name()
    if kind == "postgresql":
        if find_spec("psycopg") is None:
            raise SettingsError("WENCE_STORE_URL needs psycopg: pip install 'wence[postgres]'")
        return url.set(drivername="postgresql+psycopg")
    if kind != "sqlite" or not url.database or url.database == ":memory:":
        raise SettingsError("WENCE_STORE_URL must be sqlite:///FILE or postgresql://HOST/NAME")
    return url


def open_store(settings: Settings) -> Store:
    """The store of the settings; nothing is connected yet."""
    url = store_url(settings)
    serializer = partial(dumps, ensure_ascii=False)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url, json_serializer=serializer, pool_timeout=WAIT, connect_args={"timeout": WAIT}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return Store(engine)
    arguments = {"connect_timeout": WAIT, "options": f"-c statement_timeout={WAIT * 1000}"}
    return Store(
        create_engine(
            url,
            json_serializer=serializer,
            pool_pre_ping=True,
            pool_timeout=WAIT,
            connect_args=arguments,
        )
    )


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # we begin transactions
    _use_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Of two that turn a new database to WAL at once, SQLite refuses one without any waiting."""
    deadline = monotonic() + WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if monotonic() >= deadline:
                raise
            sleep(PAUSE)


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its place at once, so that it never fails half-way because of another."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
