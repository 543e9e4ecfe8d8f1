"""File -> text: plain text, Markdown, HTML, Word and PDF files; encodings detected."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from charset_normalizer import from_bytes

from index.errors import UnreadableFile

ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
MAX_BYTES = 50_000_000
LEAST_READABLE = 0.7


@dataclass(frozen=True, slots=True)
class RawFile:
    """A policy file as received: its text and the SHA-256 of its bytes."""

    path: Path
    text: str
    digest: str


def read_file(path: Path) -> RawFile:
    """Read a policy file; raises UnreadableFile with the reason and what to do."""
    data = _read_bytes(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = "、".join(READERS)
        raise UnreadableFile(f"{path.name}：不支持这种文件类型，请转换为 {known} 之一")
    text = reader(path, data).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableFile(f"{path.name}：文件里没有文字（扫描件请先做文字识别）")
    return RawFile(path, text, hashlib.sha256(data).hexdigest())


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableFile(f"{path.name}：读不出来（{reason}），请检查文件和权限") from error
    if size > MAX_BYTES:
        raise UnreadableFile(f"{path.name}：超过 {MAX_BYTES // 1_000_000} MB，请拆分后再放入")
    if not data.strip():
        raise UnreadableFile(f"{path.name}：文件是空的，请重新获取")
    return data


def _decode(path: Path, data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ENCODINGS[:2]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _looks_like_text(text):
            return text
    guess = from_bytes(data).best()
    if guess is not None and _looks_like_text(str(guess)):
        return str(guess)
    raise UnreadableFile(f"{path.name}：认不出文字编码（也许是二进制文件），请另存为 UTF-8 文本")


def _looks_like_text(text: str) -> bool:
    sample = text[:20_000]
    readable = sum(
        char.isspace()
        or (char.isascii() and char.isprintable())
        or "\u4e00" <= char <= "\u9fff"
        or char in "，。、；：？！“”‘’（）《》〈〉【】〔〕—…·％～－＋＝／─®　①②③④⑤⑥⑦⑧⑨⑩"
        or "\uff00" <= char <= "\uffef"
        for char in sample
    )
    return "\x00" not in sample and readable >= LEAST_READABLE * max(len(sample), 1)


def _read_html(path: Path, data: bytes) -> str:
    soup = BeautifulSoup(_decode(path, data), "html.parser")
    for tag in soup(["script", "style", "noscript", "template", "nav", "footer"]):
        tag.decompose()
    return "\n".join(line.strip() for line in soup.get_text("\n").splitlines())


def _read_docx(path: Path, data: bytes) -> str:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise UnreadableFile(f"{path.name}：不是完好的 Word 文件，请重新另存为 .docx") from error
    lines = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        lines.extend("\t".join(cell.text for cell in row.cells) for row in table.rows)
    return "\n".join(lines)


def _read_pdf(path: Path, data: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return "\n".join(page.extract_text() for page in PdfReader(str(path)).pages)
    except PyPdfError as error:
        raise UnreadableFile(f"{path.name}：不是完好的 PDF 文件，请重新获取") from error


READERS: dict[str, Callable[[Path, bytes], str]] = {
    ".txt": _decode,
    ".md": _decode,
    ".html": _read_html,
    ".htm": _read_html,
    ".docx": _read_docx,
    ".pdf": _read_pdf,
}
