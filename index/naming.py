"""The id of a document, from the name of its file: safe in links, the same on every machine."""

from __future__ import annotations

import re
from hashlib import sha256
from unicodedata import normalize

from index.readings import word_reading

LONGEST_INITIALS = 24
DIGEST_CHARACTERS = 6
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PIECE = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z0-9]+")


def document_id(stem: str) -> str:
    """A plain stem is its own id; ``教育法(2021-04-29)`` becomes ``jyf-2021-04-29-`` and a digest.

    The digest of the whole name keeps apart names of the same sound.
    """
    name = normalize("NFC", stem)
    if _SAFE.fullmatch(name):
        return name
    digest = sha256(name.encode()).hexdigest()[:DIGEST_CHARACTERS]
    pieces = [_latin(piece) for piece in _PIECE.findall(name)]
    return "-".join(piece for piece in (*pieces, digest) if piece)


def _latin(piece: str) -> str:
    if piece.isascii():
        return piece.lower()
    initials = "".join(syllable[0] for syllable in word_reading(piece) if syllable.isascii())
    return initials[:LONGEST_INITIALS]
