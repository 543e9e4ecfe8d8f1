"""Whether what is quoted speaks of the school level that a question on a figure is about."""

from __future__ import annotations

from dataclasses import replace

from bot.sections import Section, Source
from index.question_types import QuestionType, levels, same_level

VALUES = frozenset(  # what holds these of one level says nothing of another
    {
        QuestionType.AMOUNT,
        QuestionType.NUMBER,
        QuestionType.RATIO,
        QuestionType.DURATION,
        QuestionType.TIMES,
        QuestionType.FIGURE,
    }
)


def at_level(section: Section, text: str) -> Section:
    """The section without sources whose quotes are about other school levels than a question.

    What primary schools get is no answer for a high school. Where the first source, the one that
    answers, is left out, the rest does not answer either. What is left out is related.
    """
    asked = levels(text)
    if not asked:
        return section
    kept = tuple(one for one in section.sources if _fits(one, asked))
    kept = kept if kept[:1] == section.sources[:1] else ()
    left = tuple(one for one in section.sources if one not in kept)
    related = (*left, *section.related)
    return replace(section, sources=kept, related=related) if left else section


def _fits(source: Source, asked: frozenset[str]) -> bool:
    said = levels(" ".join([*source.clause.path, *(quote.text for quote in source.quotes)]))
    return not said or same_level(asked, said)
