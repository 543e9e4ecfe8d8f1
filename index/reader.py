"""File -> text: the front door to one reader for each kind of file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.errors import UnreadableFile
from index.reading.html import read_html
from index.reading.legacy import read_legacy_word
from index.reading.limits import LIMITS, Reading
from index.reading.pdf import read_pdf
from index.reading.plain import read_plain
from index.reading.word import read_word

MAX_BYTES = LIMITS.file_bytes


@dataclass(frozen=True, slots=True)
class RawFile:
    """A policy file as received: its text and the SHA-256 of its bytes.

    ``notes`` says, a sentence each in Chinese, what the reader left out or what needs a look.
    """

    path: Path
    text: str
    digest: str
    notes: tuple[str, ...] = ()


def read_file(path: Path) -> RawFile:
    """Read a policy file; raises UnreadableFile with the reason and what to do."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableFile(f"{path.name}：读不出来（{reason}），请检查文件和权限") from error
    if size > MAX_BYTES:
        raise _too_large(path.name)
    return _read(path, data)


def read_bytes(name: str, data: bytes) -> RawFile:
    """Read an upload; ``name`` tells its kind and is shown, no path is ever built from it."""
    return _read(Path(name.replace("\\", "/").rsplit("/", 1)[-1]), data)


def _read(path: Path, data: bytes) -> RawFile:
    name = path.name
    if len(data) > MAX_BYTES:
        raise _too_large(name)
    if not data.strip():
        raise UnreadableFile(f"{name}：文件是空的，请重新获取")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(f"{name}：不支持这种文件类型，请转换为 {'、'.join(READERS)} 之一")
    reading = reader(name, data)
    text = reading.text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableFile(f"{name}：文件里没有文字（扫描件请先做文字识别）")
    if len(text) > LIMITS.characters:
        most = LIMITS.characters // 10_000
        raise UnreadableFile(f"{name}：超过 {most} 万字，请拆分后再放入")
    return RawFile(path, text, hashlib.sha256(data).hexdigest(), reading.notes)


def _too_large(name: str) -> UnreadableFile:
    return UnreadableFile(f"{name}：超过 {MAX_BYTES // 1_000_000} MB，请拆分后再放入")


READERS: dict[str, Callable[[str, bytes], Reading]] = {
    ".txt": read_plain,
    ".md": read_plain,
    ".html": read_html,
    ".htm": read_html,
    ".docx": read_word,
    ".doc": read_legacy_word,
    ".pdf": read_pdf,
}
