"""One published build, opened for reading: documents, passages, vectors, keywords, store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from index.bank import QuestionBank
from index.bank_files import load_bank
from index.decoded import Documents, Passages
from index.documents import Clause, Document, Passage, PassageKind, Region
from index.errors import IndexCorrupt
from index.keywords import KeywordIndex, load_keywords
from index.lines import map_array, open_lines
from index.probe import probe
from index.publish import REBUILD, check_contents, read_manifest
from index.static_match import StaticMatch, open_static
from index.store import ServedStore, StoreError, Vectors
from index.store_server import ServerDown, ServerStore, served_store

KINDS: tuple[PassageKind, ...] = get_args(PassageKind)
OPENING_PROBES = 3
_ARRAYS = ("clause_starts", "passage_starts", "kinds", "vectors", "digest_keys", "digest_rows")
COMPARED_PASSAGES = 500_000  # compared in full while a vector server is down: 60 ms a question
EXACT_PASSAGES = 20_000  # a comparison of so many in full is faster than a filter of the store

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layout:
    """How passages side by side belong to clauses and, in a clause, to kinds.

    The passages of clause i are ``starts[i]:starts[i+1]``. A run is of one clause and one kind:
    ``runs`` (r,) are their first passages, ``run_clauses`` and ``run_kinds`` (r,) say which.
    """

    starts: Rows
    runs: Rows
    run_clauses: Rows
    run_kinds: NDArray[np.int8]

    @classmethod
    def of(cls, starts: Rows, kinds: NDArray[np.int8]) -> Layout:
        """Of clauses with these ``starts`` (clauses + 1), their passages of these kinds."""
        begins = np.zeros(len(kinds), dtype=np.bool_)
        begins[starts[:-1][np.diff(starts) > 0]] = True
        begins[1:] |= kinds[1:] != kinds[:-1]
        runs = np.flatnonzero(begins)
        return cls(starts, runs, np.searchsorted(starts, runs, side="right") - 1, kinds[runs])

    def best_by_kind(self, cosines: Vectors) -> Vectors:
        """The highest cosine of each kind in each clause, shape (kinds, clauses); else NaN."""
        table = np.full((len(KINDS), len(self.starts) - 1), np.nan, dtype=np.float32)
        highest = np.maximum.reduceat(cosines, self.runs) if len(self.runs) else cosines
        np.fmax.at(table, (self.run_kinds, self.run_clauses), highest)
        return table


@dataclass(frozen=True, slots=True)
class Catalog:
    """What is known of each document without decoding it, by row.

    Clauses and passages are numbered through the corpus: those of document d are
    ``clause_starts[d]:clause_starts[d+1]``, the passages of clause c
    ``passage_starts[c]:passage_starts[c+1]``; ``by_region`` has the rows of documents.
    """

    ids: tuple[str, ...]
    regions: tuple[Region, ...]
    by_region: Mapping[Region, Rows]
    clause_starts: Rows
    passage_starts: Rows


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that answers a question from one build; never changes.

    ``layout`` is that of all passages, where they are few enough to be compared in full.
    """

    folder: Path
    manifest: Mapping[str, Any]
    catalog: Catalog
    documents: Documents
    passages: Passages
    kinds: NDArray[np.int8]
    vectors: Vectors
    digest_keys: NDArray[np.uint64]
    digest_rows: Rows
    keywords: KeywordIndex
    store: ServedStore | ServerStore
    bank: QuestionBank
    layout: Layout | None
    static: StaticMatch

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """Open a complete build; raises IndexCorrupt.

        The graph of a small one is not opened: nothing is searched in it. A server need not
        answer: without it the corpus is compared in full.
        """
        manifest = read_manifest(folder)
        try:
            check_contents(folder, manifest)
            snapshot = _open(folder, manifest)
            snapshot.store.check(len(np.unique(snapshot.digest_keys)))
            unasked = snapshot.layout or isinstance(snapshot.store, ServerStore)
            lost = [] if unasked else snapshot.lost()
        except (OSError, ValueError, KeyError, TypeError, EOFError, StoreError) as error:
            raise IndexCorrupt(f"索引文件已损坏，{REBUILD}（{error}）") from error
        if lost:
            snapshot.store.close()
            raise IndexCorrupt(f"向量库已损坏，{REBUILD}")
        return snapshot

    def state(self) -> dict[str, bool]:
        """Whether a vector server is down; raises ServerDown when nothing is found without it."""
        if self.layout or not isinstance(self.store, ServerStore):
            return {}
        if (down := self.store.is_down()) and len(self.vectors) > COMPARED_PASSAGES:
            raise ServerDown("/healthz")
        return {"vector_server_down": down}

    def lost(self) -> list[str]:
        """Those of a few passages that their own vector does not find."""
        rows = np.unique(np.linspace(0, len(self.passages) - 1, OPENING_PROBES).astype(int))
        digests = [self.passage_at(int(row)).digest for row in rows]
        return probe(self.store, digests, self.vectors[rows])

    def clause_at(self, ordinal: int) -> tuple[Document, Clause]:
        """The clause with this number in the corpus."""
        row = int(np.searchsorted(self.catalog.clause_starts, ordinal, side="right")) - 1
        document = self.documents[self.catalog.ids[row]]
        return document, document.clauses[ordinal - int(self.catalog.clause_starts[row])]

    def passage_at(self, row: int) -> Passage:
        """The passage with this number in the corpus."""
        return self.passages[row]

    def clauses_of_digests(self, digests: Sequence[str]) -> Rows:
        """Numbers, ascending, of the clauses that have a passage of one of these digests."""
        keys = np.array([_key(digest) for digest in digests], dtype=np.uint64)
        first = np.searchsorted(self.digest_keys, keys, side="left")
        counts = np.searchsorted(self.digest_keys, keys, side="right") - first
        return np.unique(self.clauses_of_rows(self.digest_rows[spread(first, counts)]))

    def clauses_of_rows(self, rows: Rows) -> Rows:
        """Numbers of the clauses that passages belong to."""
        found = np.searchsorted(self.catalog.passage_starts, rows, side="right") - 1
        return np.asarray(found, dtype=np.int64)


