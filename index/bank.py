"""The question bank: everyday questions that documents answer, and known gaps that they do not.

Staff write both beside a policy (``<id>.asked.yaml``, ``<id>.gaps.yaml``). The answered ones also
lead to clauses, as passages; here the two kinds are compared: a question nearer to known gaps of a
document than to its answered questions is probably not answered by it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.documents import Document, Passage
from index.embedder import Embedder
from index.keywords import KeywordIndex, build_keywords, load_keywords, save_keywords
from index.lines import map_array
from index.order import best
from index.question_types import QuestionType, question_types
from index.store import Vectors

GapQuestions = Mapping[str, Mapping[str, Sequence[str]]]
DIGEST_BYTES = 16
KEYWORD_WEIGHT = 0.003  # of BM25 / sqrt(characters) beside the cosine
SHARE_WEIGHT = 0.04  # of the share of a neighbour's own words that the question has
OTHER_TYPE = 0.01  # off the score of a neighbour that asks for something else (how many, where)
DEPTH = 8
WIDE_DEPTH = 20
TEMPERATURE = 0.02  # of the weights of neighbours in a vote

Floats = NDArray[np.float32]

_BITS: Mapping[QuestionType, int] = {
    kind: 1 << bit
    for bit, kind in enumerate(QuestionType)
    if kind not in {QuestionType.COMPARISON, QuestionType.NEGATION}
}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest questions of some documents: scores, best first, and shares of answered ones.

    ``vote`` and ``wide_vote`` are the shares of answered questions among the nearest 8 and 20,
    weighted by nearness.
    """

    asked: tuple[float, ...] = ()
    gaps: tuple[float, ...] = ()
    vote: float = 0.0
    wide_vote: float = 0.0

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

    def compare(self, questions: Sequence[BankQuestion]) -> BankComparison:
        """These questions beside the bank; the vectors of a document are read once for all."""
        return BankComparison(self, questions)


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question made ready: unit vector, weighted tokens, length in characters, what it asks."""

    vector: Vectors
    tokens: Mapping[str, float]
    length: int
    types: Collection[QuestionType]


class BankComparison:
    """Questions of one turn beside the bank, document by document as they are needed."""

    def __init__(self, bank: QuestionBank, questions: Sequence[BankQuestion]) -> None:
        self._bank = bank
        self._questions = questions
        self._vectors = np.array([one.vector for one in questions], dtype=np.float32)
        self._cosines: dict[int, Floats] = {}
        self._words: dict[int, Floats] = {}

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
        )

    def _scores(self, row: int, place: int, span: slice) -> Floats:
        bank, question = self._bank, self._questions[row]
        if place not in self._cosines:  # slices, not rows: a gather would copy every vector
            self._cosines[place] = self._vectors @ bank.vectors[span].T
        if row not in self._words:
            self._words[row] = bank.keywords.scores(question.tokens)
        words = self._words[row][span]
        weight = np.float32(KEYWORD_WEIGHT / math.sqrt(max(question.length, 1)))
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


@dataclass(frozen=True, slots=True)
class BankTexts:
    """The questions of a bank before they are embedded, document by document."""

    texts: tuple[str, ...]
    answered: tuple[bool, ...]
    starts: tuple[int, ...]


def bank_texts(
    documents: Sequence[Document], passages: Sequence[Passage], gaps: GapQuestions
) -> BankTexts:
    """Answered questions come from the passages, so that each is written once."""
    asked: dict[str, list[str]] = {}
    for passage in passages:
        if passage.kind == "asked":
            asked.setdefault(passage.document_id, []).append(passage.text)
    texts: list[str] = []
    answered: list[bool] = []
    starts = [0]
    for document in documents:
        own = asked.get(document.id, [])
        missing = [text for group in gaps.get(document.id, {}).values() for text in group]
        texts += [*own, *missing]
        answered += [True] * len(own) + [False] * len(missing)
        starts.append(len(texts))
    return BankTexts(tuple(texts), tuple(answered), tuple(starts))


def write_bank(
    folder: Path,
    bank: BankTexts,
    embedder: Embedder,
    known: Path | None,
    passages: Mapping[bytes, Vectors] = MappingProxyType({}),
) -> None:
    """Embed and write; vectors come from the previous build or from passages of the same text."""
    digests = [blake2b(text.encode(), digest_size=DIGEST_BYTES).digest() for text in bank.texts]
    before = {**_before(known), **passages}
    vectors = np.zeros((len(digests), embedder.dimensions), dtype=np.float32)
    new = [row for row, digest in enumerate(digests) if digest not in before]
    for row, digest in enumerate(digests):
        if digest in before:
            vectors[row] = before[digest]
    if new:
        vectors[new] = embedder.embed_documents_array([bank.texts[row] for row in new])
    np.save(folder / "bank_vectors.npy", vectors)
    np.save(folder / "bank_answered.npy", np.array(bank.answered, dtype=np.bool_))
    np.save(folder / "bank_digests.npy", np.array(digests, dtype=f"V{DIGEST_BYTES}"))
    np.save(folder / "bank_starts.npy", np.array(bank.starts, dtype=np.int64))
    types = [type_bits(question_types(text)) for text in bank.texts]
    np.save(folder / "bank_types.npy", np.array(types, dtype=np.uint32))
    keywords = build_keywords([(text, 1)] for text in bank.texts)
    np.save(folder / "bank_masses.npy", _masses(keywords))
    save_keywords(keywords, folder / "bank_keywords")


def asked_vectors(passages: Sequence[Passage], vectors: Vectors) -> dict[bytes, Vectors]:
    """Vectors of the everyday questions among passages, by digest."""
    rows = [row for row, passage in enumerate(passages) if passage.kind == "asked"]
    return {bytes.fromhex(passages[row].digest): vectors[row] for row in rows}


def load_bank(folder: Path) -> QuestionBank:
    """Open the bank of a build; raises OSError or ValueError."""
    return QuestionBank(
        map_array(folder / "bank_vectors.npy"),
        map_array(folder / "bank_answered.npy"),
        map_array(folder / "bank_digests.npy"),
        map_array(folder / "bank_starts.npy"),
        map_array(folder / "bank_masses.npy"),
        map_array(folder / "bank_types.npy"),
        load_keywords(folder / "bank_keywords"),
    )


def _masses(keywords: KeywordIndex) -> Floats:
    masses = np.zeros(keywords.size, dtype=np.float32)
    np.add.at(masses, keywords.clauses, keywords.weights)
    return np.maximum(masses, np.float32(1e-6))


def _before(folder: Path | None) -> dict[bytes, Vectors]:
    if folder is None:
        return {}
    try:
        bank = load_bank(folder)
    except (OSError, ValueError):
        return {}
    return {bytes(digest): bank.vectors[row] for row, digest in enumerate(bank.digests)}
