"""Folders that are there completely or not at all."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Barrier, Thread

import pytest

from index.errors import ModelError
from index.modelcache import MARKER, is_intact, publish

ROOT = Path(__file__).parent.parent


def write_word(folder: Path, word: str = "教育") -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "word.txt").write_text(word, "utf-8")


def test_a_published_folder_is_complete_and_is_not_made_again(tmp_path):
    folder = publish(tmp_path / "models" / "a", write_word)
    assert is_intact(folder)
    assert [path.name for path in sorted(folder.parent.iterdir())] == [".lock", "a"]
    assert publish(folder, lambda target: pytest.fail("made again")) == folder


def test_a_half_written_folder_is_made_again(tmp_path):
    folder = publish(tmp_path / "a", write_word)
    for spoil in (
        lambda: (folder / MARKER).unlink(),
        lambda: (folder / MARKER).write_text("{"),
        lambda: (folder / MARKER).write_text('{"files": {}}'),
        lambda: (folder / "inner" / "word.txt").unlink(),
        lambda: (folder / "inner" / "word.txt").write_text("教", "utf-8"),
        lambda: (folder / "inner" / "word.txt").write_text("敎育", "utf-8"),
    ):
        spoil()
        assert not is_intact(folder)
        publish(folder, write_word)
        assert is_intact(folder)
        assert (folder / "inner" / "word.txt").read_text("utf-8") == "教育"
    assert [path.name for path in sorted(tmp_path.iterdir())] == [".lock", "a"]


def test_a_killed_builder_leaves_no_folder_and_the_next_one_cleans_up(tmp_path):
    folder = tmp_path / "a"
    script = (
        "import sys, time; from pathlib import Path; from index.modelcache import publish\n"
        "def fill(target): (target / 'half.txt').write_text('x'); time.sleep(60)\n"
        "publish(Path(sys.argv[1]), fill)"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(folder)], cwd=ROOT)
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob(".building-*/half.txt")) and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not folder.exists()
    assert len(list(tmp_path.glob(".building-*"))) == 1
    assert is_intact(publish(folder, write_word))
    assert list(tmp_path.glob(".building-*")) == []


def test_two_builders_make_the_folder_once(tmp_path):
    made, start = [], Barrier(2)

    def fill(target: Path) -> None:
        time.sleep(0.1)
        made.append(target)
        write_word(target)

    def build() -> None:
        start.wait()
        publish(tmp_path / "a", fill)

    threads = [Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), is_intact(tmp_path / "a")) == (1, True)


def test_a_failing_builder_leaves_nothing_and_keeps_its_reason(tmp_path):
    def fill(target: Path) -> None:
        (target / "half.txt").write_text("x")
        raise OSError(28, "No space left on device")

    with pytest.raises(ModelError, match=r"No space left on device.*WENCE_CACHE_DIR"):
        publish(tmp_path / "a", fill)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
