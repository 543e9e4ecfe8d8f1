"""Names under which received files are kept: safe in a path, telling, stable.

The id of a document comes from the name of its file, see :mod:`index.naming`; so do dates and
titles that stand in no other place, and therefore a name is changed as little as possible.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

from index.naming import document_id

LONGEST = 60  # characters; a file system takes 255 bytes, and Chinese takes three a character
FEWEST_HAN = 3  # a file name with so many Chinese characters says what it holds
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PLAIN = re.compile(r"(?=.*[a-z])[a-z0-9][a-z0-9-]{2,}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


def plain_name(filename: str) -> PurePosixPath:
    """The last step of a name as it was sent, whatever system it came from; no blank, no path."""
    path = PurePosixPath(_safe(filename.replace("\\", "/").rsplit("/", 1)[-1]) or "document")
    return PurePosixPath(f"{path.stem[:LONGEST].strip()}{path.suffix.lower()}")


def stem_for(filename: str, title: str) -> str:
    """The stem to keep a file under: its own, unless that says nothing and the title is known."""
    stem = plain_name(filename).stem
    telling = len(_HAN.findall(stem)) >= FEWEST_HAN or _PLAIN.fullmatch(stem)
    return stem if telling else _safe(title)[:LONGEST].strip() or stem


def free_stem(wanted: str, taken: Collection[str]) -> str:
    """The stem, or the stem with the first number that makes its document id free."""
    stems = (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3)))
    return next(stem for stem in stems if document_id(stem) not in taken)


def is_document_id(text: str) -> bool:
    """Whether a person may give a document this id."""
    return len(text) <= LONGEST and _PLAIN.fullmatch(text) is not None


def _safe(text: str) -> str:
    return _UNSAFE.sub("-", unicodedata.normalize("NFC", text)).strip().lstrip(".")
