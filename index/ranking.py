"""One question over one snapshot: scope, comparison, hits.

A small corpus is compared in full, once for each question; a scope then only selects. In a large
one each scope has candidates from both sides, which are compared exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.candidates import Nearest, dense_clauses, keyword_clauses
from index.documents import Hit, PassageHit
from index.fusion import fold, fuse, unexpanded_bonus
from index.order import best
from index.scope import clauses_of
from index.snapshot import KINDS, Layout, Rows, Snapshot, spread
from index.static_match import Subwords
from index.store import Vectors

MATCHED = 100  # best clauses of a scope whose subwords are compared
REJECTED_KEPT = 20  # clauses behind the limit that are kept for staff
ELSEWHERE_KEPT = 3  # clauses outside the scope that are kept for staff
PASSAGES_SHOWN = 3  # best passages kept with an accepted hit
BEYOND_LIMIT = "排在所取条数之后"
OUT_OF_SCOPE = "不属于所问的地区或文件"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Need:
    """A question made ready: unit vector, weighted keyword tokens, characters, subwords."""

    vector: Vectors
    tokens: Mapping[str, float]
    length: int
    subwords: Subwords | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Clauses under comparison, ascending, with their scores.

    ``rows`` and ``cosines`` are of their passages; those of the i-th clause are
    ``starts[i]:starts[i+1]``. ``by_kind`` (kinds, clauses) is NaN where a kind is absent.
    """

    clauses: Rows
    starts: Rows
    rows: Rows
    cosines: Floats
    dense: Floats
    by_kind: Floats
    keyword: Floats
    coverage: Floats
    fused: Floats

    def gap(self, places: Rows) -> Floats:
        """How far the whole of each of these clauses lies behind its best passages."""
        whole = self.by_kind[KINDS.index("clause"), places]
        return np.asarray(np.nan_to_num(self.dense[places] - whole))


class Ranking:
    """One question; ranks the clauses of any documents of the corpus."""

    def __init__(self, snapshot: Snapshot, need: Need, cosines: Floats | None) -> None:
        """``cosines`` (passages,) are those of a corpus that is compared in full."""
        self._snapshot = snapshot
        self._need = need
        self._nearest = Nearest(snapshot, need.vector)
        postings = snapshot.keywords.look_up(need.tokens)
        self._keyword = postings.scores()
        self._coverage = postings.coverage(least=1)
        self._sought = snapshot.static.seek(need.subwords) if need.subwords else None
        self._all: Compared | None = None
        if cosines is not None and snapshot.layout:
            everything = np.arange(len(snapshot.catalog.passage_starts) - 1)
            rows = np.arange(len(cosines))
            self._all = self._compare(everything, snapshot.layout, rows, cosines)

    def hits(
        self, documents: Rows | None, limit: int, kept: int = 0
    ) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
        """Accepted hits and ``kept`` rejected ones, best first; equal scores in corpus order."""
        compared, places = self._of(documents, limit)
        scores, matches = self._scores(compared, places)
        order = best(scores, limit + kept)
        told = (places[order], scores[order], matches[order])
        found = zip(*(one.tolist() for one in told), strict=True)
        hits = tuple(
            _hit(self._snapshot, compared, one, None if place < limit else BEYOND_LIMIT)
            for place, one in enumerate(found)
        )
        return hits[:limit], hits[limit:]

    def best_score(self, documents: Rows) -> float:
        """The highest score of a clause of these documents; 0 when there is none."""
        compared, places = self._of(documents, 1)
        return float(self._scores(compared, places)[0].max()) if len(places) else 0.0

    def elsewhere(self, documents: Rows | None) -> tuple[Hit, ...]:
        """The clauses outside that share most words with the question, as rejected hits."""
        if documents is None:
            return ()
        outside = self._keyword.copy()
        outside[clauses_of(self._snapshot, documents)] = 0
        found = [int(clause) for clause in best(outside, ELSEWHERE_KEPT) if outside[clause] > 0]
        return tuple(
            Hit(
                *self._snapshot.clause_at(clause),
                score=0.0,
                scores={"keyword": float(outside[clause])},
                rejected=OUT_OF_SCOPE,
            )
            for clause in found
        )

    def _scores(self, compared: Compared, places: Rows) -> tuple[Floats, Floats]:
        """The fused scores there; of the best, with what no everyday questions can add.

        The second are the matches by subwords, NaN where none was made.
        """
        scores = compared.fused[places]
        matches = np.full(len(scores), np.nan, dtype=np.float32)
        if self._sought is None:
            return scores, matches
        static, near = self._snapshot.static, best(scores, MATCHED)
        near = near[static.held(compared.clauses[places[near]])]
        if len(near):
            at = places[near]
            matches[near] = static.match(self._sought, compared.clauses[at])
            scores[near] += unexpanded_bonus(compared.gap(at), matches[near])
        return scores, matches

    def _of(self, documents: Rows | None, limit: int) -> tuple[Compared, Rows]:
        """What is compared for these documents, and the places of their clauses in it."""
        if self._all:
            inside = None if documents is None else clauses_of(self._snapshot, documents)
            return self._all, np.arange(len(self._keyword)) if inside is None else inside
        inside = None if documents is None else clauses_of(self._snapshot, documents)
        near = dense_clauses(self._nearest, documents, limit)
        near = near if inside is None else _among(near, inside)
        clauses = np.union1d(near, keyword_clauses(self._keyword, inside, limit))
        compared = self._candidates(clauses)
        return compared, np.arange(len(clauses))

    def _candidates(self, clauses: Rows) -> Compared:
        """Every passage of these clauses compared."""
        snapshot = self._snapshot
        firsts = snapshot.catalog.passage_starts[clauses]
        counts = snapshot.catalog.passage_starts[clauses + 1] - firsts
        rows = spread(firsts, counts)
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        layout = Layout.of(starts, snapshot.kinds[rows])
        cosines = snapshot.vectors[rows] @ self._need.vector
        return self._compare(clauses, layout, rows, cosines)

    def _compare(self, clauses: Rows, layout: Layout, rows: Rows, cosines: Floats) -> Compared:
        dense = fold(cosines, layout.starts[:-1])
        keyword = self._keyword[clauses]
        highest = self._snapshot.keywords.highest_idf
        return Compared(
            clauses=clauses,
            starts=layout.starts,
            rows=rows,
            cosines=cosines,
            dense=dense,
            by_kind=layout.best_by_kind(cosines),
            keyword=keyword,
            coverage=self._coverage[clauses],
            fused=fuse(dense, keyword, self._need.length, highest),
        )


