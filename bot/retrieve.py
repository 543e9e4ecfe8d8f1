"""Reading -> sections: search each region's documents, decide, and pick the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.decide import Evidence, features, is_answered, probability
from bot.sections import Section, Source, make_source
from bot.understand import Reading, part_terms
from index.documents import Document, Hit, Region
from index.evidence import Sentence, SentenceScorer
from index.question_types import QuestionType, question_types
from index.search import Query, Searcher
from index.snapshot import Snapshot
from index.store import Vectors

LIMIT = 8  # hits a region
MANY_REGIONS = 12  # from here on regions are taken from one search over everything
SHOWN_REGIONS = 6
SECOND_SOURCE = 0.012  # fused score below the best at which a clause is still cited
PART_SHARE = 0.8  # of a part's own words in its vector, the rest is the whole question
NEAREST = 2  # clauses shown as related when nothing answers
NOT_CLOSE = "不如所引条款贴近问题"
NOT_ANSWERED = "判断为没有写到所问的事"
OWN_SHARE = 0.6  # of a follow-up's own words in the vector, the rest is the earlier question


@dataclass(frozen=True, slots=True)
class Found:
    """The sections of a turn, and every hit behind them; those not cited say why."""

    sections: tuple[Section, ...]
    hits: tuple[Hit, ...]


class Retriever:
    """Finds and judges evidence over one build of the index; safe to share between threads."""

    def __init__(self, searcher: Searcher, snapshot: Snapshot, max_citations: int) -> None:
        self._searcher = searcher
        self._snapshot = snapshot
        self._max = max_citations
        self._scorer = SentenceScorer(snapshot)

    def find(self, reading: Reading) -> Found:
        """One section for each region in scope; a region without evidence has no sources."""
        sections, hits = list[Section](), list[Hit]()
        for scope, found, elsewhere in self._searches(reading):
            section = self._section(reading, scope, found, elsewhere)
            sections.append(section)
            hits.extend(_with_reason(hit, section) for hit in found)
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
        parts = tuple(
            _mixed(self._searcher.embed(part), vector, PART_SHARE) for part in several
        )
        groups = self._groups(reading, vector)
        found = {
            region: self._search(reading, vector, [one.id for one in documents], LIMIT)
            for region, documents in groups.items()
        }
        best = {region: hits[0].score for region, hits in found.items() if hits}
        outside = self._outside(reading, vector, groups)
        for region, hits in found.items():
            rivals = [score for other, score in best.items() if other != region]
            scope = SearchScope(region, groups[region], vector, parts)
            yield scope, hits, max([*rivals, outside])

    def _groups(
        self, reading: Reading, vector: Vectors
    ) -> dict[Region, tuple[Document, ...]]:
        """Documents in scope by region; of very many regions those of the best hits."""
        groups = _by_region(reading.scope.documents)
        if len(groups) <= MANY_REGIONS:
            return groups
        ids = {document.id for document in reading.scope.documents}
        hits = self._search(reading, vector, None, MANY_REGIONS * LIMIT)
        near = dict.fromkeys(hit.document.region for hit in hits if hit.document.id in ids)
        return {region: groups[region] for region in list(near)[:SHOWN_REGIONS]}

    def _outside(
        self, reading: Reading, vector: Vectors, groups: Mapping[Region, Sequence[Document]]
    ) -> float:
        """The best score of any document whose region is not in scope."""
        catalog = self._snapshot.catalog
        others = [
            one
            for one, region in zip(catalog.ids, catalog.regions, strict=True)
            if region not in groups
        ]
        hits = self._search(reading, vector, others, 1) if others else ()
        return hits[0].score if hits else 0.0

    def _vector(self, reading: Reading) -> Vectors:
        vector = self._searcher.embed(reading.search)
        if not reading.before:
            return vector
        return _mixed(vector, self._searcher.embed(reading.before), OWN_SHARE)

    def _search(
        self,
        reading: Reading,
        vector: Vectors,
        documents: Sequence[str] | None,
        limit: int,
    ) -> tuple[Hit, ...]:
        query = Query(
            text=reading.search,
            terms=reading.terms,
            documents=tuple(documents) if documents is not None else None,
            limit=limit,
            keep_rejected=False,
            vector=vector,
        )
        return self._searcher.search(query, self._snapshot).hits

    def _section(
        self, reading: Reading, scope: SearchScope, hits: tuple[Hit, ...], elsewhere: float
    ) -> Section:
        """Sources when the whole question or one of its parts is answered, else what is near."""
        if not hits:
            return Section(scope.region, scope.documents, ())
        named = self.evidence(reading, scope, hits, elsewhere)
        chance = probability(named)
        whole = _Aspect(scope.vector, reading.search, chance)
        found: list[tuple[Hit, _Aspect]] = []
        if is_answered(named, chance):
            found.append((hits[0], whole))
        found.extend(self._parts(reading, scope, elsewhere))
        if found and found[0][1] is whole:
            close = [hit for hit in hits[1:] if hit.score >= hits[0].score - SECOND_SOURCE]
            found.extend((hit, whole) for hit in close)
        if not found:
            near = [self._source(hit, [whole], False) for hit in hits[:NEAREST]]
            return Section(scope.region, scope.documents, (), tuple(near), chance)
        checklist = QuestionType.CONDITION in reading.types
        sources = self._cited(found, checklist)
        best = max(aspect.chance for _, aspect in found)
        return Section(scope.region, scope.documents, sources, (), best, checklist)

    def _cited(
        self, found: Sequence[tuple[Hit, _Aspect]], checklist: bool
    ) -> tuple[Source, ...]:
        """One source a clause, quoting for every aspect that led to it."""
        aspects: dict[str, list[_Aspect]] = {}
        hits: dict[str, Hit] = {}
        for hit, aspect in found:
            hits.setdefault(hit.clause.id, hit)
            aspects.setdefault(hit.clause.id, []).append(aspect)
        chosen = list(hits)[: self._max]
        return tuple(self._source(hits[one], aspects[one], checklist) for one in chosen)

    def _parts(
        self, reading: Reading, scope: SearchScope, elsewhere: float
    ) -> Iterator[tuple[Hit, _Aspect]]:
        """The best clause of each part of the question that is answered by itself."""
        for text, vector in zip(reading.parts, scope.parts, strict=False):
            part = replace(
                reading, search=text, terms=part_terms(text), types=question_types(text)
            )
            hits = self._search(part, vector, [one.id for one in scope.documents], LIMIT)
            if not hits:
                continue
            named = self.evidence(part, replace(scope, vector=vector), hits, elsewhere)
            chance = probability(named)
            if is_answered(named, chance):
                yield hits[0], _Aspect(vector, text, chance)

    def _source(self, hit: Hit, aspects: Sequence[_Aspect], checklist: bool) -> Source:
        scored = [
            self._of(hit, aspect.vector, Query(aspect.text).tokens) for aspect in aspects
        ]
        return make_source(hit, scored, checklist)

    def evidence(
        self, reading: Reading, scope: SearchScope, hits: tuple[Hit, ...], elsewhere: float
    ) -> dict[str, float]:
        """What speaks for and against an answer, as named numbers."""
        words = Query(reading.search).tokens
        best = self._of(hits[0], scope.vector, words)
        places = [self._snapshot.catalog.ids.index(document.id) for document in scope.documents]
        near = self._snapshot.bank.neighbours(places, scope.vector, words, len(reading.search))
        found = Evidence(hits, elsewhere, best, near)
        return features(found, reading.types, len(reading.search))

    def _of(
        self, hit: Hit, vector: Vectors, words: Mapping[str, float]
    ) -> tuple[Sentence, ...]:
        return self._scorer.sentences(hit.document, hit.clause, vector, words)


@dataclass(frozen=True, slots=True)
class _Aspect:
    """The question, or a part of it, as text and vector, and how surely it is answered."""

    vector: Vectors
    text: str
    chance: float


@dataclass(frozen=True, slots=True)
class SearchScope:
    """One region's documents and the vectors of the question and of its parts."""

    region: Region
    documents: tuple[Document, ...]
    vector: Vectors
    parts: tuple[Vectors, ...]


def _with_reason(hit: Hit, section: Section) -> Hit:
    """The hit, with the reason why it is not cited."""
    if any(source.clause.id == hit.clause.id for source in section.sources):
        return hit
    return replace(hit, rejected=NOT_CLOSE if section.sources else NOT_ANSWERED)


def _mixed(own: Vectors, other: Vectors, share: float) -> Vectors:
    """A unit vector between two, ``share`` of it the first."""
    mixed = share * own + (1 - share) * other
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)


def _by_region(documents: Sequence[Document]) -> dict[Region, tuple[Document, ...]]:
    groups: dict[Region, tuple[Document, ...]] = {}
    for document in documents:
        groups[document.region] = (*groups.get(document.region, ()), document)
    return groups
