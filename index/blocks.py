"""Unnumbered parts of a policy: title block, notes, preamble, signature block, attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from index.documents import ClauseKind
from index.numbering import mark_at, numbering_data

LONGEST_TITLE_LINE = 60
_GLUED_TITLE = re.compile(
    r"(?P<title>[^，,。；;：:\n]{4,40}?(?:方案|意见|办法|通知|规定|细则|规划|计划))(?=为|根据|按照)"
)


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines of one kind; character offsets into the canonical text."""

    kind: ClauseKind
    start: int
    end: int


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data = numbering_data()
    suffixes = "|".join(data["title_suffixes"])
    issuers = "|".join(data["issuer_suffixes"])
    return {
        "title": re.compile(
            rf"[^。；;]{{2,{LONGEST_TITLE_LINE}}}(?:{suffixes})(?:[（(][^（）()]{{2,12}}[）)])?[》)）]*"
        ),
        "number": re.compile(data["document_number"]),
        "note": re.compile(data["validity_note"]),
        "adopted": re.compile(data["adoption_note"]),
        "issuer": re.compile(rf"[\u4e00-\u9fff、 ]{{2,30}}(?:{issuers})"),
        "date": re.compile(data["date_line"]),
        "public": re.compile(data["public_mark"]),
        "attachment": re.compile(data["attachment"]),
        "salutation": re.compile(data["salutation"]),
    }


def line_kind(line: str) -> ClauseKind | None:
    """The kind that a line shows by its own form, or None for running text.

    A numbered line is no title, whatever its last word: 第二章 规划, （三）制定招生办法.
    """
    line = line.strip()
    patterns = _patterns()
    order: tuple[tuple[str, ClauseKind], ...] = (
        ("attachment", "attachment"),
        ("note", "note"),
        ("adopted", "note"),
        ("number", "title"),
        ("date", "signature"),
        ("public", "signature"),
        ("issuer", "signature"),
        ("title", "title"),
    )
    for name, kind in order:
        if patterns[name].fullmatch(line):
            return None if kind == "title" and mark_at(line, 0) else kind
    return None


def blocks_of(text: str, start: int, end: int) -> list[Block]:
    """Cut an unnumbered stretch into blocks that partition it."""
    lines = list(_lines(text, start, end))
    kinds = [_kind(text, lines, index) for index in range(len(lines))]
    blocks: list[Block] = []
    for (begin, stop), kind in zip(lines, kinds, strict=True):
        glued = _GLUED_TITLE.match(text, begin, stop) if kind == "preamble" else None
        if glued and not blocks:
            blocks.append(Block("title", begin, glued.end()))
            begin = glued.end()
        last = blocks[-1] if blocks else None
        if last and (last.kind == kind or (last.kind == "attachment" and kind != "title")):
            blocks[-1] = Block(last.kind, last.start, stop)
        else:
            blocks.append(Block(kind, begin, stop))
    return blocks


def closing_start(text: str, start: int, end: int) -> int:
    """Where the signature block or attachment list begins inside a stretch; ``end`` if nowhere."""
    lines = list(_lines(text, start, end))
    for index, (begin, stop) in enumerate(lines):
        if index == 0:
            continue
        kind = line_kind(text[begin:stop])
        if kind == "attachment":
            return begin
        if kind == "signature" and _closes(text, lines[index:]):
            return begin
    return end


def _closes(text: str, lines: list[tuple[int, int]]) -> bool:
    """A signature block holds a date or a public mark within its first three lines."""
    patterns = _patterns()
    return any(
        patterns["date"].fullmatch(text[begin:stop].strip())
        or patterns["public"].fullmatch(text[begin:stop].strip())
        for begin, stop in lines[:3]
    )


def _kind(text: str, lines: list[tuple[int, int]], index: int) -> ClauseKind:
    begin, stop = lines[index]
    kind = line_kind(text[begin:stop])
    if kind is not None:
        return kind
    line = text[begin:stop].strip()
    short = len(line) <= LONGEST_TITLE_LINE // 2 and not re.search(r"[。；;：:，,]", line)
    if short and index + 1 < len(lines):
        following = text[slice(*lines[index + 1])]
        if line_kind(following) == "title" and not _patterns()["number"].fullmatch(
            following.strip()
        ):
            return "title"
    return "preamble"


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Line spans, each with its line break, so that they partition the stretch."""
    position = start
    while position < end:
        cut = text.find("\n", position, end)
        stop = end if cut < 0 else cut + 1
        yield position, stop
        position = stop
