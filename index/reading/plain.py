"""Bytes -> text: UTF-8, GB18030, UTF-16, or what the bytes themselves suggest."""

from __future__ import annotations

from charset_normalizer import from_bytes

from index.errors import UnreadableFile
from index.reading.limits import Reading

ENCODINGS = ("utf-8-sig", "gb18030", "utf-16")
LEAST_READABLE = 0.7
SAMPLE = 20_000
_PUNCTUATION = "，。、；：？！“”‘’（）《》〈〉【】〔〕—…·％～－＋＝／─®　①②③④⑤⑥⑦⑧⑨⑩"


def read_plain(name: str, data: bytes) -> Reading:
    """A text or Markdown file."""
    return Reading(decode(name, data))


def decode(name: str, data: bytes, declared: str | None = None) -> str:
    """The text of the bytes; ``declared`` is the encoding that the file itself names."""
    marked = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    usual = ENCODINGS[2:] if marked else ENCODINGS[:2]
    for encoding in (*([declared] if declared and not marked else []), *usual):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if looks_like_text(text):
            return text
    guess = from_bytes(data).best()
    if guess is not None and looks_like_text(str(guess)):
        return str(guess)
    raise UnreadableFile(f"{name}：认不出文字编码（也许是二进制文件），请另存为 UTF-8 文本")


def looks_like_text(text: str) -> bool:
    """Whether most of the first characters are Chinese, ASCII or common punctuation."""
    sample = text[:SAMPLE]
    readable = sum(
        char.isspace()
        or (char.isascii() and char.isprintable())
        or "\u4e00" <= char <= "\u9fff"
        or char in _PUNCTUATION
        or "\uff00" <= char <= "\uffef"
        for char in sample
    )
    return "\x00" not in sample and readable >= LEAST_READABLE * max(len(sample), 1)
