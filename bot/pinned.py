"""Answers that staff have approved: when one may be given, and that it holds like any other.

A pin answers a question of its own region that has the same words as one of its examples. Nearness
of vectors alone is not enough: among the evaluation questions are pairs of different meaning at a
cosine of 0.99 (补贴有没有 and 补贴是多少). So words, question types, negations and numbers must be
the same too; then no two questions with different evidence match (tests/test_pins.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from bot.compose import reading_notes, standing_notes, urgent_notes, where
from bot.conversation import Answer, AnswerStatus, Citation, Question, Quote
from bot.frame import with_label
from bot.likeness import key_words
from bot.messages import Words
from bot.resolve import Resolver
from bot.retrieve import Found
from bot.understand import Reading, understand
from bot.verify import unknown_markers, unsupported_numbers
from index.documents import Clause, Document, Region
from index.errors import WenceError
from index.question_types import QuestionType
from index.store import Vectors

REVIEWED = "reviewed"  # the composer of such an answer
CLOSE = 0.96  # cosine of two questions whose words are the same
SHOWN_QUOTE = 40  # characters of a quote in a message
_MARKER = re.compile(r"〔(\d{1,3})〕")
_NEGATION = re.compile(r"[不没无未非别勿免]")
_ALTERNATIVE = re.compile(r"(\w{1,2}?)[不没]\1|有没有|[吗么]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MARKS = re.compile(r"[\s\W_]+")
Key = tuple[frozenset[str], frozenset[QuestionType], tuple[str, ...], tuple[str, ...]]


class PinRefused(WenceError):
    """An approved answer does not hold: text ``error_NAME`` of staff.yaml says why."""

    def __init__(self, name: str, **values: object) -> None:
        super().__init__(name)
        self.name, self.values = name, values


@dataclass(frozen=True, slots=True)
class Pin:
    """An approved answer; ``digests`` are those of its clauses when it was approved."""

    id: int
    examples: tuple[str, ...]
    region: Region
    text: str
    clause_ids: tuple[str, ...]
    digests: Mapping[str, str]
    review_on: date


@dataclass(slots=True)
class Matcher:
    """The pins in use against one reading of regions; examples are read when first needed."""

    pins: tuple[Pin, ...] = ()
    resolver: Resolver | None = None
    _read: dict[Region, dict[Key, list[tuple[Pin, str]]]] = field(default_factory=dict)

    def match(
        self, reading: Reading, vector: Vectors, embed: Callable[[str], Vectors]
    ) -> Pin | None:
        """The pin for a question that stands alone and asks about one region, if there is one."""
        region = only_region(reading) if self.pins else None
        if region is None:
            return None
        for pin, search in self._examples(region).get(key_of(reading), ()):
            if plain(search) == plain(reading.search) or embed(search) @ vector >= CLOSE:
                return pin
        return None

    def _examples(self, region: Region) -> dict[Key, list[tuple[Pin, str]]]:
        if region not in self._read:
            found: dict[Key, list[tuple[Pin, str]]] = {}
            for pin in self.pins:
                for reading in self._readings(pin) if pin.region == region else ():
                    found.setdefault(key_of(reading), []).append((pin, reading.search))
            self._read[region] = found
        return self._read[region]

    def _readings(self, pin: Pin) -> Iterator[Reading]:
        assert self.resolver is not None
        for example in pin.examples:
            reading = understand(Question(example, region=str(pin.region)), self.resolver)
            if only_region(reading) == pin.region:
                yield reading


def only_region(reading: Reading) -> Region | None:
    """The one held region that is asked about, in a question that leans on no other."""
    asked = reading.scope.asked
    if reading.thread.before is not None or reading.unheld or len(asked) != 1:
        return None
    return asked[0] if reading.scope.regions == asked else None


def key_of(reading: Reading) -> Key:
    """What must be the same in two questions for one answer to serve both."""
    text = reading.search
    negations = sorted(_NEGATION.findall(_ALTERNATIVE.sub("", text)))
    return (
        key_words(text),
        reading.types - {QuestionType.NEGATION},
        tuple(negations),
        tuple(sorted(_NUMBER.findall(text))),
    )


def plain(text: str) -> str:
    """A text without punctuation and blanks."""
    return _MARKS.sub("", text).lower()


def clause_digest(clause: Clause) -> str:
    """What changes when a clause does."""
    return sha256(clause.text.encode()).hexdigest()


def find_clauses(
    clause_ids: Sequence[str], documents: Mapping[str, Document]
) -> list[tuple[Document, Clause]]:
    """The clauses with these ids; PinRefused when one is not held or no longer in force."""
    found = []
    for one in clause_ids:
        document_id, _, key = one.partition("#")
        document = documents.get(document_id)
        clause = next((c for c in document.clauses if c.key == key), None) if document else None
        if document is None or clause is None:
            raise PinRefused("pin_clause", clause=one[:100])
        if document.superseded_by:
            raise PinRefused("pin_superseded", title=document.short_title)
        found.append((document, clause))
    return found


def still_holds(pin: Pin, documents: Mapping[str, Document], today: date) -> bool:
    """Whether its clauses are word for word those approved, and its day of review is to come."""
    try:
        found = find_clauses(pin.clause_ids, documents)
    except PinRefused:
        return False
    same = all(pin.digests.get(clause.id) == clause_digest(clause) for _, clause in found)
    return same and today < pin.review_on


def cite(
    text: str, clause_ids: Sequence[str], documents: Mapping[str, Document]
) -> tuple[Citation, ...]:
    """The citations of an approved text: each “quote” stands in the clause of its marker 〔n〕."""
    found = find_clauses(clause_ids, documents)
    quotes: dict[int, list[Quote]] = {n: [] for n in range(1, len(found) + 1)}
    for end, quoted in quotations(text):
        marker = _MARKER.search(text, end)
        shown = quoted[:SHOWN_QUOTE]
        if marker is None or int(marker[1]) not in quotes:
            raise PinRefused("pin_unmarked", quote=shown, count=len(found))
        document, clause = found[int(marker[1]) - 1]
        start = document.text.find(quoted, clause.start, clause.end)
        if not quoted or start < 0:
            raise PinRefused("pin_not_verbatim", quote=shown, address=clause.address)
        quotes[int(marker[1])].append(Quote(quoted, start, start + len(quoted)))
    for n, (_, clause) in enumerate(found, 1):
        if not quotes[n]:
            raise PinRefused("pin_unquoted", n=n, address=clause.address)
    return tuple(
        Citation(n, document, clause, tuple(sorted(quotes[n], key=lambda quote: quote.start)))
        for n, (document, clause) in enumerate(found, 1)
    )


def quotations(text: str) -> Iterator[tuple[int, str]]:
    """The outermost quotations of a text, each with where it ends; PinRefused if one is open."""
    depth = start = 0
    for at, character in enumerate(text):
        if character == "“":
            depth += 1
            start = at + 1 if depth == 1 else start
        elif character == "”":
            depth -= 1
            if depth == 0:
                yield at + 1, text[start:at]
        if depth < 0:
            break
    if depth:
        raise PinRefused("pin_unbalanced")


def check_text(text: str, citations: Sequence[Citation]) -> None:
    """PinRefused when a number or a marker of the text stands on nothing."""
    numbers, markers = unsupported_numbers(text, citations), unknown_markers(text, citations)
    if numbers or markers:
        name = "pin_number" if numbers else "pin_marker"
        raise PinRefused(name, found="、".join((*numbers, *markers)))


def reviewed_answer(pin: Pin, reading: Reading, found: Found, words: Words) -> Answer:
    """The approved text as an answer; PinRefused when it does not hold."""
    scope, today = reading.scope, date.today()
    held = {document.id: document for document in scope.documents}
    citations = cite(pin.text, pin.clause_ids, held)
    check_text(pin.text, citations)
    documents = {citation.document.id: citation.document for citation in citations}
    urgent = [
        note for document in documents.values() for note in urgent_notes(document, words, today)
    ]
    lines = [pin.text, *dict.fromkeys(urgent), *(where(one, words) for one in citations)]
    notes = (*reading_notes(reading, words), *standing_notes(citations, words))
    return Answer(
        question=reading.question,
        standalone_question=reading.thread.standalone,
        status=AnswerStatus.ANSWERED,
        text=with_label("\n\n".join(lines), words("label_reviewed")),
        regions=scope.regions,
        composer=REVIEWED,
        citations=citations,
        notes=tuple(dict.fromkeys(notes)),
        hits=found.hits,
    )
