"""Vectors on a real Chroma server on loopback: built, shared, lost, found again."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.chain import PolicyChain
from bot.settings import load_settings
from index.build import build_index
from index.errors import BuildFailed, IndexUnusable, SettingsError
from index.publish import current_build
from index.search import Query, Searcher
from index.store import close_client
from index.store_server import (
    LEDGER,
    RECORD,
    ServerDown,
    ServerStore,
    StoreServer,
    store_server,
    use_server,
)
from tests.programs import Program, chroma
from tests.toys import TINY_ASKED, ToyEmbedder, make_document, open_searcher, tiny_corpus

OPEN: list[Searcher] = []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    running = chroma(tmp_path_factory.mktemp("chroma"))
    yield running
    running.stop()


@pytest.fixture
def used(server: Program) -> Iterator[Program]:
    """The server, up and used by this process."""
    use_server(f"http://127.0.0.1:{server.port}")
    yield server
    use_server("")
    while OPEN:
        OPEN.pop().snapshot.store.close()
    if server.process.poll() is not None:
        server.start()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny corpus counts as one that is too large to be compared in full."""
    monkeypatch.setattr("index.snapshot.EXACT_PASSAGES", 0)
    monkeypatch.setattr("index.candidates.EXACT_PASSAGES", 0)
    monkeypatch.setattr("index.store_server.RETRY", 0.1)


def publish(index_dir: Path, texts: list[str] | None = None) -> Path:
    documents = [make_document("new", "全国", texts)] if texts else tiny_corpus()
    build_index(documents, {} if texts else TINY_ASKED, ToyEmbedder(), index_dir)
    return current_build(index_dir)


def opened(index_dir: Path) -> Searcher:
    """A searcher that the fixture closes."""
    OPEN.append(open_searcher(index_dir))
    return OPEN[-1]


def found(searcher: Searcher, text: str = "食堂") -> list[str]:
    return [hit.clause.id for hit in searcher.search(Query(text, limit=2)).hits]


def collections() -> list[str]:
    with client() as one:
        return sorted(held.name for held in one.list_collections())


@contextmanager
def client() -> Iterator[Any]:
    """A client of the server used."""
    server = store_server()
    assert server
    opened = server.client(5)
    yield opened
    close_client(opened)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "http://chroma:8000",
            StoreServer("chroma", 8000, False, "", "default_tenant", "default_database"),
        ),
        ("https://geheim@host/t/d", StoreServer("host", 443, True, "geheim", "t", "d")),
        (
            "http://%E4%BB%A4@[::1]:81/t",
            StoreServer("::1", 81, False, "令", "t", "default_database"),
        ),
    ],
)
def test_an_address_names_the_server_the_token_and_the_database(url, server):
    assert StoreServer.parse(url) == server
    assert server.token not in repr(server) or not server.token


def test_an_address_that_is_none_stops_the_start():
    with pytest.raises(SettingsError, match="WENCE_CHROMA_URL 应为以 http://、https:// 开头的地址"):
        load_settings({"WENCE_CHROMA_URL": "chroma:8000"})


def test_a_build_has_a_collection_of_its_own_named_by_its_digest(used, tmp_path, large):
    build = publish(tmp_path)
    [name] = (tmp_path / LEDGER).read_text().split()
    digest = opened(tmp_path).snapshot.manifest["digest"]
    assert name.startswith(f"wence-{digest}-") and name in collections()
    assert not (build / "chroma").exists()
    assert found(opened(tmp_path))[0] == "wu#2"


def test_the_server_finds_what_a_folder_finds(used, tmp_path, tiny_index, large):
    publish(tmp_path)
    ours, local = opened(tmp_path), opened(tiny_index)
    for text in ("入学", "教师交流", "收费公示", "午托"):
        vector = ToyEmbedder().embed_query_array([text])[0]
        names, cosines = ours.snapshot.store.nearest(vector, 6)
        there, expected = local.snapshot.store.nearest(vector, 6)
        assert sorted(names) == sorted(there)
        assert cosines.tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_the_collections_of_builds_that_are_gone_are_deleted_and_nobody_elses(used, tmp_path):
    publish(tmp_path / "other")
    before = collections()
    for n in range(3):
        publish(tmp_path / "ours", [f"高考{n}。"])
    kept = [
        (tmp_path / "ours" / "builds" / one / RECORD).read_text() for one in ("000002", "000003")
    ]
    named = (tmp_path / "ours" / LEDGER).read_text().split()
    assert [f'{{"collection": "{name}"}}' for name in named] == kept
    assert collections() == sorted([*before, *named])


