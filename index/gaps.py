"""Known gaps: everyday questions on a policy's subject that it does not answer.

Staff write them beside the questions that clauses do answer (``<id>.gaps.yaml``). They lead to no
clause; a question nearer to a known gap than to any answered question is probably not answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.documents import Document
from index.embedder import Embedder
from index.lines import map_array
from index.store import Vectors

GapQuestions = Mapping[str, Mapping[str, Sequence[str]]]
DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Gaps:
    """Vectors of gap questions, shape (n, dimensions), those of document d at ``starts[d:d+2]``."""

    vectors: Vectors
    digests: NDArray[np.void]
    starts: NDArray[np.int64]

    def nearest(self, document_rows: Sequence[int], vector: Vectors, depth: int) -> list[float]:
        """Cosines of the nearest gap questions of these documents, highest first."""
        spans = [self.vectors[self.starts[row] : self.starts[row + 1]] for row in document_rows]
        cosines = np.concatenate([span @ vector for span in spans] or [np.zeros(0, np.float32)])
        return np.sort(cosines)[::-1][:depth].tolist()


def gap_texts(documents: Sequence[Document], gaps: GapQuestions) -> list[list[str]]:
    """The gap questions of each document, in order."""
    return [
        [text for texts in gaps.get(document.id, {}).values() for text in texts]
        for document in documents
    ]


def write_gaps(
    folder: Path, texts: Sequence[Sequence[str]], embedder: Embedder, previous: Path | None
) -> None:
    """Embed and write; vectors of unchanged questions come from the previous build."""
    flat = [text for own in texts for text in own]
    digests = [blake2b(text.encode(), digest_size=DIGEST_BYTES).digest() for text in flat]
    known = _known(previous)
    new = [row for row, digest in enumerate(digests) if digest not in known]
    vectors = np.zeros((len(flat), embedder.dimensions), dtype=np.float32)
    for row, digest in enumerate(digests):
        if digest in known:
            vectors[row] = known[digest]
    if new:
        vectors[new] = embedder.embed_documents_array([flat[row] for row in new])
    np.save(folder / "gap_vectors.npy", vectors)
    np.save(folder / "gap_digests.npy", np.array(digests, dtype=f"V{DIGEST_BYTES}"))
    starts = np.concatenate(([0], np.cumsum([len(own) for own in texts]))).astype(np.int64)
    np.save(folder / "gap_starts.npy", starts)


def load_gaps(folder: Path) -> Gaps:
    """Open the gap questions of a build; raises OSError or ValueError."""
    return Gaps(
        map_array(folder / "gap_vectors.npy"),
        map_array(folder / "gap_digests.npy"),
        map_array(folder / "gap_starts.npy"),
    )


def _known(previous: Path | None) -> dict[bytes, Vectors]:
    if previous is None:
        return {}
    try:
        gaps = load_gaps(previous)
    except (OSError, ValueError):
        return {}
    return {bytes(digest): gaps.vectors[row] for row, digest in enumerate(gaps.digests)}
