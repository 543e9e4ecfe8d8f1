"""Word, PDF and zip files of Chinese policies, made for the tests of the readers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import docx
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))

BODY = ParagraphStyle(
    "body", fontName=FONT, fontSize=12, leading=20, wordWrap="CJK", firstLineIndent=24, alignment=4
)
TITLE = ParagraphStyle("title", BODY, fontSize=18, leading=27, firstLineIndent=0, alignment=1)


@dataclass(frozen=True)
class Layout:
    """How a PDF is set: columns, running header, page numbers such as ``- 1 -``."""

    columns: int = 1
    header: str = ""
    numbered: bool = False
    style: ParagraphStyle = BODY


def pdf_of(lines: Sequence[str | Flowable], layout: Layout = Layout(), **options) -> bytes:
    """A PDF with each line as a paragraph."""
    out = io.BytesIO()
    width, height = A4
    gap, margin = 24, 72
    column = (width - 2 * margin - gap * (layout.columns - 1)) / layout.columns
    frames = [
        Frame(margin + number * (column + gap), margin, column, height - 2 * margin, 0, 0, 0, 0)
        for number in range(layout.columns)
    ]

    def furnish(canvas, template):
        canvas.setFont(FONT, 9)
        if layout.header:
            canvas.drawCentredString(width / 2, height - 50, layout.header)
        if layout.numbered:
            canvas.drawCentredString(width / 2, 40, f"- {template.page} -")

    document = BaseDocTemplate(out, pagesize=A4, **options)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=furnish))
    document.build(
        [Paragraph(escape(line), layout.style) if isinstance(line, str) else line for line in lines]
    )
    return out.getvalue()


def drawn_pdf(*pages) -> bytes:
    """A PDF with one page for each function that draws on a canvas."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for draw in pages:
        canvas.setFont(FONT, 12)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def docx_of(lines: Sequence[str]) -> bytes:
    """A Word file with each line as a paragraph."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    return saved(document)


def saved(document) -> bytes:
    """The bytes of a python-docx document."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_part(data: bytes, path: str, content: bytes | str) -> bytes:
    """A Word file with one of its parts put in place or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if entry.filename != path:
                new.writestr(entry, old.read(entry))
        new.writestr(path, content)
    return out.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    """A zip of these files, deflated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()