def rank(snapshot: Snapshot, needs: Sequence[Need]) -> list[Ranking]:
    """A Ranking for each; the vectors of a small corpus are read once for all of them."""
    if snapshot.layout is None:
        return [Ranking(snapshot, need, None) for need in needs]
    # this way round BLAS reads the vectors once: half the time of the product transposed
    cosines = (snapshot.vectors @ np.array([need.vector for need in needs]).T).T
    rows = np.ascontiguousarray(cosines)
    return [Ranking(snapshot, need, row) for need, row in zip(needs, rows, strict=True)]


def _among(clauses: Rows, inside: Rows) -> Rows:
    """Those of some clauses that are among others, which ascend."""
    places = np.searchsorted(inside, clauses)
    held = places < len(inside)
    held[held] = inside[places[held]] == clauses[held]
    return clauses[held]


def _hit(
    snapshot: Snapshot, compared: Compared, found: tuple[int, float, float], rejected: str | None
) -> Hit:
    """The clause at a place with its score and its match by subwords (NaN: not compared)."""
    at, score, match = found
    document, clause = snapshot.clause_at(int(compared.clauses[at]))
    scores = {
        "dense": float(compared.dense[at]),
        "keyword": float(compared.keyword[at]),
        "coverage": float(compared.coverage[at]),
        "fused": score,
    }
    if match == match:  # no NaN
        scores["static"] = match
    kinds = zip(KINDS, compared.by_kind[:, at].tolist(), strict=True)
    scores |= {f"dense_{kind}": cosine for kind, cosine in kinds if cosine == cosine}  # no NaN
    first, last = int(compared.starts[at]), int(compared.starts[at + 1])
    shown = best(compared.cosines[first:last], PASSAGES_SHOWN) if rejected is None else ()
    passages = tuple(
        PassageHit(
            snapshot.passage_at(int(compared.rows[first + one])),
            float(compared.cosines[first + one]),
            scores["keyword"],
        )
        for one in shown
    )
    return Hit(document, clause, score, scores, passages, rejected)
