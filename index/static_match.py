"""Which subwords of a question a clause has, or has something near to, without context.

For each distinct subword of the question the best cosine with a subword of the clause among the
encoder's input embeddings, averaged by idf. What all subwords have in common (their mean and two
directions) is taken out, and 64 directions of the rest are kept: Mu & Viswanath, "All-but-the-Top"
(ICLR 2018). Words of everyday speech meet the terms of a text that nobody wrote questions for; a
document with everyday questions has these words already and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedder import Embedder, Ids, Vectors
from index.lines import map_array

FOLDER = "static"
COMMON = 2  # directions that all subwords share
KEPT = 64  # directions of the rest
_ARRAYS = ("starts", "places", "ids", "idfs", "vectors", "mean", "axes")

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Subwords:
    """The distinct subwords of a question: ``ids`` (n,) and input embeddings (n, width)."""

    ids: Ids
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Sought:
    """The n subwords of a question as this build sees them.

    ``cosines`` (v, n) with all of the corpus, ``shares`` (n,) of their idf.
    """

    cosines: Vectors
    shares: Vectors


@dataclass(frozen=True, slots=True)
class StaticMatch:
    """The distinct subwords of each clause, those of clause c ``places[starts[c]:starts[c+1]]``.

    Places are of the corpus' v subwords: ``ids`` (v,) ascending, ``idfs`` (v,), unit ``vectors``
    (v, kept). ``mean`` (width,) and ``axes`` (width, kept) bring other subwords among them.
    """

    starts: Rows
    places: NDArray[np.int32]
    ids: Ids
    idfs: Vectors
    vectors: Vectors
    mean: Vectors
    axes: Vectors

    def seek(self, subwords: Subwords) -> Sought | None:
        """A question made ready; None when there is nothing to compare."""
        if not len(subwords.ids) or not len(self.ids):
            return None
        at = np.minimum(np.searchsorted(self.ids, subwords.ids), len(self.ids) - 1)
        unseen = float(_idfs(len(self.starts) - 1, 0))
        idfs = np.where(self.ids[at] == subwords.ids, self.idfs[at], unseen)
        vectors = _units((subwords.vectors - self.mean) @ self.axes)
        cosines = self.vectors @ vectors.T  # once for every scope that is searched
        return Sought(cosines, np.asarray(idfs / idfs.sum(), dtype=np.float32))

    def held(self, clauses: Rows) -> NDArray[np.bool_]:
        """Which of the clauses are compared at all."""
        return np.asarray(self.starts[clauses] < self.starts[clauses + 1])

    def match(self, sought: Sought, clauses: Rows) -> Vectors:
        """How much of the question each of these clauses has, -1 to 1; all of them held."""
        firsts = self.starts[clauses]
        counts = self.starts[clauses + 1] - firsts
        begins = np.cumsum(counts) - counts
        rows = np.repeat(firsts - begins, counts) + np.arange(counts.sum())
        cosines = sought.cosines[self.places[rows]]
        return np.asarray(np.maximum.reduceat(cosines, begins, axis=0) @ sought.shares)


def open_static(folder: Path) -> StaticMatch:
    """Map the tables into memory; raises OSError or ValueError when a file is damaged."""
    return StaticMatch(**{name: map_array(folder / FOLDER / f"{name}.npy") for name in _ARRAYS})


def build_static(clauses: Sequence[Ids], embedder: Embedder) -> StaticMatch:
    """The tables of clauses given by their distinct subwords, ascending; none: left out."""
    starts = np.concatenate(([0], np.cumsum([len(one) for one in clauses]))).astype(np.int64)
    everything = np.concatenate([np.zeros(0, dtype=np.int64), *clauses])
    ids, places, counts = np.unique(everything, return_inverse=True, return_counts=True)
    raw = embedder.subword_vectors(ids)
    mean, axes = _directions(raw, counts) if len(ids) else (np.zeros(raw.shape[1]), raw.T)
    return StaticMatch(
        starts=starts,
        places=places.astype(np.int32),
        ids=ids,
        idfs=np.asarray(_idfs(len(clauses), counts), dtype=np.float32),
        vectors=_units((raw - mean) @ axes) if len(ids) else raw,
        mean=np.asarray(mean, dtype=np.float32),
        axes=axes,
    )


def _directions(raw: Vectors, counts: Rows) -> tuple[Vectors, Vectors]:
    """The mean by frequency, and the main directions (width, kept) but for the common ones."""
    weights = counts / counts.sum()
    mean = weights @ raw
    centred = raw - mean
    common = _main(centred, weights)[:, :COMMON]
    rest = _units(centred - centred @ common @ common.T)
    axes = _main(rest, weights)[:, :KEPT]
    axes = axes - common @ (common.T @ axes)
    return np.asarray(mean, dtype=np.float32), np.asarray(axes, dtype=np.float32)


def _main(vectors: Vectors, weights: NDArray[np.float64]) -> Vectors:
    """Directions of the largest spread, the largest first, as columns."""
    _, columns = np.linalg.eigh(vectors.T @ (vectors * weights[:, None]))
    return np.asarray(columns[:, ::-1])


def save_static(static: StaticMatch, folder: Path) -> None:
    """Write the tables of a build."""
    (folder / FOLDER).mkdir()
    for name in _ARRAYS:
        np.save(folder / FOLDER / f"{name}.npy", getattr(static, name))


def _idfs(size: int, counts: Rows | int) -> NDArray[np.float64]:
    """Rarity among ``size`` clauses, never negative."""
    return np.log1p((size - np.asarray(counts) + 0.5) / (np.asarray(counts) + 0.5))


def _units(vectors: NDArray[np.floating]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
