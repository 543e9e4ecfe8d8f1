"""Vectors in a Chroma collection, in a folder or on a server (:mod:`index.store_server`).

One process may open a folder at a time for writing. Readers hold a finished folder that
nobody writes to; see :mod:`index.publish`. Chroma is imported when a collection is opened: that
takes 0.8 s and 80 MB, and a small corpus is answered without it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray

from index.documents import Passage
from index.errors import IndexUnusable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI, collection_configuration
    from chromadb.api.models.Collection import Collection
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

COLLECTION = "passages"
TEXTS = "texts"  # whether rows hold their texts
BATCH = 2_000  # rows a call; Chroma says how many it takes at most
SYNC_EVERY = 200_000  # rows between two rewrites of all graph files
LARGE = 50_000  # rows from which on a collection holds vectors alone: texts are two thirds of it
# over 593,891 passages these find .978 of the ten nearest (400: .973, 700: .980); 16, 100 and 1000
# found .958 there
GRAPH: collection_configuration.CreateHNSWConfiguration = {
    "max_neighbors": 32,
    "ef_construction": 200,
    "ef_search": 500,
}

Vectors = NDArray[np.float32]


class StoreError(IndexUnusable):
    """Chroma failed; the message is its own."""


@dataclass(frozen=True, slots=True)
class PassageStore:
    """A collection of passages by cosine; one row for each digest of an embedded text.

    A graph over many equal vectors comes apart, and most of them are then never found. The
    metadata of a row are those of its first passage.
    """

    client: ClientAPI
    collection: Collection

    @classmethod
    def create(cls, folder: Path, expected: int) -> PassageStore:
        """An empty collection in a new folder; ``expected`` is the number of rows to come."""
        return cls.create_on(_client(folder), COLLECTION, expected)

    @classmethod
    def create_on(cls, client: ClientAPI, name: str, expected: int) -> PassageStore:
        """An empty collection of this name, which nobody has; raises StoreError.

        Chroma rewrites its graph files once ``sync_threshold`` rows have come since the last
        time, and replays the rest at each opening: rows are added in :func:`sync_parts`.
        """
        parts = sync_parts(expected)
        threshold = max(2, expected - (len(parts) - 1) * (parts[0].stop - parts[0].start))
        graph: collection_configuration.CreateHNSWConfiguration = {
            "space": "cosine",
            "sync_threshold": threshold,
        }
        with translated(client):
            made = client.create_collection(
                name,
                configuration={"hnsw": {**graph, **GRAPH}},
                metadata={TEXTS: expected < LARGE},
                embedding_function=None,
            )
            return cls(client, made)

    @classmethod
    def open(cls, folder: Path) -> PassageStore:
        """The collection in this folder; raises StoreError."""
        if not (folder / "chroma.sqlite3").is_file():
            raise StoreError(f"{folder} holds no collection")
        return cls.open_on(_client(folder), COLLECTION)

    @classmethod
    def open_on(cls, client: ClientAPI, name: str) -> PassageStore:
        """The collection of this name; raises StoreError."""
        with translated(client):
            return cls(client, client.get_collection(name, embedding_function=None))

    def as_langchain(self, embeddings: Embeddings) -> Chroma:
        """The same collection as a LangChain vector store, for chains that want one."""
        from langchain_chroma import Chroma

        return Chroma(self.collection.name, embeddings, client=self.client)

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Insert or replace passages with their vectors, shape (passages, dimensions).

        In a large collection without their texts, which are in the build anyway.
        """
        told = (self.collection.metadata or {}).get(TEXTS, True)
        with translated():
            step = min(BATCH, self.client.get_max_batch_size())
        for at in range(0, len(passages), step):
            part = passages[at : at + step]
            with translated():
                self.collection.upsert(
                    ids=[passage.digest for passage in part],
                    embeddings=np.asarray(vectors[at : at + step]),
                    metadatas=[_metadata(passage) for passage in part] if told else None,
                    documents=[passage.text for passage in part] if told else None,
                )

    def remove(self, digests: Sequence[str]) -> None:
        """Delete rows by digest."""
        with translated():
            for at in range(0, len(digests), BATCH):
                self.collection.delete(ids=list(digests[at : at + BATCH]))

    def nearest(self, vector: Vectors, count: int) -> tuple[list[str], Vectors]:
        """Digests and cosines of the nearest rows, best first.

        Goes to the collection itself: LangChain's call also fetches every text, 4.1 ms for 1.4.
        """
        with translated():
            found = self.collection.query(
                query_embeddings=[vector],  # type: ignore[arg-type]
                n_results=count,
                include=["distances"],
            )
        distances = found["distances"] or [[]]
        return found["ids"][0], 1 - np.asarray(distances[0], dtype=np.float32)

    def count(self) -> int:
        """How many rows the collection lists."""
        with translated():
            return self.collection.count()

    def sync_at(self, rows: int) -> None:
        """Rewrite the graph files once so many rows have come; holds from the next opening on."""
        with translated(), catch_warnings():
            simplefilter("ignore", DeprecationWarning)  # it has no embedding function: none is set
            self.collection.modify(configuration={"hnsw": {"sync_threshold": rows}})

    def close(self) -> None:
        """Let go of the folder or of the connections."""
        close_client(self.client)


