"""Vectors of passages and questions: reused by digest from earlier builds, else made in chunks.

Each chunk is appended to a log in the build's folder, so a build that was stopped is resumed:
the next one takes over what the log holds. Vectors of texts that leave the index go to a log
beside the builds, so that going back to an earlier publication embeds nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.digests import DigestTable
from index.documents import Passage
from index.embedder import Embedder

CHUNK = 64  # texts between two writes of the log

Vectors = NDArray[np.float32]
Progress = Callable[[str, int, int], None]


class KnownVectors:
    """Vectors by digest, taken from earlier builds; the arrays stay on disk."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[Vectors, int]] = {}
        self._tables: list[tuple[DigestTable, Vectors]] = []

    def learn(self, digests: Iterable[str], vectors: Vectors) -> None:
        """Remember where the vector of each digest lies."""
        for row, digest in enumerate(digests):
            self._places.setdefault(digest, (vectors, row))

    def look_in(self, table: DigestTable, vectors: Vectors) -> None:
        """Know those of a whole build too."""
        self._tables.append((table, vectors))

    def join(self, other: KnownVectors) -> None:
        """Learn what another knows."""
        self._places = {**other._places, **self._places}
        self._tables += other._tables

    def __contains__(self, digest: str) -> bool:
        return self._place(digest) is not None

    def __getitem__(self, digest: str) -> Vectors:
        place = self._place(digest)
        if place is None:
            raise KeyError(digest)
        vectors, row = place
        return np.asarray(vectors[row])

    def _place(self, digest: str) -> tuple[Vectors, int] | None:
        if digest in self._places:
            return self._places[digest]
        for table, vectors in self._tables:
            [row] = table.first_rows([digest])
            if row is not None:
                return vectors, row
        return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What needs a vector: the passages of so many ``rows``, and questions by digest.

    ``kept`` stretches of rows have those of the build before; ``fresh`` are the passages of others.
    """

    rows: int
    kept: Sequence[tuple[slice, Vectors]]
    fresh: Mapping[int, Passage]
    questions: Mapping[str, str]

    def missing(self, known: KnownVectors) -> dict[str, str]:
        """Texts by digest that have none yet; of like length side by side, to pad the least."""
        texts = {one.digest: one.text for one in self.fresh.values()} | dict(self.questions)
        found = {digest: text for digest, text in texts.items() if digest not in known}
        return dict(sorted(found.items(), key=lambda one: (len(one[1]), one[0])))


def embed_texts(
    wanted: Wanted,
    embedder: Embedder,
    known: KnownVectors,
    folder: Path,
    progress: Progress,
) -> tuple[Vectors, dict[str, Vectors]]:
    """The vector of every passage, shape (passages, dimensions), in ``folder/vectors.npy``.

    And those of the questions, by digest.
    """
    shape = (wanted.rows, embedder.dimensions)
    stored = np.lib.format.open_memmap(folder / "vectors.npy", "w+", np.float32, shape)
    questions = {one: known[one] for one in wanted.questions if one in known}
    for here, vectors in wanted.kept:
        stored[here] = vectors
    rows: dict[str, list[int]] = {}
    for row, passage in wanted.fresh.items():
        if passage.digest in known:
            stored[row] = known[passage.digest]
        else:
            rows.setdefault(passage.digest, []).append(row)
    for digest, vector in _embedded(wanted.missing(known), embedder, folder, progress):
        stored[rows.get(digest, [])] = vector
        if digest in wanted.questions:
            questions[digest] = vector
    stored.flush()
    return stored, questions


def _embedded(
    texts: Mapping[str, str], embedder: Embedder, folder: Path, progress: Progress
) -> Iterator[tuple[str, Vectors]]:
    """Digests with their new vectors, chunk by chunk, each chunk in the log before it comes.

    Progress is told in characters, which take about the same time each, unlike texts.
    """
    digests, done, total = list(texts), 0, sum(map(len, texts.values()))
    for at in range(0, len(digests), CHUNK):
        part = {digest: texts[digest] for digest in digests[at : at + CHUNK]}
        vectors = embedder.embed_documents_array(list(part.values()))
        _append(log_path(folder, embedder), list(part), vectors)
        yield from zip(part, vectors, strict=True)
        done += sum(map(len, part.values()))
        progress("embed", done, total)


def log_path(folder: Path, embedder: Embedder) -> Path:
    """The log of a build, named after the embedder, so that no other takes it over."""
    return folder / f"embedded.{_name(embedder)}.log"


def kept_path(index_dir: Path, embedder: Embedder) -> Path:
    """The log of what has left the index."""
    return index_dir / f"kept.{_name(embedder)}.log"


def learn_log(known: KnownVectors, log: Path, embedder: Embedder) -> None:
    """Take over the vectors of a log; a torn last record is left out."""
    if not log.is_file():
        return
    record = _record(embedder.dimensions)
    whole = log.stat().st_size // record.itemsize
    rows = np.fromfile(log, dtype=record, count=whole)
    norms = np.linalg.norm(rows["vector"], axis=1)
    rows = rows[np.abs(norms - 1) < 1e-3]
    known.learn([bytes(digest).hex() for digest in rows["digest"]], rows["vector"])


def keep_vectors(log: Path, digests: Sequence[str], known: KnownVectors) -> None:
    """Add the known vectors of these digests to a log; what a stop tore off is cut away first."""
    if not digests:
        return
    vectors = np.array([known[digest] for digest in digests], dtype=np.float32)
    if log.is_file():
        size = _record(vectors.shape[1]).itemsize
        os.truncate(log, log.stat().st_size // size * size)
    _append(log, digests, vectors)


def _name(embedder: Embedder) -> str:
    return blake2b(embedder.identity.encode(), digest_size=8).hexdigest()


def _append(log: Path, digests: Sequence[str], vectors: Vectors) -> None:
    rows = np.zeros(len(digests), dtype=_record(vectors.shape[1]))
    rows["digest"] = [np.frombuffer(bytes.fromhex(digest), dtype=np.uint8) for digest in digests]
    rows["vector"] = vectors
    with log.open("ab") as file:
        file.write(rows.tobytes())


def _record(dimensions: int) -> np.dtype[np.void]:
    return np.dtype([("digest", np.uint8, 16), ("vector", np.float32, dimensions)])
