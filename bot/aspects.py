"""What one turn searches with: the question and its parts, each compared with the corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.general import is_said, share_of, subject_of
from bot.understand import Reading, part_terms
from index.bank import BankComparison, BankQuestion
from index.documents import Clause, Document, Region
from index.evidence import Sentence
from index.question_types import QuestionType, question_types
from index.ranking import Need, Ranking, rank
from index.search import Searcher
from index.snapshot import Rows, Snapshot
from index.store import Vectors
from index.tokens import weighted_tokens

PART_SHARE = 0.8  # of a part's own words in its vector, the rest is the whole question
OWN_SHARE = 0.6  # of a follow-up's own words in the vector, the rest is the earlier question


@dataclass(frozen=True, slots=True)
class Aspect:
    """The question or a part of it: text, vector, own words, what it asks for, its ranking."""

    number: int
    text: str
    vector: Vectors
    words: Mapping[str, float]
    types: frozenset[QuestionType]
    ranking: Ranking

    def share_in(self, clause: Clause) -> float:
        """The share of a general question's subject that stands in a clause, else 0."""
        subject = subject_of(self.text)
        return share_of(subject, clause.text) if subject else 0.0

    def is_in(self, sentences: Sequence[Sentence]) -> bool:
        """Whether one of the sentences has all of a general question's subject."""
        subject = subject_of(self.text) or ""
        return any(is_said(subject, one.text) for one in sentences)


@dataclass(frozen=True, slots=True)
class Turn:
    """A reading with its aspects compared; what was scored once is kept to its end."""

    reading: Reading
    whole: Aspect
    parts: tuple[Aspect, ...]
    bank: BankComparison
    sentences: dict[tuple[int, str], tuple[Sentence, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchScope:
    """One region: its documents, their rows, and the best score of any other region."""

    region: Region
    documents: tuple[Document, ...]
    rows: Rows
    elsewhere: float


def compared(reading: Reading, searcher: Searcher, snapshot: Snapshot) -> Turn:
    """The question and its parts, each compared with the corpus."""
    texts = [reading.search, *(reading.parts if len(reading.parts) > 1 else ())]
    terms = [reading.terms, *map(part_terms, texts[1:])]
    types = [reading.types, *map(question_types, texts[1:])]
    before = (reading.before,) if reading.before else ()
    whole, *own = searcher.embed_all([*texts, *before])
    vector = _mixed(whole, own.pop(), OWN_SHARE) if before else whole
    vectors = [vector, *(_mixed(one, vector, PART_SHARE) for one in own)]
    subwords = map(searcher.subwords, texts)
    needs = map(Need, vectors, map(weighted_tokens, terms), map(len, texts), subwords)
    rankings = rank(snapshot, list(needs))
    words = [weighted_tokens(((text, 1.0),)) for text in texts]
    questions = map(BankQuestion, texts, vectors, words, types)
    bank = snapshot.bank.compare(list(questions))
    aspects = list(map(Aspect, range(len(texts)), texts, vectors, words, types, rankings))
    return Turn(reading, aspects[0], tuple(aspects[1:]), bank)


def _mixed(own: Vectors, other: Vectors, share: float) -> Vectors:
    """A unit vector between two, ``share`` of it the first."""
    mixed = share * own + (1 - share) * other
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)
