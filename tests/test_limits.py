"""How often a client may come: counted in memory and in Redis, and without Redis all the same."""

from __future__ import annotations

import logging
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.public.limits import Limits, Memory, open_shared
from bot.web.turns import BadRequest
from index.errors import SettingsError
from tests.served import free_port
from tests.web_fake import settings


def limits(**environ: str) -> Limits:
    few = {"questions_per_minute": "3", "questions_per_hour": "0", "signins_per_minute": "1"}
    return Limits(settings(**few | environ))


def taken(one: Limits, client: str, kind: str = "question", most: int = 9) -> int:
    """How many calls in a row are let in."""
    for n in range(most):
        try:
            one.take(kind, client)
        except BadRequest:
            return n
    return most


def test_a_client_may_ask_so_often_a_minute_and_another_is_not_touched() -> None:
    one = limits()
    assert [taken(one, "甲"), taken(one, "甲"), taken(one, "乙")] == [3, 0, 3]


def test_the_refusal_says_how_long_to_wait() -> None:
    one = limits(questions_per_minute="1")
    one.take("question", "甲")
    with pytest.raises(BadRequest) as refused:
        one.take("question", "甲")
    assert (refused.value.name, refused.value.status) == ("too_many", 429)
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 120


def test_the_hour_counts_beside_the_minute() -> None:
    assert taken(limits(questions_per_minute="5", questions_per_hour="2"), "甲") == 2


def test_kinds_are_counted_apart_and_nought_means_no_limit() -> None:
    one = limits(requests_per_minute="0")
    assert [taken(one, "甲", kind) for kind in ("signin", "question", "request")] == [1, 3, 9]


def test_this_process_itself_is_never_limited() -> None:
    assert taken(limits(), "") == 9


def test_what_has_expired_is_forgotten_and_the_rest_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = Memory()
    memory.incr("short", 10)
    memory.incr("long", 1000)
    now = time.time() + 100
    monkeypatch.setattr("limits.storage.memory.time.time", lambda: now)
    memory.sweep()
    assert sorted(memory.storage) == ["long"]


def test_of_too_many_counts_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.public.limits.MOST_COUNTS", 2)
    memory = Memory()
    for name in ("甲", "乙", "丙"):
        memory.incr(name, 1000)
    memory.sweep()
    assert [sorted(memory.storage), sorted(memory.expirations)] == [["丙", "乙"]] * 2
    assert len(memory.locks) == 2


def test_counting_starts_no_sweep_of_its_own() -> None:
    memory = Memory()
    timer = memory.timer
    for n in range(100):
        memory.incr(f"客户{n}", 60)
    assert memory.timer is timer
    assert timer.is_alive()


# ---- Redis


@pytest.fixture
def redis_port(tmp_path: Path) -> Iterator[int]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine")
    port = free_port()
    with _redis(program, port, tmp_path):
        yield port


class _redis:
    def __init__(self, program: str, port: int, folder: Path) -> None:
        self.command = [program, "--port", str(port), "--save", "", "--dir", str(folder)]
        self.port = port

    def __enter__(self) -> _redis:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        storage = open_shared(f"redis://127.0.0.1:{self.port}")
        assert storage
        for _ in range(200):
            if storage.storage.check():
                return self
            time.sleep(0.02)
        raise AssertionError("redis-server did not start")

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(10)


def test_two_processes_count_together_in_redis_which_holds_no_address(redis_port: int) -> None:
    url = f"redis://127.0.0.1:{redis_port}"
    one, other = limits(limits_url=url), limits(limits_url=url)
    assert [taken(one, "203.0.113.7", most=2), taken(other, "203.0.113.7")] == [2, 1]
    from redis import Redis

    with Redis(port=redis_port) as client:
        names = b" ".join(client.keys())
    assert names
    assert b"203.0.113" not in names


def test_when_redis_goes_away_each_process_counts_alone_and_says_so_once(
    redis_port: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = limits(limits_url=f"redis://127.0.0.1:{redis_port}")
    assert taken(one, "甲", most=1) == 1
    subprocess.run(["redis-cli", "-p", str(redis_port), "shutdown", "nosave"], check=False)
    with caplog.at_level(logging.ERROR):
        started = time.monotonic()
        assert taken(one, "甲") == 3
    assert time.monotonic() - started < 3
    assert len([record for record in caplog.records if "Redis is away" in record.message]) == 1


def test_without_redis_from_the_start_questions_are_counted_in_memory() -> None:
    assert taken(limits(limits_url=f"redis://127.0.0.1:{free_port()}"), "甲") == 3


def test_an_address_that_no_library_knows_is_named() -> None:
    with pytest.raises(SettingsError, match="WENCE_LIMITS_URL"):
        open_shared("memcached-of-old://127.0.0.1")
