"""Does a collection find what it holds? A count alone proves nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from index.store import PassageStore, Vectors

PROBE_DEPTHS = (5, 10)


class Searched(Protocol):
    """A collection, wherever it is."""

    def nearest(self, vector: Vectors, count: int) -> tuple[list[str], Vectors]:
        """Digests and cosines of the nearest rows, best first."""


def probe(store: Searched, digests: Sequence[str], vectors: Vectors) -> list[str]:
    """Those digests that their own vector does not find; a count alone proves nothing."""
    return [
        digest
        for digest, vector in zip(digests, vectors, strict=True)
        if not all(_finds(store, digest, vector, depth) for depth in PROBE_DEPTHS)
    ]


def _finds(store: Searched, digest: str, vector: Vectors, depth: int) -> bool:
    """Whether the row, or ``depth`` others with the very same vector, come back."""
    digests, cosines = store.nearest(vector, depth)
    return digest in digests or (len(digests) == depth and float(cosines[-1]) > 0.9999)


def _main(folder: Path) -> None:
    """``python -m index.probe FOLDER``: probe a build; in a process of its own, for damage
    can end in a segmentation fault. Writes the lost digests as a JSON list."""
    store = PassageStore.open(folder / "chroma")
    with np.load(folder / "probes.npz") as data:
        lost = probe(store, data["digests"].tolist(), data["vectors"])
    sys.stdout.write(json.dumps(lost))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