def test_nothing_new_is_built_from_the_same_corpus_until_the_server_lost_it(used, tmp_path):
    first = publish(tmp_path)
    assert publish(tmp_path) == first
    with client() as one:
        one.delete_collection((tmp_path / LEDGER).read_text().strip())
    again = publish(tmp_path)
    assert (first.name, again.name) == ("000001", "000002")


def test_an_index_moves_from_a_folder_to_the_server_and_back_without_new_vectors(
    used, tmp_path, tiny_index
):
    shutil.copytree(tiny_index, tmp_path, dirs_exist_ok=True)
    embedder = ToyEmbedder()
    for url in (f"http://127.0.0.1:{used.port}", ""):
        use_server(url)
        report = build_index(tiny_corpus(), TINY_ASKED, embedder, tmp_path)
        assert (report.published, report.embedded) == (True, 0)
        assert (current_build(tmp_path) / "chroma").exists() == (not url)
    assert embedder.embedded == []


def test_a_dead_server_fails_a_build_and_what_was_served_stays(used, tmp_path):
    build = publish(tmp_path)
    used.stop()
    with pytest.raises(BuildFailed, match="原有索引不受影响"):
        publish(tmp_path, ["高考。"])
    assert current_build(tmp_path) == build
    assert [folder.name for folder in (tmp_path / "builds").iterdir()] == [build.name]


def test_while_the_server_is_dead_the_arrays_are_compared_and_then_it_is_used_again(
    used, tmp_path, large
):
    publish(tmp_path)
    searcher = opened(tmp_path)
    with_server = found(searcher)
    assert searcher.snapshot.state() == {"vector_server_down": False}
    used.stop(signal.SIGKILL)
    assert found(searcher) == with_server
    assert searcher.snapshot.state() == {"vector_server_down": True}
    assert found(opened(tmp_path)) == with_server  # a worker that starts meanwhile
    used.start()
    time.sleep(0.2)
    vector = ToyEmbedder().embed_query_array(["食堂"])[0]
    assert len(searcher.snapshot.store.nearest(vector, 6)[0]) == 6
    assert searcher.snapshot.state() == {"vector_server_down": False}


def test_too_large_a_corpus_says_so_and_answers_again_when_the_server_is_back(
    used, tmp_path, large, monkeypatch
):
    monkeypatch.setattr("index.snapshot.COMPARED_PASSAGES", 0)
    monkeypatch.setattr("index.candidates.COMPARED_PASSAGES", 0)
    publish(tmp_path)
    chain = PolicyChain(opened(tmp_path), load_settings({}))
    searcher = opened(tmp_path)
    assert chain.ready()["vector_server_down"] is False
    used.stop()
    with pytest.raises(IndexUnusable, match="向量库服务器暂时用不了，请检查 WENCE_CHROMA_URL"):
        chain.ready()
    with pytest.raises(ServerDown):
        found(searcher)
    used.start()
    time.sleep(0.2)
    assert chain.ready()["vector_server_down"] is False
    assert found(searcher)[0] == "wu#2"


def test_a_server_that_hangs_is_given_up_and_then_left_alone(used, tmp_path, large, monkeypatch):
    monkeypatch.setattr("index.store_server.SEARCHING", 0.5)
    monkeypatch.setattr("index.store_server.RETRY", 60)
    publish(tmp_path)
    searcher = opened(tmp_path)
    expected = found(searcher)
    used.process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    assert [found(searcher) for _ in range(20)] == [expected] * 20
    seconds = time.monotonic() - started
    used.process.send_signal(signal.SIGCONT)
    assert 0.5 <= seconds < 3


def test_a_small_corpus_needs_no_server_to_answer(used, tmp_path):
    publish(tmp_path)
    used.stop()
    use_server("")
    searcher = opened(tmp_path)
    assert (found(searcher)[0], searcher.snapshot.state()) == ("wu#2", {})


def test_a_build_on_a_server_that_is_not_set_says_which_setting_is_missing():
    with pytest.raises(ServerDown, match="没有设置 WENCE_CHROMA_URL"):
        ServerStore(None, "wence-x").nearest(np.ones(8, np.float32), 1)
