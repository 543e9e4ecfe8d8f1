"""The folders of drafts, feedback and logs lie on a disk that is full, and then is not any more."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.public.logs import set_up_logs
from bot.web.feedback import Feedback, FeedbackFile
from index.errors import CorpusError
from tests.broken import fill, running, small_disk
from tests.library_staff import library_browser, send
from tests.library_toys import received

NEW = received("武汉市", "学校收费要听证。")


@pytest.fixture
def logs() -> Iterator[None]:
    """The logging of before comes back."""
    root = logging.getLogger()
    before, level = root.handlers[:], logging.getLogger("wence.events").level
    yield
    root.handlers[:] = before
    logging.getLogger("wence.events").setLevel(level)
    logging.captureWarnings(False)


def test_a_draft_that_finds_no_room_is_told_and_comes_in_once_there_is(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 20_000) as disk:
        (disk / "corpus").mkdir()
        browser = library_browser(tmp_path / "disk")
        drafts = browser.app.state.workshop.library.drafts
        stopper = fill(drafts.folder.parent)
        with pytest.raises(CorpusError, match="请检查磁盘，再传一次"):
            drafts.keep(NEW, "甲")
        refused = send(browser, (NEW.filename, NEW.data))
        assert drafts.all() == ()
        assert [path.name for path in drafts.folder.iterdir()] == []
        stopper.unlink()
        taken = send(browser, (NEW.filename, NEW.data))
        assert (taken.status_code, len(drafts.all())) == (200, 1)
    # the store of the console lies on the same disk
    assert refused.status_code in {422, 503}
    assert "请检查" in refused.text


def test_of_feedback_no_half_line_stays_behind(tmp_path: Path) -> None:
    feedback = Feedback("2026-01-01", "up", None, "answered", ("jia#2",) * 20)
    with small_disk(tmp_path / "disk", 64) as disk:
        kept = FeedbackFile(disk / "feedback.jsonl")
        kept.add(feedback)
        stopper = fill(disk)
        for _ in range(40):
            kept.add(feedback)
        stopper.unlink()
        kept.add(feedback)
        lines = kept.path.read_text("utf-8").splitlines()
    assert len({json.dumps(json.loads(line)) for line in lines}) == 1
    assert 2 <= len(lines) < 42


@pytest.mark.usefixtures("logs")
def test_a_log_that_cannot_be_written_keeps_nobody_waiting(
    tiny_index: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "log", 64) as disk:
        path = disk / "wence.log"
        with (
            path.open("w", buffering=1, encoding="utf-8") as stream,
            running(tiny_index, tmp_path / "var") as service,
        ):
            set_up_logs("json", stream)
            assert service.answers()
            stopper = fill(disk)
            assert all(service.answers() for _ in range(30))
            stopper.unlink()
            assert all(service.answers() for _ in range(5))
        last = path.read_text("utf-8").splitlines()[-1]
    assert json.loads(last)["event"] == "answered"
