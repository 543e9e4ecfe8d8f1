"""Vectors in a persistent local Chroma collection; the only chromadb and langchain-chroma import.

One process may open a folder at a time for writing. Readers hold a finished folder that
nobody writes to; see :mod:`index.publish`.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.collection_configuration import CreateCollectionConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from index.documents import Passage
from index.errors import IndexUnusable

COLLECTION = "passages"
BATCH = 2_000  # rows a call; Chroma takes 5,461 at most
SYNC_EVERY = 20_000  # rows between two rewrites of the graph files
PROBE_DEPTHS = (5, 10)

Vectors = NDArray[np.float32]


class StoreError(IndexUnusable):
    """Chroma failed; the message is its own."""


@dataclass(frozen=True, slots=True)
class PassageStore:
    """A collection of passages by cosine; one row for each digest.

    The id of a row is the digest of the embedded text: a graph over many equal vectors comes
    apart, and most of them are then never found. Its metadata are those of the first passage.
    """

    client: ClientAPI
    collection: Collection

    @classmethod
    def create(cls, folder: Path, expected: int) -> PassageStore:
        """An empty collection in a new folder; ``expected`` is the number of passages to come.

        Chroma rewrites its graph files every ``sync_threshold`` rows and replays the rest at
        each opening, so the threshold divides the expected number into whole parts.
        """
        parts = max(1, ceil(expected / SYNC_EVERY))
        threshold = max(2, ceil(expected / parts))
        configuration: CreateCollectionConfiguration = {
            "hnsw": {"space": "cosine", "sync_threshold": threshold}
        }
        client = _client(folder)
        try:
            Chroma(COLLECTION, client=client, collection_configuration=configuration)
            return cls(client, client.get_collection(COLLECTION, embedding_function=None))
        except ChromaError as error:
            _close(client)
            raise StoreError(str(error)) from error

    @classmethod
    def open(cls, folder: Path) -> PassageStore:
        """The collection in this folder; raises StoreError."""
        if not (folder / "chroma.sqlite3").is_file():
            raise StoreError(f"{folder} holds no collection")
        client = _client(folder)
        try:
            return cls(client, client.get_collection(COLLECTION, embedding_function=None))
        except (ChromaError, ValueError) as error:
            _close(client)
            raise StoreError(str(error)) from error

    def as_langchain(self, embeddings: Embeddings) -> Chroma:
        """The same collection as a LangChain vector store, for chains that want one."""
        return Chroma(COLLECTION, embeddings, client=self.client)

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Insert or replace passages with their vectors, shape (passages, dimensions)."""
        for at in range(0, len(passages), BATCH):
            part = passages[at : at + BATCH]
            try:
                self.collection.upsert(
                    ids=[passage.digest for passage in part],
                    embeddings=np.asarray(vectors[at : at + BATCH]),
                    metadatas=[_metadata(passage) for passage in part],
                    documents=[passage.text for passage in part],
                )
            except ChromaError as error:
                raise StoreError(str(error)) from error

    def remove(self, digests: Sequence[str]) -> None:
        """Delete rows by digest."""
        try:
            for at in range(0, len(digests), BATCH):
                self.collection.delete(ids=list(digests[at : at + BATCH]))
        except ChromaError as error:
            raise StoreError(str(error)) from error

    def nearest(
        self, vector: Vectors, count: int, regions: Sequence[str] = ()
    ) -> tuple[list[str], Vectors]:
        """Digests and cosines of the nearest rows, best first, of these regions if any is given.

        Goes to the collection itself: LangChain's call takes three times as long, for it also
        fetches every text (100 of 1,500 passages: 4.1 ms against 1.4 ms).
        """
        where = {"region": {"$in": list(regions)}} if regions else None
        try:
            found = self.collection.query(
                query_embeddings=[vector],  # type: ignore[arg-type]
                n_results=count,
                where=where,  # type: ignore[arg-type]
                include=["distances"],
            )
        except ChromaError as error:
            raise StoreError(str(error)) from error
        distances = found["distances"] or [[]]
        return found["ids"][0], 1 - np.asarray(distances[0], dtype=np.float32)

    def close(self) -> None:
        """Let go of the folder."""
        _close(self.client)


def probe(store: PassageStore, digests: Sequence[str], vectors: Vectors) -> list[str]:
    """Those digests that their own vector does not find; a count alone proves nothing."""
    return [
        digest
        for digest, vector in zip(digests, vectors, strict=True)
        if not all(_finds(store, digest, vector, depth) for depth in PROBE_DEPTHS)
    ]


def _finds(store: PassageStore, digest: str, vector: Vectors, depth: int) -> bool:
    """Whether the row, or ``depth`` others with the very same vector, come back."""
    digests, cosines = store.nearest(vector, depth)
    return digest in digests or (len(digests) == depth and float(cosines[-1]) > 0.9999)


def copy_store(source: Path, target: Path) -> None:
    """Copy a finished folder that nobody writes to; raises StoreError when it is not there."""
    if not source.is_dir():
        raise StoreError(f"{source} is missing")
    shutil.copytree(source, target)


def _client(folder: Path) -> ClientAPI:
    settings = Settings(anonymized_telemetry=False)
    try:
        return chromadb.PersistentClient(folder, settings)
    except (ChromaError, ValueError) as error:
        raise StoreError(str(error)) from error


def _close(client: ClientAPI) -> None:
    """Stop the shared system behind the client when nobody else uses it."""
    client.close()  # type: ignore[attr-defined]


def _metadata(passage: Passage) -> dict[str, str | int]:
    return {
        "passage_id": passage.id,
        "clause_id": passage.clause_id,
        "document_id": passage.document_id,
        "region": passage.region,
        "kind": passage.kind,
        "start": passage.start,
        "end": passage.end,
    }


def _main(folder: Path) -> None:
    """``python -m index.store FOLDER``: probe a build; in a process of its own, for damage
    can end in a segmentation fault. Writes the lost digests as a JSON list."""
    store = PassageStore.open(folder / "chroma")
    with np.load(folder / "probes.npz") as data:
        lost = probe(store, data["digests"].tolist(), data["vectors"])
    sys.stdout.write(json.dumps(lost))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
