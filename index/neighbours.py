"""How near a question lies to the everyday questions that documents answer, and do not."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.snapshot import KINDS, Rows, Snapshot
from index.store import Vectors

ASKED = KINDS.index("asked")
DEPTH = 8


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Cosines of the nearest answered (``asked``) and unanswered (``gaps``) questions."""

    asked: tuple[float, ...] = ()
    gaps: tuple[float, ...] = ()

    @property
    def known(self) -> bool:
        """Whether both kinds were written for these documents."""
        return bool(self.asked and self.gaps)


class NeighbourFinder:
    """Looks up the neighbours of a question in one build; safe to share between threads."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._rows: dict[int, Rows] = {}
        self._lock = threading.Lock()

    def find(self, document_ids: Sequence[str], vector: Vectors) -> Neighbours:
        """Neighbours among the questions written for these documents, nearest first."""
        places = [self._snapshot.catalog.ids.index(one) for one in document_ids]
        rows = np.concatenate([self._asked_rows(place) for place in places])
        asked = np.sort(self._snapshot.vectors[rows] @ vector)[::-1][:DEPTH]
        gaps = self._snapshot.gaps.nearest(places, vector, DEPTH)
        return Neighbours(tuple(asked.tolist()), tuple(gaps))

    def _asked_rows(self, place: int) -> Rows:
        rows = self._rows.get(place)
        if rows is None:
            catalog = self._snapshot.catalog
            clauses = catalog.clause_starts[place : place + 2]
            start, end = catalog.passage_starts[clauses[0]], catalog.passage_starts[clauses[1]]
            rows = int(start) + np.flatnonzero(self._snapshot.kinds[start:end] == ASKED)
            with self._lock:
                self._rows[place] = rows
        return rows
