"""What the pages of a document show: clauses cut where marks lie, its versions, references."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.web.interface import Interface
from bot.web.marks import Mark, cut, found_marks, quote_marks, repair_marks
from bot.web.render import citation_line, document_url
from index.cross_references import references
from index.documents import Clause, Document
from index.title_index import TitleIndex

LONGEST_LABEL = 40
Spans = list[str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The documents held, and their titles as other documents call them."""

    documents: Mapping[str, Document]
    titles: TitleIndex

    @classmethod
    def of(cls, documents: Mapping[str, Document]) -> Shelf:
        """The documents of one build of the index."""
        return cls(documents, TitleIndex.of(documents.values()))

    def reference_marks(self, document: Document, clauses: Iterable[Clause]) -> list[Mark]:
        """Where clauses refer to others that are held, with the address of what is meant."""
        return [
            self._mark(one.start, one.end, one.target_document_id, one.target_clause_key)
            for clause in clauses
            for one in references(document, clause, self.titles)
            if one.target_document_id in self.documents
        ]

    def newer(self, document: Document) -> Document | None:
        """The version held that took its place."""
        return self.documents.get(document.superseded_by)

    def older(self, document: Document) -> list[Document]:
        """The versions held whose place it took."""
        return [one for one in self.documents.values() if one.superseded_by == document.id]

    def _mark(self, start: int, end: int, document_id: str | None, key: str | None) -> Mark:
        target = self.documents[document_id or ""]
        clause = target.clause(key) if key else None
        title = citation_line(target, clause) if clause else f"《{target.title}》"
        return Mark("reference", start, end, title, document_url(target, clause))


def document_context(
    document: Document, words: Interface, word: str, quotes: Spans, shelf: Shelf
) -> dict[str, object]:
    """What the document template needs."""
    found = found_marks(document.text, word)
    marks = (
        *repair_marks(document.repairs),
        *quote_marks(quotes, None, len(document.text)),
        *found,
        *shelf.reference_marks(document, document.clauses),
    )
    return {
        "document": document,
        "clauses": [(c, cut(c.text, c.start, marks)) for c in document.clauses],
        "contents": [(c, label(c)) for c in document.clauses if c.kind != "text" or c.heading],
        "word": word.strip(),
        "found": len(found),
        "places": [c for c in document.clauses if any(c.start <= m.start < c.end for m in found)],
        "target": target_line(document, words, datetime.now(UTC).date()),
        "newer": shelf.newer(document),
        "older": shelf.older(document),
    }


def evidence_context(
    document: Document, clause: Clause, quotes: Spans, shelf: Shelf
) -> dict[str, object]:
    """What the evidence template needs: the clause marked, its neighbours and repairs."""
    place = document.clauses.index(clause)
    marks = (
        *quote_marks(quotes, clause, len(document.text)),
        *repair_marks(document.repairs),
        *shelf.reference_marks(document, [clause]),
    )
    spans = "&".join(f"quote={mark.start}-{mark.end}" for mark in marks if mark.kind == "quote")
    page, _, anchor = document_url(document, clause).partition("#")
    newer = shelf.newer(document)
    return {
        "document": document,
        "clause": clause,
        "above": [(c, label(c)) for c in ancestors(document, clause)],
        "shown": cut(clause.text, clause.start, marks),
        "before": [(c, label(c)) for c in document.clauses[max(place - 1, 0) : place]],
        "after": [(c, label(c)) for c in document.clauses[place + 1 : place + 2]],
        "repairs": [r for r in document.repairs if r.start < clause.end and r.end > clause.start],
        "citation": citation_line(document, clause),
        "permalink": f"{page}?{spans}#{anchor}" if spans else f"{page}#{anchor}",
        "document_url": page,
        "newer": newer,
        "newer_url": document_url(newer) if newer else "",
    }


def ancestors(document: Document, clause: Clause) -> list[Clause]:
    """The clauses that this one lies in, the outermost first."""
    above: list[Clause] = []
    while clause.parent is not None:
        clause = document.clause(clause.parent)
        above.insert(0, clause)
    return above


def label(clause: Clause) -> str:
    """How a clause is listed: its own first line, or its address where it has no heading."""
    first = clause.text.strip().split("\n", 1)[0]
    end = first.find(clause.heading) + len(clause.heading) if clause.heading in first else None
    return first[:end][:LONGEST_LABEL] if clause.heading else clause.address


def target_line(document: Document, words: Interface, today: date) -> str:
    """The target year, and whether it has passed."""
    if document.target_year is None:
        return ""
    if document.target_year < today.year:
        return words("target_passed", year=document.target_year)
    return str(document.target_year)
