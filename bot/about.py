"""Questions about a document itself: when it was issued, by whom, its number, its full title."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from bot.articles import find_article
from bot.aspects import Turn
from bot.conversation import Quote
from bot.in_force import STILL_VALID, is_withdrawn
from bot.own_facts import asked_about
from bot.sections import Section, Source, Unsaid
from index.documents import Clause, Document, Part, Region


@dataclass(frozen=True, slots=True)
class Told:
    """What documents say of themselves on one question: lines, and facts that they leave out."""

    sources: tuple[Source, ...] = ()
    unsaid: tuple[Unsaid, ...] = ()


def about_sources(document: Document, asks: tuple[str, ...]) -> tuple[Source, ...]:
    """The lines of the document that say it, one source a clause; none where it does not."""
    found = (_line(document, name) for name in asks)
    return _by_clause([line for line in found if line])


def told_about(turn: Turn, documents: Sequence[Document]) -> dict[int, Told]:
    """Aspects that ask about a document itself, by number, with what the documents tell."""
    found: dict[int, Told] = {}
    for aspect in turn.parts or (turn.whole,):
        for document in documents:
            if document.level != "normative" and not turn.reading.named:
                continue  # the title of a law is made of the words of any question on its subject
            asks = without_dated(asked_about(aspect.text, document), document)
            if asks:
                told = found.get(aspect.number, Told())
                lines, unsaid = about_sources(document, asks), _unsaid(document, asks)
                found[aspect.number] = Told((*told.sources, *lines), (*told.unsaid, *unsaid))
    return found


def without_dated(asks: tuple[str, ...], document: Document) -> tuple[str, ...]:
    """What is asked; not whether it holds, of a document whose versions or end are known."""
    known = document.effective or document.expires or document.superseded_by
    dated = known or is_withdrawn(document)
    return tuple(name for name in asks if name != "valid" or not dated)


def section_about(
    region: Region, documents: tuple[Document, ...], told: Collection[Told]
) -> Section:
    """A section on the documents themselves and on nothing else."""
    sources = _by_clause([line for one in told for line in one.sources])
    unsaid = unsaid_of(told)
    return Section(
        region,
        documents,
        sources,
        probability=float(bool(sources)),
        partly=bool(sources and unsaid),
        unsaid=unsaid,
    )


def unsaid_of(told: Collection[Told]) -> tuple[Unsaid, ...]:
    """Every fact that the documents leave out, each once."""
    return tuple(dict.fromkeys(chain.from_iterable(one.unsaid for one in told)))


def article_section(
    region: Region, documents: tuple[Document, ...], articles: Collection[str]
) -> Section:
    """A section of the articles that the question names (第八条第二款), each quoted whole."""
    sources = [
        _whole(document, *found)
        for document in documents
        for address in articles
        if (found := find_article(document, address))
    ]
    return Section(region, documents, tuple(sources), probability=1.0)


def _by_clause(lines: Sequence[Source]) -> tuple[Source, ...]:
    """One source a clause, with every line that was found in it; the first found answers."""
    found = dict[str, Source]()
    for line in lines:
        first = found.setdefault(line.clause.id, line)
        context = tuple(dict.fromkeys((*first.context, *line.quotes)))
        others = tuple(quote for quote in context if quote != first.key)
        quotes = tuple(sorted((first.key, *others), key=lambda quote: quote.start))
        found[line.clause.id] = replace(first, quotes=quotes, context=others)
    return tuple(found.values())


def _unsaid(document: Document, asks: Sequence[str]) -> tuple[Unsaid, ...]:
    return tuple(Unsaid(document, name) for name in asks if not _line(document, name))


def _whole(document: Document, clause: Clause, part: Part | None) -> Source:
    start, end = (part.start, part.end) if part else (clause.start, clause.end)
    text = document.text[start:end].rstrip()
    quote = Quote(text, start, start + len(text))
    return Source(document, clause, (quote,), quote, (), 1.0)


def _written(document: Document, name: str) -> str | None:
    """How a document writes a fact about itself; None when it is not known."""
    match name:
        case "date":
            return _day(document.issued)
        case "effective":
            return _day(document.effective)
        case "expires":
            return _day(document.expires)
        case "place":
            return None
        case "valid":
            return STILL_VALID if STILL_VALID in document.validity.status else None
        case "number":
            return document.number
        case "issuer":
            return document.issuer
        case _:
            return document.title


def _line(document: Document, name: str) -> Source | None:
    """The line that says it; of several that confirm it, the last."""
    lines = list(_lines_with(document, _written(document, name) or "\0"))
    return lines[-1 if name == "valid" else 0] if lines else None


def _day(day: date | None) -> str | None:
    return f"{day.year}年{day.month}月{day.day}日" if day else None


def _lines_with(document: Document, words: str) -> Iterator[Source]:
    """Lines that hold these words, the signature and the title before everything else."""
    order = {"signature": 0, "title": 1}
    for clause in sorted(document.clauses, key=lambda one: order.get(one.kind, 2)):
        start = clause.start
        for line in clause.text.splitlines(keepends=True):
            text = line.rstrip()
            if words in line:
                quote = Quote(text, start, start + len(text))
                yield Source(document, clause, (quote,), quote, (), 1.0)
            start += len(line)
