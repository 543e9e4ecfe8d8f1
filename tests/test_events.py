"""Answers as server-sent events: stages, verified drafts, the answer; and readers who leave."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from threading import Event

import httpx
import pytest
from fastapi.testclient import TestClient

from bot.conversation import Draft
from index.errors import ModelError
from tests.served import served
from tests.web_fake import ScriptedChain, web_app

ASK = "/api/v1/ask"
EVENTS = {"Accept": "text/event-stream"}


class Drafting(ScriptedChain):
    """Tells two drafts before it answers; fails in between, or waits, where that is wanted."""

    def __init__(self, failure: Exception | None = None, endless: bool = False) -> None:
        super().__init__()
        self.after_draft, self.endless, self.closed = failure, endless, Event()

    def stream(self, question: object) -> Iterator[object]:
        """Stages and drafts, then the answer."""
        try:
            yield "retrieving"
            yield Draft("年满6周岁的儿童可以报名〔1〕。")
            if self.after_draft:
                raise self.after_draft
            while self.endless:
                time.sleep(0.01)
                yield Draft("年满6周岁的儿童可以报名〔1〕。")
            yield self.invoke(question)
        finally:
            self.closed.set()


def told(body: str) -> list[tuple[str, dict[str, object]]]:
    """Events as name and data."""
    events = [
        dict(line.split(": ", 1) for line in one.split("\n")) for one in body.split("\n\n")[:-1]
    ]
    return [(event["event"], json.loads(event["data"])) for event in events]


def asked(chain: ScriptedChain, question: str = "谁能报名") -> httpx.Response:
    with TestClient(web_app(chain), raise_server_exceptions=False) as client:
        return client.post(ASK, json={"question": question}, headers=EVENTS)


def test_stages_and_drafts_come_before_the_answer_of_the_plain_call() -> None:
    chain = Drafting()
    reply = asked(chain)
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = told(reply.text)
    assert [name for name, _ in events] == ["stage", "draft", "answer"]
    assert events[1][1] == {"answer": "年满6周岁的儿童可以报名〔1〕。"}
    with TestClient(web_app(chain)) as client:
        plain = client.post(ASK, json={"question": "谁能报名"}).json()
    own = {"reference", "timings_ms"}
    assert {k: v for k, v in events[2][1].items() if k not in own} == {
        k: v for k, v in plain.items() if k not in own
    }
    assert events[2][1]["reference"] == reply.headers["X-Request-Id"]


def test_who_takes_json_as_well_gets_json() -> None:
    both = {"Accept": "application/json, text/event-stream"}
    with TestClient(web_app(Drafting())) as client:
        reply = client.post(ASK, json={"question": "谁能报名"}, headers=both)
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("question", "status"), [("", 400), ("问" * 5000, 413)])
def test_a_question_that_cannot_be_read_is_an_ordinary_error(question: str, status: int) -> None:
    reply = asked(Drafting(), question)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/json")
    assert reply.json()["error"]["message"]


def test_what_fails_on_the_way_is_told_in_one_sentence_without_its_cause() -> None:
    events = told(asked(Drafting(ModelError("秘密路径 /srv/x"))).text)
    assert [name for name, _ in events] == ["stage", "draft", "error"]
    assert events[-1][1]["error"]["code"] == "internal"
    assert "秘密" not in json.dumps(events, ensure_ascii=False)


def test_a_reader_who_leaves_stops_the_work() -> None:
    chain = Drafting(endless=True)
    with served(web_app(chain)) as address:
        url, body = f"{address}{ASK}", {"question": "谁能报名"}
        with httpx.stream("POST", url, json=body, headers=EVENTS, timeout=20) as reply:
            assert next(reply.iter_lines()) == "event: stage"
            assert not chain.closed.is_set()
        assert chain.closed.wait(10)
