"""Hostile and personal wordings over real HTTP: none obeyed, nothing of them left behind."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import httpx
import pytest

from bot.chain import PolicyChain
from bot.conversation import Question
from bot.public.logs import JsonLines
from tests.served import served
from tests.test_abuse import ASKED
from tests.test_privacy import SAMPLES, left
from tests.web_fake import web_app


@pytest.fixture
def log() -> io.StringIO:
    """Everything that is logged, down to the last detail, but by the asker's own client."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.addFilter(lambda record: record.name.partition(".")[0] not in {"httpx", "httpcore"})
    handler.setFormatter(JsonLines())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def body(question: Question) -> dict[str, object]:
    return {"question": question.text, "history": list(question.history)}


def test_hostile_and_personal_wordings_over_http_leave_nothing_behind(
    real_chain: PolicyChain, tmp_path: Path, log: io.StringIO
) -> None:
    """150 hostile wordings are answered as the chain does, which is held to account elsewhere."""
    var = tmp_path / "var"
    place = {"index_dir": str(var / "index"), "store_url": f"sqlite:///{var / 'wence.db'}"}
    app = web_app(real_chain, **place, log_format="json")
    hostile = [one for one in ASKED if len(one.text) <= 2000][::6]
    personal = [Question(text) for _, text, _ in SAMPLES]
    assert len(hostile) >= 150
    assert len(personal) >= 60
    with served(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        replies = [client.post("/api/v1/ask", json=body(one)) for one in (*hostile, *personal)]
        for one in personal[::4]:
            client.get("/answer", params={"q": one.text})
        app.state.desk.watch.wait()
    assert {reply.status_code for reply in replies} == {200}
    told = [reply.json() for reply in replies]
    assert "error" not in {one["status"] for one in told}
    same = [real_chain.invoke(one).text for one in hostile[::4]]
    assert [one["answer"] for one in told[: len(hostile) : 4]] == same
    kept = [
        path.read_bytes().decode("utf-8", "replace") for path in var.rglob("*") if path.is_file()
    ]
    assert (var / "wence.db").stat().st_size > 0
    seen = "\n".join([*kept, log.getvalue(), *(reply.text for reply in replies[len(hostile) :])])
    assert [secret for _, _, secret in SAMPLES if len(secret) > 1 and left(secret, seen)] == []
