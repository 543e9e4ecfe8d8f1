"""``python -m index.reading.pdf_worker``: a PDF on standard input -> JSON on standard output.

A process of its own, for a hostile file may need any amount of time or memory, or crash it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence

from index.errors import UnreadableFile
from index.reading.columns import common_gutter, strips_of
from index.reading.flow import paragraphs
from index.reading.furniture import RowsOfPage, furniture
from index.reading.grids import tables_of
from index.reading.limits import LIMITS, Limits, Reading
from index.reading.rows import Row, rows_of
from index.reading.sheets import UNKNOWN, Sheet, read_sheets

SCAN = 0.5  # of a page under one picture, and no text
MOST_UNKNOWN = 0.01
SHOWN = 40


def read_document(data: bytes, limits: Limits = LIMITS) -> Reading:
    """The text of a PDF file; raises UnreadableFile, its message without the name."""
    sheets = list(read_sheets(data, limits))
    _refuse_scans(sheets)
    _refuse_unreadable(sheets)
    return _reading(sheets)


def _refuse_scans(sheets: Sequence[Sheet]) -> None:
    scanned = [sheet for sheet in sheets if not _has_text(sheet) and sheet.picture > SCAN]
    if not any(_has_text(sheet) for sheet in sheets):
        raise UnreadableFile("是扫描件或图片，里面没有文字，请用电子原件，或先做文字识别并逐字核对")
    if scanned:
        pages = "、".join(str(sheet.number) for sheet in scanned)
        raise UnreadableFile(f"第 {pages} 页是扫描图片，读不出文字，请换成电子原件，或去掉这些页")


def _has_text(sheet: Sheet) -> bool:
    return any(not char.text.isspace() for char in sheet.chars)


def _refuse_unreadable(sheets: Sequence[Sheet]) -> None:
    texts = [char.text for sheet in sheets for char in sheet.chars]
    if texts.count(UNKNOWN) > MOST_UNKNOWN * len(texts):
        raise UnreadableFile("字体没有文字编码，读出来会是乱码，请用 Word 原件，或重新导出 PDF")


def _reading(sheets: Sequence[Sheet]) -> Reading:
    tables = {sheet.number: tables_of(sheet.rules, sheet.chars) for sheet in sheets}
    pages = [
        RowsOfPage(sheet.number, sheet.top, sheet.bottom, tuple(rows_of(tables[sheet.number][1])))
        for sheet in sheets
    ]
    dropped = furniture(pages)
    gone = {row for rows in dropped.values() for row in rows}
    kept = [[row for row in page.rows if row not in gone] for page in pages]
    usual = common_gutter(kept)
    strips = [
        strips_of(rows, tables[page.number][0], usual)
        for page, rows in zip(pages, kept, strict=True)
    ]
    notes = [*_left_out(dropped), *_remarks(sheets)]
    return Reading("\n".join(paragraphs(strips)), tuple(notes))


def _left_out(dropped: Mapping[int, Sequence[Row]]) -> list[str]:
    pages: dict[str, list[int]] = {}
    for page, rows in dropped.items():
        for row in rows:
            pages.setdefault(re.sub(r"\d+", "…", row.text)[:SHOWN], []).append(page)
    return [
        f"第 {min(on)} 到 {max(on)} 页的页眉、页脚或页码没有收入：“{text}”"
        for text, on in pages.items()
    ]


def _remarks(sheets: Sequence[Sheet]) -> list[str]:
    notes = []
    for sheet in sheets:
        if sheet.turned:
            notes.append(f"第 {sheet.number} 页有转向的文字没有收入：“{sheet.turned[:SHOWN]}”")
        if sheet.recognised:
            notes.append(f"第 {sheet.number} 页的文字由识别软件得来，请逐字核对，尤其是数字")
        if any(char.text == UNKNOWN for char in sheet.chars):
            notes.append(f"第 {sheet.number} 页有认不出的符号，记为 {UNKNOWN}，请对照原件核对")
    return notes


def _main() -> None:
    answer: dict[str, object]
    try:
        reading = read_document(sys.stdin.buffer.read())
        answer = {"text": reading.text, "notes": reading.notes}
    except UnreadableFile as refusal:
        answer = {"refused": str(refusal)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()