class ServedStore:
    """A finished collection, opened when first searched; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opening = threading.Lock()
        self._store: PassageStore | None = None

    def check(self, rows: int) -> None:
        """Raise StoreError unless the files are there and list so many rows; opens no graph."""
        held = stored_rows(self._folder)
        if held != rows:
            raise StoreError(f"{self._folder} holds {held} rows, not {rows}")

    def nearest(self, vector: Vectors, count: int) -> tuple[list[str], Vectors]:
        """Digests and cosines of the nearest rows, best first; raises StoreError."""
        with self._opening:
            if self._store is None:
                self._store = PassageStore.open(self._folder)
        return self._store.nearest(vector, count)

    def close(self) -> None:
        """Let go of the folder."""
        with self._opening:
            store, self._store = self._store, None
        if store:
            store.close()


def stored_rows(folder: Path) -> int:
    """How many rows a collection lists; raises StoreError when its files are damaged or gone."""
    graphs = [path for path in folder.glob("*/data_level0.bin") if path.stat().st_size]
    try:
        uri = f"{(folder / 'chroma.sqlite3').resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            rows = int(database.execute("SELECT count(*) FROM embeddings").fetchone()[0])
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{folder}: {error}") from error
    if rows and not graphs:
        raise StoreError(f"{folder} has lost its graph")
    return rows


def sync_parts(expected: int) -> list[range]:
    """The rows of a new collection in parts of one size, the last may be smaller."""
    count = max(1, ceil(expected / SYNC_EVERY))
    size = max(1, ceil(expected / count))
    return [range(at, min(at + size, expected)) for at in range(0, max(expected, 1), size)]


def _client(folder: Path) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    with translated():
        return chromadb.PersistentClient(folder, Settings(anonymized_telemetry=False))


@contextmanager
def translated(client: ClientAPI | None = None) -> Iterator[None]:
    """Errors of Chroma and of its connections become ours, and the client is let go of."""
    from chromadb.errors import ChromaError
    from httpx import HTTPError

    try:
        yield
    except (ChromaError, HTTPError, ValueError) as error:
        if client:
            close_client(client)
        raise StoreError(str(error) or type(error).__name__) from error


def close_client(client: ClientAPI) -> None:
    """Stop the shared system behind the client when nobody else uses it; end its connections."""
    both: tuple[Any, Any] = (client, getattr(client, "_admin_client", client))
    sessions = [getattr(one._server, "_session", None) for one in both]
    both[0].close()
    for session in filter(None, sessions):
        session.close()


def _metadata(passage: Passage) -> dict[str, str | int]:
    names = ("clause_id", "document_id", "region", "kind", "start", "end")
    return {"passage_id": passage.id, **{name: getattr(passage, name) for name in names}}
