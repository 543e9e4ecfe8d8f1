"""Observers: told everything in order, never in the way of a reader."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from bot.conversation import Answer, AnswerStatus, Question
from bot.public.watch import Asked, Watch

ANSWER = Answer(Question("谁能报名"), "谁能报名", AnswerStatus.ANSWERED, "可以。")


def asked(reference: str) -> Asked:
    return Asked(reference, "api", datetime.now(UTC), "x", 0.1, ANSWER)


def test_every_observer_is_told_in_order() -> None:
    seen: list[tuple[int, str]] = []
    watch = Watch([lambda one: seen.append((1, one.reference))])
    watch.add(lambda one: seen.append((2, one.reference)))
    for reference in "ab":
        watch.tell(asked(reference))
    watch.wait()
    assert seen == [(1, "a"), (2, "a"), (1, "b"), (2, "b")]
    assert (watch.idle, watch.dropped) == (True, 0)


def test_an_observer_that_fails_is_logged_and_keeps_the_others_working(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[str] = []

    def broken(one: Asked) -> None:
        raise OSError("disk full")

    watch = Watch([broken, lambda one: seen.append(one.reference)])
    watch.tell(asked("a"))
    watch.tell(asked("b"))
    watch.wait()
    assert seen == ["a", "b"]
    assert [record.getMessage()[:26] for record in caplog.records] == [
        "an observer failed, refere"
    ] * 2


def test_a_slow_observer_keeps_nobody_waiting_and_what_does_not_fit_is_counted() -> None:
    go = threading.Event()
    watch = Watch([lambda one: go.wait(5)], most=2)
    started = time.monotonic()
    for n in range(10):
        watch.tell(asked(str(n)))
    assert time.monotonic() - started < 1
    assert watch.dropped in {7, 8}  # one may be in the observer's hands already
    assert not watch.idle
    go.set()
    watch.wait()
