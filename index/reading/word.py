"""A Word file -> its lines in order: numbered paragraphs, table rows, text boxes, footnotes.

Tracked deletions, hidden text, comments, field codes, macros and links are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from index.errors import UnreadableFile
from index.reading.limits import CELL, LIMITS, Reading
from index.reading.listing import Counter, load_numbering
from index.reading.ooxml import (
    Element,
    WordParts,
    attribute,
    children,
    descend,
    is_on,
    local,
    open_word,
    value,
)

_WRAPPERS = {"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "AlternateContent"}
_WRAPPERS |= {"Choice", "hyperlink", "fldSimple", "dir", "bdo", "ruby", "rubyBase", "r"}
_MATH = {"oMath", "oMathPara", "num", "den", "e", "sup", "sub", "deg", "d", "rad", "nary", "func"}
_MATH |= {"fName", "sSup", "sSub", "sSubSup", "f", "m", "mr", "eqArr", "box", "borderBox", "acc"}
_WRITTEN = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_BEFORE = {"den": "/", "sup": "^", "sub": "_"}
_SYMBOLS = dict(zip("\xb3\xa3\xb1\xb4\xb8\xb9\xbb\x2d\x7e\xb0", "≥≤±×÷≠≈−∼°", strict=True))
_CONTENTS = re.compile(r"(?:TOC|toc) ?\d")
_SHIFTED = {"superscript": "^", "subscript": "_"}
_UNKNOWN = "□"  # a sign of a symbol font that has no character of its own


def read_word(name: str, data: bytes) -> Reading:
    """The text of a .docx; raises UnreadableFile when it is damaged, locked or unsafe."""
    try:
        parts = open_word(name, data, LIMITS)
        walker = _Walker(name, parts, Counter(load_numbering(parts.numbering, parts.styles)))
        return Reading("\n".join(walker.lines(parts.body)), tuple(walker.remarks))
    except RecursionError as error:
        raise UnreadableFile(f"{name}：内容层层嵌套过深，请用 Word 打开后另存为 .docx") from error


@dataclass(slots=True)
class _Walker:
    """Goes through a body once; counts lists and notes as they come."""

    name: str
    parts: WordParts
    counter: Counter
    remarks: list[str] = field(default_factory=list)
    _notes: list[tuple[str, str]] = field(default_factory=list)
    _shown: int = 0
    _carried: str = ""

    def lines(self, container: Element) -> Iterator[str]:
        """Paragraphs and table rows in document order, through content controls and revisions."""
        for child in container:
            kind = local(child)
            if kind == "p":
                yield from self._paragraph(child)
            elif kind == "tbl":
                yield from self._table(child)
            elif kind == "altChunk":
                raise UnreadableFile(
                    f"{self.name}：里面嵌入了另一个文件，请用 Word 打开后另存为 .docx"
                )
            elif kind in _WRAPPERS:
                yield from self.lines(child)

    def _paragraph(self, paragraph: Element) -> Iterator[str]:
        properties = descend(paragraph, "pPr")
        if _CONTENTS.fullmatch(value(properties, "pStyle") or ""):
            return
        text = self._carried + "".join(self._pieces(paragraph))
        self._carried = ""
        if descend(properties, "rPr", "del") is not None or is_on(properties, "rPr", "specVanish"):
            self._carried = text  # the end of this paragraph is deleted: it runs into the next
            return
        label = self.counter.label(properties)
        yield (
            label
            + (" " if label[-1:].isalnum() or label[-1:] == "." else "") * (text[:1].isdigit())
            + text
        )
        for box in _boxes(paragraph):
            yield from self.lines(box)
        yield from self._footnotes()

    def _footnotes(self) -> Iterator[str]:
        waiting, self._notes = self._notes, []
        for mark, text in waiting:
            yield f"{mark}{text}"

    def _table(self, table: Element) -> Iterator[str]:
        for row in _rows(table):
            cells = list(_cells(row))
            if len(cells) == 1:
                yield from self.lines(cells[0])
            else:
                yield CELL.join(" ".join(" ".join(self.lines(cell)).split()) for cell in cells)

    def _pieces(self, element: Element) -> Iterator[str]:
        """The text of a paragraph or of something inside it."""
        last = ""
        for child in element:
            kind = local(child)
            if kind == "t":
                piece = child.text or ""
            elif kind in _WRITTEN:
                piece = _WRITTEN[kind]
            elif kind == "sym":
                piece = _symbol(child)
            elif kind in {"footnoteReference", "endnoteReference"}:
                piece = self._note(kind.removesuffix("Reference"), attribute(child, "id"))
            elif kind == "r":
                piece = _run(child, "".join(self._pieces(child)), last)
            elif kind in _WRAPPERS or kind in _MATH:
                inner = "".join(self._pieces(child))
                piece = _BEFORE.get(kind, "") + inner if inner else ""
            else:
                continue
            last = piece or last
            yield piece

    def _note(self, kind: str, wanted: str | None) -> str:
        part = self.parts.footnotes if kind == "footnote" else self.parts.endnotes
        note = next((one for one in children(part, kind) if attribute(one, "id") == wanted), None)
        if note is None:
            return ""
        self._shown += 1
        mark, held = f"〔注{self._shown}〕", self._notes
        self._notes = []
        text = " ".join(" ".join(self.lines(note)).split())
        self._notes = [*held, (mark, text)]
        return mark


def _run(run: Element, text: str, before: str) -> str:
    """A run as it is seen: hidden text is not, raised digits stay apart from the number before."""
    properties = descend(run, "rPr")
    if is_on(properties, "vanish") or is_on(properties, "webHidden"):
        return ""
    shifted = _SHIFTED.get(value(properties, "vertAlign") or "", "")
    return shifted + text if text[:1].isdigit() and before[-1:].isdigit() else text


def _symbol(element: Element) -> str:
    """A sign of a symbol font: the character itself, a known one of Symbol, or a visible blank."""
    code = attribute(element, "char") or ""
    try:
        sign = chr(int(code, 16))
    except (ValueError, OverflowError):
        return _UNKNOWN
    if not "\ue000" <= sign <= "\uf8ff":
        return sign if sign.isprintable() else _UNKNOWN
    known = _SYMBOLS if (attribute(element, "font") or "") == "Symbol" else {}
    return known.get(chr(ord(sign) & 0xFF), _UNKNOWN)


def _boxes(paragraph: Element) -> Iterator[Element]:
    """Text boxes anchored in a paragraph, each once (its older twin is a fallback)."""
    for box in paragraph.iter("{*}txbxContent"):
        above = [local(one) for one in box.iterancestors()]
        inside = above[: above.index("p")] if "p" in above else above
        if not {"Fallback", "del", "moveFrom"} & set(inside):
            yield box


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if local(child) == "tr" and descend(child, "trPr", "del") is None:
            yield child
        elif local(child) in _WRAPPERS:
            yield from _rows(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if local(child) == "tc":
            yield child
        elif local(child) in _WRAPPERS:
            yield from _cells(child)
