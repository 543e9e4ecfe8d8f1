"""PostgreSQL lets every connection go, as when it is started again: the store goes on."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from bot.staff.store import open_store
from bot.staff.switches import Switches, SwitchState
from tests.staff_toys import REVIEWER
from tests.test_staff_store import _up, postgres
from tests.web_fake import settings

__all__ = ["postgres"]
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"


def test_connections_that_the_server_has_dropped_are_made_again(postgres: str) -> None:
    _up(postgres).close()
    store = open_store(settings(store_url=postgres))
    switches = Switches(store)
    switches.change(REVIEWER, SwitchState(banner="今晚维护"))
    engine = create_engine(postgres.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as other:
        other.execute(text(CUT))
    engine.dispose()
    switches.change(REVIEWER, SwitchState(banner="明天恢复"))
    assert Switches(store).current().banner == "明天恢复"
    store.close()
