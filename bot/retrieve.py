"""Reading -> sections: search each region's documents, decide, and pick the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from bot.about import section_about, told_about
from bot.aspects import Aspect, SearchScope, Turn
from bot.decide import Evidence, features, is_answered, probability
from bot.sections import Section, Source, make_source
from bot.understand import Reading, part_terms
from index.bank import BankQuestion
from index.documents import Document, Hit, Region
from index.evidence import Sentence, SentenceScorer
from index.question_types import QuestionType, question_types
from index.ranking import Need, rank
from index.search import Searcher
from index.snapshot import Rows, Snapshot
from index.store import Vectors
from index.tokens import weighted_tokens

LIMIT = 8  # hits a region
MANY_REGIONS = 12  # from here on regions are taken from one search over everything
SHOWN_REGIONS = 6
SECOND_SOURCE = 0.01  # fused score below the best at which a clause is still cited
PART_SHARE = 0.8  # of a part's own words in its vector, the rest is the whole question
NEAREST = 2  # clauses shown as related when nothing answers
NOT_CLOSE = "不如所引条款贴近问题"
NOT_ANSWERED = "判断为没有写到所问的事"
OWN_SHARE = 0.6  # of a follow-up's own words in the vector, the rest is the earlier question


@dataclass(frozen=True, slots=True)
class Found:
    """The sections of a turn, and every hit behind them; those not cited say why.

    ``vector`` is what was searched with.
    """

    sections: tuple[Section, ...]
    hits: tuple[Hit, ...]
    vector: Vectors


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
        turn = self._turn(reading)
        for scope, found in self._searches(turn):
            section = self._section(turn, scope, found)
            sections.append(section)
            hits.extend(_with_reason(hit, section) for hit in found)
        if not reading.scope.named:
            sections.sort(key=_surest_first)
        return Found(tuple(sections), tuple(hits), turn.whole.vector)

    @property
    def embedder(self) -> str:
        """The identity of the model that makes the vectors."""
        return str(self._snapshot.manifest["embedder"])

    def vector(self, text: str) -> Vectors:
        """What a text would be searched with."""
        return self._searcher.embed(text)

    def evidence_by_region(self, reading: Reading) -> list[tuple[Region, dict[str, float]]]:
        """The features of the decision for each region in scope, to calibrate it."""
        turn = self._turn(reading)
        return [
            (scope.region, self._evidence(turn, turn.whole, scope, found))
            for scope, found in self._searches(turn)
            if found
        ]

    def _turn(self, reading: Reading) -> Turn:
        """The question and its parts, each compared with the corpus."""
        texts = [reading.search, *(reading.parts if len(reading.parts) > 1 else ())]
        terms = [reading.terms, *map(part_terms, texts[1:])]
        types = [reading.types, *map(question_types, texts[1:])]
        before = (reading.before,) if reading.before else ()
        whole, *own = self._searcher.embed_all([*texts, *before])
        vector = _mixed(whole, own.pop(), OWN_SHARE) if before else whole
        vectors = [vector, *(_mixed(one, vector, PART_SHARE) for one in own)]
        needs = map(Need, vectors, map(weighted_tokens, terms), map(len, texts))
        rankings = rank(self._snapshot, list(needs))
        words = [weighted_tokens(((text, 1.0),)) for text in texts]
        questions = map(BankQuestion, vectors, words, map(len, texts), types)
        bank = self._snapshot.bank.compare(list(questions))
        aspects = list(map(Aspect, range(len(texts)), texts, vectors, words, types, rankings))
        return Turn(reading, aspects[0], tuple(aspects[1:]), bank)

    def _searches(self, turn: Turn) -> Iterator[tuple[SearchScope, tuple[Hit, ...]]]:
        """For each region its hits; its scope holds the best score of any other region."""
        groups = self._groups(turn)
        rows = {region: self._rows(documents) for region, documents in groups.items()}
        found = {
            region: turn.whole.ranking.hits(inside, LIMIT)[0] for region, inside in rows.items()
        }
        best = {region: hits[0].score for region, hits in found.items() if hits}
        outside = self._outside(turn, groups)
        for region, hits in found.items():
            rivals = [score for other, score in best.items() if other != region]
            elsewhere = max([*rivals, outside])
            yield SearchScope(region, groups[region], rows[region], elsewhere), hits

    def _rows(self, documents: Sequence[Document]) -> Rows:
        rows = sorted(self._snapshot.documents.row_of(one.id) for one in documents)
        return np.array(rows, dtype=np.int64)

    def _groups(self, turn: Turn) -> dict[Region, tuple[Document, ...]]:
        """Documents in scope by region; of very many regions those of the best hits."""
        documents = turn.reading.scope.documents
        groups = _by_region(documents)
        if len(groups) <= MANY_REGIONS:
            return groups
        ids = {document.id for document in documents}
        hits, _ = turn.whole.ranking.hits(None, MANY_REGIONS * LIMIT)
        near = dict.fromkeys(hit.document.region for hit in hits if hit.document.id in ids)
        return {region: groups[region] for region in list(near)[:SHOWN_REGIONS]}

    def _outside(self, turn: Turn, groups: Mapping[Region, Sequence[Document]]) -> float:
        """The best score of any document whose region is not in scope."""
        regions = self._snapshot.catalog.regions
        others = [row for row, region in enumerate(regions) if region not in groups]
        return turn.whole.ranking.best_score(np.array(others, dtype=np.int64))

    def _section(self, turn: Turn, scope: SearchScope, hits: tuple[Hit, ...]) -> Section:
        """Sources when the whole question or one of its parts is answered, else what is near."""
        if not hits:
            return Section(scope.region, scope.documents, ())
        about = told_about(turn, scope)
        if about and all(one.number in about for one in turn.parts or (turn.whole,)):
            return section_about(scope, tuple(about.values()))
        whole = turn.whole
        named = self._evidence(turn, whole, scope, hits)
        chance = probability(named)
        found: list[tuple[Hit, Aspect, float]] = []
        if is_answered(named, chance, turn.reading.scope.named):
            found.append((hits[0], whole, chance))
        found.extend(one for one in self._parts(turn, scope) if one[1].number not in about)
        if found and found[0][1] is whole:
            close = [hit for hit in hits[1:] if hit.score >= hits[0].score - SECOND_SOURCE]
            found.extend((hit, whole, chance) for hit in close)
        told = tuple(chain.from_iterable(about.values()))
        if not found and not told:
            near = [self._source(turn, hit, [whole], False) for hit in hits[:NEAREST]]
            return Section(scope.region, scope.documents, (), tuple(near), chance)
        checklist = QuestionType.CONDITION in turn.reading.types
        sources = (*told, *self._cited(turn, found, checklist))[: self._max]
        best = max((chance for _, _, chance in found), default=1.0)
        answered = len(found) + sum(bool(one) for one in about.values())
        partly = not (found and found[0][1] is whole) and answered < len(turn.parts)
        return Section(scope.region, scope.documents, sources, (), best, checklist, partly)

    def _cited(
        self, turn: Turn, found: Sequence[tuple[Hit, Aspect, float]], checklist: bool
    ) -> tuple[Source, ...]:
        """One source a clause, quoting for every aspect that led to it."""
        aspects: dict[str, list[Aspect]] = {}
        hits: dict[str, Hit] = {}
        for hit, aspect, _ in found:
            hits.setdefault(hit.clause.id, hit)
            aspects.setdefault(hit.clause.id, []).append(aspect)
        chosen = list(hits)[: self._max]
        return tuple(self._source(turn, hits[one], aspects[one], checklist) for one in chosen)

    def _parts(self, turn: Turn, scope: SearchScope) -> Iterator[tuple[Hit, Aspect, float]]:
        """The best clause of each part of the question that is answered by itself."""
        for part in turn.parts:
            hits, _ = part.ranking.hits(scope.rows, LIMIT)
            if not hits:
                continue
            named = self._evidence(turn, part, scope, hits)
            chance = probability(named)
            if is_answered(named, chance, turn.reading.scope.named):
                yield hits[0], part, chance

    def _source(self, turn: Turn, hit: Hit, aspects: Sequence[Aspect], checklist: bool) -> Source:
        scored = [self._sentences(turn, aspect, hit) for aspect in aspects]
        return make_source(hit, scored, checklist)

    def _evidence(
        self, turn: Turn, aspect: Aspect, scope: SearchScope, hits: tuple[Hit, ...]
    ) -> dict[str, float]:
        """What speaks for and against an answer, as named numbers."""
        best = self._sentences(turn, aspect, hits[0])
        near = turn.bank.neighbours(aspect.number, scope.rows.tolist())
        subject = aspect.share_in(hits[0].clause)
        found = Evidence(hits, scope.elsewhere, best, near, subject)
        return features(found, aspect.types, len(aspect.text))

    def _sentences(self, turn: Turn, aspect: Aspect, hit: Hit) -> tuple[Sentence, ...]:
        key = (aspect.number, hit.clause.id)
        if key not in turn.sentences:
            turn.sentences[key] = self._scorer.sentences(
                hit.document, hit.clause, aspect.vector, aspect.words
            )
        return turn.sentences[key]


def _with_reason(hit: Hit, section: Section) -> Hit:
    """The hit, with the reason why it is not cited."""
    if any(source.clause.id == hit.clause.id for source in section.sources):
        return hit
    return replace(hit, rejected=NOT_CLOSE if section.sources else NOT_ANSWERED)


def _surest_first(section: Section) -> tuple[bool, float]:
    """Regions of a question that names none: the surest answer first, an anonymous copy last."""
    anonymous = all(one.source_kind == "anonymised" for one in section.documents)
    return anonymous, -section.probability


def _mixed(own: Vectors, other: Vectors, share: float) -> Vectors:
    """A unit vector between two, ``share`` of it the first."""
    mixed = share * own + (1 - share) * other
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)


def _by_region(documents: Sequence[Document]) -> dict[Region, tuple[Document, ...]]:
    groups: dict[Region, tuple[Document, ...]] = {}
    for document in documents:
        groups[document.region] = (*groups.get(document.region, ()), document)
    return groups
