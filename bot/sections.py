"""One region's share of an answer: its clauses, and the sentences in them that answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.conversation import Quote
from bot.force import Force, force_of
from bot.named import mentions
from index.documents import Clause, Document, Hit, Region
from index.evidence import Sentence

QUOTED_CHARACTERS = 220  # of one clause, unless a single sentence is longer
WHOLE_CLAUSE = 80  # characters; a clause not longer is quoted whole
CLOSE_SENTENCE = 0.04  # below the best sentence's score
MOST_SENTENCES = 3
REQUIREMENTS = frozenset({Force.CONDITION, Force.DUTY, Force.PROHIBITION})
CLOSE_REQUIREMENT = 0.08  # likewise, for a sentence that sets a requirement
MOST_REQUIREMENTS = 4
_RESPONSIBLE = re.compile(r"[（(\[［【〔]\s*(?:责任|牵头|主管)")
_INSIDE = re.compile(r"[。;；]\s*\S.*[。;；]", re.DOTALL)  # the end of a sentence before others


@dataclass(frozen=True, slots=True)
class Source:
    """A clause that is cited, with its quotes in text order; ``key`` is the one that answers."""

    document: Document
    clause: Clause
    quotes: tuple[Quote, ...]
    key: Quote
    context: tuple[Quote, ...]
    score: float

    @property
    def force(self) -> Force:
        """How binding the answering sentence is; a title, or several sentences, only state."""
        several = self.key.text == self.clause.text.strip() and _INSIDE.search(self.key.text)
        if several or self.clause.kind in {"title", "signature"}:
            return Force.STATEMENT
        return force_of(self.key.text)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A fact about itself that a document leaves out: its ``date``, ``number``, ``issuer`` …"""

    document: Document
    name: str


@dataclass(frozen=True, slots=True)
class Section:
    """What one region's documents say; no source means they do not say.

    ``partly``: the question has several parts, and they say nothing on some of them; ``unsaid``
    are facts about the documents themselves that were asked for and that they leave out;
    ``crowded``: no clause stands out.
    """

    region: Region
    documents: tuple[Document, ...]
    sources: tuple[Source, ...]
    related: tuple[Source, ...] = ()
    probability: float = 0.0
    checklist: bool = False
    partly: bool = False
    unsaid: tuple[Unsaid, ...] = ()
    crowded: bool = False


def only_mentioning(section: Section, names: Sequence[str]) -> Section:
    """The section with those sources alone that speak of a named document; the rest is related."""
    kept = tuple(one for one in section.sources if mentions(one.clause.text, names))
    rest = tuple(one for one in section.sources if one not in kept)
    return replace(section, sources=kept, related=(*rest, *section.related))


def make_source(
    hit: Hit,
    scored: Sequence[Sequence[Sentence]],
    requirements: bool = False,
    asks_who: bool = False,
    also: Sequence[Sentence] = (),
) -> Source:
    """Quote the best sentences of a clause, whole and in order, neighbours joined.

    ``scored`` holds the sentences of the clause once for each aspect of the question; the first
    aspect decides which of them answers. With ``requirements``, the sentences that set one are
    quoted too, each by itself. Who
    ``asks_who`` is told the units that the clause makes responsible, in brackets at its end.
    ``also`` are sentences that the question needs beside those.
    """
    chosen = {one.start: one for sentences in scored for one in choose_sentences(sentences)}
    best = max(scored[0], key=lambda sentence: sentence.score)
    if requirements:
        chosen = {one.start: one for one in (best, *choose_requirements(scored[0]))}
    if asks_who:
        chosen |= {one.start: one for one in scored[0] if _RESPONSIBLE.match(one.text)}
    chosen |= {one.start: one for one in also}
    lead_in = _lead_in(scored[0], best)
    if lead_in:
        chosen |= {best.start: best, lead_in.start: lead_in}
        best = lead_in
    key = Quote(best.text, best.start, best.end)
    others = _distinct([chosen[start] for start in sorted(chosen) if start != best.start], best)
    context = (
        tuple(Quote(one.text, one.start, one.end) for one in others)
        if requirements
        else _joined(hit.document, others)
    )
    quotes = tuple(sorted((key, *context), key=lambda quote: quote.start))
    return Source(hit.document, hit.clause, quotes, key, context, hit.score)


def choose_sentences(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The best sentence and those close to it, in text order, within the space for quotes."""
    if sum(len(sentence.text) for sentence in sentences) <= WHOLE_CLAUSE:
        return list(sentences)
    ranked = sorted(sentences, key=lambda sentence: -sentence.score)
    chosen, used = [ranked[0]], len(ranked[0].text)
    for sentence in ranked[1:MOST_SENTENCES]:
        near = ranked[0].score - sentence.score <= CLOSE_SENTENCE
        if near and used + len(sentence.text) <= QUOTED_CHARACTERS:
            chosen.append(sentence)
            used += len(sentence.text)
    return sorted(chosen, key=lambda sentence: sentence.start)


def choose_requirements(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences that set a requirement and bear on the question, best first."""
    top = max(sentence.score for sentence in sentences)
    found = [
        one
        for one in sorted(sentences, key=lambda sentence: -sentence.score)
        if force_of(one.text) in REQUIREMENTS and top - one.score <= CLOSE_REQUIREMENT
    ]
    return found[:MOST_REQUIREMENTS]


def _lead_in(sentences: Sequence[Sentence], item: Sentence) -> Sentence | None:
    """The sentence that a list begins with (有下列情形之一的：), without which an item is idle."""
    if not item.text.lstrip().startswith(("（", "(")):
        return None
    before = [one for one in sentences if one.start < item.start]
    return next((one for one in reversed(before) if one.text.rstrip().endswith((":", "："))), None)


def _distinct(sentences: Sequence[Sentence], best: Sentence) -> list[Sentence]:
    """Sentences without those whose text is quoted already, as where a heading says it again."""
    seen = {best.text.strip()}
    kept = []
    for one in sentences:
        if one.text.strip() not in seen:
            kept.append(one)
            seen.add(one.text.strip())
    return kept


def _joined(document: Document, sentences: Sequence[Sentence]) -> tuple[Quote, ...]:
    quotes: list[Quote] = []
    for sentence in sentences:
        last = quotes[-1] if quotes else None
        if last and last.end == sentence.start:
            quotes[-1] = Quote(document.text[last.start : sentence.end], last.start, sentence.end)
        else:
            quotes.append(Quote(sentence.text, sentence.start, sentence.end))
    return tuple(quotes)
