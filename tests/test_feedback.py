"""Feedback: what is kept, what is refused, and that nothing personal is."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.settings import ROOT
from bot.web import feedback
from bot.web.feedback import Feedback, FeedbackFile, read_feedback
from bot.web.turns import BadRequest
from tests.web_fake import ScriptedChain, web_app

GOOD = {
    "verdict": "down",
    "reason": "unclear",
    "status": "answered",
    "clauses": ["heyang-2021#1.1"],
}
TODAY = date(2026, 1, 2)
KEPT = Feedback("2026-01-02", "down", "unclear", "answered", ("heyang-2021#1.1",))


def test_feedback_keeps_the_day_the_verdict_and_the_clauses_only() -> None:
    assert (
        read_feedback(GOOD | {"question": "我家孩子张三", "ip": "1.2.3.4"}, ScriptedChain(), TODAY)
        == KEPT
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("verdict", "great"),
        ("verdict", []),
        ("reason", "我家孩子张三"),
        ("status", "fine"),
        ("status", []),
        ("clauses", ["no#1"]),
        ("clauses", [[]]),
        ("clauses", "heyang-2021#1.1"),
        ("clauses", ["heyang-2021#1.1"] * 21),
    ],
)
def test_anything_but_the_agreed_values_is_refused(field: str, value: object) -> None:
    with pytest.raises(BadRequest) as caught:
        read_feedback(GOOD | {field: value}, ScriptedChain(), TODAY)
    assert (caught.value.status, caught.value.values["field"]) == (422, field)


def test_a_line_is_appended_for_each(tmp_path: Path) -> None:
    file = FeedbackFile(tmp_path / "var" / "feedback.jsonl")
    file.add(KEPT)
    file.add(KEPT)
    line = {
        "day": "2026-01-02",
        "verdict": "down",
        "reason": "unclear",
        "status": "answered",
        "clauses": ["heyang-2021#1.1"],
    }
    assert [json.loads(row) for row in file.path.read_text("utf-8").splitlines()] == [line, line]


WRITER = """
import sys
from pathlib import Path
from bot.web.feedback import Feedback, FeedbackFile
one = Feedback("2026-01-02", "down", None, "answered", tuple(f"文件-{n}#1.{n}" for n in range(20)))
for _ in range(300):
    FeedbackFile(Path(sys.argv[1])).add(one)
"""


def test_several_processes_append_to_one_file_without_mixing_lines(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [subprocess.Popen(command, env={"PYTHONPATH": str(ROOT)}) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    kept = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [len(row["clauses"]) for row in kept] == [20] * 900


def test_a_full_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "MAX_FILE", 10)
    file = FeedbackFile(tmp_path / "feedback.jsonl")
    file.add(KEPT)
    size = file.path.stat().st_size
    file.add(KEPT)
    assert file.path.stat().st_size == size


def test_a_place_that_cannot_be_written_troubles_nobody(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be", "utf-8")
    FeedbackFile(tmp_path / "var" / "feedback.jsonl").add(KEPT)
    assert (tmp_path / "var").read_text("utf-8").startswith("a file")


def test_the_page_can_send_it(tmp_path: Path) -> None:
    with TestClient(web_app(ScriptedChain(), index_dir=str(tmp_path / "index"))) as client:
        assert client.post("/api/v1/feedback", json=GOOD).status_code == 204
        assert client.post("/api/v1/feedback", json=[]).status_code == 422
        assert client.post("/api/v1/feedback", content=b"{").status_code == 400
    assert len((tmp_path / "feedback.jsonl").read_text("utf-8").splitlines()) == 1
