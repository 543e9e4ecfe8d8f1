"""Answer and Document as JSON, chat HTML and Markdown; pure functions.

The chat message is one line of HTML made by an autoescaping template, so nothing in a question,
a document or a model's reply is read as Markdown or as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote as url_quote
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.conversation import Answer, Citation
from bot.interface import Interface
from index.documents import Clause, Document

MARKER = re.compile(r"〔(\d{1,3})〕")
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of answer text, or a marker with the citation that it points at."""

    text: str
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of fragments, or the rows of a table (the first row is the head)."""

    fragments: tuple[Fragment, ...] = ()
    rows: tuple[tuple[tuple[Fragment, ...], ...], ...] = ()


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


def fragments(text: str, citations: Iterable[Citation]) -> tuple[Fragment, ...]:
    """Text cut at its 〔n〕 markers; a marker without a citation stays plain text."""
    known: Mapping[int, Citation] = {citation.n: citation for citation in citations}
    found: list[Fragment] = []
    last = 0
    for match in MARKER.finditer(text):
        citation = known.get(int(match[1]))
        if citation is None:
            continue
        if match.start() > last:
            found.append(Fragment(text[last : match.start()]))
        found.append(Fragment(match[0], citation))
        last = match.end()
    if last < len(text):
        found.append(Fragment(text[last:]))
    return tuple(found)


def blocks(answer: Answer) -> tuple[Block, ...]:
    """The answer's lines as paragraphs; lines of ``| cells |`` become a table."""
    found: list[Block] = []
    rows: list[tuple[tuple[Fragment, ...], ...]] = []
    for line in [*answer.text.splitlines(), ""]:
        if _is_row(line):
            if not re.fullmatch(r"[|\s:-]+", line.strip()):
                cells = line.strip().strip("|").split("|")
                rows.append(tuple(fragments(cell.strip(), answer.citations) for cell in cells))
            continue
        if rows:
            found.append(Block(rows=tuple(rows)))
            rows = []
        if line.strip():
            found.append(Block(fragments(line.strip(), answer.citations)))
    return tuple(found)


def _is_row(line: str) -> bool:
    stripped = line.strip()
    return len(stripped) > 2 and stripped.startswith("|") and stripped.endswith("|")


def answer_html(answer: Answer, words: Interface) -> str:
    """The chat message: one line of escaped HTML with its citations as links to this site."""
    return one_line(TEMPLATES.get_template("answer.html").render(**answer_context(answer, words)))


def answer_context(answer: Answer, words: Interface) -> dict[str, object]:
    """What the answer template needs."""
    return {
        "answer": answer,
        "blocks": blocks(answer),
        "t": words,
        "citation_url": citation_url,
        "citation_line": citation_line,
        "document_url": document_url,
        "share_url": share_url(answer, "/answer"),
    }


def share_url(answer: Answer, page: str) -> str:
    """A link that holds the question, region and audience, and nothing else."""
    question = answer.question
    fields = {"q": question.text, "region": question.region, "audience": question.audience}
    return f"{page}?{urlencode({name: value for name, value in fields.items() if value})}"


def question_html(text: str) -> str:
    """What the reader asked, escaped."""
    return one_line(TEMPLATES.get_template("question.html").render(text=text))


def one_line(html: str) -> str:
    """HTML without line breaks, so that Markdown leaves it alone."""
    return re.sub(r"\s*\n\s*", "", html)


def answer_markdown(answer: Answer, words: Interface) -> str:
    """The question, answer, notes and full citations for export."""
    lines = [f"## {_plain(answer.question.text)}", "", f"**{words('status_' + answer.status)}**"]
    if answer.question.region:
        lines += ["", f"{words('export_region')}：{_plain(answer.question.region)}"]
    lines += ["", _plain(answer.text).replace("\n", "\n\n")]
    lines += ["", *(f"> {_plain(note)}" for note in answer.notes)] if answer.notes else []
    if answer.citations:
        lines += ["", f"### {words('sources_heading')}"]
    for citation in answer.citations:
        lines += _citation_markdown(citation, words)
    return "\n".join(lines) + "\n"


def _citation_markdown(citation: Citation, words: Interface) -> list[str]:
    document = citation.document
    issued = show_date(document.issued, words)
    lines = ["", f"〔{citation.n}〕{_plain(citation_line(document, citation.clause))}", ""]
    lines += [f"- {document.issuer}　{words('held_issued', date=issued)}"]
    lines += [f"- {words('field_validity')}：{document.validity.status}"]
    lines += [f"- {words('export_digest')}：`{document.raw_digest}`", ""]
    return [*lines, *(f"> {_plain(line)}" for q in citation.quotes for line in q.text.splitlines())]


def _plain(text: str) -> str:
    """Text with the characters that Markdown or HTML would act on made harmless."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)


def show_date(day: date | None, words: Interface) -> str:
    """A date as a person writes it in the interface's language."""
    if day is None:
        return words("date_unknown")
    return f"{day.year}年{day.month}月{day.day}日" if words.language == "zh" else day.isoformat()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
