"""What stands on the pages of a PDF file: characters and ruled lines with their places.

All measures are points in reading direction: x to the right, y downwards.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import UnreadableFile
from index.reading.limits import Limits

UNKNOWN = "□"  # a glyph of a font that does not say which character it is
THIN = 2.5  # points
UPRIGHT = 15  # degrees
_INVISIBLE = 3  # text render mode of a recognised text behind a scanned picture
_RADICALS = range(0x2F00, 0x2FD6)


@dataclass(frozen=True, slots=True)
class Char:
    """A character with its box; ``base`` is the y of its baseline, ``size`` its font size."""

    text: str
    x0: float
    x1: float
    base: float
    size: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruled line: level when it is wider than high."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def level(self) -> bool:
        """Whether it runs from left to right."""
        return self.x1 - self.x0 >= self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page; ``picture`` is the share of it under its largest image, ``turned`` text left out."""

    number: int
    top: float
    bottom: float
    chars: tuple[Char, ...]
    rules: tuple[Rule, ...]
    picture: float = 0.0
    turned: str = ""
    recognised: bool = False


def read_sheets(data: bytes, limits: Limits) -> Iterator[Sheet]:
    """The pages of a PDF file in order.

    Raises UnreadableFile for a damaged or locked file, too many pages, or a page that is too full.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        reason = "设有密码，请去掉密码后再放入" if locked else "不是完好的 PDF 文件，请重新获取"
        raise UnreadableFile(reason) from error
    if len(document) > limits.pages:
        raise UnreadableFile(f"超过 {limits.pages} 页，请拆分后再放入")
    for index in range(len(document)):
        page = document[index]
        textpage = page.get_textpage()
        if textpage.count_chars() > limits.page_characters:
            raise UnreadableFile(f"第 {index + 1} 页的字数异常多，请核实来源后重新导出")
        yield _sheet(index + 1, page, textpage)
        textpage.close()
        page.close()


def _sheet(number: int, page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage) -> Sheet:
    found = list(_glyphs(textpage))
    angles = Counter(round(glyph.angle / 90) % 4 for glyph in found)
    quarter = angles.most_common(1)[0][0] if angles else 0
    turn = _Turn(quarter)
    upright = [one for one in found if _leans(one.angle - 90 * quarter) < UPRIGHT]
    turned = "".join(one.text for one in found if _leans(one.angle - 90 * quarter) >= UPRIGHT)
    box = turn.box(*page.get_cropbox())
    chars = [turn.char(one) for one in upright]
    inside = [one for one in chars if box[0] - 1 <= one.x1 and one.x0 <= box[2] + 1]
    rules, picture = _drawn(page, turn)
    hidden = sum(one.hidden for one in found)
    return Sheet(
        number,
        box[1],
        box[3],
        tuple(one for one in inside if box[1] - 1 <= one.base <= box[3] + 1),
        tuple(rules),
        picture,
        turned.strip(),
        bool(found) and hidden * 2 > len(found),
    )


def _leans(degrees: float) -> float:
    return abs((degrees + 180) % 360 - 180)


@dataclass(frozen=True, slots=True)
class _Glyph:
    text: str
    box: tuple[float, float, float, float]
    origin: tuple[float, float]
    size: float
    angle: float
    hidden: bool


@dataclass(frozen=True, slots=True)
class _Turn:
    """Turns the coordinates of a file (y upwards, text maybe sideways) to reading direction."""

    quarter: int

    def point(self, x: float, y: float) -> tuple[float, float]:
        return ((x, -y), (-y, -x), (-x, y), (y, x))[self.quarter]

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        xs, ys = zip(self.point(x0, y0), self.point(x1, y1), strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def char(self, glyph: _Glyph) -> Char:
        x0, _, x1, _ = self.box(*glyph.box)
        return Char(glyph.text, x0, x1, self.point(*glyph.origin)[1], glyph.size)


def _glyphs(textpage: pypdfium2.PdfTextPage) -> Iterator[_Glyph]:
    x, y = ctypes.c_double(), ctypes.c_double()
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    high = 0
    for index in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if high and 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
        high = 0
        # blanks that the library adds are guesses; gaps between boxes decide about blanks here
        if pdfium.FPDFText_IsGenerated(textpage, index) or code in {0x0A, 0x0D}:
            continue
        pdfium.FPDFText_GetLooseCharBox(textpage, index, box)
        pdfium.FPDFText_GetCharOrigin(textpage, index, x, y)
        pdfium.FPDFText_GetMatrix(textpage, index, matrix)
        angle = math.degrees(pdfium.FPDFText_GetCharAngle(textpage, index))
        size = pdfium.FPDFText_GetFontSize(textpage, index)
        text_object = pdfium.FPDFText_GetTextObject(textpage, index)
        yield _Glyph(
            _character(code, bool(pdfium.FPDFText_IsHyphen(textpage, index))),
            (box.left, box.bottom, box.right, box.top),
            (x.value, y.value),
            max(size * math.hypot(matrix.c, matrix.d), 1.0),
            angle,
            pdfium.FPDFTextObj_GetTextRenderMode(text_object) == _INVISIBLE,
        )


def _character(code: int, hyphen: bool) -> str:
    if hyphen or code == 0x02:  # a hyphen at the end of a line is reported as a control sign
        return "-"
    if code in _RADICALS:
        return _radical(code)
    char = chr(code)
    plain = char == " " or (char.isprintable() and not 0xE000 <= code <= 0xF8FF)
    return char if plain else " " if char.isspace() else UNKNOWN


def _radical(code: int) -> str:
    """Fonts often report a character such as 一 as the radical that looks like it."""
    return unicodedata.normalize("NFKC", chr(code))


def _drawn(page: pypdfium2.PdfPage, turn: _Turn) -> tuple[list[Rule], float]:
    rules: list[Rule] = []
    area, largest = page.get_width() * page.get_height(), 0.0
    kinds = [pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE]
    for drawn in page.get_objects(filter=kinds, max_depth=4):
        left, bottom, right, top = drawn.get_bounds()
        if drawn.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            largest = max(largest, (right - left) * (top - bottom) / max(area, 1.0))
        elif min(right - left, top - bottom) <= THIN:
            rules.append(Rule(*turn.box(left, bottom, right, top)))
        else:
            rules.extend(_edges(drawn, turn))
    return rules, largest


def _edges(path: pypdfium2.PdfObject, turn: _Turn) -> Iterator[Rule]:
    """The level and upright lines of a path, closing lines included."""
    matrix, last, begin = path.get_matrix(), None, None
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(min(pdfium.FPDFPath_CountSegments(path), 2_000)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        begin = point if kind == pdfium.FPDF_SEGMENT_MOVETO else begin
        if kind == pdfium.FPDF_SEGMENT_LINETO and last is not None:
            yield from _edge(last, point, turn)
        if pdfium.FPDFPathSegment_GetClose(segment) and begin is not None:
            yield from _edge(point, begin, turn)
        last = point


def _edge(start: tuple[float, float], end: tuple[float, float], turn: _Turn) -> Iterator[Rule]:
    rule = Rule(*turn.box(*start, *end))
    if min(rule.x1 - rule.x0, rule.y1 - rule.y0) <= THIN:
        yield rule
