"""What a user would pick instead: bare keywords, bare vectors, rank fusion, the tutorial RAG.

Every baseline sees the question with the earlier ones in front, as it was typed, and cites what
it ranks first. Keywords and vectors are over the clauses' own text with the headings: no
everyday questions, no thesaurus, no regions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.bench.tutorial import load_tutorial
from bot.conversation import Question
from bot.scoring.expectations import Expectation, GoldQuote
from bot.scoring.measures import Excerpt, Ratio, measure_excerpts, total
from bot.settings import Settings
from index.documents import Clause, Document
from index.embedder import load_embedder
from index.fusion import reciprocal_rank_fusion
from index.keywords import KeywordIndex, build_keywords
from index.prepare import prepare_model
from index.search import Searcher
from index.snapshot import KINDS, Snapshot
from index.tokens import weighted_tokens

DEPTHS = (1, 2, 3)
FUSED = 100  # clauses of each ranking that are fused
ASKED = KINDS.index("asked")

Floats = NDArray[np.float32]


class Baseline(Protocol):
    """Ranks excerpts for a question, over all documents or some of them."""

    @property
    def name(self) -> str:
        """What it is called in a table."""

    @property
    def depths(self) -> tuple[int, ...]:
        """How many excerpts count as cited, one row each."""

    def rank(self, question: str, documents: frozenset[str] | None) -> Sequence[Excerpt]:
        """Excerpts, best first."""


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """The measures of one baseline at one depth; ``scope`` is ``all`` or ``right document``."""

    name: str
    depth: int
    scope: str
    measures: Mapping[str, Ratio]


@dataclass(frozen=True, slots=True)
class RankedClause:
    """A clause that a baseline ranked."""

    document: Document
    clause: Clause

    @property
    def region(self) -> str:
        """The region of its document, as a path."""
        return str(self.document.region)

    def holds(self, quote: GoldQuote) -> bool:
        """Whether the clause is of that document and has the quote."""
        return self.document.id == quote.document and quote.quote in self.clause.text


class ClauseScores:
    """Bare scores of every clause of one build; ``owners`` names the clause of each passage."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        snapshot = searcher.snapshot
        self.clauses = tuple(
            RankedClause(document, clause)
            for document in (snapshot.documents[one] for one in snapshot.catalog.ids)
            for clause in document.clauses
        )
        self._keywords = bare_keywords([one.clause for one in self.clauses])
        self._rows, self._owners = _own_passages(snapshot)
        self._embedded: dict[str, Floats] = {}

    def keywords(self, question: str) -> Floats:
        """BM25 of every clause."""
        return self._keywords.scores(weighted_tokens(((question, 1.0),)))

    def vectors(self, question: str) -> Floats:
        """The best cosine of every clause's passages."""
        if question not in self._embedded:
            self._embedded[question] = self._searcher.embed(question)
        cosines = self._searcher.snapshot.vectors[self._rows] @ self._embedded[question]
        scores = np.full(len(self.clauses), -1, dtype=np.float32)
        np.maximum.at(scores, self._owners, cosines)
        return scores

    def fusion(self, question: str) -> Floats:
        """Reciprocal rank fusion of both, k 60."""
        rankings = [
            np.argsort(-scores, kind="stable")[:FUSED].tolist()
            for scores in (self.keywords(question), self.vectors(question))
        ]
        scores = np.zeros(len(self.clauses), dtype=np.float32)
        for clause, score in reciprocal_rank_fusion(rankings).items():
            scores[clause] = score
        return scores


@dataclass(frozen=True, slots=True)
class BareSearch:
    """One of the scores as a baseline."""

    scores: ClauseScores
    name: str
    depths: tuple[int, ...] = DEPTHS

    def rank(self, question: str, documents: frozenset[str] | None) -> Sequence[Excerpt]:
        """Clauses, best first."""
        kinds = {
            "bare BM25": self.scores.keywords,
            "bare vectors": self.scores.vectors,
            "plain fusion": self.scores.fusion,
        }
        order = np.argsort(-kinds[self.name](question), kind="stable").tolist()
        ranked = (self.scores.clauses[place] for place in order)
        allowed = [one for one in ranked if documents is None or one.document.id in documents]
        return allowed[: max(self.depths)]


def load_baselines(settings: Settings) -> tuple[Baseline, ...]:
    """All four over the published index and the raw files."""
    name, precision = settings.embedding_model, settings.embedding_precision
    prepare_model(name, precision, settings.cache_dir)
    embedder = load_embedder(name, precision, settings.cache_dir)
    searcher = Searcher.open(settings.index_dir, embedder)
    scores = ClauseScores(searcher)
    bare = [BareSearch(scores, kind) for kind in ("bare BM25", "bare vectors", "plain fusion")]
    return (*bare, load_tutorial(settings, searcher.documents))


def measure_baselines(
    answerable: Sequence[Expectation], baselines: Sequence[Baseline]
) -> tuple[BaselineRow, ...]:
    """A row for every baseline, depth and scope."""
    return tuple(
        row
        for baseline in baselines
        for scope in ("all", "right document")
        for row in _rows(answerable, baseline, scope)
    )


def typed(question: Question) -> str:
    """The question as a bare search sees it: earlier ones in front."""
    return " ".join((*question.history, question.text))


def bare_keywords(clauses: Sequence[Clause]) -> KeywordIndex:
    """BM25 over clause text and headings."""
    return build_keywords([(clause.text, 1), (" ".join(clause.path), 1)] for clause in clauses)


def _rows(answerable: Sequence[Expectation], baseline: Baseline, scope: str) -> list[BaselineRow]:
    ranked = [
        (one, baseline.rank(typed(one.question), _documents(one, scope))) for one in answerable
    ]
    return [
        BaselineRow(
            baseline.name,
            depth,
            scope,
            total(measure_excerpts(one, excerpts[:depth]) for one, excerpts in ranked),
        )
        for depth in baseline.depths
    ]


def _documents(expected: Expectation, scope: str) -> frozenset[str] | None:
    return None if scope == "all" else frozenset(quote.document for quote in expected.gold)


def _own_passages(snapshot: Snapshot) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the passages that are a clause's own words, and the clause of each."""
    rows = np.flatnonzero(np.asarray(snapshot.kinds) != ASKED)
    return rows, snapshot.clauses_of_rows(rows)
