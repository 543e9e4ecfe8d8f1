"""BM25 over clauses, with every posting's weight computed at build time.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
formula 3.15, with the never-negative idf ``ln(1 + (N - df + 0.5) / (df + 0.5))``. A query is
a sum over a few posting lists (the idea of bm25s, Lù 2024). The arrays load by memory map.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.lines import map_array
from index.postings import Counted, TokenCounts, turn_over
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

    @property
    def highest_idf(self) -> float:
        """The idf of a token that no clause has."""
        return float(np.log1p((self.size + 0.5) / 0.5))

    def scores(self, terms: Mapping[str, float]) -> Floats:
        """BM25 of every clause for the weighted tokens; shape (size,)."""
        return self.look_up(terms).scores()

    def look_up(self, terms: Mapping[str, float]) -> Postings:
        """The posting lists of weighted tokens, from which scores and coverage are sums."""
        weights = np.array(list(terms.values()), dtype=np.float32)
        places, held = self._places(terms)
        found = places[held]
        edges = zip(self.indptr[found].tolist(), self.indptr[found + 1].tolist(), strict=True)
        spans = [slice(first, end) for first, end in edges]
        empty = [slice(0, 0)]
        return Postings(
            size=self.size,
            weights=weights,
            idfs=self._idfs(places, held),
            found=np.flatnonzero(held),
            counts=np.array([span.stop - span.start for span in spans], dtype=np.int64),
            clauses=np.concatenate([self.clauses[span] for span in spans or empty]),
            bm25=np.concatenate([self.weights[span] for span in spans or empty]),
        )

    def clauses_with(self, terms: Collection[str]) -> NDArray[np.int32]:
        """The clauses, ascending, that have every one of these tokens."""
        places, held = self._places(terms)
        if not terms or not held.all():
            return np.zeros(0, dtype=np.int32)
        lists = (self.clauses[self.indptr[at] : self.indptr[at + 1]] for at in places)
        return reduce(np.intersect1d, sorted(lists, key=len))

    def idfs_of(self, terms: Collection[str]) -> NDArray[np.float64]:
        """Rarity of each token in this corpus, that of an unseen one the highest; (terms,)."""
        return self._idfs(*self._places(terms))

    def _places(self, terms: Collection[str]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where each token is or would be, and whether it is there."""
        keys = np.array([token_key(token) for token in terms], dtype=np.uint64)
        places = np.searchsorted(self.terms, keys)
        held = places < len(self.terms)
        held[held] = self.terms[places[held]] == keys[held]
        return places, held

    def _idfs(self, places: NDArray[np.int64], held: NDArray[np.bool_]) -> NDArray[np.float64]:
        idfs = np.full(len(places), self.highest_idf)
        idfs[held] = self.idfs[places[held]]
        return idfs


@dataclass(frozen=True, slots=True)
class Postings:
    """The posting lists of a question's tokens, one behind the other.

    Of each of its t tokens: ``weights`` in the question and ``idfs``. ``found`` names those that
    the corpus has; the k-th of them has ``counts[k]`` of the ``clauses`` with their ``bm25``.
    """

    size: int
    weights: Floats
    idfs: NDArray[np.float64]
    found: NDArray[np.int64]
    counts: NDArray[np.int64]
    clauses: NDArray[np.int32]
    bm25: Floats

    def scores(self) -> Floats:
        """BM25 of every clause; shape (size,)."""
        return self._sum(self.bm25 * np.repeat(self.weights[self.found], self.counts))

    def coverage(self, least: float = 0.0) -> Floats:
        """Share of the weight x idf of tokens of at least that weight that each clause has."""
        masses = np.where(self.weights >= least, self.weights * self.idfs, 0.0)
        total = masses.sum()
        shares = masses[self.found] / total if total else masses[self.found]
        return self._sum(np.repeat(shares, self.counts))

    def _sum(self, values: NDArray[Any]) -> Floats:
        return np.bincount(self.clauses, values, minlength=self.size).astype(np.float32)


def count_tokens(clauses: Iterable[Sequence[tuple[str, int]]]) -> TokenCounts:
    """Of clauses given as their fields: (text, how often it counts)."""
    keys, counts, sizes = array("Q"), array("f"), array("i")
    for fields in clauses:
        count = _count(fields)
        keys.extend(map(token_key, count))
        counts.extend(count.values())
        sizes.append(len(count))
    return TokenCounts(
        np.array(keys, np.uint64), np.array(counts, np.float32), np.array(sizes, np.int32)
    )


def build_keywords(clauses: Iterable[Sequence[tuple[str, int]]]) -> KeywordIndex:
    """Index clauses, each given as its fields: (text, how often it counts)."""
    return weigh(turn_over(count_tokens(clauses)))


def weigh(counted: Counted) -> KeywordIndex:
    """The weight of every posting."""
    size, lengths = len(counted.lengths), counted.lengths
    frequencies = np.diff(counted.indptr)
    idfs = np.log1p((size - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
    mean_length = np.float32(max(float(lengths.mean()) if size else 0.0, 1.0))
    saturation = bm25_saturation(counted.counts, (lengths / mean_length)[counted.clauses])
    weights = np.repeat(idfs, frequencies) * saturation
    return KeywordIndex(size, counted.terms, counted.indptr, counted.clauses, weights, idfs)


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


def _count(fields: Sequence[tuple[str, int]]) -> Counter[str]:
    count: Counter[str] = Counter()
    for text, times in fields:
        for token, found in Counter(tokens(text)).items():
            count[token] += found * times
    return count
