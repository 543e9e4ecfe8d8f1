"""The store: made at first use, private, refused when newer, down without harm; PostgreSQL too."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.staff.accounts import AccountProblem, add_account, change_password
from bot.staff.audit import record, verify_audit
from bot.staff.passwords import WeakPassword, check_password
from bot.staff.signin import SignIns
from bot.staff.store import Store, StoreDown, StoreTooNew, open_store, store_url
from bot.staff.switches import Switches, SwitchState
from bot.staff.tables import Role
from index.errors import SettingsError
from tests import programs
from tests.staff_toys import PASSWORD, REVIEWER, Browser, staff_app, toy_store, with_accounts
from tests.web_fake import settings


def test_nothing_is_made_before_the_first_use(tmp_path):
    store = toy_store(tmp_path / "var")
    assert not (tmp_path / "var").exists()
    with store.reading():
        pass
    assert (tmp_path / "var" / "wence.db").exists()


def test_the_file_and_its_companions_are_its_owners_alone(tmp_path):
    store = with_accounts(toy_store(tmp_path))
    with store.reading():
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("wence.db*")
        }
    assert modes == {name: 0o600 for name in ("wence.db", "wence.db-wal", "wence.db-shm")}


def test_sqlite_runs_with_wal_foreign_keys_and_a_busy_timeout(tmp_path):
    with toy_store(tmp_path).reading() as session:
        values = [
            session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]
    assert values == ["wal", 1, 3000]


def test_a_store_of_a_newer_program_is_refused_with_what_to_do(tmp_path):
    with toy_store(tmp_path).writing() as session:
        session.execute(text("UPDATE store_facts SET value = '99' WHERE name = 'schema_version'"))
    with pytest.raises(StoreTooNew, match=r"版本是 99，本程序只认识到 1，请先升级程序"):
        SignIns(toy_store(tmp_path)).member("token")


def test_many_writers_at_once_make_one_whole_chain(tmp_path):
    stores = [toy_store(tmp_path) for _ in range(4)]

    def write(n: int) -> None:
        with stores[n % 4].writing() as session:
            record(session, f"写者{n % 4}", "publish", str(n))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with stores[0].reading() as session:
        state = verify_audit(session)
    assert (state.count, state.broken_at) == (40, None)


def test_stores_that_open_a_new_database_at_once_all_come_in(tmp_path):
    for n in range(20):
        stores = [toy_store(tmp_path / str(n)) for _ in range(8)]
        together = Barrier(8)

        def enter(store: Store, together: Barrier = together) -> int:
            together.wait()
            with store.reading() as session:
                return verify_audit(session).count

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(enter, stores)) == [0] * 8


def spoil(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def test_a_store_that_is_down_says_so_to_staff_and_the_switches_hold(tmp_path):
    store = with_accounts(toy_store(tmp_path))
    switches = Switches(store)
    switches.change(REVIEWER, SwitchState(banner="今晚维护"))
    app = staff_app(store)
    browser = Browser(app)
    browser.sign_in()
    store.close()
    for path in tmp_path.glob("wence.db-*"):
        path.unlink()
    spoil(tmp_path / "wence.db")
    for path in ("/staff", "/staff/audit"):
        reply = browser.get(path)
        assert reply.status_code == 503
        assert "管理数据库暂时用不了" in reply.text
        assert "公众问答不受影响" in reply.text
    switches._due = 0.0
    assert switches.current() == SwitchState(banner="今晚维护")
    assert Switches(store).current() == SwitchState()


def test_a_store_whose_folder_cannot_be_made_is_down_and_comes_back(tmp_path):
    (tmp_path / "var").write_text("a file where a folder should be", encoding="utf-8")
    store = toy_store(tmp_path / "var")
    with pytest.raises(StoreDown):
        SignIns(store).member("token")
    (tmp_path / "var").unlink()
    assert SignIns(store).member("token") is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://a/b", "must be sqlite"),
        ("sqlite://", "must be sqlite"),
        ("no address", "no database address"),
    ],
)
def test_an_impossible_address_is_one_clear_line_without_its_password(url, message):
    with pytest.raises(SettingsError, match=message):
        open_store(settings(store_url=url))


def test_an_address_of_postgresql_gets_its_driver_and_hides_its_password():
    chosen = settings(store_url="postgresql://wence:secret@db/wence")
    assert store_url(chosen).drivername == "postgresql+psycopg"
    assert "secret" not in repr(chosen)


@pytest.mark.parametrize("password", ["short", "123456789012", "qwertyuiop12", "王" * 65])
def test_a_password_that_is_short_long_or_common_is_refused(password):
    with pytest.raises(WeakPassword):
        check_password(password, "li.hua")


def test_a_password_made_of_the_own_name_is_refused():
    check_password("zhangxiaoming", "li.hua")
    with pytest.raises(WeakPassword):
        check_password("zhangxiaoming", "zhangxiaoming")


def test_a_name_is_one_whatever_its_capitals_and_width(tmp_path):
    store = toy_store(tmp_path)
    add_account(store, "Li.Hua", Role.EDITOR, PASSWORD, "命令行")
    with pytest.raises(AccountProblem, match=r"已有账号 li.hua"):
        add_account(store, "ＬＩ.hua ", Role.EDITOR, PASSWORD, "命令行")
    for name in ("", "a", "a b", "a/b", "x" * 41):
        with pytest.raises(AccountProblem, match="2 到 40"):
            add_account(store, name, Role.EDITOR, PASSWORD, "命令行")
    with pytest.raises(AccountProblem, match="没有账号"):
        change_password(store, "nobody", PASSWORD, "命令行")


# ---- PostgreSQL, where it is installed


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of this test alone."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    running = programs.postgres(tmp_path_factory.mktemp("postgres") / "server")
    yield f"postgresql://wence@127.0.0.1:{running.port}/postgres"
    running.stop()


def _up(address: str) -> Store:
    store = open_store(settings(store_url=address))
    for _ in range(60):
        try:
            with store.reading():
                return store
        except StoreDown:
            time.sleep(0.5)
    raise AssertionError("PostgreSQL did not start")


def test_postgresql_keeps_accounts_switches_and_an_audit_log_that_it_guards(postgres):
    store = _up(postgres)
    with_accounts(store)
    token = SignIns(store).sign_in(REVIEWER, PASSWORD)
    member = SignIns(store).member(token)
    assert member is not None and member.role is Role.REVIEWER
    Switches(store).change(REVIEWER, SwitchState(paused=True, paused_text="维护"))
    assert Switches(store).current() == SwitchState(paused=True, paused_text="维护")
    for statement in (
        "UPDATE audit_entries SET actor = '别人'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ):
        with pytest.raises((DBAPIError, StoreDown)), store.writing() as session:
            session.execute(text(statement))

    def write(n: int) -> None:
        with store.writing() as session:
            record(session, "写者", "publish", str(n))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(20)))
    with store.reading() as session:
        state = verify_audit(session)
    assert (state.count, state.broken_at) == (25, None)
    store.close()
