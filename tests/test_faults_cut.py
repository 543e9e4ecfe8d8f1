"""Files of the served index are cut short where they lie, under the process that answers from them."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT
from index.errors import IndexCorrupt
from index.publish import current_build
from tests.broken import KNOWN, QUESTION
from tests.toys import open_searcher

ASKING = """
import faulthandler, os, sys
from pathlib import Path
import index.lines
index.lines.READ_BYTES = {small}
from bot.chain import PolicyChain
from bot.conversation import Question
from bot.settings import load_settings
from tests.toys import open_searcher
faulthandler.enable()
folder = Path(sys.argv[1])
chain = PolicyChain(open_searcher(folder), load_settings({{}}))
files = [path for path in folder.rglob("builds/**/*") if path.is_file()]
for path in files:
    os.truncate(path, 0)
for _ in range(3):
    print(chain.invoke(Question({question!r})).text)
"""


def asked_while_cut(index: Path, small: int) -> subprocess.CompletedProcess[str]:
    """A process of its own opens the index; all its files are cut; then it is asked three times."""
    code = ASKING.format(small=small, question=QUESTION["question"])
    command = [sys.executable, "-X", "utf8", "-c", code, str(index)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


@pytest.fixture
def index(tiny_index: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_index, tmp_path / "index"))


def test_an_index_whose_files_are_cut_is_answered_from_as_ever(index: Path) -> None:
    done = asked_while_cut(index, 64 * 1024 * 1024)
    assert (done.returncode, done.stdout.count(KNOWN)) == (0, 3), done.stderr


def test_a_mapped_file_that_is_cut_ends_the_process_and_the_log_says_where(index: Path) -> None:
    """Of files above READ_BYTES: a supervisor starts the service again, which then says why not."""
    done = asked_while_cut(index, 0)
    assert done.returncode == -signal.SIGBUS
    assert "Fatal Python error: Bus error" in done.stderr
    assert QUESTION["question"] not in done.stderr
    with pytest.raises(IndexCorrupt, match="请运行 wence index"):
        open_searcher(index)


def test_the_supervisors_start_a_service_again_that_was_ended() -> None:
    assert "Restart=always" in (ROOT / "deploy" / "wence.service").read_text("utf-8")
    assert "restart: unless-stopped" in (ROOT / "compose.yaml").read_text("utf-8")


def test_what_is_read_cannot_be_changed_by_mistake(index: Path) -> None:
    vectors = open_searcher(index).snapshot.vectors
    with pytest.raises(ValueError, match="read-only"):
        vectors[0, 0] = 0
    assert current_build(index)
