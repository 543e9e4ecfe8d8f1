"""Store and disk break while questions come in: readers are answered, staff are told, all heals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.public.limits import Limits
from bot.staff.signin import SignIns
from bot.staff.store import StoreDown
from bot.staff.switches import Switches, SwitchState
from bot.web.turns import BadRequest
from index.build import build_index
from index.errors import WenceError
from index.publish import current_build
from tests.broken import Service, fill, running, small_disk
from tests.library_toys import empty_library, fees, publish, received
from tests.staff_toys import REVIEWER, toy_store, with_accounts
from tests.test_staff_store import spoil
from tests.toys import TINY_ASKED, ToyEmbedder, changed_corpus, open_searcher
from tests.web_fake import settings


@pytest.fixture
def service(tiny_index: Path, tmp_path: Path) -> Iterator[Service]:
    with running(tiny_index, tmp_path / "var") as one:
        assert one.answers()
        yield one


def staff(service: Service) -> httpx.Response:
    return httpx.get(f"{service.address}/staff/audit", cookies={"wence_staff": "x"}, timeout=30)


def test_a_store_that_another_holds_keeps_no_reader_waiting(service: Service) -> None:
    with sqlite3.connect(service.var / "wence.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        assert all(service.answers() for _ in range(5))
        assert max(service.ask().elapsed.total_seconds() for _ in range(5)) < 2
        other.rollback()
    assert staff(service).status_code == 303


def test_a_store_that_is_deleted_is_made_again_and_readers_do_not_notice(service: Service) -> None:
    for path in service.var.glob("wence.db*"):
        path.unlink()
    assert all(service.answers() for _ in range(3))
    assert staff(service).status_code in {303, 503}


def test_a_store_that_is_overwritten_is_told_to_staff_alone(service: Service) -> None:
    for path in service.var.glob("wence.db-*"):
        path.unlink()
    spoil(service.var / "wence.db")
    assert all(service.answers() for _ in range(3))


def test_a_full_disk_loses_nothing_that_was_kept(tiny_index: Path, tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "var", 30_000) as var,
        running(tiny_index, var) as service,
    ):
        assert (service.answers(), service.like()) == (True, 204)
        stopper = fill(var)
        assert all(service.answers() for _ in range(5))
        assert service.like() == 204  # dropped, and the log says so
        served = current_build(var / "index")
        with pytest.raises(WenceError, match=r"磁盘|空间"):
            build_index(changed_corpus(), TINY_ASKED, ToyEmbedder(), var / "index")
        assert current_build(var / "index") == served
        stopper.unlink()
        assert (service.answers(), service.like()) == (True, 204)
        kept = (var / "feedback.jsonl").read_text("utf-8").splitlines()
        # the one between them is kept where it fits into a block that the file already has
        assert len([json.loads(line) for line in kept]) in {2, 3}
        build_index(changed_corpus(), TINY_ASKED, ToyEmbedder(), var / "index")
        assert current_build(var / "index") != served


def test_a_full_disk_stops_a_publication_and_the_next_one_succeeds(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 20_000) as disk:
        library = empty_library(disk)
        publish(library, received("嘉兴市", "学校收费要公示。"))
        stopper = fill(disk)
        with pytest.raises((WenceError, OSError)) as stopped:
            publish(library, received("嘉兴市", "学校收费要听证。", 2025))
        assert "Traceback" not in str(stopped.value)
        assert library.current() == 1
        stopper.unlink()
        open_searcher(library.index_dir)
        publish(library, received("武汉市", "学校收费要听证。"))
        assert "听证" in fees(library, "wuhan-2024")
        assert "公示" in fees(library, "jiaxing-2024")


def test_a_full_disk_is_told_to_staff_and_their_accounts_are_kept(tmp_path: Path) -> None:
    with small_disk(tmp_path / "var", 600) as var:
        store = with_accounts(toy_store(var))
        switches = Switches(store)
        switches.change(REVIEWER, SwitchState(banner="今晚维护"))
        stopper = fill(var)
        with pytest.raises(StoreDown, match="请检查数据库和磁盘"):
            for n in range(50):
                switches.change(REVIEWER, SwitchState(banner=f"{n}" * 9000))
        stopper.unlink()
        changed = switches.change(REVIEWER, SwitchState(banner="明天恢复"))
        assert changed == ("banner",)
        assert SignIns(store).member("nobody") is None


@pytest.mark.parametrize("seconds", [86_400.0, -86_400.0])
def test_a_clock_that_jumps_shuts_nobody_out(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """A client that had asked too often waits a minute or two, not a day."""
    from time import time as now

    limits = Limits(settings(questions_per_minute="2", questions_per_hour="0"))
    for _ in range(2):
        limits.take("question", "甲")
    with pytest.raises(BadRequest):
        limits.take("question", "甲")
    for place in ("limits.storage.memory.time.time", "bot.public.limits.time"):
        monkeypatch.setattr(place, lambda: now() + seconds)
    limits.take("question", "甲")
