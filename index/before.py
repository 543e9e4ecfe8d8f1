"""The build that is served, as far as the next one takes it over: documents that are the same.

Cutting documents into passages and words is the longest part of publishing one changed document
among many; so whatever belongs to the others is copied in whole stretches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.digests import DIGEST, Digests, DigestTable, pack_digests
from index.documents import Passage
from index.errors import IndexCorrupt, IndexMissing
from index.lines import JsonLines, map_array, open_lines
from index.publish import check_contents, current_build, read_manifest

DIGESTS = "passage_digests.npy"

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Before:
    """The documents of a build by (id, digest), and where their clauses and passages stand.

    Those of document d: clauses ``clauses[d]:clauses[d+1]``, passages ``edges[d]:edges[d+1]``.
    """

    folder: Path
    model: str
    bank_digest: str
    places: Mapping[tuple[str, str], int]
    clauses: Rows
    edges: Rows
    passage_starts: Rows
    documents: JsonLines
    passages: JsonLines
    kinds: NDArray[np.int8]
    vectors: NDArray[np.float32]
    table: DigestTable

    @classmethod
    def open(cls, index_dir: Path) -> Before | None:
        """The served build; None when there is none, or one that is not what was written."""
        try:
            folder = current_build(index_dir)
            manifest = read_manifest(folder)
            check_contents(folder, manifest)
            return cls._open(folder, manifest)
        except (IndexMissing, IndexCorrupt, OSError, ValueError, KeyError, TypeError):
            return None

    @classmethod
    def _open(cls, folder: Path, manifest: Mapping[str, Any]) -> Before:
        names = ("clause_starts", "passage_starts", "kinds", "vectors")
        arrays = {name: map_array(folder / f"{name}.npy") for name in names}
        clauses = arrays.pop("clause_starts")
        passages = open_lines(folder / "passages.jsonl")
        held = [(row["id"], row["digest"]) for row in manifest["documents"]]
        return cls(
            folder=folder,
            model=manifest["embedder"],
            bank_digest=manifest.get("bank", ""),
            places={name: place for place, name in enumerate(held)},
            clauses=clauses,
            edges=arrays["passage_starts"][clauses],
            documents=open_lines(folder / "documents.jsonl"),
            passages=passages,
            table=DigestTable.of(_digests(folder, passages)),
            **arrays,
        )

    @property
    def digests(self) -> Digests:
        """Of every passage."""
        return self.table.digests

    def clauses_of(self, place: int) -> range:
        """Numbers of the clauses of a document."""
        return range(int(self.clauses[place]), int(self.clauses[place + 1]))

    def passages_of(self, place: int) -> slice:
        """Rows of the passages of a document."""
        return slice(int(self.edges[place]), int(self.edges[place + 1]))

    def counts_of(self, place: int) -> Rows:
        """How many passages each clause of a document has."""
        clauses = self.clauses_of(place)
        return np.diff(self.passage_starts[clauses.start : clauses.stop + 1])

    def read(self, rows: slice) -> list[Passage]:
        """Passages, decoded."""
        return [Passage(**self.passages[row]) for row in range(rows.start, rows.stop)]


def _digests(folder: Path, passages: JsonLines) -> Digests:
    """Of every passage; builds of before did not write them apart."""
    if (folder / DIGESTS).is_file():
        return np.asarray(map_array(folder / DIGESTS).view(DIGEST))
    return pack_digests(passages[row]["digest"] for row in range(len(passages)))
