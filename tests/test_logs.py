"""The log: one line an event, the reference number in it, no question and no address."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest

from bot.public.logs import set_up_logs
from bot.public.visits import Visit, visiting
from index.errors import IndexCorrupt
from tests.served import served
from tests.web_fake import ScriptedChain, web_app

QUESTION = "我叫王小明，电话13800138000，谁能报名"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is written, with the loggers put back afterwards."""
    root, events = logging.getLogger(), logging.getLogger("wence.events")
    before = root.handlers[:], root.level, events.level
    written = io.StringIO()
    set_up_logs("json", written)
    yield written
    root.handlers[:], root.level, events.level = before[0], before[1], before[2]
    logging.captureWarnings(False)


def rows(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_an_event_inside_of_a_request_carries_its_number(log: io.StringIO) -> None:
    with visiting(Visit("a1b2", "203.0.113.7", "mcp")):
        logging.getLogger("bot.x").warning("quoted instead of %s", "worded")
    logging.getLogger("bot.x").warning("outside")
    inside, outside = rows(log)
    del inside["time"], outside["time"]
    assert inside == {
        "level": "warning",
        "logger": "bot.x",
        "event": "quoted instead of worded",
        "reference": "a1b2",
        "channel": "mcp",
    }
    assert outside == {"level": "warning", "logger": "bot.x", "event": "outside"}


def test_a_failure_shows_its_way_but_only_our_own_words(log: io.StringIO) -> None:
    try:
        try:
            raise ValueError(QUESTION)
        except ValueError as cause:
            raise IndexCorrupt("索引损坏") from cause
    except IndexCorrupt:
        logging.getLogger("bot.x").exception("answering failed")
    failure = rows(log)[0]["failure"]
    assert isinstance(failure, list)
    assert [line for line in failure if "test_logs.py:" not in line] == [
        "IndexCorrupt: 索引损坏",
        "ValueError",
    ]
    assert "王小明" not in log.getvalue()


def test_as_text_the_same_is_one_line_for_a_person(log: io.StringIO) -> None:
    text = io.StringIO()
    set_up_logs("text", text)
    with visiting(Visit("a1b2")):
        logging.getLogger("bot.x").error("Redis is away", extra={"fields": {"port": 6379}})
    assert text.getvalue() == "ERROR bot.x: Redis is away reference=a1b2 port=6379\n"


def test_libraries_are_quiet(log: io.StringIO) -> None:
    for name in ("httpx", "chromadb.telemetry", "langchain_core", "gradio"):
        logging.getLogger(name).warning("chatter about %s", QUESTION)
    assert log.getvalue() == ""


def test_every_question_is_one_line_without_what_was_asked_and_by_whom(log: io.StringIO) -> None:
    app = web_app(ScriptedChain(), questions_per_minute="1")
    with served(app) as address:
        answered = httpx.post(f"{address}/api/v1/ask", json={"question": QUESTION})
        httpx.post(f"{address}/api/v1/ask", json={"question": QUESTION})
        app.state.desk.watch.wait()
    events = {row["event"]: row for row in rows(log) if row["logger"] == "wence.events"}
    assert events["answered"]["reference"] == answered.json()["reference"]
    known = {"channel": "api", "status": "out_of_scope", "regions": ["东江省/河阳市"]}
    assert {name: events["answered"][name] for name in known} == known
    assert events["turned away"]["reason"] == "too_many"
    assert [
        word
        for word in ("王小明", "13800138000", "谁能报名", "127.0.0.1")
        if word in log.getvalue()
    ] == []


def test_what_nobody_foresaw_is_logged_once_traceable_and_without_the_question(
    log: io.StringIO,
) -> None:
    with served(web_app(ScriptedChain(RuntimeError(QUESTION)))) as address:
        reply = httpx.post(f"{address}/api/v1/ask", json={"question": QUESTION})
    reference = reply.headers["x-request-id"]
    traced = [row for row in rows(log) if row.get("reference") == reference and "failure" in row]
    assert "RuntimeError" in traced[0]["failure"]  # type: ignore[operator]
    assert "王小明" not in log.getvalue()
