"""The index breaks in every way while questions come in: the service answers on or says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from index.build import build_index
from index.errors import IndexCorrupt, IndexUnusable
from index.publish import publish
from index.search import RETRY
from tests.broken import Service, cut, flip, running, small_disk
from tests.library_toys import empty_library, fees, received, silent
from tests.library_toys import publish as publish_files
from tests.toys import ToyEmbedder, make_document, open_searcher, tiny_corpus

FILES = (
    *("documents.jsonl", "documents.npy", "passages.jsonl", "passages.npy", "vectors.npy"),
    *("kinds.npy", "clause_starts.npy", "passage_starts.npy", "digest_keys.npy", "digest_rows.npy"),
)


@pytest.fixture(scope="module")
def service(tiny_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tiny_index, tmp_path_factory.mktemp("faults") / "var") as one:
        yield one


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that could not be opened is tried again with the next question."""
    assert RETRY > 0
    monkeypatch.setattr("index.search.RETRY", 0.0)


@pytest.mark.parametrize("damage", [cut, flip])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_found_when_the_index_is_opened(
    tiny_index: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    shutil.copytree(tiny_index, tmp_path, dirs_exist_ok=True)
    (path,) = tmp_path.glob(f"builds/*/{name}")
    damage(path)
    with pytest.raises(IndexCorrupt, match=rf"{name}.*请运行 wence index"):
        open_searcher(tmp_path)


def test_no_file_of_a_build_can_be_damaged_unseen(tiny_index: Path, tmp_path: Path) -> None:
    """All files but those of Chroma's graph, which a small corpus is answered without."""
    unseen = []
    for path in sorted(path for path in tiny_index.glob("builds/*/**/*") if path.is_file()):
        copy = tmp_path / str(len(list(tmp_path.iterdir())))
        shutil.copytree(tiny_index, copy)
        flip(copy / path.relative_to(tiny_index)) if path.stat().st_size else None
        try:
            open_searcher(copy)
        except IndexUnusable:
            continue
        unseen += [path.name] if "chroma" not in path.parts and path.stat().st_size else []
    assert set(unseen) <= {"manifest.json"}


@pytest.mark.parametrize("pointer", ["", "000099", "../../etc", "\udcff"])
def test_a_pointer_to_nowhere_keeps_what_is_open_answering(
    service: Service, at_once: None, caplog: pytest.LogCaptureFixture, pointer: str
) -> None:
    path = service.index / "CURRENT"
    good = path.read_text()
    path.write_text(pointer, errors="surrogateescape")
    assert service.answers()
    assert "the old one answers" in caplog.text
    assert httpx.get(f"{service.address}/healthz").status_code == 200
    path.write_text(good)
    assert service.answers()


def test_an_index_that_is_taken_away_is_served_on_and_found_again(
    service: Service, at_once: None
) -> None:
    away = service.var / "away"
    service.index.rename(away)
    assert all(service.answers() for _ in range(3))
    page = httpx.get(f"{service.address}/documents/jia")
    assert (page.status_code, "教师每六年交流一次" in page.text) == (200, True)
    away.rename(service.index)
    assert service.answers()


def test_a_broken_build_that_is_published_is_not_served_until_it_is_whole(
    service: Service, at_once: None
) -> None:
    served, broken = service.build, service.index / "builds" / "000050"
    shutil.copytree(served, broken)
    flip(broken / "documents.jsonl")
    publish(service.index, broken)
    assert service.answers()
    health = httpx.get(f"{service.address}/healthz").json()
    assert health["index"] == served.name
    shutil.copy(served / "documents.jsonl", broken / "documents.jsonl")
    assert service.answers()
    assert httpx.get(f"{service.address}/healthz").json()["index"] == "000050"


def test_without_an_index_the_reader_is_told_and_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable, match="还没有建立索引，请先运行 wence index"):
        open_searcher(tmp_path)


def test_an_index_on_a_disk_that_cannot_be_written_answers_as_ever(
    tiny_index: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "var", 30_000) as var, running(tiny_index, var) as service:
        subprocess.run(["mount", "-o", "remount,ro", str(var)], check=True)
        assert all(service.answers() for _ in range(3))
        assert service.like() == 204


def test_publications_that_are_lost_stop_no_new_one(tmp_path: Path) -> None:
    """The build that is served still has the number of one of them."""
    library = empty_library(tmp_path)
    publish_files(library, received("嘉兴市", "学校收费要公示。"))
    shutil.rmtree(library.publications.folder)
    (raw,) = (library.corpus_dir / "raw").glob("*.txt")
    raw.write_text(raw.read_text("utf-8").replace("公示", "公开"), "utf-8")
    made = library.publish(library.prepare_folder("甲", "", ToyEmbedder(), silent), silent)
    assert (made.number, library.current()) == (2, 2)
    assert "公开" in fees(library, "jiaxing-2024")
    publish_files(library, received("武汉市", "学校收费要听证。"))
    assert "听证" in fees(library, "wuhan-2024")


def test_hundreds_of_questions_while_the_index_is_replaced_fail_never(service: Service) -> None:
    """Each publication is a build of its own; every answer is of the one or of the other."""
    stop, failed, asked = threading.Event(), [], []

    def ask() -> None:
        with httpx.Client(timeout=30) as client:
            while not stop.is_set():
                reply = client.post(
                    f"{service.address}/api/v1/ask", json={"question": "嘉兴学校收费"}
                )
                good = reply.status_code == 200 and "公示" in reply.json()["answer"]
                (asked if good else failed).append(reply.text)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for one in askers:
        one.start()
    for n in range(3):
        corpus = [*tiny_corpus(), make_document(f"new{n}", "全国", [f"一、宿舍{n}。\n"])]
        build_index(corpus, {}, ToyEmbedder(), service.index)
    while len(asked) + len(failed) < 200:
        stop.wait(0.05)
    stop.set()
    for one in askers:
        one.join()
    assert failed == []
    assert len(asked) > 150
    assert os.listdir(service.index / "builds")
