"""Reading -> sections: search what applies to each region, decide, and pick the evidence."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from bot.about import article_section, section_about, told_about, unsaid_of
from bot.aspects import Aspect, SearchScope, Turn, compared
from bot.authority import (
    Answering,
    Judged,
    Layer,
    beside,
    close_behind,
    is_crowded,
    led,
    merged,
    standing_out,
    unsure,
    withheld,
)
from bot.bare import bare_of
from bot.decide import TOPIC_COVERAGE, Evidence, features, is_answered, probability
from bot.in_turn import InTurn
from bot.picking import also_needed, confirming, is_silent
from bot.searches import MANY_REGIONS, Searches, search
from bot.sections import Section, Source, choose_sentences, make_source
from bot.spoken import spoken_words
from bot.understand import Reading
from index.details import asked_details
from index.documents import Clause, Hit, Region
from index.evidence import Sentence, SentenceScorer
from index.question_types import QuestionType
from index.scope import NATIONAL
from index.search import Searcher
from index.snapshot import Snapshot
from index.store import Vectors

SHOWN_REGIONS = 3  # that answer; of more the region is asked for
NEAREST = 2  # clauses shown as related when nothing answers
NOT_CLOSE = "不如所引条款贴近问题"
NOT_ANSWERED = "判断为没有写到所问的事"


@dataclass(frozen=True, slots=True)
class Found:
    """The sections of a turn, and every hit behind them; those not cited say why.

    ``vector`` is what was searched with; ``offered`` are regions that have a rule of their own
    which is not shown; with ``asks`` nothing is shown before the region is known.
    """

    sections: tuple[Section, ...]
    hits: tuple[Hit, ...]
    vector: Vectors
    offered: tuple[Region, ...] = ()
    asks: bool = False


class Retriever:
    """Finds and judges evidence over one build of the index; safe to share between threads."""

    def __init__(self, searcher: Searcher, snapshot: Snapshot, max_citations: int) -> None:
        self._searcher = searcher
        self._snapshot = snapshot
        self._searches = Searches(snapshot)
        self._max = max_citations
        self._at_once = InTurn((os.cpu_count() or 1) + 1)
        self.scorer = SentenceScorer(snapshot)
        self.spoken = spoken_words(snapshot)

    def find(self, reading: Reading) -> Found:
        """One section for each region in scope; a region without evidence has no sources."""
        with self._at_once:
            return self._find(reading)

    def _find(self, reading: Reading) -> Found:
        sections, hits = list[Section](), list[Hit]()
        turn = compared(reading, self._searcher, self._snapshot)
        for region, layers in self._searches.of(turn):
            section = self._section(turn, region, layers)
            sections.append(section)
            hits.extend(_with_reason(hit, section) for layer in layers for hit in layer.hits)
        if reading.scope.named:
            shown = beside(sections) if len(sections) > 1 else tuple(sections)
            return Found(shown, tuple(hits), turn.whole.vector)
        sections.sort(key=_surest_first)
        found = Found(tuple(sections), tuple(hits), turn.whole.vector)
        return self._without_region(turn, found)

    def _without_region(self, turn: Turn, found: Found) -> Found:
        """What a question that names no region is shown: what holds everywhere, before the rest.

        Who asks how regions differ sees them all; of very many, the region is asked for.
        """
        national, local = led(found.sections)
        if QuestionType.COMPARISON in turn.reading.types:
            return found
        if national:
            return replace(found, sections=(national,), offered=_regions(local))
        cited = [one.sources[0].clause for one in local]
        general = any(turn.whole.share_in(clause) >= TOPIC_COVERAGE for clause in cited)
        if unsure(local, general):
            return replace(found, sections=withheld(found.sections))
        many = len(turn.reading.scope.groups) > MANY_REGIONS
        if many and len(local) > SHOWN_REGIONS:
            return replace(found, offered=_regions(local), asks=True)
        return replace(found, sections=standing_out(found.sections))

    @property
    def embedder(self) -> str:
        """The identity of the model that makes the vectors."""
        return str(self._snapshot.manifest["embedder"])

    def vector(self, text: str) -> Vectors:
        """What a text would be searched with."""
        return self._searcher.embed(text)

    def evidence_by_layer(self, reading: Reading) -> list[tuple[Layer, dict[str, float]]]:
        """The features of the decision for each level of each region, to calibrate it."""
        turn = compared(reading, self._searcher, self._snapshot)
        return [
            (layer, self._evidence(turn, turn.whole, layer))
            for _, layers in self._searches.of(turn)
            for layer in layers
            if layer.hits
        ]

    def _section(self, turn: Turn, region: Region, layers: Sequence[Layer]) -> Section:
        """Sources when the whole question or one of its parts is answered, else what is near."""
        documents = tuple(chain.from_iterable(layer.scope.documents for layer in layers))
        if turn.reading.articles:
            return article_section(region, documents, turn.reading.articles)
        if not any(layer.hits for layer in layers):
            return Section(region, documents, ())
        about = told_about(turn, documents)
        if about and all(one.number in about for one in turn.parts or (turn.whole,)):
            return section_about(region, documents, about.values())
        judged = [self._judged(turn, layer, frozenset(about)) for layer in layers if layer.hits]
        found = merged(judged)
        unsaid = unsaid_of(about.values())
        told = tuple(chain.from_iterable(one.sources for one in about.values()))
        if not found and not told:
            hits = sorted(chain.from_iterable(x.hits for x in layers), key=lambda hit: -hit.score)
            near = [self._source(turn, hit, [turn.whole], False) for hit in hits[:NEAREST]]
            chance = max(one.chance for one in judged)
            return Section(region, documents, (), tuple(near), chance, unsaid=unsaid)
        checklist = QuestionType.CONDITION in turn.reading.types
        sources = (*told, *self._cited(turn, found, checklist))[: self._max]
        best = max((chance for _, _, chance in found), default=1.0)
        answered = len({aspect.number for _, aspect, _ in found})
        answered += sum(bool(one.sources) for one in about.values())
        silent = not any(one.whole for one in judged) and answered < len(turn.parts)
        silent = silent or is_silent(turn.parts, [one.clause for one in sources])
        partly = bool(unsaid) or silent
        crowded = any(one.crowded for one in judged)
        return Section(region, documents, sources, (), best, checklist, partly, unsaid, crowded)

    def _judged(self, turn: Turn, layer: Layer, about: frozenset[int]) -> Judged:
        """What answers in one layer: the whole question, its parts, and clauses close behind."""
        whole, hits = turn.whole, layer.hits
        named = self._evidence(turn, whole, layer)
        chance = probability(named)
        answered = _answers(turn, named, layer.scope.region)
        found: list[Answering] = [(hits[0], whole, chance)] if answered else []
        found.extend(one for one in self._parts(turn, layer.scope) if one[1].number not in about)
        if answered:
            several = QuestionType.LIST in whole.types
            found.extend((hit, whole, chance) for hit in close_behind(hits, several))
        crowded = is_crowded(hits) and named["subject"] < TOPIC_COVERAGE
        return Judged(tuple(found), chance, answered, crowded)

    def _cited(self, turn: Turn, found: Sequence[Answering], checklist: bool) -> tuple[Source, ...]:
        """One source a clause, quoting for every aspect that led to it."""
        aspects: dict[str, list[Aspect]] = {}
        hits: dict[str, Hit] = {}
        for hit, aspect, _ in found:
            hits.setdefault(hit.clause.id, hit)
            aspects.setdefault(hit.clause.id, []).append(aspect)
        chosen = list(hits)[: self._max]
        return tuple(self._source(turn, hits[one], aspects[one], checklist) for one in chosen)

    def _parts(self, turn: Turn, scope: SearchScope) -> Iterator[Answering]:
        """The best clause of each part of the question that is answered by itself."""
        for part in turn.parts:
            hits = search(part, scope.rows)
            if not hits or _is_beside(part, hits[0].clause):
                continue
            named = self._evidence(turn, part, Layer(scope, hits))
            if _answers(turn, named, scope.region):
                yield hits[0], part, probability(named)

    def _source(self, turn: Turn, hit: Hit, aspects: Sequence[Aspect], checklist: bool) -> Source:
        scored = [confirming(one, self._sentences(turn, one, hit)) for one in aspects]
        asks_who = any(QuestionType.PERSON in aspect.types for aspect in aspects)
        return make_source(hit, scored, checklist, asks_who, also_needed(aspects, scored))

    def _evidence(self, turn: Turn, aspect: Aspect, layer: Layer) -> dict[str, float]:
        """What speaks for and against an answer, as named numbers."""
        scope, hits = layer.scope, layer.hits
        quoted = choose_sentences(self._sentences(turn, aspect, hits[0]))
        near = turn.bank.neighbours(aspect.number, scope.rows.tolist())
        subject = aspect.share_in(hits[0].clause)
        bare = bare_of(aspect, scope, turn.reading.scope.named, self.spoken)
        said = aspect.is_in(quoted)
        details = asked_details(aspect.text)
        found = Evidence(hits, scope.elsewhere, quoted, near, subject, bare, said, details)
        return features(found, aspect.types, len(aspect.text))

    def _sentences(self, turn: Turn, aspect: Aspect, hit: Hit) -> tuple[Sentence, ...]:
        key = (aspect.number, hit.clause.id)
        if key not in turn.sentences:
            turn.sentences[key] = self.scorer.sentences(
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


def _regions(sections: Sequence[Section]) -> tuple[Region, ...]:
    return tuple(section.region for section in sections)


def _is_beside(part: Aspect, clause: Clause) -> bool:
    """Whether a part of a question wants no more than a date that happens to be the document's."""
    return clause.kind == "signature" and QuestionType.DOCUMENT_METADATA not in part.types


def _answers(turn: Turn, named: dict[str, float], region: Region) -> bool:
    """Whether the best clause of a layer answers; what holds everywhere needs no region named."""
    is_meant = turn.reading.scope.named or region == NATIONAL
    return is_answered(named, probability(named), is_meant)
