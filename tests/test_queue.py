"""A full queue before the chat page: a polite sentence, in Chinese, on every way in to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from tests.served import served
from tests.web_fake import ScriptedChain, web_app

BUSY = "现在提问的人很多，暂时排不上，请过一会儿再试。您的问题没有丢。"
JOIN = "/gradio_api/queue/join"


@pytest.fixture
def app() -> FastAPI:
    return web_app(ScriptedChain())


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.narrow.WAITING", 0)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("path", [JOIN, f"{JOIN}/"])
def test_the_page_is_told_in_the_field_that_it_shows(address: str, path: str) -> None:
    reply = httpx.post(address + path, json={})
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "2")
    assert reply.json() == {"error": {"code": "busy", "message": BUSY}, "detail": BUSY}


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("path", ["/gradio_api/call/ask", "/gradio_api/call/v2/ask"])
def test_a_program_is_told_too_and_the_rest_of_the_page_is_there(address: str, path: str) -> None:
    reply = httpx.post(address + path, json={"data": ["谁能报名"]})
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")
    assert reply.json() == {"error": {"code": "busy", "message": BUSY}}
    assert httpx.get(f"{address}/config").status_code == 200


@pytest.mark.parametrize(
    "path", ["call/ask/0f3a", "call/v2/ask/0f3a", "queue/data?session_hash=x", "queue/data"]
)
def test_nobody_waits_for_what_nobody_asked(address: str, path: str) -> None:
    reply = httpx.get(f"{address}/gradio_api/{path}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.usefixtures("full")
def test_who_is_told_so_is_counted_with_the_others_turned_away(app: FastAPI, address: str) -> None:
    seen: list[tuple[str, str]] = []
    app.state.desk.refused = lambda reason, channel: seen.append((reason, channel))
    httpx.post(address + JOIN, json={})
    httpx.post(f"{address}/gradio_api/call/ask", json={})
    assert seen == [("busy", "page"), ("busy", "page")]


def test_below_the_end_of_the_queue_everybody_is_let_in(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.narrow.WAITING", 1)
    reply = httpx.post(f"{address}/gradio_api/call/v2/ask", json={"question": "谁能报名"})
    assert reply.status_code == 200
    event = reply.json()["event_id"]
    told = httpx.get(f"{address}/gradio_api/call/ask/{event}").text
    assert "event: complete" in told


def test_a_reader_sees_the_sentence_on_the_page(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium; apt-get install chromium")
    with sync_api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(locale="zh-CN")
        page.goto(address)
        page.locator("#question textarea").fill("谁能报名")
        page.wait_for_load_state("networkidle")
        monkeypatch.setattr("bot.web.narrow.WAITING", 0)
        page.locator("#send").click()
        page.get_by_text(BUSY).first.wait_for(timeout=10_000)
        seen = page.inner_text("body")
        typed = page.locator("#question textarea").input_value()
        browser.close()
    assert typed == "谁能报名"
    assert [
        word for word in ("busy", "Queue is full", "Error", "object Object") if word in seen
    ] == []
