"""What Gradio keeps of readers and events: little, of few, and nothing of what was said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.served import served
from tests.test_every_way_in import readable
from tests.web_fake import ScriptedChain, web_app

READERS, UNHEARD = 3, 4
QUESTION = "谁能报名"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setattr("bot.web.sessions.MOST_READERS", READERS)
    monkeypatch.setattr("bot.web.sessions.MOST_UNHEARD", UNHEARD)
    return web_app(ScriptedChain())


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with served(app) as address:
        yield address


def chat(app: FastAPI) -> Any:
    """Gradio's own application behind what narrows it."""
    return app.routes[-1].app.app  # type: ignore[attr-defined]


def event_of(address: str, element: str, trigger: str) -> int:
    known = httpx.get(f"{address}/config").json()
    one = next(c["id"] for c in known["components"] if c["props"].get("elem_id") == element)
    return next(e["id"] for e in known["dependencies"] if [one, trigger] in e["targets"])


def asked_on_the_page(address: str, reader: str, data: list[object], event: int) -> str:
    """The last of what the page hears."""
    body = {"data": data, "fn_index": event, "session_hash": reader}
    httpx.post(f"{address}/gradio_api/queue/join", json=body).raise_for_status()
    with httpx.stream("GET", f"{address}/gradio_api/queue/data?session_hash={reader}") as reply:
        return readable("\n".join(reply.iter_lines()))


def test_many_readers_are_all_answered_and_few_are_remembered(app: FastAPI, address: str) -> None:
    send = event_of(address, "send", "click")
    for n in range(3 * UNHEARD):
        said = asked_on_the_page(address, f"读者{n}", [QUESTION, "", "家长", []], send)
        assert "年满6周岁的儿童可以报名" in said
        reply = httpx.post(f"{address}/gradio_api/call/v2/ask", json={"question": QUESTION})
        assert reply.status_code == 200
    gradio, queue = chat(app), chat(app).get_blocks()._queue
    until = time.monotonic() + 10
    while queue.event_ids_to_events and time.monotonic() < until:
        time.sleep(0.01)
    assert len(gradio.state_holder.session_data) == READERS
    assert len(gradio.state_holder.time_last_used) == READERS
    assert len(queue.pending_event_ids_session) == UNHEARD
    assert (queue.event_ids_to_events, queue.event_analytics, gradio.iterators) == ({}, {}, {})


def test_nothing_of_what_was_said_is_kept(app: FastAPI, address: str) -> None:
    send = event_of(address, "send", "click")
    assert QUESTION in asked_on_the_page(address, "甲", [QUESTION, "", "家长", []], send)
    session = chat(app).state_holder["甲"]
    assert (session.config_values, session.state_data) == ({}, {})
    shown = [getattr(block, "value", None) for block in session.blocks_config.blocks.values()]
    assert QUESTION not in str(shown) and "年满6周岁" not in str(shown)


def test_what_a_reader_stopped_is_remembered_for_the_last_few(app: FastAPI) -> None:
    stopped = chat(app).iterators_to_reset
    for n in range(2 * UNHEARD):
        stopped.add(f"event {n}")
    assert list(stopped) == [f"event {n}" for n in range(UNHEARD, 2 * UNHEARD)]
    stopped.remove("event 7")
    assert "event 7" not in stopped


def test_a_forgotten_reader_may_choose_a_region_that_came_while_they_read(
    app: FastAPI, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.turns.region_names", lambda documents: ("山河省/新城市",))
    opening = httpx.get(f"{address}/config").json()["dependencies"]
    load = next(one["id"] for one in opening if one["targets"] and one["targets"][0][1] == "load")
    asked_on_the_page(address, "乙", [[], {}], load)
    chat(app).state_holder.session_data.clear()
    send = event_of(address, "send", "click")
    said = asked_on_the_page(address, "乙", [QUESTION, "山河省/新城市", "家长", []], send)
    assert "年满6周岁的儿童可以报名" in said


@pytest.mark.parametrize("data", [["我叫王小明"], ["谁能报名", "王小明省", "家长", []]])
def test_an_event_that_cannot_be_used_prints_nothing_of_what_was_typed(
    address: str, capfd: pytest.CaptureFixture[str], data: list[object]
) -> None:
    send = event_of(address, "send", "click")
    said = asked_on_the_page(address, "丙", data, send)
    assert '"success":false' in said
    told = capfd.readouterr()
    assert "王小明" not in told.out + told.err
