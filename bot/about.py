"""Questions about a document itself: when it was issued, by whom, its number, its full title."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path

import yaml

from bot.articles import find_article
from bot.aspects import Turn
from bot.conversation import Quote
from bot.sections import Section, Source
from index.documents import Clause, Document, Part, Region

DATA_FILE = Path(__file__).parent / "data" / "about.yaml"
OWN_WORDS = 0.5  # of what is left of the question stands in the document's title


@dataclass(frozen=True, slots=True)
class _Data:
    asks: dict[str, re.Pattern[str]]
    issues: re.Pattern[str]
    rest: re.Pattern[str]


def asked_about(text: str, document: Document) -> tuple[str, ...]:
    """Which of date, number, issuer and title of this document a question asks for, in its order.

    ``text`` is normalised and without region words; empty when it is about anything else.
    """
    data = _data()
    found = {name: pattern.search(text) for name, pattern in data.asks.items()}
    at = {name: match.start() for name, match in found.items() if match}
    asks = tuple(sorted(at, key=at.__getitem__))
    if not asks or not data.issues.search(text):
        return ()
    for pattern in (*data.asks.values(), data.issues, data.rest):
        text = pattern.sub(" ", text)
    pairs = [run[at : at + 2] for run in text.split() for at in range(max(len(run) - 1, 1))]
    own = sum(pair in document.title for pair in pairs)
    return asks if own >= OWN_WORDS * len(pairs) else ()


def about_sources(document: Document, asks: tuple[str, ...]) -> tuple[Source, ...]:
    """The lines of the document that say it, one source a clause; none where it does not."""
    written = filter(None, (_written(document, name) for name in asks))
    lines = (next(_lines_with(document, words), None) for words in written)
    return _by_clause([line for line in lines if line])


def told_about(turn: Turn, documents: Sequence[Document]) -> dict[int, tuple[Source, ...]]:
    """Aspects that ask about a document itself, by number, with the lines that tell."""
    found: dict[int, tuple[Source, ...]] = {}
    for aspect in turn.parts or (turn.whole,):
        for document in documents:
            if document.level != "normative" and not turn.reading.named:
                continue  # the title of a law is made of the words of any question on its subject
            asks = asked_about(aspect.text, document)
            if asks:
                told = found.get(aspect.number, ())
                found[aspect.number] = (*told, *about_sources(document, asks))
    return found


def section_about(
    region: Region, documents: tuple[Document, ...], told: Sequence[tuple[Source, ...]]
) -> Section:
    """A section on the documents themselves and on nothing else."""
    sources = _by_clause(list(chain.from_iterable(told)))
    return Section(
        region,
        documents,
        sources,
        probability=float(bool(sources)),
        partly=bool(sources) and not all(told),
    )


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


def _whole(document: Document, clause: Clause, part: Part | None) -> Source:
    start, end = (part.start, part.end) if part else (clause.start, clause.end)
    text = document.text[start:end].rstrip()
    quote = Quote(text, start, start + len(text))
    return Source(document, clause, (quote,), quote, (), 1.0)


def _written(document: Document, name: str) -> str | None:
    """How a document writes its date, number, issuer or title; None when it is not known."""
    issued = document.issued
    match name:
        case "date":
            return f"{issued.year}年{issued.month}月{issued.day}日" if issued else None
        case "number":
            return document.number
        case "issuer":
            return document.issuer
        case _:
            return document.title


def _lines_with(document: Document, words: str) -> Iterator[Source]:
    """Lines that hold these words, the signature and the title before everything else."""
    order = {"signature": 0, "title": 1}
    for clause in sorted(document.clauses, key=lambda one: order.get(one.kind, 2)):
        at = clause.text.find(words)
        if at < 0:
            continue
        first = clause.text.rfind("\n", 0, at) + 1
        last = clause.text.find("\n", at)
        text = clause.text[first : last if last >= 0 else None].rstrip()
        start = clause.start + first
        quote = Quote(text, start, start + len(text))
        yield Source(document, clause, (quote,), quote, (), 1.0)


@cache
def _data() -> _Data:
    raw = yaml.safe_load(DATA_FILE.read_text(encoding="utf-8"))
    asks = {name: re.compile(pattern) for name, pattern in raw["asks"].items()}
    rest = re.compile("".join(raw["rest"].split()))
    return _Data(asks, re.compile(raw["issues"]), rest)
