"""One turn: screen -> understand -> find -> compose -> verify; every ending is an Answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from time import perf_counter

from bot.compose import region_names
from bot.conversation import Answer, AnswerStatus, Question
from bot.general import is_said
from bot.language import is_english
from bot.messages import Messages, Words
from bot.outcome import Outcome
from bot.own_facts import may_be_of
from bot.pinned import Matcher, PinRefused, reviewed_answer, still_holds
from bot.public.privacy import MaskedQuestion, mask_question
from bot.resolve import Resolver
from bot.retrieve import Found, Retriever
from bot.screen import screen
from bot.settings import Settings
from bot.suspicion import suspected
from bot.topic import (
    clearly_out_of_scope,
    is_vague,
    of_another_field,
    out_of_scope,
    unknown_terms,
)
from bot.understand import Reading, understand
from bot.verify import require_verified
from index.words import normalise

SURE = 0.85  # probability from which a question that reads like another field is answered
LIKELY = 0.6  # likewise one of which no word is known at all


@dataclass(frozen=True, slots=True)
class Answerer:
    """What a turn needs: settings, sentences, regions, evidence and today's date."""

    settings: Settings
    messages: Messages
    resolver: Resolver
    retriever: Retriever
    today: date
    reread: Callable[[Reading], Reading] = lambda reading: reading
    pins: Matcher = field(default_factory=Matcher)

    def steps(self, question: Question) -> Iterator[str | Answer]:
        """Stage names, then the Answer; nothing below this line sees personal data."""
        masked = mask_question(question)
        for step in self._turn(masked.bare):
            yield step if isinstance(step, str) else self._told(step, masked)

    def _turn(self, question: Question) -> Iterator[str | Answer]:
        yield "resolve"
        question = replace(question, history=self._asked(question.history))
        words = self._words(question)
        text = normalise(question.text)
        verdict = screen(text, self.settings.max_question_chars, bool(question.history))
        if verdict.status is not None:
            yield self._ended(question, verdict.status, verdict.reason, words)
            return
        marks = [perf_counter()]
        reading = self.reread(understand(question, self.resolver, self.today))
        unsearched = self._unsearched(reading, words)
        if unsearched:
            yield self._in_danger(reading, unsearched, words) or unsearched
            return
        marks.append(perf_counter())
        yield "retrieve"
        found = self.retriever.find(reading)
        marks.append(perf_counter())
        chance = max(section.probability for section in found.sections)
        suspicion = suspected(found.vector, self.retriever.embedder, chance >= SURE)
        if suspicion:
            reason = f"refused.{suspicion}"
            yield self._ended(question, AnswerStatus.REFUSED, reason, words)
            return
        reviewed = self._reviewed(reading, found, words)
        foreign = self._is_foreign(reading, chance) and not _is_written(reading, found)
        if foreign and not reviewed:
            yield self._ended(question, AnswerStatus.OUT_OF_SCOPE, "out_of_scope", words)
            return
        yield "verify"
        answer = reviewed or self._outcome(reading, words).answer(found)
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
        masked = mask_question(question)
        text = self._words(masked.bare)("error", reference=reference)
        answer = Answer(masked.bare, masked.bare.text, AnswerStatus.ERROR, text)
        return self._told(answer, masked)

    def _told(self, answer: Answer, masked: MaskedQuestion) -> Answer:
        """The answer with the question as it may be kept, and a note on what was masked."""
        if not masked.kinds:
            return replace(answer, question=masked.shown)
        words = self._words(masked.bare)
        joint = ", " if words.language == "en" else "、"
        note = words("note_masked", kinds=joint.join(masked.kinds))
        return replace(answer, question=masked.shown, notes=(note, *answer.notes))

    def _asked(self, history: tuple[str, ...]) -> tuple[str, ...]:
        """Earlier turns that asked something of us: no greeting, nothing refused or foreign."""
        plain = {earlier: normalise(earlier) for earlier in history}
        limit = self.settings.max_question_chars
        return tuple(
            earlier
            for earlier in history
            if screen(plain[earlier], limit, has_history=True).status is None
            and not clearly_out_of_scope(plain[earlier], self.retriever.spoken)
        )

    def _unsearched(self, reading: Reading, words: Words) -> Answer | None:
        """The answer to a reading that no search can help."""
        question, held = reading.question, reading.scope.documents
        meant = may_be_of(reading.search, held)
        if len(meant) > 1 and not reading.scope.named:
            return self._outcome(reading, words).which_title(meant)
        if not meant and not question.history and is_vague(reading.scope.bare):
            return self._ended(question, AnswerStatus.CLARIFY, "clarify.vague", words)
        foreign = clearly_out_of_scope if held else of_another_field
        if _stands_alone(reading) and foreign(reading.search, self.retriever.spoken):
            return self._ended(question, AnswerStatus.OUT_OF_SCOPE, "out_of_scope", words)
        return None if held else self._outcome(reading, words).nothing_held()

    def _is_foreign(self, reading: Reading, chance: float) -> bool:
        """Whether a question reads like one about another field, which no document speaks of."""
        text, spoken = reading.search, self.retriever.spoken
        enough = SURE if of_another_field(text, spoken) else LIKELY
        return chance < enough and _stands_alone(reading) and out_of_scope(text, spoken)

    def _reviewed(self, reading: Reading, found: Found, words: Words) -> Answer | None:
        """The answer that staff have approved for this question, if its clauses are the same."""
        pin = self.pins.match(reading, found.vector, self.retriever.vector)
        documents = {document.id: document for document in reading.scope.documents}
        if pin is None or not still_holds(pin, documents, self.today):
            return None
        try:
            return reviewed_answer(pin, reading, found, words)
        except PinRefused:
            return None

    def _in_danger(self, reading: Reading, unsearched: Answer, words: Words) -> Answer | None:
        """The hotlines, where what needs no search reads like somebody in danger."""
        if unsearched.status is AnswerStatus.NOT_COVERED:
            return None
        vector = self.retriever.vector(reading.search)
        if suspected(vector, self.retriever.embedder, is_sure=False) != "crisis":
            return None
        return self._ended(reading.question, AnswerStatus.REFUSED, "refused.crisis", words)

    def _words(self, question: Question) -> Words:
        language = "en" if is_english(question.text) else self.settings.language
        return self.messages.words(language)

    def _ended(self, question: Question, status: AnswerStatus, reason: str, words: Words) -> Answer:
        held = region_names(self.resolver.held, words)
        text = words(reason, held=held, max=str(self.settings.max_question_chars))
        return Answer(question, normalise(question.text), status, text, reason=reason)

    def _outcome(self, reading: Reading, words: Words) -> Outcome:
        return Outcome(reading, self.resolver.held, words, self.today)


def _stands_alone(reading: Reading) -> bool:
    """Whether a question leans neither on an earlier one nor on a document that it names."""
    return reading.thread.before is None and not reading.named


def _is_written(reading: Reading, found: Found) -> bool:
    """Whether the words of a term that no word list knows stand in a clause that was found."""
    terms = unknown_terms(reading.search)
    return any(is_said(term, hit.clause.text) for hit in found.hits for term in terms)
