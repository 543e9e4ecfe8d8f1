"""Documents as they were read last time, so that a corpus is not read anew for one changed file.

Reading a file, with its clauses, its metadata and all that is checked, takes twenty times as long
as decoding its record. A record belongs to one state of file, sidecar and program. It is only a
shortcut: one that is damaged, or cannot be written, costs a reading and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import blake2b, file_digest
from importlib.metadata import version
from pathlib import Path

import orjson

from index.codec import decode_document, encode_document
from index.documents import Document

READERS = ("beautifulsoup4", "charset-normalizer", "lxml", "opencc", "pypdfium2", "rjieba")
DIGEST_BYTES = 16

Read = Callable[[Path, Path], Document]


class ParsedDocuments:
    """The records in a folder; only one process at a time uses it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[str] = set()

    def document(self, path: Path, sidecar: Path, read: Read) -> Document:
        """The document of a file and its sidecar, from the record or else as it is read now."""
        try:
            name = _state(path, sidecar)
        except OSError:
            return read(path, sidecar)  # which says what is wrong with the file
        self._used.add(name)
        known = self._record(name)
        if known is not None:
            return known
        document = read(path, sidecar)
        self._keep(name, document)
        return document

    def tidy(self) -> None:
        """Remove the records that were not used."""
        with suppress(OSError):
            for file in self._folder.iterdir():
                if file.name not in self._used:
                    file.unlink()

    def _record(self, name: str) -> Document | None:
        try:
            body = (self._folder / name).read_bytes()
            if _digest(body[DIGEST_BYTES:]) != body[:DIGEST_BYTES]:
                return None
            return decode_document(orjson.loads(body[DIGEST_BYTES:]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, name: str, document: Document) -> None:
        body = orjson.dumps(encode_document(document))
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            half = self._folder / f"{name}.half"
            half.write_bytes(_digest(body) + body)
            os.replace(half, self._folder / name)


def _state(path: Path, sidecar: Path) -> str:
    """Changes with the file, its name, its sidecar, and with the program that reads it."""
    whole = blake2b(_program() + path.name.encode(), digest_size=DIGEST_BYTES)
    for one in (path, sidecar):
        whole.update(_of_file(one) if one.exists() else b"")
        whole.update(b"/")
    return whole.hexdigest()


def _of_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, _hash).digest()


def _hash() -> blake2b:
    return blake2b(digest_size=DIGEST_BYTES)


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=DIGEST_BYTES).digest()


@cache
def _program() -> bytes:
    """The code and the data of this package, and the libraries that read files."""
    own = Path(__file__).parent
    files = sorted(one for one in own.rglob("*") if one.suffix != ".pyc" and one.is_file())
    parts = [str(one.relative_to(own)).encode() + _of_file(one) for one in files]
    parts.extend(f"{name} {version(name)}".encode() for name in READERS)
    return _digest(b"\n".join(parts))
