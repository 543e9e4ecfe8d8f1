"""The audit log: the chain is followed, the database refuses changes, the export runs nothing."""

from __future__ import annotations

import csv
import io
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.staff.audit import (
    GENESIS,
    AuditFilter,
    AuditState,
    count_entries,
    entries,
    record,
    verify_audit,
)
from bot.staff.csvs import csv_text
from bot.staff.store import Store, StoreDown
from tests.staff_toys import REVIEWER, Browser, staff_app, toy_store, with_accounts


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with three entries."""
    store = toy_store(tmp_path)
    with store.writing() as session:
        record(session, "王老师", "switch", "banner", {"before": "", "after": "今晚维护"})
        record(session, "李老师", "publish", "河阳市招生意见")
        record(session, "王老师", "retire", "100%_旧文件")
    return store


def state(store: Store) -> AuditState:
    with store.reading() as session:
        return verify_audit(session)


def tamper(tmp_path: Path, *statements: str) -> None:
    """What somebody with the file itself can do: take the guards away, then change it."""
    with sqlite3.connect(tmp_path / "wence.db") as connection:
        for guard in ("audit_no_update", "audit_no_delete", "audit_no_replace"):
            connection.execute(f"DROP TRIGGER {guard}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_every_entry_holds_the_digest_of_the_one_before(store):
    with store.reading() as session:
        rows = entries(session, AuditFilter())[::-1]
    assert [row.n for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows] == [GENESIS, rows[0].digest, rows[1].digest]
    assert rows[0].details == '{"after": "今晚维护", "before": ""}'
    assert state(store) == AuditState(3, rows[2].digest)


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE audit_entries SET actor = '别人' WHERE n = 2", 2),
        ("UPDATE audit_entries SET details = '{}' WHERE n = 1", 1),
        ("UPDATE audit_entries SET at = '2020-01-01 00:00:00.000000' WHERE n = 3", 3),
        ("DELETE FROM audit_entries WHERE n = 1", 1),
        ("DELETE FROM audit_entries WHERE n = 2", 2),
        (f"UPDATE audit_entries SET digest = '{'a' * 64}' WHERE n = 3", 3),
    ],
)
def test_a_change_behind_the_back_of_the_program_is_found(store, tmp_path, change, broken_at):
    tamper(tmp_path, change)
    assert state(store).broken_at == broken_at


def test_entries_cut_off_at_the_end_show_in_the_newest_digest(store, tmp_path):
    before = state(store)
    tamper(tmp_path, "DELETE FROM audit_entries WHERE n = 3")
    assert state(store).broken_at is None
    assert (state(store).count, state(store).head != before.head) == (2, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = '别人'",
        "DELETE FROM audit_entries WHERE n = 3",
        "INSERT OR REPLACE INTO audit_entries SELECT n, at, '别人', action, subject, details, "
        "previous, digest FROM audit_entries WHERE n = 2",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(store, tmp_path, statement):
    before = state(store)
    with pytest.raises(DBAPIError), store.writing() as session:
        session.execute(text(statement))
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        sqlite3.connect(tmp_path / "wence.db").execute(statement)
    assert state(store) == before


def test_a_change_that_fails_leaves_no_entry(store):
    with pytest.raises(StoreDown), store.writing() as session:
        record(session, "王老师", "publish", "没有办成")
        session.execute(text("SELECT * FROM no_such_table"))
    assert state(store).count == 3


def test_entries_are_filtered_by_who_what_words_and_day(store):
    def found(**wanted: object) -> list[int]:
        with store.reading() as session:
            rows = [row.n for row in entries(session, AuditFilter(**wanted))]
            assert count_entries(session, AuditFilter(**wanted)) == len(rows)
            return rows

    today = datetime.now(UTC).date()
    assert found(actor="王老师") == [3, 1]
    assert found(action="publish") == [2]
    assert found(words="维护") == [1]
    assert found(words="100%_") == [3]
    assert found(words="%") == [3]
    assert found(since=today, until=today) == [3, 2, 1]
    assert found(until=date(2020, 1, 1)) == found(since=date(8000, 1, 1)) == []


def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe():
    cells = ["=1+1", "+1", "-1", "@a", "\t=1", " =1", "＝1", "王老师", -5, None, 'a"b,c']
    line = next(csv.reader(io.StringIO(csv_text(["x"], [cells]).split("\r\n", 1)[1])))
    assert line == [
        *("'=1+1", "'+1", "'-1", "'@a", "'\t=1", "' =1", "'＝1", "王老师", "-5", "", 'a"b,c'),
    ]


def test_the_page_filters_checks_and_exports(tmp_path):
    store = with_accounts(toy_store(tmp_path))
    with store.writing() as session:
        record(session, REVIEWER, "publish", "=HYPERLINK(1)<b>")
    browser = Browser(staff_app(store))
    browser.sign_in()
    page = browser.get("/staff/audit?words=HYPERLINK&verify=1").text
    assert "找到 1 条" in page
    assert "=HYPERLINK(1)&lt;b&gt;" in page
    assert "已核对：4 条记录前后相连" in page
    assert "没有符合的记录" in browser.get("/staff/audit?actor=nobody").text
    assert "“昨天”不是日期" in browser.get("/staff/audit?since=昨天").text
    reply = browser.get("/staff/audit.csv?words=HYPERLINK")
    rows = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert (rows[0][4], rows[1][4]) == ("subject", "'=HYPERLINK(1)<b>")
    tamper(tmp_path, "UPDATE audit_entries SET actor = '别人' WHERE n = 2")
    assert "第 2 条对不上" in browser.get("/staff/audit?verify=1").text


def test_many_entries_are_shown_a_page_at_a_time(tmp_path):
    store = with_accounts(toy_store(tmp_path))
    with store.writing() as session:
        for n in range(60):
            record(session, REVIEWER, "publish", f"文件{n}号")
    browser = Browser(staff_app(store))
    browser.sign_in()
    first, second = (browser.get(f"/staff/audit?page={n}&action=publish").text for n in (1, 2))
    assert ("文件59号" in first, "文件9号" in first, "文件9号" in second) == (True, False, True)
    assert "第 1 页，共 2 页" in first
    assert "/staff/audit?page=2&amp;action=publish" in first
