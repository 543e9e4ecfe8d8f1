"""Text in UTF-8 that was read as GBK: 鏁欒偛 for 教育."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.checks.kinds import Spot
from index.documents import Clause

_HAN_RUN = re.compile(r"[^\x00-\x7f]{4,}")
# Three Chinese characters in UTF-8, one byte a character; four in GBK are hardly ever that.
_UTF8 = re.compile(r"(?:[\xe4-\xe9][\x80-\xbf]{2}|\xe3\x80[\x81\x82]|\xef\xbc[\x80-\xbf]){3,}")


def garbled(text: str, clauses: Sequence[Clause]) -> Iterator[Spot]:
    """Every run whose GBK bytes are Chinese in UTF-8."""
    for run in _HAN_RUN.finditer(text):
        pieces = [char.encode("gbk", "replace").decode("latin-1") for char in run[0]]
        match = _UTF8.search("".join(pieces))
        if match:
            start = run.start() + _place(pieces, match.start())
            end = run.start() + _place(pieces, match.end() - 1) + 1
            yield Spot("mojibake", start, end, text[start:end])


def _place(pieces: Sequence[str], position: int) -> int:
    """The character that holds this byte."""
    for at, piece in enumerate(pieces):
        position -= len(piece)
        if position < 0:
            return at
    return len(pieces) - 1
