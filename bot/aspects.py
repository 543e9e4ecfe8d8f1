"""What one turn searches with: the question and its parts, each compared with the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.general import share_of, subject_of
from bot.understand import Reading
from index.bank import BankComparison
from index.documents import Clause, Document, Region
from index.evidence import Sentence
from index.question_types import QuestionType
from index.ranking import Ranking
from index.snapshot import Rows
from index.store import Vectors


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
