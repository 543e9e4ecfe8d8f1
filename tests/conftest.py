"""Fixtures for every test: no network beyond this machine, no settings from outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytest_socket import socket_allow_hosts

from index.build import build_index
from index.search import Searcher
from tests.toys import TINY_ASKED, ToyEmbedder, open_searcher, tiny_corpus


def pytest_runtest_setup() -> None:
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("WENCE_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def tiny_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published index of the tiny corpus; read only."""
    folder = tmp_path_factory.mktemp("index")
    build_index(tiny_corpus(), TINY_ASKED, ToyEmbedder(), folder)
    return folder


@pytest.fixture(scope="session")
def tiny_searcher(tiny_index: Path) -> Searcher:
    return open_searcher(tiny_index)
