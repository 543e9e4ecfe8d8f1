"""What was found -> the Answer of a searched question: answered, not stated or not covered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.compose import (
    compose_many,
    compose_one,
    force_notes,
    number_citations,
    paragraphs,
    reading_notes,
    region_name,
    region_names,
    standing_notes,
    urgent_notes,
    validity_note,
)
from bot.conversation import Answer, AnswerStatus, Citation
from bot.endings import Endings
from bot.premise import false_premise
from bot.remarks import (
    absent_articles,
    absent_notes,
    beyond_lines,
    differing_lines,
    old_line,
    origin_notes,
    unsaid_lines,
    unsaid_notes,
    version_notes,
)
from bot.retrieve import Found
from bot.school_level import VALUES, at_level
from bot.sections import Section, only_mentioning
from bot.tables import compose_table
from index.question_types import QuestionType, levels
from index.scope import NATIONAL

UNKNOWN_ISSUER = "未载明"
ABOUT_DOCUMENTS = frozenset({QuestionType.VALIDITY, QuestionType.DOCUMENT_METADATA})


@dataclass(frozen=True, slots=True)
class Outcome(Endings):
    """Makes the answers to one reading."""

    def answer(self, found: Found) -> Answer:
        """The answer from what was found; without a source it says what is missing."""
        if self.reading.only_unheld:
            names = self.reading.unheld
            sections = tuple(only_mentioning(one, names) for one in found.sections)
            found = replace(found, sections=sections)
        found = replace(found, sections=tuple(map(self._at_level, found.sections)))
        if found.asks:
            return self.which_region(found.offered, found.hits)
        if any(section.sources for section in found.sections):
            return self._answered(found)
        if self.reading.articles:
            return self.no_article()
        elsewhere = self.reading.only_unheld or self.reading.scope.above
        return self.not_covered() if elsewhere else self._not_stated(found)

    def _at_level(self, section: Section) -> Section:
        """Without what is said of other school levels: a figure, or where the level was changed."""
        own, thread = self.reading.question.text, self.reading.thread
        text = own if levels(own) else thread.standalone
        other = bool(levels(own)) and not levels(own) & levels(thread.before or own)
        if other or self.reading.types & VALUES:
            return at_level(section, text)
        return section

    def _answered(self, found: Found) -> Answer:
        speaking = [section for section in found.sections if section.sources]
        citations = number_citations(found.sections)
        absent = (
            *absent_notes(self.reading, citations, self.words, self.today),
            *absent_articles(self.reading, self.words),
        )
        notes = (
            *reading_notes(self.reading, self.words),
            *self._regional_notes(found),
            *version_notes(self.reading, citations, self.words),
            *absent,
            *force_notes(speaking, self.words),
            *standing_notes(citations, self.words),
            *unsaid_notes(found.sections, self.words),
        )
        return Answer(
            question=self.reading.question,
            standalone_question=self.reading.thread.standalone,
            status=self._status(found.sections, bool(absent)),
            text="\n\n".join(paragraphs(self._lines(found.sections, citations))),
            regions=tuple(section.region for section in speaking),
            citations=citations,
            notes=tuple(dict.fromkeys(notes)),
            suggestions=self._suggestions(found, speaking),
            hits=found.hits,
        )

    def _status(self, sections: Sequence[Section], has_absent: bool) -> AnswerStatus:
        """Partial when a named region is silent or not held, or a part of the question is.

        So it is when one of several regions, documents or articles named has no rule now.
        """
        scope = self.reading.scope
        silent = scope.named and not all(section.sources for section in sections)
        partly = len(sections) == 1 and sections[0].partly
        several = self.reading.named or self.reading.articles or len(scope.asked) > 1
        missing = scope.unheld or silent or partly or (has_absent and several)
        return AnswerStatus.PARTIAL if missing else AnswerStatus.ANSWERED

    def _lines(self, sections: Sequence[Section], citations: tuple[Citation, ...]) -> list[str]:
        """The answer: a warning where it quotes what no longer holds, the quotes, open points."""
        return [
            *beyond_lines(self.reading, self.words),
            *old_line(self.reading, citations, self.words),
            *self._only_local(sections),
            *self._quoted(sections, citations),
            *differing_lines(sections, self.words),
        ]

    def _only_local(self, sections: Sequence[Section]) -> list[str]:
        """That the one rule found is one place's alone, when no place was named."""
        speaking = [section.region for section in sections if section.sources]
        is_alone = len(speaking) == 1 and speaking[0] != NATIONAL and len(self.held) > 1
        if self.reading.scope.named or not is_alone:
            return []
        return [self.words("only_local", region=region_name(speaking[0]))]

    def _quoted(self, sections: Sequence[Section], citations: tuple[Citation, ...]) -> list[str]:
        if len(sections) > 1:
            compose = compose_table if self.reading.scope.named else compose_many
            return compose(sections, citations, self.words, self.today)
        lines = compose_one(sections[0], citations, self.words, self.today)
        clauses = [citation.clause.text for citation in citations]
        if false_premise(self.reading.thread.standalone, clauses):
            lines.insert(0, self.words("false_premise"))
        if sections[0].partly:
            lines.extend(unsaid_lines(sections, self.words) or [self.words("partly")])
        return lines

    def _regional_notes(self, found: Found) -> list[str]:
        """That regions have rules of their own beside the national one that is quoted."""
        names = "、".join(map(region_name, found.offered))
        return [self.words("note_regional", regions=names)] if names else []

    def _suggestions(self, found: Found, speaking: Sequence[Section]) -> tuple[str, ...]:
        """Regions to narrow down to, when none was meant."""
        if self.reading.scope.named:
            return ()
        return tuple(map(region_name, found.offered or [one.region for one in speaking]))

    def _not_stated(self, found: Found) -> Answer:
        regions = tuple(section.region for section in found.sections)
        nearest = _nearest(found.sections)
        issuers = dict.fromkeys(
            document.issuer
            for section in found.sections
            for document in section.documents
            if document.source_kind != "anonymised" and UNKNOWN_ISSUER not in document.issuer
        )
        unsaid = unsaid_lines(found.sections, self.words)
        lines = unsaid or [self.words("not_stated", regions=region_names(regions, self.words))]
        if issuers and self.reading.scope.named:
            lines.append(self.words("ask_next", issuers="、".join(issuers)))
        if nearest:
            lines.extend([*old_line(self.reading, nearest, self.words), self.words("nearest")])
        return Answer(
            self.reading.question,
            self.reading.thread.standalone,
            AnswerStatus.NOT_STATED,
            "\n\n".join(lines),
            regions=regions,
            related=nearest,
            notes=(
                *reading_notes(self.reading, self.words),
                *absent_notes(self.reading, (), self.words, self.today),
                *self._validity(bool(unsaid)),
            ),
            hits=found.hits,
        )

    def _validity(self, is_about: bool) -> tuple[str, ...]:
        """What is known of the documents themselves, when the question is about them."""
        scope = self.reading.scope
        if not scope.named or not (is_about or self.reading.types & ABOUT_DOCUMENTS):
            return ()
        return tuple(
            note
            for document in scope.documents
            for note in (
                validity_note(document, self.words),
                *urgent_notes(document, self.words, self.today),
                *origin_notes(document, self.words),
            )
        )


def _nearest(sections: Sequence[Section]) -> tuple[Citation, ...]:
    """The clauses that came nearest: one a region, or those of the only region."""
    few = sections[0].related if len(sections) == 1 else ()
    related = few or [source for section in sections for source in section.related[:1]]
    ranked = sorted(related, key=lambda source: -source.score)[:3]
    return tuple(
        Citation(n, source.document, source.clause, source.quotes, source.score)
        for n, source in enumerate(ranked, 1)
    )
