"""The gate: so many at once, so many waiting, so long; one for each client; no place is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from bot.public.gate import Gate, Load
from bot.web.turns import BadRequest
from tests.web_fake import settings


@contextmanager
def enter(one: Gate, client: str) -> Iterator[None]:
    with one.turn(client), one.place():
        yield


def gate(**environ: str) -> Gate:
    return Gate(
        settings(**{"answers_at_once": "1", "queue_length": "1", "queue_seconds": "5"} | environ)
    )


def until(condition) -> None:
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("never so")


def test_a_second_question_of_the_same_client_is_asked_to_wait() -> None:
    one = gate(answers_at_once="4")
    with enter(one, "甲"), pytest.raises(BadRequest) as refused, enter(one, "甲"):
        pass
    assert (refused.value.name, refused.value.status) == ("one_at_a_time", 429)
    assert refused.value.headers == {"Retry-After": "2"}
    with enter(one, "甲"), enter(one, "乙"):
        assert one.load == Load(2, 0)
    assert one.load == Load(0, 0)


def test_the_questions_of_one_client_are_answered_one_by_one() -> None:
    one = gate(answers_at_once="4", queue_length="20")
    most = 0

    def ask(_: int) -> None:
        nonlocal most
        with enter(one, "甲"):
            most = max(most, one.load.answering)
            time.sleep(0.01)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(ask, range(3)))
    assert (most, one.load, one._clients) == (1, Load(0, 0), {})


def test_a_client_whose_own_question_takes_too_long_is_told_so() -> None:
    one = gate(answers_at_once="4", queue_length="20", queue_seconds="0.05")
    with enter(one, "甲"), pytest.raises(BadRequest) as refused, enter(one, "甲"):
        pass
    assert refused.value.name == "one_at_a_time"


def test_more_at_once_for_a_client_are_allowed_where_the_settings_say_so() -> None:
    two, free = (
        gate(answers_at_once="4", answers_per_client="2"),
        gate(answers_at_once="4", answers_per_client="0"),
    )
    with enter(two, "甲"), enter(two, "甲"), pytest.raises(BadRequest), enter(two, "甲"):
        pass
    with enter(free, "甲"), enter(free, "甲"), enter(free, "甲"):
        assert free.load == Load(3, 0)


def test_this_process_itself_is_no_client() -> None:
    one = gate(answers_at_once="2")
    with enter(one, ""), enter(one, ""):
        assert one.load == Load(2, 0)


def test_who_finds_no_place_waits_and_who_finds_no_room_to_wait_is_told_so() -> None:
    one, go = gate(), threading.Event()

    def ask(client: str) -> str:
        with enter(one, client):
            go.wait(5)
            return client

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, "甲")
        until(lambda: one.load == Load(1, 0))
        second = pool.submit(ask, "乙")
        until(lambda: one.load == Load(1, 1))
        with pytest.raises(BadRequest) as refused, enter(one, "丙"):
            pass
        go.set()
        assert (first.result(), second.result()) == ("甲", "乙")
    assert (refused.value.name, refused.value.status) == ("busy", 503)
    assert one.load == Load(0, 0)


def test_who_waits_too_long_is_told_so_and_may_come_again() -> None:
    one = gate(queue_seconds="0.05")
    with enter(one, "甲"), pytest.raises(BadRequest) as refused, enter(one, "乙"):
        pass
    assert refused.value.name == "busy"
    with enter(one, "乙"):
        assert one.load == Load(1, 0)


def test_a_failure_inside_gives_the_place_back() -> None:
    one = gate()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), enter(one, "甲"):
            raise ZeroDivisionError
    assert one.load == Load(0, 0)


def test_five_hundred_askers_never_exceed_the_places_and_leave_nothing_behind() -> None:
    one = gate(answers_at_once="3", queue_length="20")
    most, refused = 0, 0

    def ask(n: int) -> None:
        nonlocal most, refused
        try:
            with enter(one, f"客户{n % 50}"):
                most = max(most, one.load.answering)
                time.sleep(0.001)
        except BadRequest:
            refused += 1

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(ask, range(500)))
    assert 1 <= most <= 3
    assert one.load == Load(0, 0)
    assert one._clients == {}
