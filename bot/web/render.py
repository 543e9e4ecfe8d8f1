"""Answer and Document as JSON, and the links and lines that name a source; pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from urllib.parse import quote as url_quote
from urllib.parse import urlencode

from bot.conversation import Answer, Citation
from bot.web.interface import Interface
from index.documents import Clause, Document


def answer_to_dict(answer: Answer) -> dict[str, object]:
    """The answer as JSON, in the order and under the names of the published format."""
    return {
        "id": answer.question.id,
        "question": answer.question.text,
        "standalone_question": answer.standalone_question,
        "status": answer.status.value,
        "answer": answer.text,
        "regions": [str(region) for region in answer.regions],
        "composer": answer.composer,
        "citations": [_citation_to_dict(citation) for citation in answer.citations],
        "related": [_citation_to_dict(citation) for citation in answer.related],
        "notes": list(answer.notes),
        "suggestions": list(answer.suggestions),
        "timings_ms": {name: round(value, 3) for name, value in answer.timings_ms.items()},
        "reference": answer.reference,
    }


def _citation_to_dict(citation: Citation) -> dict[str, object]:
    document, clause = citation.document, citation.clause
    return {
        "n": citation.n,
        "document_id": document.id,
        "title": document.title,
        "document_number": document.number,
        "issuer": document.issuer,
        "region": str(document.region),
        "issued": _iso(document.issued),
        "validity": {"status": document.validity.status, "basis": document.validity.basis},
        "clause_id": clause.id,
        "clause": clause.address,
        "text": clause.text,
        "quotes": [{"text": q.text, "start": q.start, "end": q.end} for q in citation.quotes],
        "score": round(citation.score, 6),
    }


def document_to_dict(document: Document) -> dict[str, object]:
    """What is known about a document, without its text."""
    return {
        "id": document.id,
        "title": document.title,
        "short_title": document.short_title,
        "document_number": document.number,
        "number_note": document.number_note,
        "issuer": document.issuer,
        "region": str(document.region),
        "issued": _iso(document.issued),
        "issued_basis": document.issued_basis,
        "published": _iso(document.published),
        "validity": {"status": document.validity.status, "basis": document.validity.basis},
        "target_year": document.target_year,
        "source_kind": document.source_kind,
        "source_note": document.source_note,
        "completeness": document.completeness,
        "raw_digest": document.raw_digest,
        "clause_count": len(document.clauses),
        "url": document_url(document),
    }


def document_tree_to_dict(document: Document) -> dict[str, object]:
    """The document with its text, repairs, findings and nested clauses."""
    return document_to_dict(document) | {
        "text": document.text,
        "repairs": [
            {
                "kind": repair.kind,
                "original": repair.original,
                "repaired": repair.repaired,
                "reason": repair.reason,
                "start": repair.start,
                "end": repair.end,
            }
            for repair in document.repairs
        ],
        "findings": [
            {"kind": finding.kind, "message": finding.message, "line": finding.line}
            for finding in document.findings
        ],
        "clauses": clause_tree(document.clauses),
    }


def clause_tree(clauses: Iterable[Clause]) -> list[dict[str, object]]:
    """Clauses nested under their parents, in document order."""
    children: dict[str, list[dict[str, object]]] = {}
    roots: list[dict[str, object]] = []
    for clause in clauses:
        under: list[dict[str, object]] = []
        children[clause.key] = under
        node = clause_to_dict(clause) | {"children": under}
        children.get(clause.parent or "", roots).append(node)
    return roots


def clause_to_dict(clause: Clause) -> dict[str, object]:
    """One clause with its address and character offsets into the canonical text."""
    return {
        "clause_id": clause.id,
        "key": clause.key,
        "clause": clause.address,
        "heading": clause.heading,
        "path": list(clause.path),
        "kind": clause.kind,
        "level": clause.level,
        "start": clause.start,
        "end": clause.end,
        "text": clause.text,
        "parts": [{"clause": p.address, "start": p.start, "end": p.end} for p in clause.parts],
    }


def document_url(document: Document, clause: Clause | None = None) -> str:
    """The permanent link of a document, or of a clause in it."""
    anchor = f"#{url_quote(clause.key)}" if clause else ""
    return f"/documents/{url_quote(document.id, safe='')}{anchor}"


def citation_url(citation: Citation) -> str:
    """The clause's link with its quotes, so that a page can highlight them without any state."""
    spans: list[tuple[str, object]] = [("quote", f"{q.start}-{q.end}") for q in citation.quotes]
    query = urlencode([*spans, ("n", citation.n)])
    page = document_url(citation.document)
    return f"{page}?{query}#{url_quote(citation.clause.key)}"


def citation_line(document: Document, clause: Clause) -> str:
    """How a person writes the source: 《title》（number）address."""
    number = f"（{document.number}）" if document.number else ""
    return f"《{document.title}》{number}{clause.address}"


def show_date(day: date | None, words: Interface) -> str:
    """A date as a person writes it in the interface's language."""
    if day is None:
        return words("date_unknown")
    return f"{day.year}年{day.month}月{day.day}日" if words.language == "zh" else day.isoformat()


def issued_line(document: Document, words: Interface) -> str:
    """When a document was issued, as a phrase."""
    if document.issued is None:
        return words("date_unknown")
    return words("held_issued", date=show_date(document.issued, words))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
