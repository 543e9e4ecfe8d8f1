"""What a build takes over from the one before: the token counts of documents that are the same.

Cutting texts into words is the longest part of publishing one changed document among many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from index.errors import IndexCorrupt
from index.keywords import TokenCounts, join_counts
from index.lines import map_array
from index.publish import read_manifest

FOLDER = "tokens"
_ARRAYS = ("keys", "counts", "sizes")


class Carried:
    """The token counts of a finished build, document by document."""

    def __init__(self, build: Path | None) -> None:
        """Nothing is carried over without a build, or from one that cannot be read."""
        self._counts: Mapping[tuple[str, str], TokenCounts] = {}
        if build:
            try:
                self._counts = dict(_counts(build))
            except (IndexCorrupt, OSError, ValueError, KeyError):
                self._counts = {}

    def counts(self, document_id: str, digest: str) -> TokenCounts | None:
        """Those of a document, when it had the same digest."""
        return self._counts.get((document_id, digest))


def write_counts(folder: Path, counts: TokenCounts) -> None:
    """Write the arrays, for the next build."""
    (folder / FOLDER).mkdir()
    for name in _ARRAYS:
        np.save(folder / FOLDER / f"{name}.npy", getattr(counts, name))


def gather(
    keys: Sequence[tuple[str, str]], carried: Carried, count: Callable[[int], TokenCounts]
) -> TokenCounts:
    """The counts of documents given by (id, digest); ``count`` makes those not carried over."""
    found = (carried.counts(*key) for key in keys)
    return join_counts(
        [count(row) if counts is None else counts for row, counts in enumerate(found)]
    )


def _counts(build: Path) -> list[tuple[tuple[str, str], TokenCounts]]:
    documents = read_manifest(build)["documents"]
    whole = TokenCounts(*(map_array(build / FOLDER / f"{name}.npy") for name in _ARRAYS))
    clauses = map_array(build / "clause_starts.npy").tolist()
    edges = np.concatenate(([0], np.cumsum(whole.sizes)))[clauses].tolist()
    return [
        (
            (row["id"], row["digest"]),
            TokenCounts(
                whole.keys[edges[at] : edges[at + 1]],
                whole.counts[edges[at] : edges[at + 1]],
                whole.sizes[clauses[at] : clauses[at + 1]],
            ),
        )
        for at, row in enumerate(documents)
    ]
