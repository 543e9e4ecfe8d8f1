"""Nouns of the conversation: Question, Turn, Answer and what they carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from index.documents import Clause, Document, Hit, Region


class AnswerStatus(StrEnum):
    """How an answer ended; each has its fixed sentences in ``prompts/messages.yaml``."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    NOT_STATED = "not_stated"
    NOT_COVERED = "not_covered"
    CLARIFY = "clarify"
    OUT_OF_SCOPE = "out_of_scope"
    REFUSED = "refused"
    ERROR = "error"


class Audience(StrEnum):
    """Who asks; changes wording, never the clauses."""

    PARENT = "家长"
    TEACHER = "教师"
    STAFF = "工作人员"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, for which region, by whom, after which earlier questions."""

    text: str
    id: str = ""
    region: str | None = None
    audience: Audience | None = None
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim text with its character offsets into the canonical text of its document."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered source: the clause and the quotes used from it."""

    n: int
    document: Document
    clause: Clause
    quotes: tuple[Quote, ...]
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been verified so far of an answer that a language model is wording."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a turn: status, text with 〔n〕 markers, citations, notes, timings.

    ``reference`` leads from the page to the log and the questions board.
    ``staff_notes`` tell staff what a reader need not know, such as why no model worded it.
    ``reason`` is the key of the fixed sentence that a question without a search ended with.
    """

    question: Question
    standalone_question: str
    status: AnswerStatus
    text: str
    regions: tuple[Region, ...] = ()
    composer: str = "extractive"
    citations: tuple[Citation, ...] = ()
    related: tuple[Citation, ...] = ()
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()
    staff_notes: tuple[str, ...] = ()
    reference: str = ""
    reason: str = ""
