"""Which sentences of a clause answer a question."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.documents import Clause, Document, Passage
from index.snapshot import KINDS, Snapshot
from index.store import Vectors
from index.tokens import tokens

COSINE_WEIGHT = 0.5
WORDS_WEIGHT = 0.2
ASKED_WEIGHT = 0.03
TEMPERATURE = 0.01  # of the softmax over a clause's everyday questions, or over its sentences
SHARED_WORDS = 0.1  # beside a cosine there
VIEWS = 1_000  # clauses kept ready
PREPARED = 500  # clauses of a corpus that is made ready at the start

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A run of whole sentences with its place in the canonical text and its score."""

    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class _View:
    """A clause made ready: its sentences, and which of them its everyday questions lead to.

    Shapes: ``vectors`` (s, d), ``asked`` (a, d), ``link`` (a, s) with rows that sum to 1.
    """

    spans: tuple[tuple[int, int], ...]
    texts: tuple[str, ...]
    words: _Words
    vectors: Vectors
    asked: Vectors
    asked_words: _Words
    link: Floats


class _Words:
    """Which of some texts have a word."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._count = len(texts)
        self._places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            for word in set(tokens(text)):
                self._places.setdefault(word, []).append(place)

    def shares(self, masses: Mapping[str, float]) -> Floats:
        """For each text, the share of the words (by mass) that it has."""
        total = sum(masses.values()) or 1.0
        held = [0.0] * self._count
        for word, mass in masses.items():
            for place in self._places.get(word, ()):
                held[place] += mass
        return np.array([one / total for one in held], dtype=np.float32)


class SentenceScorer:
    """Scores the sentences of clauses of one build; what it prepares per clause is kept."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._views: dict[str, _View] = {}

    def sentences(
        self, document: Document, clause: Clause, vector: Vectors, words: Mapping[str, float]
    ) -> tuple[Sentence, ...]:
        """The sentences of the clause in text order.

        A sentence scores by its own likeness to the question and by the share of the nearest
        everyday questions that lead to it.
        """
        view = self._view(document, clause)
        masses = self._masses(words)
        score = COSINE_WEIGHT * (view.vectors @ vector) + WORDS_WEIGHT * view.words.shares(masses)
        if len(view.asked):
            near = view.asked @ vector + SHARED_WORDS * view.asked_words.shares(masses)
            score = score + ASKED_WEIGHT * (_softmax(near) @ view.link)
        return tuple(
            Sentence(text, *span, value)
            for text, span, value in zip(view.texts, view.spans, score.tolist(), strict=True)
        )

    def prepare(self) -> None:
        """Make every clause of a small corpus ready, so that no reader waits for one: 2 ms each."""
        if int(self._snapshot.catalog.clause_starts[-1]) > PREPARED:
            return
        for document in self._snapshot.documents.values():
            for clause in document.clauses:
                self._view(document, clause)

    def _masses(self, words: Mapping[str, float]) -> dict[str, float]:
        """Each word with its weight x idf."""
        idfs = self._snapshot.keywords.idfs_of(words).tolist()
        return {word: idf * words[word] for word, idf in zip(words, idfs, strict=True)}

    def _own_masses(self, text: str) -> dict[str, float]:
        return self._masses(dict.fromkeys(tokens(text), 1.0))

    def _view(self, document: Document, clause: Clause) -> _View:
        view = self._views.get(clause.id)
        if view is None:
            view = self._prepare(document, clause)
            if len(self._views) >= VIEWS:
                self._views.clear()
            self._views[clause.id] = view
        return view

    def _prepare(self, document: Document, clause: Clause) -> _View:
        snapshot = self._snapshot
        by_kind = _rows(snapshot, document, clause)
        body = by_kind["sentences"] or by_kind["clause"]
        spans = tuple((one.start, one.end) for one in map(snapshot.passage_at, body))
        texts = tuple(document.text[start:end] for start, end in spans)
        questions = [snapshot.passage_at(row) for row in by_kind["asked"]]
        vectors = _vectors(snapshot, body)
        asked, words = _vectors(snapshot, by_kind["asked"]), _Words(texts)
        near = asked @ vectors.T
        link = [
            _led_to(spans, one, near[n] + SHARED_WORDS * words.shares(self._own_masses(one.text)))
            for n, one in enumerate(questions)
        ]
        return _View(
            spans=spans,
            texts=texts,
            words=words,
            vectors=vectors,
            asked=asked,
            asked_words=_Words([one.text for one in questions]),
            link=np.array(link, dtype=np.float32).reshape(len(questions), len(body)),
        )


def _led_to(spans: Sequence[tuple[int, int]], asked: Passage, near: Floats) -> Floats:
    """Which sentences a question leads to: the one written beside it, or those most like it."""
    own = (asked.start, asked.end)
    if own in spans:
        return np.array([span == own for span in spans], dtype=np.float32)
    return _softmax(near)


def _rows(snapshot: Snapshot, document: Document, clause: Clause) -> dict[str, list[int]]:
    """Numbers of the passages that lead to the clause, by kind."""
    catalog = snapshot.catalog
    place = bisect_left(document.clauses, clause.start, key=lambda one: one.start)
    ordinal = int(catalog.clause_starts[snapshot.documents.row_of(document.id)]) + place
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for row in range(*catalog.passage_starts[ordinal : ordinal + 2].tolist()):
        found[KINDS[snapshot.kinds[row]]].append(row)
    return found


def _vectors(snapshot: Snapshot, rows: Sequence[int]) -> Vectors:
    """Their vectors; those of neighbours are not copied."""
    if rows and rows[-1] - rows[0] == len(rows) - 1:
        return snapshot.vectors[rows[0] : rows[-1] + 1]
    return np.asarray(snapshot.vectors[list(rows)]).reshape(len(rows), snapshot.vectors.shape[1])


def _softmax(values: Floats) -> Floats:
    powers = np.exp((values - values.max()) / TEMPERATURE)
    return np.asarray(powers / powers.sum(), dtype=np.float32)
