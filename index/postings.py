"""Which clauses have which tokens, and how often: counted, turned over, carried to the next build.

Turning over is a sort of every token of the corpus; a build with one changed document takes over
the rest of the build before, where a clause only has another number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float32]
Clauses = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The tokens of clauses, clause after clause: ``sizes[c]`` keys with their counts."""

    keys: Keys
    counts: Floats
    sizes: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Counted:
    """By token: ``clauses[indptr[t]:indptr[t+1]]`` ascending, with their counts.

    ``terms`` are sorted uint64 keys; ``lengths`` (clauses,) are in tokens.
    """

    terms: Keys
    indptr: NDArray[np.int64]
    clauses: Clauses
    counts: Floats
    lengths: Floats


@dataclass(frozen=True, slots=True)
class Renumbered:
    """The clauses of a build: ``size`` of them, of which ``numbers`` (old clauses,) came over.

    An old clause that is gone has the number -1; those that came over are in the same order.
    ``fresh`` are the numbers of the others, ascending.
    """

    size: int
    numbers: Clauses
    fresh: Clauses


def renumber(places: Sequence[tuple[int, range | None]]) -> Renumbered:
    """Of documents with so many clauses, each with the old clauses that it takes over or None."""
    starts = np.concatenate(([0], np.cumsum([count for count, _ in places]))).astype(np.int64)
    ends = [old.stop for _, old in places if old]
    numbers = np.full(max(ends, default=0), -1, dtype=np.int32)
    fresh = [np.empty(0, dtype=np.int32)]
    for (start, end), (_, old) in zip(pairwise(starts.tolist()), places, strict=True):
        own = np.arange(start, end, dtype=np.int32)
        if old is None:
            fresh.append(own)
        else:
            numbers[old.start : old.stop] = own
    return Renumbered(int(starts[-1]), numbers, np.concatenate(fresh))


def turn_over(tokens: TokenCounts) -> Counted:
    """From clause order to token order."""
    owners = np.repeat(np.arange(len(tokens.sizes), dtype=np.int32), tokens.sizes)
    lengths = np.bincount(owners, tokens.counts, minlength=len(tokens.sizes))
    order = np.argsort(tokens.keys, kind="stable")
    keys = tokens.keys[order]
    begins = np.ones(len(keys), dtype=np.bool_)
    begins[1:] = keys[1:] != keys[:-1]
    indptr = np.append(np.flatnonzero(begins), len(keys)).astype(np.int64)
    return Counted(
        keys[indptr[:-1]], indptr, owners[order], tokens.counts[order], lengths.astype(np.float32)
    )


def carry_over(old: Counted, fresh: Counted, places: Renumbered) -> Counted:
    """The postings of old clauses that came over, and those of the fresh ones, in their places."""
    kept = _kept(old, places.numbers)
    terms = np.union1d(kept.terms, fresh.terms)
    ours, theirs = _places(kept, terms), _places(fresh, terms)
    clauses = places.fresh[fresh.clauses]
    at = np.searchsorted(_order(ours, kept.clauses), _order(theirs, clauses))
    frequencies = np.bincount(ours, minlength=len(terms)) + np.bincount(
        theirs, minlength=len(terms)
    )
    lengths = np.zeros(places.size, dtype=np.float32)
    stayed = places.numbers >= 0
    lengths[places.numbers[stayed]] = old.lengths[: len(stayed)][stayed]
    lengths[places.fresh] = fresh.lengths
    return Counted(
        terms,
        np.concatenate(([0], np.cumsum(frequencies))).astype(np.int64),
        np.insert(kept.clauses, at, clauses),
        np.insert(kept.counts, at, fresh.counts),
        lengths,
    )


def _kept(old: Counted, numbers: Clauses) -> Counted:
    """The postings of clauses that came over, under their new numbers."""
    known = np.append(numbers, np.full(len(old.lengths) - len(numbers), -1, dtype=np.int32))
    clauses = known[old.clauses]
    stays = clauses >= 0
    passed = np.concatenate(([0], np.cumsum(stays)))[old.indptr]
    frequencies = np.diff(passed)
    held = frequencies > 0
    return Counted(
        old.terms[held],
        np.concatenate(([0], np.cumsum(frequencies[held]))).astype(np.int64),
        clauses[stays],
        np.asarray(old.counts[stays], dtype=np.float32),
        old.lengths,
    )


def _places(counted: Counted, terms: Keys) -> NDArray[np.int64]:
    """For each posting the place of its token in ``terms``."""
    return np.repeat(np.searchsorted(terms, counted.terms), np.diff(counted.indptr))


def _order(terms: NDArray[np.int64], clauses: Clauses) -> NDArray[np.int64]:
    """Numbers that sort postings by token, then by clause."""
    return (terms << 32) + clauses
