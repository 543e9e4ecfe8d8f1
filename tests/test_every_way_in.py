"""Chat page, HTTP, Gradio API, MCP and the plain page all ask at the same desk."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from bot.public.desk import Switches
from bot.public.watch import Asked
from tests.served import served
from tests.web_fake import ScriptedChain, web_app

QUESTION = "谁能报名"
MCP = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}


def over_http(address: str) -> str:
    return httpx.post(f"{address}/api/v1/ask", json={"question": QUESTION}).text


def over_gradio(address: str) -> str:
    called = httpx.post(f"{address}/gradio_api/call/v2/ask", json={"question": QUESTION})
    return httpx.get(f"{address}/gradio_api/call/ask/{called.json()['event_id']}").text


def over_mcp(address: str) -> str:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": QUESTION}},
    }
    return httpx.post(f"{address}/mcp", json=call, headers=MCP).text


def on_the_plain_page(address: str) -> str:
    return httpx.get(f"{address}/answer", params={"q": QUESTION}).text


def on_the_chat_page(address: str) -> str:
    """What the page does when the button is pressed."""
    known = httpx.get(f"{address}/config").json()
    send = next(one["id"] for one in known["components"] if one["props"].get("elem_id") == "send")
    event = next(one["id"] for one in known["dependencies"] if [send, "click"] in one["targets"])
    body = {"data": [QUESTION, "", "家长", []], "fn_index": event, "session_hash": "abc"}
    httpx.post(f"{address}/gradio_api/queue/join", json=body).raise_for_status()
    with httpx.stream("GET", f"{address}/gradio_api/queue/data?session_hash=abc") as reply:
        return "\n".join(reply.iter_lines())


WAYS = {
    "api": over_http,
    "gradio": over_gradio,
    "mcp": over_mcp,
    "answer": on_the_plain_page,
    "page": on_the_chat_page,
}


@pytest.fixture
def app() -> FastAPI:
    return web_app(ScriptedChain(), questions_per_minute=str(len(WAYS)))


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with served(app) as address:
        yield address


def readable(text: str) -> str:
    """JSON inside of an event stream with its characters as they are read."""
    return text.encode().decode("unicode_escape") if "\\u" in text else text


def test_every_way_in_is_answered_under_its_own_name_and_counted_together(
    app: FastAPI, address: str
) -> None:
    seen: list[Asked] = []
    app.state.desk.watch.add(seen.append)
    for way, ask in WAYS.items():
        assert "年满6周岁的儿童可以报名" in readable(ask(address)), way
    for way, ask in WAYS.items():
        assert "您问得有点快" in readable(ask(address)), way
    app.state.desk.watch.wait()
    assert [one.channel for one in seen] == list(WAYS)
    assert len({one.asker for one in seen}) == 1
    assert len({one.reference for one in seen}) == len(WAYS)


def test_the_chat_page_shows_the_number_that_the_log_has(app: FastAPI, address: str) -> None:
    seen: list[Asked] = []
    app.state.desk.watch.add(seen.append)
    shown = readable(on_the_chat_page(address))
    app.state.desk.watch.wait()
    assert f"参考号 {seen[0].reference}" in shown


def test_a_pause_by_staff_reaches_every_way_in(app: FastAPI, address: str) -> None:
    app.state.desk.switches = lambda: Switches(paused=True, paused_text="招生系统升级，七点恢复。")
    for way, ask in WAYS.items():
        assert "招生系统升级，七点恢复。" in readable(ask(address)), way
    reply = httpx.post(f"{address}/api/v1/ask", json={"question": QUESTION})
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "60")
    assert httpx.get(f"{address}/documents").status_code == 200
