"""Threads for questions: bounded, apart from those of the pages, and left when it takes too long."""

from __future__ import annotations

import asyncio
import threading

import pytest
from starlette.concurrency import run_in_threadpool

from bot.public.turnstile import Turnstile
from bot.public.visits import Visit, current_visit, visiting
from bot.web.turns import BadRequest
from tests.web_fake import settings


def turnstile(**environ: str) -> Turnstile:
    few = {"answers_at_once": "1", "queue_length": "1", "queue_seconds": "0", "answer_seconds": "5"}
    return Turnstile(settings(**few | environ))


async def test_work_is_done_within_the_visit_of_its_request() -> None:
    with visiting(Visit("a1b2")):
        assert await turnstile()(lambda word: (word, current_visit().reference), "好") == (
            "好",
            "a1b2",
        )


async def test_when_all_places_are_taken_the_next_is_turned_away_at_once() -> None:
    gates, go = turnstile(), threading.Event()
    told: list[str] = []
    gates._turn_away = lambda problem: told.append(problem.name) or problem  # type: ignore[func-returns-value]
    working = [asyncio.create_task(gates(go.wait, 5)) for _ in range(2)]
    await asyncio.sleep(0.1)
    with pytest.raises(BadRequest) as refused:
        await gates(str)
    assert (refused.value.name, refused.value.status) == ("busy", 503)
    go.set()
    assert await asyncio.gather(*working) == [True, True]
    assert await gates(str) == ""
    assert told == ["busy"]


async def test_pages_find_threads_while_questions_wait() -> None:
    gates, go = turnstile(queue_length="99"), threading.Event()
    waiting = [asyncio.create_task(gates(go.wait, 5)) for _ in range(100)]
    await asyncio.sleep(0.2)
    assert await asyncio.wait_for(run_in_threadpool(lambda: "页面"), 2) == "页面"
    go.set()
    await asyncio.gather(*waiting)


async def test_work_that_takes_too_long_is_left_and_several_questions_have_longer() -> None:
    gates, go = turnstile(answer_seconds="1", queue_length="3"), threading.Event()
    with pytest.raises(BadRequest) as late:
        await gates(go.wait, 5)
    assert (late.value.name, late.value.status) == ("too_slow", 503)
    patient = asyncio.create_task(gates(go.wait, 5, questions=8))
    await asyncio.sleep(1.2)
    go.set()
    assert await patient is True
