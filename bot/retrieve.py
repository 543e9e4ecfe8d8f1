"""Reading -> sections: search each region's documents, decide, and pick the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.decide import Evidence, features, is_answered, probability
from bot.sections import Section, Source, make_source
from bot.understand import Reading
from index.documents import Document, Hit, Region
from index.evidence import Evidence as Sentences
from index.evidence import Sentence
from index.search import Query, Searcher
from index.store import Vectors

LIMIT = 8  # hits a region
MANY_REGIONS = 12  # from here on regions are taken from one search over everything
SHOWN_REGIONS = 6
SECOND_SOURCE = 0.022  # fused score below the best at which a clause is still cited
PART_SOURCE = 0.05
NEAREST = 2  # clauses shown as related when nothing answers
OWN_SHARE = 0.6  # of a follow-up's own words in the vector, the rest is the earlier question


@dataclass(frozen=True, slots=True)
class Found:
    """The sections of a turn with every hit behind them and the times in milliseconds."""

    sections: tuple[Section, ...]
    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float] = field(default_factory=dict)


class Retriever:
    """Finds and judges evidence over one published index."""

    def __init__(self, searcher: Searcher, max_citations: int) -> None:
        self._searcher = searcher
        self._max = max_citations
        self._sentences = Sentences(searcher.snapshot)

    def find(self, reading: Reading) -> Found:
        """One section for each region in scope; a region without evidence has no sources."""
        searcher = self._searcher
        searcher.reopen_if_published()
        if self._sentences.snapshot is not searcher.snapshot:
            self._sentences = Sentences(searcher.snapshot)
        sections, hits = list[Section](), list[Hit]()
        for scope, found, elsewhere in self._searches(reading):
            sections.append(self._section(reading, scope, found, elsewhere))
            hits.extend(found)
        return Found(tuple(sections), tuple(hits))

    def evidence_by_region(self, reading: Reading) -> list[tuple[Region, dict[str, float]]]:
        """The features of the decision for each region in scope, to calibrate it."""
        return [
            (scope.region, self.evidence(reading, scope, found, elsewhere))
            for scope, found, elsewhere in self._searches(reading)
            if found
        ]

    def _searches(
        self, reading: Reading
    ) -> Iterator[tuple[SearchScope, tuple[Hit, ...], float]]:
        """For each region its hits, and the best score of any other region."""
        vector = self._vector(reading)
        several = reading.parts if len(reading.parts) > 1 else ()
        parts = tuple(self._searcher.embed(part) for part in several)
        wide = self._search(reading, vector, None, MANY_REGIONS * 2)
        for region, documents in _by_region(reading.scope.documents).items():
            found = self._search(reading, vector, documents, LIMIT)
            others = [hit.score for hit in wide if hit.document.region != region]
            yield SearchScope(region, documents, vector, parts), found, max(others, default=0.0)

    def _vector(self, reading: Reading) -> Vectors:
        vector = self._searcher.embed(reading.search)
        if not reading.before:
            return vector
        mixed = OWN_SHARE * vector + (1 - OWN_SHARE) * self._searcher.embed(reading.before)
        return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)

    def _search(
        self,
        reading: Reading,
        vector: Vectors,
        documents: Sequence[Document] | None,
        limit: int,
    ) -> tuple[Hit, ...]:
        query = Query(
            text=reading.search,
            terms=reading.terms,
            documents=tuple(one.id for one in documents) if documents is not None else None,
            limit=limit,
            vector=vector,
        )
        return self._searcher.search(query).hits

    def _section(
        self, reading: Reading, scope: SearchScope, hits: tuple[Hit, ...], elsewhere: float
    ) -> Section:
        if not hits:
            return Section(scope.region, scope.documents, ())
        words = Query(reading.search).tokens
        named = self.evidence(reading, scope, hits, elsewhere)
        chance = probability(named)
        if not is_answered(named, chance):
            related = tuple(
                make_source(hit, self._of(hit, scope.vector, words)) for hit in hits[:NEAREST]
            )
            return Section(scope.region, scope.documents, (), related, chance)
        sources = self._sources(reading, scope, hits)
        return Section(scope.region, scope.documents, sources, (), chance)

    def evidence(
        self, reading: Reading, scope: SearchScope, hits: tuple[Hit, ...], elsewhere: float
    ) -> dict[str, float]:
        """What speaks for and against an answer, as named numbers."""
        words = Query(reading.search).tokens
        best = self._of(hits[0], scope.vector, words)
        snapshot = self._searcher.snapshot
        places = [snapshot.catalog.ids.index(document.id) for document in scope.documents]
        near = snapshot.bank.neighbours(places, scope.vector, words, len(reading.search))
        found = Evidence(hits, elsewhere, best, near)
        return features(found, reading.types, len(reading.search))

    def _of(
        self, hit: Hit, vector: Vectors, words: Mapping[str, float]
    ) -> tuple[Sentence, ...]:
        return self._sentences.sentences(hit.document, hit.clause, vector, words)

    def _sources(
        self, reading: Reading, scope: SearchScope, hits: tuple[Hit, ...]
    ) -> tuple[Source, ...]:
        """The best clause, those close behind it, and the best one of each part."""
        chosen: dict[str, tuple[Hit, Vectors, str]] = {}
        for part, vector in zip(reading.parts, scope.parts, strict=False):
            query = Query(
                part, documents=tuple(one.id for one in scope.documents), limit=1, vector=vector
            )
            for hit in self._searcher.search(query).hits:
                if hit.score >= hits[0].score - PART_SOURCE:
                    chosen.setdefault(hit.clause.id, (hit, vector, part))
        chosen.setdefault(hits[0].clause.id, (hits[0], scope.vector, reading.search))
        for hit in hits[1 : self._max]:
            if hit.score >= hits[0].score - SECOND_SOURCE:
                chosen.setdefault(hit.clause.id, (hit, scope.vector, reading.search))
        ranked = sorted(chosen.values(), key=lambda one: -one[0].score)[: self._max]
        return tuple(
            make_source(hit, self._of(hit, vector, Query(text).tokens))
            for hit, vector, text in ranked
        )


@dataclass(frozen=True, slots=True)
class SearchScope:
    """One region's documents and the vectors of the question and of its parts."""

    region: Region
    documents: tuple[Document, ...]
    vector: Vectors
    parts: tuple[Vectors, ...]


def _by_region(documents: Sequence[Document]) -> dict[Region, tuple[Document, ...]]:
    groups: dict[Region, tuple[Document, ...]] = {}
    for document in documents:
        groups[document.region] = (*groups.get(document.region, ()), document)
    return groups
