"""Answers without a quote: which region or document is meant, what is not held or not in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.compose import LISTED_REGIONS, region_name, region_names
from bot.conversation import Answer, AnswerStatus
from bot.messages import Words
from bot.named import spoken
from bot.own_facts import without_pointer
from bot.remarks import absent_articles, absent_lines, beyond_lines, which_document
from bot.understand import Reading
from index.documents import Document, Hit, Region


@dataclass(frozen=True, slots=True)
class Endings:
    """Ends one reading; ``held`` are the regions that have a document."""

    reading: Reading
    held: tuple[Region, ...]
    words: Words
    today: date

    def nothing_held(self) -> Answer:
        """No document may answer: none is held, or no version of it was in force."""
        if self.reading.choices:
            return self.which_document()
        if not self.reading.versions.absent:
            return self.not_covered()
        return Answer(
            self.reading.question,
            self.reading.thread.standalone,
            AnswerStatus.NOT_STATED,
            "\n\n".join(absent_lines(self.reading, self.words, self.today)),
        )

    def which_region(self, offered: tuple[Region, ...], hits: tuple[Hit, ...]) -> Answer:
        """Many regions have a rule of their own: which of them is meant."""
        names = "、".join(map(region_name, offered))
        return Answer(
            self.reading.question,
            self.reading.thread.standalone,
            AnswerStatus.CLARIFY,
            self.words("clarify.which_region", regions=names),
            suggestions=tuple(map(region_name, offered)),
            hits=hits,
        )

    def which_document(self) -> Answer:
        """An article was named, but not of which document: those that are held."""
        article, titles = which_document(self.reading)
        few = len(titles) <= LISTED_REGIONS
        key = "clarify.which_document" if few else "clarify.which_of_many"
        named = article or self.words("which_article")
        text = self.words(key, article=named, titles=_listed(titles))
        return self._which(text, titles, article)

    def which_title(self, documents: Sequence[Document]) -> Answer:
        """A fact about a document was asked for (这个文件什么时候实施), but not of which."""
        titles = tuple(dict.fromkeys(f"《{one.short_title}》" for one in documents))
        few = len(titles) <= LISTED_REGIONS
        key = "clarify.which_title" if few else "clarify.which_title_of_many"
        asked = without_pointer(self.reading.scope.bare)
        return self._which(self.words(key, titles=_listed(titles)), titles, asked)

    def _which(self, text: str, titles: Sequence[str], asked: str) -> Answer:
        return Answer(
            self.reading.question,
            self.reading.thread.standalone,
            AnswerStatus.CLARIFY,
            text,
            suggestions=tuple(f"{title}{asked}" for title in titles[:LISTED_REGIONS]),
        )

    def not_covered(self) -> Answer:
        """A region or a document that is not held was asked about."""
        scope, held = self.reading.scope, region_names(self.held, self.words)
        regions = scope.unheld or scope.above
        asked = "、".join(map(region_name, regions))
        if self.reading.only_unheld:
            asked = spoken(self.reading.unheld) or self.words("that_document")
            text = self.words("not_covered_document", asked=asked, held=held)
        elif scope.above:
            text = self.words("not_covered_above", asked=asked, held=held)
        else:
            text = self.words("not_covered", asked=asked, held=held)
        text = "\n\n".join([*beyond_lines(self.reading, self.words), text])
        return Answer(
            self.reading.question,
            self.reading.thread.standalone,
            AnswerStatus.NOT_COVERED,
            text,
            regions=regions,
            suggestions=tuple(map(region_name, self.held[:LISTED_REGIONS])),
        )

    def no_article(self) -> Answer:
        """The document named has no article of this number."""
        return Answer(
            self.reading.question,
            self.reading.thread.standalone,
            AnswerStatus.NOT_STATED,
            "\n\n".join(absent_articles(self.reading, self.words)),
            regions=self.reading.scope.regions,
        )


def _listed(titles: Sequence[str]) -> str:
    """Titles in a sentence; of very many, one."""
    return "、".join(titles if len(titles) <= LISTED_REGIONS else titles[:1])
