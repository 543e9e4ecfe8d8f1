"""One turn: screen -> understand -> find -> compose -> verify; every ending is an Answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter

from bot.compose import (
    compose_many,
    compose_one,
    compose_table,
    force_notes,
    number_citations,
    paragraphs,
    reading_notes,
    region_name,
    standing_notes,
    validity_note,
)
from bot.conversation import Answer, AnswerStatus, Citation, Question
from bot.language import is_english
from bot.messages import Messages, Words
from bot.named import spoken
from bot.premise import false_premise
from bot.resolve import Resolver
from bot.retrieve import Found, Retriever
from bot.screen import screen
from bot.sections import Section, only_mentioning
from bot.settings import Settings
from bot.topic import (
    clearly_out_of_scope,
    is_vague,
    of_another_field,
    out_of_scope,
    unknown_terms,
)
from bot.understand import Reading, understand
from bot.verify import require_verified
from index.question_types import QuestionType
from index.words import normalise

ABOUT_DOCUMENTS = frozenset({QuestionType.VALIDITY, QuestionType.DOCUMENT_METADATA})
SURE = 0.8  # probability from which a question that reads like another field is answered


@dataclass(frozen=True, slots=True)
class Answerer:
    """What a turn needs: settings, sentences, regions, evidence and today's date."""

    settings: Settings
    messages: Messages
    resolver: Resolver
    retriever: Retriever
    today: date
    reread: Callable[[Reading], Reading] = lambda reading: reading

    def steps(self, question: Question) -> Iterator[str | Answer]:
        """Stage names, then the Answer."""
        yield "resolve"
        question = replace(question, history=self._asked(question.history))
        words = self._words(question)
        text = normalise(question.text)
        verdict = screen(text, self.settings.max_question_chars, bool(question.history))
        if verdict.status is not None:
            yield self._ended(question, verdict.status, verdict.reason, words)
            return
        marks = [perf_counter()]
        reading = self.reread(understand(question, self.resolver))
        unsearched = self._unsearched(reading, words)
        if unsearched:
            yield unsearched
            return
        marks.append(perf_counter())
        yield "retrieve"
        found = self.retriever.find(reading)
        marks.append(perf_counter())
        sure = max(section.probability for section in found.sections) >= SURE
        if _is_foreign(reading) and not sure and not _is_written(reading, found):
            yield self._ended(question, AnswerStatus.OUT_OF_SCOPE, "out_of_scope", words)
            return
        yield "verify"
        answer = self._answer(reading, found, words)
        require_verified(answer)
        marks.append(perf_counter())
        names = ("understand", "retrieve", "compose")
        times = {
            name: (end - start) * 1000
            for name, start, end in zip(names, marks, marks[1:], strict=False)
        }
        yield replace(answer, timings_ms=times)

    def failed(self, question: Question, reference: str) -> Answer:
        """The answer when something broke: a plain sentence and a reference number."""
        text = self._words(question)("error", reference=reference)
        return Answer(question, question.text, AnswerStatus.ERROR, text)

    def _asked(self, history: tuple[str, ...]) -> tuple[str, ...]:
        """Earlier turns that asked something of us: no greeting, nothing refused or foreign."""
        plain = {earlier: normalise(earlier) for earlier in history}
        limit = self.settings.max_question_chars
        return tuple(
            earlier
            for earlier in history
            if screen(plain[earlier], limit, has_history=True).status is None
            and not clearly_out_of_scope(plain[earlier])
        )

    def _unsearched(self, reading: Reading, words: Words) -> Answer | None:
        """The answer to a reading that no search can help."""
        question, held = reading.question, reading.scope.documents
        if not question.history and is_vague(reading.scope.bare):
            return self._ended(question, AnswerStatus.CLARIFY, "clarify.vague", words)
        foreign = clearly_out_of_scope if held else of_another_field
        if reading.thread.before is None and foreign(reading.search):
            return self._ended(question, AnswerStatus.OUT_OF_SCOPE, "out_of_scope", words)
        return None if held else self._not_covered(reading, words)

    def _words(self, question: Question) -> Words:
        language = "en" if is_english(question.text) else self.settings.language
        return self.messages.words(language)

    def _ended(
        self, question: Question, status: AnswerStatus, reason: str, words: Words
    ) -> Answer:
        text = words(reason, held=self._held(), max=str(self.settings.max_question_chars))
        return Answer(question, normalise(question.text), status, text)

    def _held(self) -> str:
        return "、".join(region_name(region) for region in self.resolver.held)

    def _not_covered(self, reading: Reading, words: Words) -> Answer:
        """A region or a document that is not held was asked about."""
        if reading.only_unheld:
            asked = spoken(reading.unheld) or words("that_document")
            text = words("not_covered_document", asked=asked, held=self._held())
        else:
            asked = "、".join(map(region_name, reading.scope.unheld))
            text = words("not_covered", asked=asked, held=self._held())
        return Answer(
            reading.question,
            reading.thread.standalone,
            AnswerStatus.NOT_COVERED,
            text,
            regions=reading.scope.unheld,
            suggestions=tuple(region_name(region) for region in self.resolver.held),
        )

    def _answer(self, reading: Reading, found: Found, words: Words) -> Answer:
        if reading.only_unheld:
            sections = tuple(only_mentioning(one, reading.unheld) for one in found.sections)
            found = replace(found, sections=sections)
        speaking = [section for section in found.sections if section.sources]
        if not speaking:
            if reading.only_unheld:
                return self._not_covered(reading, words)
            return self._not_stated(reading, found, words)
        citations = number_citations(found.sections)
        lines = self._lines(reading, found.sections, citations, words)
        premise = false_premise(reading.thread.standalone, citations)
        if premise and len(found.sections) == 1:
            lines.insert(0, words("false_premise"))
        silent = reading.scope.named and len(speaking) < len(found.sections)
        status = AnswerStatus.PARTIAL if reading.scope.unheld or silent else AnswerStatus.ANSWERED
        notes = (
            *reading_notes(reading, words),
            *force_notes(speaking, words),
            *standing_notes(citations, words),
        )
        return Answer(
            question=reading.question,
            standalone_question=reading.thread.standalone,
            status=status,
            text="\n\n".join(paragraphs(lines)),
            regions=tuple(section.region for section in speaking),
            citations=citations,
            notes=tuple(dict.fromkeys(notes)),
            suggestions=self._suggestions(reading, speaking),
            hits=found.hits,
        )

    def _lines(
        self,
        reading: Reading,
        sections: tuple[Section, ...],
        citations: tuple[Citation, ...],
        words: Words,
    ) -> list[str]:
        if len(sections) == 1:
            return compose_one(sections[0], citations, words, self.today)
        if reading.scope.named:
            return compose_table(sections, citations, words, self.today)
        return compose_many(sections, citations, words, self.today)

    def _suggestions(self, reading: Reading, speaking: list[Section]) -> tuple[str, ...]:
        """Regions to narrow down to, when none was meant."""
        if reading.scope.named:
            return ()
        return tuple(region_name(section.region) for section in speaking)

    def _not_stated(self, reading: Reading, found: Found, words: Words) -> Answer:
        related = [source for section in found.sections for source in section.related[:1]]
        if len(found.sections) == 1:
            related = list(found.sections[0].related)
        ranked = sorted(related, key=lambda source: -source.score)[:3]
        nearest = tuple(
            Citation(n, source.document, source.clause, source.quotes, source.score)
            for n, source in enumerate(ranked, 1)
        )
        regions = tuple(section.region for section in found.sections)
        issuers = dict.fromkeys(
            document.issuer
            for section in found.sections
            for document in section.documents
            if document.source_kind != "anonymised"
        )
        names = "、".join(region_name(region) for region in regions)
        lines = [words("not_stated", regions=names)]
        if issuers and reading.scope.named:
            lines.append(words("ask_next", issuers="、".join(issuers)))
        if nearest:
            lines.append(words("nearest"))
        return Answer(
            reading.question,
            reading.thread.standalone,
            AnswerStatus.NOT_STATED,
            "\n\n".join(lines),
            regions=regions,
            related=nearest,
            notes=(*reading_notes(reading, words), *self._validity(reading, words)),
            hits=found.hits,
        )

    def _validity(self, reading: Reading, words: Words) -> tuple[str, ...]:
        """What is known of the documents themselves, when the question is about them."""
        if not reading.scope.named or not reading.types & ABOUT_DOCUMENTS:
            return ()
        return tuple(validity_note(document, words) for document in reading.scope.documents)


def _is_foreign(reading: Reading) -> bool:
    """Whether a question that stands on its own reads like one about another field."""
    return reading.thread.before is None and out_of_scope(reading.search)


def _is_written(reading: Reading, found: Found) -> bool:
    """Whether a term that no word list knows stands in a clause that was found."""
    terms = unknown_terms(reading.search)
    return any(term in hit.clause.text for hit in found.hits for term in terms)
