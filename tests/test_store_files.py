import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from index.documents import Passage
from index.store import PassageStore, StoreError, stored_rows
from index.store_files import REPLAYED, rewrite_graph, shrink, take_over

VECTORS = np.array([[1, n] for n in range(8)], dtype=np.float32)
GRAPH = ("data_level0.bin", "header.bin", "length.bin", "link_lists.bin")


def passages(names):
    return [Passage(n, n, "d", "浙江省", "clause", 0, 1, f"文字{n}", n) for n in names]


def make(folder: Path, names: str) -> Path:
    store = PassageStore.create(folder, len(names))
    store.add(passages(names), VECTORS[: len(names)])
    store.close()
    return folder


@pytest.fixture
def small(tmp_path):
    return make(tmp_path / "small", "abcd")


@pytest.fixture
def large(tmp_path, monkeypatch):
    monkeypatch.setattr("index.store.LARGE", 4)
    return make(tmp_path / "large", "abcd")


def graph(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = {path.name: path for path in folder.glob("*/*.bin")}
    return {name: (files[name].stat().st_ino, files[name].read_bytes()) for name in GRAPH}


def nearest(folder: Path, row: int) -> str:
    store = PassageStore.open(folder)
    [found], _ = store.nearest(VECTORS[row], 1)
    store.close()
    return found


def change(folder: Path) -> None:
    store = PassageStore.open(folder)
    store.remove(["a"])
    store.add(passages("e"), VECTORS[5:6])
    store.close()


def test_a_small_collection_holds_texts_and_is_copied(small, tmp_path):
    assert not take_over(small, tmp_path / "copy", REPLAYED + 1)
    inodes = {path.stat().st_ino for path in small.rglob("*")}
    assert not inodes & {path.stat().st_ino for path in (tmp_path / "copy").rglob("*")}
    assert nearest(tmp_path / "copy", 3) == "d"


def test_a_large_one_holds_vectors_alone(large):
    store = PassageStore.open(large)
    assert store.collection.get(["a"])["documents"] == [None]
    store.close()


def test_a_large_one_shares_its_graph_and_a_change_leaves_the_old_one_as_it_was(large, tmp_path):
    before = graph(large)
    assert not take_over(large, tmp_path / "copy", 2)
    change(tmp_path / "copy")
    assert graph(tmp_path / "copy") == graph(large) == before
    assert (nearest(tmp_path / "copy", 5), nearest(tmp_path / "copy", 0)) == ("e", "b")
    assert (nearest(large, 0), stored_rows(large)) == ("a", 4)
    assert graph(large) == before


def test_a_shared_graph_outlives_the_build_that_it_came_from(large, tmp_path):
    take_over(large, tmp_path / "copy", 2)
    shutil.rmtree(large)
    assert nearest(tmp_path / "copy", 3) == "d"


def test_with_many_changes_the_graph_is_copied_and_rewritten(large, tmp_path, monkeypatch):
    monkeypatch.setattr("index.store_files.REPLAYED", 1)
    before = graph(large)
    assert take_over(large, tmp_path / "copy", 2)
    change(tmp_path / "copy")
    rewrite_graph(tmp_path / "copy", passages("b")[0], VECTORS[1])
    assert graph(large) == before
    assert {one[0] for one in graph(tmp_path / "copy").values()}.isdisjoint(
        one[0] for one in before.values()
    )
    with sqlite3.connect(tmp_path / "copy" / "chroma.sqlite3") as database:
        logged, synced = database.execute(
            "SELECT (SELECT max(seq_id) FROM embeddings_queue), min(seq_id) FROM max_seq_id"
        ).fetchone()
    database.close()
    assert logged == synced
    assert (nearest(tmp_path / "copy", 5), nearest(tmp_path / "copy", 1)) == ("e", "b")
    assert not take_over(tmp_path / "copy", tmp_path / "again", 1)


def test_the_space_of_an_emptied_log_is_given_back(small):
    database = sqlite3.connect(small / "chroma.sqlite3")
    database.execute("CREATE TABLE waste AS SELECT zeroblob(1000000) AS blob")
    database.execute("DROP TABLE waste")
    database.commit()
    database.close()
    size = os.path.getsize(small / "chroma.sqlite3")
    shrink(small)
    assert os.path.getsize(small / "chroma.sqlite3") <= size - 1_000_000
    assert nearest(small, 2) == "c"


def test_a_collection_that_is_missing_or_broken_is_an_error_of_ours(small, tmp_path):
    with pytest.raises(StoreError, match="missing"):
        take_over(tmp_path / "none", tmp_path / "copy", 0)
    (small / "chroma.sqlite3").write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreError):
        take_over(small, tmp_path / "copy", 0)
    with pytest.raises(StoreError):
        shrink(small)
