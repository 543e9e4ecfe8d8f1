"""The steps of a search over one snapshot: scope, candidates, comparison, hits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.documents import Hit, PassageHit, Region
from index.fusion import fold, fuse
from index.snapshot import KINDS, Rows, Snapshot, spread
from index.store import Vectors

DENSE_DEPTH = 100  # passages taken from the dense side
KEYWORD_DEPTH = 100  # clauses taken from the keyword side
EXACT_PASSAGES = 20_000  # a narrowed search over so many is exact, and faster than a filter
OVERFETCH = 2
DEEPEST = 2_000  # passages; more from one query takes longer than a full comparison
REJECTED_KEPT = 20  # clauses behind the limit that are kept for staff
ELSEWHERE_KEPT = 3  # clauses outside the scope that are kept for staff
PASSAGES_SHOWN = 3  # best passages kept with an accepted hit
BEYOND_LIMIT = "排在所取条数之后"
OUT_OF_SCOPE = "不属于所问的地区或文件"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Need:
    """A question made ready: unit vector, weighted keyword tokens, length in characters."""

    vector: Vectors
    tokens: Mapping[str, float]
    length: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: rows of the documents, and a mask over the clauses of the corpus."""

    documents: Rows
    mask: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Clauses under comparison, ascending, each with its scores.

    ``rows`` and ``cosines`` are of their passages; those of candidate i are
    ``starts[i]:starts[i+1]``.
    """

    clauses: Rows
    starts: Rows
    rows: Rows
    cosines: Floats
    dense: Floats
    keyword: Floats
    coverage: Floats
    fused: Floats


def find_scope(
    snapshot: Snapshot, regions: Collection[Region] | None, documents: Collection[str] | None
) -> Scope | None:
    """The documents that apply to one of the regions and are among the given ones."""
    if regions is None and documents is None:
        return None
    catalog = snapshot.catalog
    chosen = [
        row
        for row, (document_id, region) in enumerate(zip(catalog.ids, catalog.regions, strict=True))
        if (documents is None or document_id in documents)
        and (regions is None or any(applies(region, asked) for asked in regions))
    ]
    flags = np.zeros(len(catalog.ids), dtype=np.bool_)
    flags[chosen] = True
    mask = np.repeat(flags, np.diff(catalog.clause_starts))
    return Scope(np.array(chosen, dtype=np.int64), mask)


def applies(region: Region, asked: Region) -> bool:
    """Whether a document for ``region`` speaks for ``asked``: the same, around it or inside it."""
    if not region.path or not asked.path:
        return region == asked
    return region.contains(asked) or asked.contains(region)


def dense_clauses(snapshot: Snapshot, vector: Vectors, scope: Scope | None, limit: int) -> Rows:
    """Clauses of the nearest passages, ascending.

    A filter of the vector store costs thirty times a plain query (56 ms against 1.9 ms over
    100,000 passages). So a scope of moderate size is compared in full instead, and for a
    larger one so many passages are fetched that enough of them lie inside.
    """
    depth = max(DENSE_DEPTH, 4 * limit)
    if scope is None:
        return snapshot.clauses_of_digests(snapshot.store.nearest(vector, depth)[0])
    rows = _scope_rows(snapshot, scope)
    if len(rows) <= EXACT_PASSAGES:
        nearest = rows[best(snapshot.vectors[rows] @ vector, depth)]
        return np.unique(snapshot.clauses_of_rows(nearest))
    wanted = min(DEEPEST, OVERFETCH * depth * len(snapshot.vectors) // len(rows))
    clauses = snapshot.clauses_of_digests(snapshot.store.nearest(vector, wanted)[0])
    return clauses[scope.mask[clauses]]


def keyword_clauses(keyword: Floats, scope: Scope | None, limit: int) -> Rows:
    """Clauses with the best keyword scores above zero."""
    inside = keyword if scope is None else np.where(scope.mask, keyword, np.float32(0))
    found = best(inside, max(KEYWORD_DEPTH, 2 * limit))
    return found[inside[found] > 0]


def compare(snapshot: Snapshot, need: Need, clauses: Rows, keyword: Floats) -> Candidates:
    """Exact scores of the candidates; every passage of theirs is compared."""
    firsts = snapshot.catalog.passage_starts[clauses]
    counts = snapshot.catalog.passage_starts[clauses + 1] - firsts
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    rows = spread(firsts, counts)
    cosines = snapshot.vectors[rows] @ need.vector
    dense = fold(cosines, starts[:-1])
    scores = keyword[clauses]
    own = {token: weight for token, weight in need.tokens.items() if weight >= 1}
    return Candidates(
        clauses=clauses,
        starts=starts,
        rows=rows,
        cosines=cosines,
        dense=dense,
        keyword=scores,
        coverage=snapshot.keywords.coverage(own, clauses),
        fused=fuse(dense, scores, need.length, snapshot.keywords.highest_idf),
    )


def ranked_hits(
    snapshot: Snapshot, candidates: Candidates, limit: int, kept: int
) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    """Accepted hits and ``kept`` rejected ones, best first; equal scores in corpus order."""
    order = np.lexsort((candidates.clauses, -candidates.fused))[: limit + kept]
    hits = tuple(
        _hit(snapshot, candidates, int(at), None if place < limit else BEYOND_LIMIT)
        for place, at in enumerate(order)
    )
    return hits[:limit], hits[limit:]


def hits_elsewhere(snapshot: Snapshot, keyword: Floats, scope: Scope | None) -> tuple[Hit, ...]:
    """The clauses outside the scope that share most words with the question, as rejected hits."""
    if scope is None:
        return ()
    outside = np.where(scope.mask, np.float32(0), keyword)
    found = [int(clause) for clause in best(outside, ELSEWHERE_KEPT) if outside[clause] > 0]
    return tuple(
        Hit(*snapshot.clause_at(clause), 0.0, {"keyword": float(outside[clause])}, (), OUT_OF_SCOPE)
        for clause in found
    )


def best(scores: Floats, count: int) -> Rows:
    """Places of the ``count`` highest scores, highest first; equal ones in order."""
    if count < len(scores):
        lowest = np.partition(scores, len(scores) - count)[len(scores) - count]
        chosen = np.flatnonzero(scores >= lowest)
    else:
        chosen = np.arange(len(scores))
    return chosen[np.argsort(-scores[chosen], kind="stable")][:count]


def _scope_rows(snapshot: Snapshot, scope: Scope) -> Rows:
    catalog = snapshot.catalog
    edges = catalog.passage_starts[catalog.clause_starts]
    firsts = edges[scope.documents]
    return spread(firsts, edges[scope.documents + 1] - firsts)


def _hit(snapshot: Snapshot, candidates: Candidates, at: int, rejected: str | None) -> Hit:
    document, clause = snapshot.clause_at(int(candidates.clauses[at]))
    span = slice(int(candidates.starts[at]), int(candidates.starts[at + 1]))
    rows = candidates.rows[span].tolist()
    cosines = candidates.cosines[span].tolist()
    scores = {
        "dense": float(candidates.dense[at]),
        "keyword": float(candidates.keyword[at]),
        "coverage": float(candidates.coverage[at]),
        "fused": float(candidates.fused[at]),
    }
    ranked = sorted(zip(cosines, rows, strict=True), key=lambda pair: (-pair[0], pair[1]))
    for cosine, row in ranked:
        scores.setdefault(f"dense_{KINDS[snapshot.kinds[row]]}", cosine)
    passages = tuple(
        PassageHit(snapshot.passage_at(row), cosine, scores["keyword"])
        for cosine, row in ranked[: PASSAGES_SHOWN if rejected is None else 0]
    )
    return Hit(document, clause, scores["fused"], scores, passages, rejected)
