"""The subwords of the clauses of a build, taken over where a document did not change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from index.documents import Document
from index.embedder import Embedder, Ids
from index.lines import map_array
from index.planning import Plan
from index.static_match import build_static, open_static, save_static


def write_static(folder: Path, plan: Plan, embedder: Embedder) -> None:
    """Of every clause; none of documents that have everyday questions."""
    save_static(build_static(list(_subwords(plan, embedder)), embedder), folder)


def _subwords(plan: Plan, embedder: Embedder) -> Iterator[Ids]:
    before = _held(plan.before.folder) if plan.before else []
    for part in plan.parts:
        if plan.asked.get(part.document.id):
            yield from [np.zeros(0, dtype=np.int64)] * len(part.document.clauses)
        elif part.place is not None:
            yield from before[part.place]
        else:
            yield from _read(part.document, embedder)


def _read(document: Document, embedder: Embedder) -> Iterator[Ids]:
    """Of each clause with the document's name and its headings."""
    for one in document.clauses:
        yield embedder.subwords(" ".join((document.short_title, *one.path, one.text)))


def _held(build: Path) -> list[list[Ids]]:
    """Those of a finished build, by document and clause."""
    static = open_static(build)
    edges = map_array(build / "clause_starts.npy").tolist()
    starts = static.starts.tolist()
    ids = static.ids[static.places]
    return [
        [ids[starts[clause] : starts[clause + 1]] for clause in range(first, end)]
        for first, end in pairwise(edges)
    ]
