"""Which sentences of a clause answer a question."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.documents import Clause, Document
from index.snapshot import KINDS, Snapshot
from index.store import Vectors
from index.tokens import tokens

COSINE_WEIGHT = 0.5
ASKED_WEIGHT = 0.5
WORDS_WEIGHT = 0.2
LINKED_WORDS_WEIGHT = 0.2
TEMPERATURE = 0.01  # of the softmax over a clause's everyday questions
SHARED_WORDS_IN_LINK = 0.2

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
    """A clause made ready: its sentences, and how its everyday questions lead to them.

    Shapes: ``vectors`` (s, d), ``asked`` (a, d), ``link`` and ``word_link`` (a, s).
    """

    spans: tuple[tuple[int, int], ...]
    words: tuple[frozenset[str], ...]
    vectors: Vectors
    asked: Vectors
    asked_words: tuple[frozenset[str], ...]
    link: Floats
    word_link: Floats


class SentenceScorer:
    """Scores the sentences of clauses of one build; what it prepares per clause is kept."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._views: dict[str, _View] = {}
        self._lock = threading.Lock()

    def sentences(
        self, document: Document, clause: Clause, vector: Vectors, words: Mapping[str, float]
    ) -> tuple[Sentence, ...]:
        """The sentences of the clause in text order.

        A sentence scores by its own likeness to the question and by the likeness of the
        everyday questions that lead to it.
        """
        view = self._view(document, clause)
        own = view.vectors @ vector
        score = COSINE_WEIGHT * own + WORDS_WEIGHT * self._shares(words, view.words)
        if len(view.asked):
            near = view.asked @ vector
            linked = near + SHARED_WORDS_IN_LINK * self._shares(words, view.asked_words)
            score = score + ASKED_WEIGHT * (_softmax(near) @ view.link)
            score = score + LINKED_WORDS_WEIGHT * (_softmax(linked) @ view.word_link)
        return tuple(
            Sentence(document.text[start:end], start, end, float(value))
            for (start, end), value in zip(view.spans, score, strict=True)
        )

    def _view(self, document: Document, clause: Clause) -> _View:
        view = self._views.get(clause.id)
        if view is None:
            view = self._prepare(document, clause)
            with self._lock:
                self._views[clause.id] = view
        return view

    def _prepare(self, document: Document, clause: Clause) -> _View:
        snapshot = self._snapshot
        rows = _rows(snapshot, document, clause)
        kinds = [KINDS[snapshot.kinds[row]] for row in rows]
        body = [row for row, kind in zip(rows, kinds, strict=True) if kind == "sentences"]
        body = body or [row for row, kind in zip(rows, kinds, strict=True) if kind == "clause"]
        asked = [row for row, kind in zip(rows, kinds, strict=True) if kind == "asked"]
        passages = [snapshot.passage_at(row) for row in body]
        spans = tuple((passage.start, passage.end) for passage in passages)
        words = tuple(frozenset(tokens(document.text[start:end])) for start, end in spans)
        asked_words = tuple(frozenset(tokens(snapshot.passage_at(row).text)) for row in asked)
        vectors = np.asarray(snapshot.vectors[body])
        asked_vectors = np.asarray(snapshot.vectors[asked]).reshape(len(asked), vectors.shape[1])
        return _View(
            spans=spans,
            words=words,
            vectors=vectors,
            asked=asked_vectors,
            asked_words=asked_words,
            link=asked_vectors @ vectors.T,
            word_link=np.array(
                [self._shares(dict.fromkeys(one, 1.0), words) for one in asked_words],
                dtype=np.float32,
            ).reshape(len(asked), len(body)),
        )

    def _shares(self, words: Mapping[str, float], texts: tuple[frozenset[str], ...]) -> Floats:
        """For each text, the share of the words (by idf) that it has."""
        idf = {word: self._snapshot.keywords.idf(word) * weight for word, weight in words.items()}
        total = sum(idf.values()) or 1.0
        return np.array(
            [sum(value for word, value in idf.items() if word in text) / total for text in texts],
            dtype=np.float32,
        )


def _rows(snapshot: Snapshot, document: Document, clause: Clause) -> list[int]:
    """Numbers of the passages that lead to the clause."""
    catalog = snapshot.catalog
    place = bisect_left(document.clauses, clause.start, key=lambda one: one.start)
    ordinal = int(catalog.clause_starts[catalog.ids.index(document.id)]) + place
    return list(
        range(int(catalog.passage_starts[ordinal]), int(catalog.passage_starts[ordinal + 1]))
    )


def _softmax(values: Floats) -> Floats:
    powers = np.exp((values - values.max()) / TEMPERATURE)
    return np.asarray(powers / powers.sum(), dtype=np.float32)
