"""Which clauses of a large corpus are compared exactly: the nearest of both sides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexCorrupt
from index.order import best
from index.publish import REBUILD
from index.snapshot import COMPARED_PASSAGES, EXACT_PASSAGES, Rows, Snapshot, spread
from index.store import StoreError, Vectors
from index.store_server import ServerDown

DENSE_DEPTH = 100  # passages taken from the dense side
KEYWORD_DEPTH = 100  # clauses taken from the keyword side
OVERFETCH = 2
DEEPEST = 2_000  # passages; more from one query takes longer than a full comparison

Floats = NDArray[np.float32]


class Nearest:
    """What the store finds nearest to one vector: asked again only for more than before."""

    def __init__(self, snapshot: Snapshot, vector: Vectors) -> None:
        self.snapshot = snapshot
        self.vector = vector
        self._digests: tuple[int, list[str]] = (0, [])

    def clauses(self, count: int) -> Rows:
        """Clauses of the ``count`` nearest passages, ascending; raises IndexCorrupt.

        While a vector server is down, what a full comparison finds.
        """
        snapshot = self.snapshot
        asked, digests = self._digests
        try:
            if asked < count:
                digests = snapshot.store.nearest(self.vector, count)[0]
                self._digests = (count, digests)
            return snapshot.clauses_of_digests(digests[:count])
        except ServerDown:
            if len(snapshot.vectors) > COMPARED_PASSAGES:
                raise
            rows = best(snapshot.vectors @ self.vector, count)
            return np.unique(snapshot.clauses_of_rows(rows))
        except StoreError as error:
            raise IndexCorrupt(f"向量库无法查询，{REBUILD}（{error}）") from error


def dense_clauses(nearest: Nearest, documents: Rows | None, limit: int) -> Rows:
    """Clauses of the nearest passages, ascending; raises IndexCorrupt when the store fails.

    A filter of the vector store costs thirty times a plain query (56 ms against 1.9 ms over
    100,000 passages). So documents of moderate size are compared in full instead, and for more
    so many passages are fetched that enough of them lie inside.
    """
    snapshot, depth = nearest.snapshot, max(DENSE_DEPTH, 4 * limit)
    if documents is None:
        return nearest.clauses(depth)
    edges = snapshot.catalog.passage_starts[snapshot.catalog.clause_starts]
    counts = edges[documents + 1] - edges[documents]
    held = int(counts.sum())
    if not held:
        return np.empty(0, dtype=np.int64)
    if held <= EXACT_PASSAGES:
        rows = spread(edges[documents], counts)
        firsts, ends = edges[documents], edges[documents + 1]
        cosines = _cosines(snapshot.vectors, firsts, ends, nearest.vector)
        return np.unique(snapshot.clauses_of_rows(rows[best(cosines, depth)]))
    return nearest.clauses(min(DEEPEST, OVERFETCH * depth * len(snapshot.vectors) // held))


def _cosines(vectors: Vectors, firsts: Rows, ends: Rows, vector: Vectors) -> Floats:
    """Of the rows ``firsts[i]:ends[i]``, ascending; runs of them are read where they stand.

    A gather would copy every vector first.
    """
    apart = np.flatnonzero(firsts[1:] != ends[:-1]) + 1
    begins = firsts[np.concatenate(([0], apart))]
    stops = ends[np.concatenate((apart - 1, [len(ends) - 1]))]
    runs = zip(begins.tolist(), stops.tolist(), strict=True)
    return np.concatenate([vectors[first:end] @ vector for first, end in runs])


def keyword_clauses(keyword: Floats, inside: Rows | None, limit: int) -> Rows:
    """Clauses with the best keyword scores above zero; of ``inside``, ascending, if any."""
    scores = keyword if inside is None else keyword[inside]
    found = best(scores, max(KEYWORD_DEPTH, 2 * limit))
    found = found[scores[found] > 0]
    return found if inside is None else inside[found]
