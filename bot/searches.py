"""What is searched for one turn: every level of documents that apply to each region."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from bot.aspects import Aspect, SearchScope, Turn
from bot.authority import Layer, layers_of
from index.documents import Document, Hit, Region
from index.scope import NATIONAL
from index.snapshot import Rows, Snapshot

LIMIT = 8  # hits a level
MANY_REGIONS = 12  # from here on regions are taken from one search over everything
NEAR_REGIONS = 4  # of these the ones with the best hits: one more than are shown
BARE = frozenset({"title", "heading", "signature", "note"})

Groups = Mapping[Region, tuple[Document, ...]]
Level = tuple[tuple[Document, ...], Rows, tuple[Hit, ...]]


def search(aspect: Aspect, documents: Rows) -> tuple[Hit, ...]:
    """The best clauses of these documents, best first.

    Titles and headings of laws are left out: they only repeat the words of a question.
    """
    hits, _ = aspect.ranking.hits(documents, LIMIT)
    return tuple(
        hit for hit in hits if hit.document.level == "normative" or hit.clause.kind not in BARE
    )


@dataclass(frozen=True, slots=True)
class Searches:
    """Searches over one build of the index."""

    snapshot: Snapshot
    _helpers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(os.cpu_count(), "outside"),
        init=False,
        compare=False,
        repr=False,
    )  # its threads start when used

    def of(self, turn: Turn) -> Iterator[tuple[Region, tuple[Layer, ...]]]:
        """For each region the hits of every level that applies there, the highest level first.

        A scope holds the best score of any other region.
        """
        groups = self._groups(turn)
        outside = self._outside(turn, groups)
        levels = {region: list(self._levels(turn, own)) for region, own in groups.items()}
        scores = {
            region: max(hits[0].score for _, _, hits in found if hits)
            for region, found in levels.items()
            if any(hits for _, _, hits in found)
        }
        best_outside = outside()
        for region, found in levels.items():
            rivals = [score for other, score in scores.items() if other != region]
            elsewhere = max([*rivals, best_outside])
            yield (
                region,
                tuple(
                    Layer(SearchScope(region, documents, rows, elsewhere), hits)
                    for documents, rows, hits in found
                ),
            )

    def _levels(self, turn: Turn, documents: Sequence[Document]) -> Iterator[Level]:
        for own in layers_of(documents):
            rows = self._rows(own)
            yield own, rows, search(turn.whole, rows)

    def _rows(self, documents: Sequence[Document]) -> Rows:
        rows = sorted(self.snapshot.documents.row_of(one.id) for one in documents)
        return np.array(rows, dtype=np.int64)

    def _groups(self, turn: Turn) -> Groups:
        """Documents by the region they are read for; of very many those of the best hits."""
        scope = turn.reading.scope
        groups = scope.groups
        if len(groups) <= MANY_REGIONS:
            return groups
        ids = {document.id for document in scope.documents}
        hits, _ = turn.whole.ranking.hits(None, MANY_REGIONS * LIMIT)
        near = dict.fromkeys(hit.document.region for hit in hits if hit.document.id in ids)
        local = [region for region in near if region != NATIONAL][:NEAR_REGIONS]
        return {region: groups[region] for region in (NATIONAL, *local) if region in groups}

    def _outside(self, turn: Turn, groups: Groups) -> Callable[[], float]:
        """The best score of any document whose region is not in scope.

        In a large corpus it is a quarter of the work and waits for nothing: looked for meanwhile.
        """
        inside = {document.region for own in groups.values() for document in own}
        by_region = self.snapshot.catalog.by_region.items()
        others = [rows for region, rows in by_region if region not in inside]
        rows = np.sort(np.concatenate(others)) if others else np.empty(0, dtype=np.int64)
        found = partial(turn.whole.ranking.best_score, rows)
        return found if self.snapshot.layout else self._helpers.submit(found).result
