"""Questions with what a good answer must and must not hold; one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.conversation import AnswerStatus, Audience, Question
from index.documents import Document
from index.errors import WenceError

ASKED_FIELDS = frozenset({"id", "question", "region", "audience", "history"})
EXPECTED_FIELDS = frozenset(
    {"kind", "expect", "regions", "gold", "acceptable", "facts", "forbidden"}
)
FIELDS = ASKED_FIELDS | EXPECTED_FIELDS
ANSWERING = frozenset({AnswerStatus.ANSWERED, AnswerStatus.PARTIAL})


class BadExpectation(WenceError):
    """A question file is missing, malformed, or quotes what its document does not hold."""


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """Verbatim text of one clause of a document that answers the question."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """One question and its good answer.

    ``expect`` are the statuses that are right; ``regions`` those that the question is about;
    every one of ``gold`` should be cited, ``acceptable`` may be; ``facts`` must stand in the
    text of the answer, ``forbidden`` must not.
    """

    question: Question
    kind: str
    expect: tuple[AnswerStatus, ...]
    regions: tuple[str, ...]
    gold: tuple[GoldQuote, ...] = ()
    acceptable: tuple[GoldQuote, ...] = ()
    facts: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the documents hold an answer."""
        return bool(self.gold) and AnswerStatus.ANSWERED in self.expect

    @property
    def abstains(self) -> bool:
        """Whether only an answer without any rule is right."""
        return not ANSWERING.intersection(self.expect)


def load_expectations(path: Path) -> tuple[Expectation, ...]:
    """Read a question file; raises BadExpectation naming the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadExpectation(f"{path}: cannot be read as UTF-8 text ({error})") from error
    found = [
        _expectation(line, f"{path.name} line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not found:
        raise BadExpectation(f"{path}: holds no question")
    return tuple(found)


def check_gold(expectations: Sequence[Expectation], documents: Mapping[str, Document]) -> None:
    """Raise BadExpectation unless every quote lies inside one clause of its document."""
    lost = [
        f"{one.question.id}: {quote.quote!r} lies in no clause of {quote.document}"
        for one in expectations
        for quote in (*one.gold, *one.acceptable)
        if quote.document not in documents
        or not any(quote.quote in clause.text for clause in documents[quote.document].clauses)
    ]
    if lost:
        raise BadExpectation("\n".join(lost))


def _expectation(line: str, place: str) -> Expectation:
    try:
        row: dict[str, Any] = json.loads(line)
        strange = row.keys() ^ FIELDS
        if strange:
            raise ValueError(f"missing or unknown fields {', '.join(sorted(strange))}")
        return Expectation(
            question=_question(row),
            kind=row["kind"],
            expect=tuple(AnswerStatus(status) for status in row["expect"]),
            regions=tuple(row["regions"]),
            gold=_quotes(row["gold"]),
            acceptable=_quotes(row["acceptable"]),
            facts=tuple(row["facts"]),
            forbidden=tuple(row["forbidden"]),
        )
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise BadExpectation(f"{place}: {error}") from error


def _question(row: Mapping[str, Any]) -> Question:
    audience = Audience(row["audience"]) if row["audience"] else None
    return Question(row["question"], row["id"], row["region"], audience, tuple(row["history"]))


def _quotes(rows: Sequence[Mapping[str, str]]) -> tuple[GoldQuote, ...]:
    return tuple(GoldQuote(row["document"], row["quote"]) for row in rows)
