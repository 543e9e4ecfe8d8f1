"""Fixtures for every test: no network beyond this machine, no settings from outside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import socket_allow_hosts

from bot.chain import PolicyChain
from bot.settings import load_settings
from index.build import build_index
from index.corpus import load_corpus
from index.embedder import load_embedder
from index.errors import IndexCorrupt, IndexMissing
from index.modelcache import is_intact
from index.prepare import ADAPTED, model_folder
from index.publish import POINTER, current_build
from index.search import Searcher
from tests.served import served
from tests.toys import TINY_ASKED, ToyEmbedder, open_searcher, tiny_corpus
from tests.web_fake import ScriptedChain, web_app


def pytest_runtest_setup() -> None:
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("WENCE_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def web_chain() -> ScriptedChain:
    """A chain that answers by script, for tests of what stands before it."""
    return ScriptedChain()


@pytest.fixture(scope="module")
def web_address(web_chain: ScriptedChain) -> Iterator[str]:
    """The address of the web application over that chain."""
    with served(web_app(web_chain)) as address:
        yield address


@pytest.fixture(scope="session")
def tiny_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published index of the tiny corpus; read only."""
    folder = tmp_path_factory.mktemp("index")
    build_index(tiny_corpus(), TINY_ASKED, ToyEmbedder(), folder)
    return folder


@pytest.fixture(scope="session")
def tiny_searcher(tiny_index: Path) -> Searcher:
    return open_searcher(tiny_index)


@pytest.fixture(scope="session")
def real_chain(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> PolicyChain:
    """The product over its own corpus; vectors come from the published index or the last run."""
    settings = load_settings({})
    if not is_intact(model_folder(ADAPTED, "int8", settings.cache_dir)):
        pytest.skip("the embedding model is not prepared; run make install")
    embedder = load_embedder(ADAPTED, "int8", settings.cache_dir)
    folder = tmp_path_factory.mktemp("real") / "index"
    kept = Path(request.config.cache.mkdir("wence-index"))
    _copy_build([settings.index_dir, kept], folder)
    corpus = load_corpus(settings.corpus_dir)
    report = build_index(corpus.documents, corpus.asked, embedder, folder, gaps=corpus.gaps)
    if report.published:
        shutil.rmtree(kept)
        shutil.copytree(folder, kept)
    return PolicyChain(Searcher.open(folder, embedder), settings)


def _copy_build(sources: list[Path], folder: Path) -> None:
    """The first of these indexes that has been published, so that only changes are embedded."""
    for source in sources:
        try:
            build = current_build(source)
        except (IndexMissing, IndexCorrupt):
            continue
        shutil.copytree(build, folder / "builds" / build.name)
        shutil.copy(source / POINTER, folder / POINTER)
        return
