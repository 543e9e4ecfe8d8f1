import sqlite3

import numpy as np
import pytest

from index.documents import Passage
from index.probe import probe
from index.store import (
    PassageStore,
    ServedStore,
    StoreError,
    stored_rows,
    sync_parts,
)
from tests.toys import ToyEmbedder


def passage(name: str, region: str) -> Passage:
    return Passage(name, name, "doc", region, "clause", 0, 1, f"文字{name}", name)


PASSAGES = [passage("a", "浙江省"), passage("b", "湖北省"), passage("c", "浙江省/嘉兴市")]
VECTORS = np.array([[1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)


@pytest.fixture
def store(tmp_path):
    store = PassageStore.create(tmp_path / "chroma", 3)
    store.add(PASSAGES, VECTORS)
    yield store
    store.close()


def test_the_nearest_passages_come_best_first_with_their_cosines(store):
    ids, cosines = store.nearest(np.array([1, 0], np.float32), 3)
    assert ids == ["a", "b", "c"]
    assert cosines.tolist() == pytest.approx([1.0, 0.6, 0.0], abs=1e-6)


def test_asking_for_more_than_there_is_gives_what_there_is(store):
    assert len(store.nearest(np.array([1, 0], np.float32), 100)[0]) == 3


def test_adding_an_id_again_replaces_it_and_removing_takes_it_away(store):
    store.add([PASSAGES[0]], VECTORS[2:])
    store.remove(["c"])
    ids, cosines = store.nearest(np.array([0, 1], np.float32), 3)
    assert (ids, cosines.tolist()) == (["a", "b"], pytest.approx([1.0, 0.8], abs=1e-6))


def test_a_store_opened_again_holds_the_same(store, tmp_path):
    store.close()
    again = PassageStore.open(tmp_path / "chroma")
    assert again.nearest(np.array([0, 1], np.float32), 1)[0] == ["c"]
    again.close()


def test_a_probe_names_the_passages_that_their_own_vector_does_not_find(store):
    assert probe(store, ["a", "c"], VECTORS[[0, 2]]) == []
    many = [passage(f"d{n}", "浙江省") for n in range(20)]
    turned = np.array([[np.cos(n / 20), np.sin(n / 20)] for n in range(20)], np.float32)
    store.add(many, turned)
    assert probe(store, ["d0", "d19"], np.array([[0, 1], turned[19]], np.float32)) == ["d0"]


def test_the_same_collection_serves_as_a_langchain_vector_store(tmp_path):
    embedder = ToyEmbedder()
    store = PassageStore.create(tmp_path / "chroma", 2)
    texts = ["教师交流", "学生入学"]
    held = [Passage(t, t, "d", "浙江省", "clause", 0, 4, t, t) for t in texts]
    store.add(held, embedder.embed_documents_array(texts))
    [(found, distance)] = store.as_langchain(embedder).similarity_search_with_score("入学", k=1)
    assert (found.id, found.page_content) == ("学生入学", "学生入学")
    assert found.metadata["region"] == "浙江省"
    assert distance == pytest.approx(0.0, abs=1e-6)
    store.close()


def test_a_folder_without_a_collection_is_an_error_of_ours(tmp_path):
    with pytest.raises(StoreError):
        PassageStore.open(tmp_path / "chroma")


def test_a_served_collection_is_opened_when_it_is_first_searched(store, tmp_path):
    store.close()
    served = ServedStore(tmp_path / "chroma")
    served.check(3)
    assert served.nearest(np.array([0, 1], np.float32), 1)[0] == ["c"]
    served.close()
    assert served.nearest(np.array([1, 0], np.float32), 1)[0] == ["a"]
    served.close()


def test_a_collection_is_counted_without_opening_it(store, tmp_path):
    store.close()
    assert stored_rows(tmp_path / "chroma") == 3
    with pytest.raises(StoreError, match="holds 3 rows, not 4"):
        ServedStore(tmp_path / "chroma").check(4)
    for graph in tmp_path.glob("chroma/*/data_level0.bin"):
        graph.unlink()
    with pytest.raises(StoreError, match="lost its graph"):
        stored_rows(tmp_path / "chroma")
    with pytest.raises(StoreError):
        stored_rows(tmp_path)


@pytest.mark.parametrize("count", [1, 4, 5, 7, 8])
def test_a_filled_collection_leaves_nothing_to_replay_at_its_opening(tmp_path, monkeypatch, count):
    monkeypatch.setattr("index.store.SYNC_EVERY", 4)
    filled = PassageStore.create(tmp_path / "many", count)
    parts = sync_parts(count)
    assert [row for part in parts for row in part] == list(range(count))
    for part in parts:
        names = [passage(f"p{row}", "浙江省") for row in part]
        filled.add(names, np.array([[1, row] for row in part], np.float32))
    filled.close()
    with sqlite3.connect(tmp_path / "many" / "chroma.sqlite3") as database:
        synced = database.execute("SELECT min(seq_id), count(*) FROM max_seq_id").fetchone()
    database.close()
    assert synced == (count, 2 if count > 1 else 1)
