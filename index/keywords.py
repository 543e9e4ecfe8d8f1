"""BM25 over clauses, with every posting's weight computed at build time.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
formula 3.15, with the never-negative idf ``ln(1 + (N - df + 0.5) / (df + 0.5))``. A query is
a sum over a few posting lists (the idea of bm25s, Lù 2024). The arrays load by memory map.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.lines import map_array
from index.tokens import token_key, tokens

K1 = 1.2
B = 0.75
_ARRAYS = ("terms", "indptr", "clauses", "weights", "idfs")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KeywordIndex:
    """Postings by term: ``clauses[indptr[t]:indptr[t+1]]`` ascending, with their weights.

    ``terms`` are sorted uint64 keys; ``size`` is the number of clauses.
    """

    size: int
    terms: NDArray[np.uint64]
    indptr: NDArray[np.int64]
    clauses: NDArray[np.int32]
    weights: Floats
    idfs: Floats

    def scores(self, terms: Mapping[str, float]) -> Floats:
        """BM25 of every clause for the weighted tokens; shape (size,)."""
        total = np.zeros(self.size, dtype=np.float32)
        for token, weight in terms.items():
            clauses, weights = self._postings(token)
            total[clauses] += weights if weight == 1.0 else weights * np.float32(weight)
        return total

    def idf(self, token: str) -> float:
        """Rarity of the token in this corpus; that of an unseen token is the highest."""
        at = self._find(token)
        return float(np.log1p((self.size + 0.5) / 0.5)) if at is None else float(self.idfs[at])

    def matched(self, terms: Iterable[str], clause: int) -> tuple[str, ...]:
        """Those of the tokens that occur in the clause."""
        return tuple(token for token in terms if self._present(token, np.array([clause]))[0])

    def coverage(self, terms: Mapping[str, float], clauses: NDArray[np.int64]) -> Floats:
        """Share of the tokens' weight x idf that occurs in each of these clauses, 0 to 1."""
        total = 0.0
        found = np.zeros(len(clauses), dtype=np.float32)
        for token, weight in terms.items():
            mass = weight * self.idf(token)
            total += mass
            found += self._present(token, clauses) * np.float32(mass)
        return found / np.float32(total) if total else found

    def _present(self, token: str, clauses: NDArray[np.int64]) -> NDArray[np.bool_]:
        postings, _ = self._postings(token)
        if not len(postings):
            return np.zeros(len(clauses), dtype=np.bool_)
        at = np.minimum(np.searchsorted(postings, clauses), len(postings) - 1)
        return np.asarray(postings[at] == clauses)

    def _postings(self, token: str) -> tuple[NDArray[np.int32], Floats]:
        at = self._find(token)
        if at is None:
            return self.clauses[:0], self.weights[:0]
        span = slice(self.indptr[at], self.indptr[at + 1])
        return self.clauses[span], self.weights[span]

    def _find(self, token: str) -> int | None:
        key = np.uint64(token_key(token))
        at = int(np.searchsorted(self.terms, key))
        return at if at < len(self.terms) and self.terms[at] == key else None


def build_keywords(clauses: Iterable[Sequence[tuple[str, int]]]) -> KeywordIndex:
    """Index clauses, each given as its fields: (text, how often it counts)."""
    counted = [_count(fields) for fields in clauses]
    size = len(counted)
    keys = np.array([key for count in counted for key in count], dtype=np.uint64)
    counts = np.array([n for count in counted for n in count.values()], dtype=np.float32)
    owners = np.repeat(np.arange(size, dtype=np.int32), [len(count) for count in counted])
    lengths = np.array([sum(count.values()) for count in counted], dtype=np.float32)
    terms, inverse = np.unique(keys, return_inverse=True)
    frequencies = np.bincount(inverse, minlength=len(terms))
    idfs = np.log1p((size - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
    mean_length = max(float(lengths.mean()) if size else 0.0, 1.0)
    weights = idfs[inverse] * bm25_saturation(counts, lengths[owners] / np.float32(mean_length))
    order = np.argsort(inverse, kind="stable")
    indptr = np.concatenate(([0], np.cumsum(frequencies))).astype(np.int64)
    return KeywordIndex(size, terms, indptr, owners[order], weights[order], idfs)


def bm25_saturation(counts: Floats, relative_lengths: Floats) -> Floats:
    """``tf (k1 + 1) / (tf + k1 (1 - b + b length / mean length))``."""
    k1, b = np.float32(K1), np.float32(B)
    result = counts * (k1 + 1) / (counts + k1 * (1 - b + b * relative_lengths))
    return result.astype(np.float32)


def save_keywords(index: KeywordIndex, folder: Path) -> None:
    """Write the arrays as ``.npy`` files, in a folder of their own."""
    folder.mkdir(parents=True)
    for name in _ARRAYS:
        np.save(folder / f"{name}.npy", getattr(index, name), allow_pickle=False)
    np.save(folder / "size.npy", np.array([index.size]), allow_pickle=False)


def load_keywords(folder: Path) -> KeywordIndex:
    """Map the arrays into memory; raises OSError or ValueError when a file is damaged."""
    arrays = {name: map_array(folder / f"{name}.npy") for name in _ARRAYS}
    size = int(np.load(folder / "size.npy")[0])
    return KeywordIndex(size, **arrays)


def _count(fields: Sequence[tuple[str, int]]) -> Counter[int]:
    count: Counter[int] = Counter()
    for text, times in fields:
        for token in tokens(text):
            count[token_key(token)] += times
    return count
