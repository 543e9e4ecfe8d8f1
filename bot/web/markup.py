"""An Answer as a chat message (HTML) and as Markdown to keep; pure functions.

The chat message is one line of HTML made by an autoescaping template, so nothing in a question,
a document or a model's reply is read as Markdown or as HTML.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from bot.conversation import Answer, Citation
from bot.web.interface import Interface
from bot.web.outline import is_row, sections
from bot.web.render import citation_line, citation_url, document_url, issued_line

MOST_OPEN_SECTIONS = 3
STAGES = ("resolve", "retrieve", "verify")
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def answer_html(answer: Answer, words: Interface) -> str:
    """The chat message: one line of escaped HTML with its citations as links to this site."""
    return one_line(TEMPLATES.get_template("answer.html").render(**answer_context(answer, words)))


def answer_context(answer: Answer, words: Interface) -> dict[str, object]:
    """What the answer template needs."""
    parts = sections(answer)
    placed = {citation.n for part in parts for citation in part.sources}
    return {
        "answer": answer,
        "sections": parts,
        "folded": len(parts) > MOST_OPEN_SECTIONS,
        "unplaced": [citation for citation in answer.citations if citation.n not in placed],
        "t": words,
        "citation_url": citation_url,
        "citation_line": citation_line,
        "document_url": document_url,
        "issued_line": issued_line,
        "share_url": share_url(answer, "/answer"),
    }


def share_url(answer: Answer, page: str) -> str:
    """A link that holds the question (a follow-up in full), region and audience, nothing else."""
    question = answer.question
    text = answer.standalone_question if question.history else question.text
    fields = {"q": text, "region": question.region, "audience": question.audience}
    return f"{page}?{urlencode({name: value for name, value in fields.items() if value})}"


def question_html(text: str) -> str:
    """What the reader asked, escaped."""
    return one_line(TEMPLATES.get_template("question.html").render(text=text))


def stages_html(current: str, words: Interface, draft: str = "") -> str:
    """The steps of the work with the current one marked, and what can be read already."""
    reached = STAGES.index(current)
    steps = "".join(
        f'<li class="{"wc-now" if n == reached else "wc-done" if n < reached else "wc-next"}">'
        f"{words('stage_' + stage)}</li>"
        for n, stage in enumerate(STAGES)
    )
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in draft.splitlines() if line)
    note = f'<p class="wc-draft-note">{words("draft_note")}</p>'
    shown = f'<div class="wc-draft">{note}{paragraphs}</div>' if paragraphs else ""
    return f'<div class="wc-working"><ol class="wc-stages">{steps}</ol>{shown}</div>'


def one_line(html: str) -> str:
    """HTML without line breaks, so that Markdown leaves it alone."""
    return re.sub(r"\s*\n\s*", "", html)


def answer_markdown(answer: Answer, words: Interface) -> str:
    """The question, answer, notes and full citations for export."""
    lines = [f"## {_plain(answer.question.text)}", "", f"**{words('status_' + answer.status)}**"]
    if answer.question.region:
        lines += ["", f"{words('export_region')}：{_plain(answer.question.region)}"]
    lines += ["", *_paragraphs(answer.text)]
    lines += ["", *(f"> {_plain(note)}" for note in answer.notes)] if answer.notes else []
    if answer.citations:
        lines += ["", f"### {words('sources_heading')}"]
    for citation in answer.citations:
        lines += _citation_markdown(citation, words)
    return "\n".join(lines) + "\n"


def _paragraphs(text: str) -> list[str]:
    """Lines of Markdown; a blank line stands between any two but the rows of a table."""
    lines: list[str] = []
    for line in filter(None, text.splitlines()):
        row = is_row(line)
        if lines and not (row and lines[-1].startswith("|")):
            lines.append("")
        lines.append("|".join(map(_plain, line.split("|"))) if row else _plain(line))
    return lines


def _citation_markdown(citation: Citation, words: Interface) -> list[str]:
    document = citation.document
    lines = ["", f"〔{citation.n}〕{_plain(citation_line(document, citation.clause))}", ""]
    lines += [f"- {document.issuer}　{issued_line(document, words)}"]
    lines += [f"- {words('field_validity')}：{document.validity.status}"]
    lines += [f"- {words('export_digest')}：`{document.raw_digest}`", ""]
    return [*lines, *(f"> {_plain(line)}" for q in citation.quotes for line in q.text.splitlines())]


def _plain(text: str) -> str:
    """Text with the characters that Markdown or HTML would act on made harmless."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)
