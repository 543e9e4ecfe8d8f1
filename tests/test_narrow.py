"""Of Gradio's server only what the chat page and programs need can be reached."""

from __future__ import annotations

import httpx
import pytest

from bot.web.narrow import OPEN


@pytest.mark.parametrize(
    "path",
    [
        "/", "/config", "/theme.css", "/manifest.json", "/assets/index-abc_1.js",
        "/static/fonts/a.woff2", "/gradio_api/queue/join", "/gradio_api/queue/data",
        "/gradio_api/heartbeat/ab12", "/gradio_api/info", "/gradio_api/call/v2/ask",
        "/gradio_api/call/ask/0f3a",
    ],
)  # fmt: skip
def test_the_page_and_programs_reach_what_they_need(path: str) -> None:
    assert OPEN.fullmatch(path)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=https://example.org",
        "/gradio_api/upload", "/gradio_api/vibe-code", "/gradio_api/run/ask", "/monitoring",
        "/login", "/gradio_api/dev/reload", "/assets/" + "a" * 300, "/static/名", "/assets/\0",
        "/gradio_api/call/v2/other", "/?page=2", "/config?page=2",
    ],
)  # fmt: skip
def test_anything_else_of_gradio_is_not_there(web_address: str, path: str) -> None:
    for method in ("GET", "POST"):
        reply = httpx.request(method, web_address + path.replace("\0", "%00"), json={})
        assert reply.status_code in {404, 405}, method
        assert "没有这个地址" in reply.text


def test_a_body_that_is_no_json_is_refused_in_a_sentence(web_address: str) -> None:
    for body in (b"[NaN", b'{"data": "\\ud800", "fn_index": "x"}'):
        head = {"Content-Type": "application/json"}
        reply = httpx.post(f"{web_address}/gradio_api/queue/join", content=body, headers=head)
        assert reply.status_code == 422
        assert reply.json()["error"]["code"] == "not_json"
