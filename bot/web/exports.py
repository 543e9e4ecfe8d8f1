"""The conversation as a file to keep: Markdown or Word, with date, citations and digests."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from io import BytesIO

from docx import Document as WordDocument
from docx.document import Document as Word
from docx.table import Table

from bot.web.exchanges import Exchange
from bot.web.interface import Interface
from bot.web.outline import RULE, is_row
from bot.web.render import show_date

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def export_file(kind: str, exchanges: tuple[Exchange, ...], words: Interface) -> dict[str, str]:
    """Name, type and base64 content of the file."""
    now = datetime.now().astimezone()
    text = export_markdown(exchanges, words, show_date(now.date(), words))
    if kind == "docx":
        content, mime, suffix = export_word(text), WORD_TYPE, "docx"
    else:
        content, mime, suffix = text.encode("utf-8"), "text/markdown;charset=utf-8", "md"
    name = f"wence-{now:%Y%m%d-%H%M}.{suffix}"
    return {"name": name, "type": mime, "base64": base64.b64encode(content).decode("ascii")}


def export_markdown(exchanges: tuple[Exchange, ...], words: Interface, today: str) -> str:
    """The whole conversation with its date and where the quotes come from."""
    head = f"# {words('export_title')}\n\n{words('asked_on', date=today)}\n\n"
    body = "\n".join(exchange.markdown for exchange in exchanges)
    return f"{head}{body}\n---\n\n{words('export_disclaimer')}\n"


def export_word(markdown: str) -> bytes:
    """The exported Markdown as a Word file; reads only what :func:`export_markdown` writes."""
    document = WordDocument()
    styles = {"# ": "Title", "## ": "Heading 1", "### ": "Heading 2", "> ": "Quote"}
    styles["- "] = "List Bullet"
    table = None
    for line in markdown.splitlines():
        if is_row(line):
            table = add_row(document, table, line)
            continue
        table = None
        if not line.strip() or line == "---":
            continue
        mark = next((mark for mark in styles if line.startswith(mark)), "")
        document.add_paragraph(unescaped(line[len(mark) :]), styles.get(mark))
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def add_row(document: Word, table: Table | None, line: str) -> Table:
    """A row of a Markdown table in Word; the line under the head becomes nothing."""
    texts = [unescaped(cell.strip()) for cell in line.strip("|").split("|")]
    if table is None:
        table = document.add_table(0, len(texts), "Table Grid")
    if not RULE.fullmatch(line):
        for cell, text in zip(table.add_row().cells, texts, strict=False):
            cell.text = text
    return table


def unescaped(text: str) -> str:
    """Markdown text without its escapes, bold marks and code marks."""
    bare = re.sub(r"(?<!\\)(\*\*|`)", "", text)
    return re.sub(r"\\([\\`*_\[\]<>#|~])", r"\1", bare)
