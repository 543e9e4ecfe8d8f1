"""The door: every request is numbered; what is too much or too slow is refused in one sentence."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from fastapi.testclient import TestClient

from bot.public.door import LONGEST_HEAD
from tests.served import served
from tests.web_fake import ScriptedChain, web_app

ASK, QUESTION = "/api/v1/ask", {"question": "谁能报名"}


@pytest.fixture(scope="module")
def strict_address() -> Iterator[str]:
    """A service that trusts this machine as a proxy and allows little."""
    little = {
        "trusted_proxies": "127.0.0.1",
        "questions_per_minute": "2",
        "requests_per_minute": "6",
        "signins_per_minute": "2",
        "body_seconds": "1",
    }
    with served(web_app(ScriptedChain(), **little)) as address:
        yield address


def by(client: str, **more: str) -> dict[str, str]:
    return {"X-Forwarded-For": client, **more}


def test_every_reply_has_a_number_and_an_answer_has_the_same(web_address: str) -> None:
    replies = [
        httpx.post(web_address + ASK, json=QUESTION),
        httpx.get(f"{web_address}/documents", headers={"X-Request-Id": "gefälscht".encode().hex()}),
        httpx.get(f"{web_address}/api/nothing"),
    ]
    numbers = [reply.headers["x-request-id"] for reply in replies]
    assert all(re.fullmatch(r"[0-9a-f]{10}", number) for number in numbers)
    assert len(set(numbers)) == 3
    assert replies[0].json()["reference"] == numbers[0]


def test_a_failure_is_told_under_the_number_of_its_reply() -> None:
    client = TestClient(web_app(ScriptedChain(RuntimeError("x"))), raise_server_exceptions=False)
    reply = client.post(ASK, json=QUESTION)
    assert reply.status_code == 500
    assert reply.headers["x-request-id"] in reply.json()["error"]["message"]


def test_questions_are_counted_for_each_client_behind_the_proxy(strict_address: str) -> None:
    def ask(client: str) -> httpx.Response:
        return httpx.post(strict_address + ASK, json=QUESTION, headers=by(client))

    assert [ask("198.51.100.1").status_code for _ in range(3)] == [200, 200, 429]
    assert ask("198.51.100.2").status_code == 200
    refused = ask("198.51.100.1")
    assert list(refused.json()) == ["error"]
    assert refused.json()["error"]["code"] == "too_many"
    assert re.fullmatch(r"您问得有点快，请过 \d+ 秒再试。.*", refused.json()["error"]["message"])
    assert int(refused.headers["retry-after"]) >= 1


def test_the_page_for_one_question_refuses_politely_too(strict_address: str) -> None:
    replies = [
        httpx.get(f"{strict_address}/answer?q=谁能报名", headers=by("198.51.100.3"))
        for _ in range(3)
    ]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert "您问得有点快" in replies[-1].text
    assert int(replies[-1].headers["retry-after"]) >= 1


def test_requests_are_counted_but_not_those_of_a_supervisor(strict_address: str) -> None:
    def codes(path: str) -> list[int]:
        url = strict_address + path
        return [httpx.get(url, headers=by("198.51.100.4")).status_code for _ in range(8)]

    assert codes("/livez") == [200] * 8
    assert codes("/healthz") == [200] * 8
    assert codes("/api/v1/documents") == [200] * 6 + [429] * 2
    page = httpx.get(f"{strict_address}/documents", headers=by("198.51.100.4"))
    assert (page.status_code, "您问得有点快" in page.text) == (429, True)
    assert page.headers["content-security-policy"]


def test_guesses_at_the_staff_door_are_counted(strict_address: str) -> None:
    def guess() -> int:
        form = {"name": "a", "password": "b"}
        url = f"{strict_address}/staff/sign-in"
        return httpx.post(url, data=form, headers=by("198.51.100.5")).status_code

    codes = [guess() for _ in range(4)]
    assert 429 not in codes[:2]
    assert codes[2:] == [429, 429]


@pytest.mark.parametrize("announced", [True, False])
def test_a_large_body_is_refused_on_every_address(web_address: str, announced: bool) -> None:
    body = b"x" * 300_000
    for path in (ASK, "/mcp", "/api/v1/feedback"):
        content = body if announced else iter([body])
        reply = httpx.post(web_address + path, content=content)
        assert (reply.status_code, "请求正文太大" in reply.text) == (413, True), path


def test_the_chat_page_may_send_more_but_not_without_end(web_address: str) -> None:
    url = f"{web_address}/gradio_api/queue/join"
    assert httpx.post(url, content=b"x" * 300_000).status_code == 422
    for body in (b"x" * 5_000_000, iter([b"x" * 2_500_000] * 2)):
        reply = httpx.post(url, content=body)
        assert (reply.status_code, reply.json()["error"]["code"]) == (413, "body_too_large")


def test_a_body_that_trickles_in_is_not_waited_for(strict_address: str) -> None:
    host, port = strict_address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        head = f"POST {ASK} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.6\r\n"
        line.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        started = time.monotonic()
        reply = line.recv(65536).decode()
        took = time.monotonic() - started
    assert reply.startswith("HTTP/1.1 408")
    assert "请求没有在 1.0 秒内发完" in reply
    assert 0.5 < took < 5


def test_a_head_that_is_too_long_is_refused(web_address: str) -> None:
    reply = httpx.get(f"{web_address}/documents", headers={"X-Long": "x" * LONGEST_HEAD})
    assert (reply.status_code, "网址或请求头太长" in reply.text) == (431, True)
    question = "长" * 2000
    assert httpx.get(f"{web_address}/answer", params={"q": question}).status_code == 200


def test_refusals_are_in_the_readers_language(strict_address: str) -> None:
    english = by("198.51.100.7", **{"Accept-Language": "en"})
    replies = [httpx.post(strict_address + ASK, json=QUESTION, headers=english) for _ in range(3)]
    assert "a little fast" in replies[-1].json()["error"]["message"]


def test_a_trusted_proxy_says_whether_the_reader_came_over_https(strict_address: str) -> None:
    secure = by("198.51.100.8", **{"X-Forwarded-Proto": "https"})
    reply = httpx.get(f"{strict_address}/staff/sign-in", headers=secure)
    assert "secure" in reply.headers["set-cookie"].lower()
