"""A backup made while the service writes is whole, and what is unpacked answers the same."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from bot.settings import ROOT
from index.build import build_index
from index.search import Query
from tests.toys import TINY_ASKED, ToyEmbedder, make_document, open_searcher, tiny_corpus


def back_up(folder: Path, target: Path) -> str:
    command = [sys.executable, str(ROOT / "deploy" / "backup.py"), str(folder), str(target)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a service that has published twice."""
    folder = tmp_path / "data"
    (folder / "corpus" / "raw").mkdir(parents=True)
    (folder / "corpus" / "raw" / "jia.txt").write_text("一、免试就近入学。\n", encoding="utf-8")
    (folder / "publications" / "000001").mkdir(parents=True)
    (folder / "publications" / "000001" / "publication.json").write_text("{}")
    build_index([make_document("old", "全国", ["高考。"])], {}, ToyEmbedder(), folder / "index")
    build_index(tiny_corpus(), TINY_ASKED, ToyEmbedder(), folder / "index")
    with closing(sqlite3.connect(folder / "wence.db")) as store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("CREATE TABLE asked (n INTEGER)")
        store.commit()
    return folder


def test_a_copy_made_while_the_store_is_written_to_is_whole_and_answers_the_same(
    data: Path, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(data / "wence.db")) as store:
            for n in range(1_000_000):
                with store:
                    store.execute("INSERT INTO asked VALUES (?)", (n,))
                if stop.wait(0.001):
                    return

    writer = threading.Thread(target=write)
    writer.start()
    told = back_up(data, tmp_path / "copy.tar.gz")
    stop.set()
    writer.join()
    with tarfile.open(tmp_path / "copy.tar.gz") as archive:
        names = archive.getnames()
        archive.extractall(tmp_path / "new", filter="data")
    assert told == f"{len(names)} files\n"
    assert len(names) == len(set(names))
    with closing(sqlite3.connect(tmp_path / "new" / "wence.db")) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        count, last = store.execute("SELECT count(*), max(n) FROM asked").fetchone()
    assert count == (0 if last is None else last + 1)
    before, after = open_searcher(data / "index"), open_searcher(tmp_path / "new" / "index")
    for question in ("食堂", "教师交流", "入学"):
        hits, again = (one.search(Query(question)).hits for one in (before, after))
        assert again == hits
    for one in (before, after):
        one.snapshot.store.close()


def test_only_the_served_build_is_copied_with_everything_else_and_nothing_passing(
    data: Path, tmp_path: Path
) -> None:
    back_up(data, tmp_path / "copy.tar.gz")
    with tarfile.open(tmp_path / "copy.tar.gz") as archive:
        names = set(archive.getnames())
    assert {name.split("/")[2] for name in names if name.startswith("index/builds/")} == {"000002"}
    kept = {"corpus/raw/jia.txt", "publications/000001/publication.json", "wence.db"}
    assert kept | {"index/CURRENT"} <= names
    assert [name for name in names if name.endswith(("-wal", "-shm", ".lock", ".tmp"))] == []
    assert not (tmp_path / "copy.tar.part").exists()