def _open(folder: Path, manifest: dict[str, Any]) -> Snapshot:
    ids = tuple(row["id"] for row in manifest["documents"])
    regions = tuple(Region.parse(row["region"]) for row in manifest["documents"])
    arrays = {name: map_array(folder / f"{name}.npy") for name in _ARRAYS}
    starts = (arrays.pop("clause_starts"), arrays.pop("passage_starts"))
    small = len(arrays["vectors"]) <= EXACT_PASSAGES
    return Snapshot(
        folder=folder,
        manifest=manifest,
        catalog=Catalog(ids, regions, _by_region(regions), *starts),
        documents=Documents(open_lines(folder / "documents.jsonl"), ids),
        passages=Passages(open_lines(folder / "passages.jsonl")),
        keywords=load_keywords(folder / "keywords"),
        store=served_store(folder),
        bank=load_bank(folder),
        layout=Layout.of(starts[1], arrays["kinds"]) if small else None,
        static=open_static(folder),
        **arrays,
    )


def _by_region(regions: Sequence[Region]) -> dict[Region, Rows]:
    rows: dict[Region, list[int]] = {}
    for row, region in enumerate(regions):
        rows.setdefault(region, []).append(row)
    return {region: np.array(own, dtype=np.int64) for region, own in rows.items()}


def spread(firsts: Rows, counts: Rows) -> Rows:
    """``firsts[i], firsts[i] + 1, …``, ``counts[i]`` of them, for every i."""
    ends = np.cumsum(counts)
    return np.repeat(firsts - ends + counts, counts) + np.arange(counts.sum())


def _key(digest: str) -> int:
    """The first 64 bits of a hexadecimal digest."""
    return int(digest[:16], 16)
