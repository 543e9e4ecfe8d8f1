"""Passages by the digest of their text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DIGEST_BYTES = 16
DIGEST = np.dtype(f"V{DIGEST_BYTES}")

Digests = NDArray[np.void]


def pack_digests(digests: Iterable[str]) -> Digests:
    """Hexadecimal digests as an array, shape (n,)."""
    return np.frombuffer(bytes.fromhex("".join(digests)), dtype=DIGEST)


def digest_keys(digests: Digests) -> NDArray[np.uint64]:
    """The first 64 bits of each, shape (n,)."""
    words = np.ascontiguousarray(digests).view(">u8").reshape(-1, 2)
    return words[:, 0].astype(np.uint64)


@dataclass(frozen=True, slots=True)
class DigestTable:
    """Rows by digest: ``keys`` ascending with the ``rows`` they stand in, both (n,)."""

    digests: Digests
    keys: NDArray[np.uint64]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, digests: Digests) -> DigestTable:
        """Of a digest for each row."""
        keys = digest_keys(digests)
        order = np.argsort(keys, kind="stable")
        return cls(digests, keys[order], order.astype(np.int64))

    def first_rows(self, wanted: Sequence[str]) -> list[int | None]:
        """The first row of each digest; None where no row has it."""
        if not len(self.keys):
            return [None] * len(wanted)
        packed = pack_digests(wanted)
        places = np.searchsorted(self.keys, digest_keys(packed))
        rows = self.rows[np.minimum(places, len(self.rows) - 1)]
        found = self.digests[rows] == packed
        return [int(row) if held else None for row, held in zip(rows, found, strict=True)]

    def distinct(self) -> NDArray[np.int64]:
        """The first row of every digest, ascending."""
        _, places = np.unique(self.keys, return_index=True)
        return np.sort(self.rows[places])
