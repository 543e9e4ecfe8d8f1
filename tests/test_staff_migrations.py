"""An older store under a newer program: copied, upgraded in one transaction, nothing lost."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.cli import main
from bot.staff.accounts import accounts
from bot.staff.audit import verify_audit
from bot.staff.migrations import STEPS, Step, Upgrade
from bot.staff.store import Store, StoreDown, StoreTooNew, StoreTooOld
from bot.staff.switches import Switches, SwitchState
from bot.staff.tables import Base
from tests.staff_toys import EDITOR, REVIEWER, toy_store, with_accounts
from tests.test_staff_store import _up, postgres

__all__ = ["postgres"]
TABLES = {1: "97db7e21bf32"}  # digest of the tables by version; a new one goes with a new step
BOTH = ("sqlite", "postgresql")
NOTE = Step(
    "a note for every account",
    {key: ["ALTER TABLE accounts ADD COLUMN note TEXT NOT NULL DEFAULT '旧'"] for key in BOTH},
)
BANNER = Step(
    "shorter", {key: ["UPDATE switches SET value = '\"短\"' WHERE name = 'banner'"] for key in BOTH}
)
WRONG = Step("never", {key: ["ALTER TABLE nothing ADD COLUMN x TEXT"] for key in BOTH})


def newer(store: Store, *steps: Step) -> Store:
    """The same database under a program with these steps."""
    return Store(store._engine, steps)


def version(store: Store) -> str:
    with store.reading() as session:
        return session.scalar(text("SELECT value FROM store_facts WHERE name = 'schema_version'"))


def notes(store: Store) -> list[tuple[str, str]]:
    with store.reading() as session:
        rows = session.execute(text("SELECT name, note FROM accounts ORDER BY name")).all()
    return [tuple(row) for row in rows]


def copies(folder: Path) -> list[Path]:
    return sorted(folder.glob("wence.v*.db"))


@pytest.fixture
def old(tmp_path: Path) -> Store:
    store = with_accounts(toy_store(tmp_path))
    Switches(store).change(REVIEWER, SwitchState(banner="今晚维护"))
    return store


def test_a_change_of_the_tables_comes_with_a_step():
    dialect = sqlite.dialect()
    tables = Base.metadata.sorted_tables
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in tables]
    made += sorted(
        str(CreateIndex(index).compile(dialect=dialect))
        for table in tables
        for index in table.indexes
    )
    digest = hashlib.sha256("\n".join(made).encode()).hexdigest()[:12]
    assert TABLES | {1 + len(STEPS): digest} == TABLES


def test_a_store_of_sqlite_is_copied_and_upgraded_at_its_first_use(old, tmp_path):
    store = newer(old, NOTE, BANNER)
    assert notes(store) == [(EDITOR, "旧"), (REVIEWER, "旧")]
    assert version(store) == "3"
    assert Switches(store).current() == SwitchState(banner="短")
    with store.reading() as session:
        state = verify_audit(session)
        last = session.execute(
            text("SELECT actor, action, subject FROM audit_entries ORDER BY n DESC")
        )
        assert last.first() == ("程序", "migrate", "1 → 3")
    assert state.broken_at is None
    [copy] = copies(tmp_path)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as before:
        assert [row[0] for row in before.execute("SELECT name FROM accounts ORDER BY name")] == [
            EDITOR,
            REVIEWER,
        ]
        assert before.execute("SELECT value FROM store_facts").fetchall() == [("1",)]
    before.close()


def test_a_store_of_the_present_is_neither_copied_nor_changed(old, tmp_path):
    assert newer(old).migrate() == Upgrade(1, 1)
    assert copies(tmp_path) == []


def test_a_new_store_has_the_latest_version_at_once(tmp_path):
    store = newer(toy_store(tmp_path), NOTE)
    assert version(store) == "2"
    assert copies(tmp_path) == []


def test_a_step_that_fails_leaves_the_store_as_it_was(old, tmp_path):
    with pytest.raises(StoreDown):
        newer(old, NOTE, WRONG).migrate()
    store = newer(old)
    assert (version(store), [one.name for one in accounts(store)]) == ("1", [EDITOR, REVIEWER])
    assert "note" not in {one["name"] for one in inspect(old._engine).get_columns("accounts")}
    assert len(copies(tmp_path)) == 1


def test_a_store_that_cannot_be_copied_is_not_upgraded(old, tmp_path, monkeypatch):
    class Full(sqlite3.Connection):
        def backup(self, *given, **more):
            raise sqlite3.OperationalError("disk is full")

    connect = sqlite3.connect
    with monkeypatch.context() as full:
        full.setattr(sqlite3, "connect", lambda *given: connect(*given, factory=Full))
        with pytest.raises(StoreDown):
            newer(old, NOTE).migrate()
    assert (version(newer(old)), copies(tmp_path)) == ("1", [])


def test_of_many_workers_that_start_at_once_one_upgrades(old, tmp_path):
    stores = [newer(toy_store(tmp_path), NOTE) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(version, stores)) == ["2"] * 4
    with stores[0].reading() as session:
        count = session.scalar(text("SELECT count(*) FROM audit_entries WHERE action = 'migrate'"))
    assert (count, len(copies(tmp_path))) == (1, 1)


def test_an_older_program_refuses_what_a_newer_one_has_upgraded(old):
    newer(old, NOTE).migrate()
    with pytest.raises(StoreTooNew, match="版本是 2，本程序只认识到 1"):
        version(newer(old))


def test_the_command_tells_what_it_did(old, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WENCE_INDEX_DIR", str(tmp_path / "index"))
    assert main(["staff", "migrate"]) == 0
    assert capsys.readouterr().out == "管理数据库已是版本 1，不用升级\n"
    monkeypatch.setattr("bot.staff.store.open_store", lambda settings: newer(old, NOTE))
    assert main(["staff", "migrate"]) == 0
    [copy] = copies(tmp_path)
    assert capsys.readouterr().out == (f"管理数据库已从版本 1 升级到 2\n升级前的副本：{copy}\n")


@pytest.fixture
def old_postgres(postgres: str) -> Iterator[Store]:
    store = with_accounts(_up(postgres))
    yield store
    store.close()


def test_a_store_of_postgresql_waits_for_its_keeper_and_loses_nothing(old_postgres):
    with pytest.raises(StoreTooOld, match=r"pg_dump.*wence staff migrate"):
        version(newer(old_postgres, NOTE))
    with pytest.raises(StoreDown):
        newer(old_postgres, NOTE, WRONG).migrate()
    assert version(newer(old_postgres)) == "1"
    assert newer(old_postgres, NOTE).migrate() == Upgrade(1, 2)
    store = newer(old_postgres, NOTE)
    assert notes(store) == [(EDITOR, "旧"), (REVIEWER, "旧")]
    with store.reading() as session:
        assert verify_audit(session).broken_at is None
