"""The question bank: everyday questions that documents answer, and known gaps that they do not.

Staff write both beside a policy (``<id>.asked.yaml``, ``<id>.gaps.yaml``). The answered ones also
lead to clauses, as passages; here the two kinds are compared: a question nearer to known gaps of a
document than to its answered questions is probably not answered by it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.keywords import KeywordIndex
from index.order import best
from index.question_types import QuestionType
from index.store import Vectors
from index.word_odds import Keys, WordOdds, word_keys

KEYWORD_WEIGHT = 0.003  # of BM25 / sqrt(characters) beside the cosine
SHARE_WEIGHT = 0.04  # of the share of a neighbour's own words that the question has
OTHER_TYPE = 0.01  # off the score of a neighbour that asks for something else (how many, where)
DEPTH = 8
WIDE_DEPTH = 20
TEMPERATURE = 0.02  # of the weights of neighbours in a vote

Floats = NDArray[np.float32]

_NOT_COMPARED = {  # of questions of a bank
    QuestionType.COMPARISON,
    QuestionType.NEGATION,
    QuestionType.TIMES,
    QuestionType.FIGURE,
}
_BITS: Mapping[QuestionType, int] = {
    kind: 1 << bit for bit, kind in enumerate(QuestionType) if kind not in _NOT_COMPARED
}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest questions of some documents: scores, best first, and shares of answered ones.

    ``vote`` and ``wide_vote`` are the shares of answered questions among the nearest 8 and 20,
    weighted by nearness; ``odds`` the mean log-odds of the question's words.
    """

    asked: tuple[float, ...] = ()
    gaps: tuple[float, ...] = ()
    vote: float = 0.0
    wide_vote: float = 0.0
    odds: float = 0.0

    @property
    def known(self) -> bool:
        """Whether both kinds were written for these documents."""
        return bool(self.asked and self.gaps)


@dataclass(frozen=True, slots=True)
class QuestionBank:
    """Questions of all documents; those of document d stand at ``starts[d]:starts[d+1]``.

    Shapes: ``vectors`` (n, dimensions), ``answered`` (n,) bool, ``digests`` (n,); ``masses``
    (n,) is the BM25 that a question would give itself; ``types`` (n,) what it asks for, as bits.
    """

    vectors: Vectors
    answered: NDArray[np.bool_]
    digests: NDArray[np.void]
    starts: NDArray[np.int64]
    masses: Floats
    types: NDArray[np.uint32]
    keywords: KeywordIndex
    odds: WordOdds

    def compare(self, questions: Sequence[BankQuestion]) -> BankComparison:
        """These questions beside the bank; the vectors of a document are read once for all."""
        return BankComparison(self, questions)


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question made ready: its text, unit vector, weighted tokens, what it asks."""

    text: str
    vector: Vectors
    tokens: Mapping[str, float]
    types: Collection[QuestionType]


class BankComparison:
    """Questions of one turn beside the bank, document by document as they are needed."""

    def __init__(self, bank: QuestionBank, questions: Sequence[BankQuestion]) -> None:
        self._bank = bank
        self._questions = questions
        self._vectors = np.array([one.vector for one in questions], dtype=np.float32)
        self._cosines: dict[int, Floats] = {}
        self._words: dict[int, Floats] = {}
        self._keys: dict[int, Keys] = {}

    def neighbours(self, row: int, places: Sequence[int]) -> Neighbours:
        """The neighbours of one of the questions among those of the documents there."""
        bank = self._bank
        spans = [slice(int(bank.starts[place]), int(bank.starts[place + 1])) for place in places]
        if all(span.start == span.stop for span in spans):
            return Neighbours()
        scores = _joined(
            [self._scores(row, at, span) for at, span in zip(places, spans, strict=True)]
        )
        answered = _joined([bank.answered[span] for span in spans])
        nearest = best(scores, WIDE_DEPTH)
        return Neighbours(
            asked=_best(scores[answered]),
            gaps=_best(scores[~answered]),
            vote=_vote(scores[nearest[:DEPTH]], answered[nearest[:DEPTH]]),
            wide_vote=_vote(scores[nearest], answered[nearest]),
            odds=self._odds(row, places),
        )

    def _odds(self, row: int, places: Sequence[int]) -> float:
        if row not in self._keys:
            self._keys[row] = word_keys(self._questions[row].text)
        return self._bank.odds.mean(self._keys[row], places)

    def _scores(self, row: int, place: int, span: slice) -> Floats:
        bank, question = self._bank, self._questions[row]
        if place not in self._cosines:  # slices, not rows: a gather would copy every vector
            self._cosines[place] = self._vectors @ bank.vectors[span].T
        if row not in self._words:
            self._words[row] = bank.keywords.scores(question.tokens)
        words = self._words[row][span]
        weight = np.float32(KEYWORD_WEIGHT / math.sqrt(max(len(question.text), 1)))
        shares = words / bank.masses[span]
        scores = self._cosines[place][row] + weight * words + np.float32(SHARE_WEIGHT) * shares
        own, theirs = np.uint32(type_bits(question.types)), bank.types[span]
        scores -= np.float32(OTHER_TYPE) * ((own != 0) & (theirs != 0) & (own & theirs == 0))
        return np.asarray(scores, dtype=np.float32)


def type_bits(types: Iterable[QuestionType]) -> int:
    """What is asked for, one bit a type; a comparison or a negation says nothing of it."""
    return sum(_BITS.get(kind, 0) for kind in set(types))


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _best(scores: Floats) -> tuple[float, ...]:
    return tuple(scores[best(scores, DEPTH)].tolist())


def _vote(scores: Floats, answered: NDArray[np.bool_]) -> float:
    """Share of answered ones, by nearness; scores best first."""
    weights = np.exp((scores - scores[0]) / TEMPERATURE)
    return float((weights * answered).sum() / weights.sum())
