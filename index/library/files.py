"""The files of a corpus folder, and writing them so that a stop never leaves half a file."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from index.disk import flush
from index.errors import CorpusError
from index.naming import document_id

RAW = "raw"

Contents = Mapping[str, Path | bytes]


class LibraryError(CorpusError):
    """A draft or a publication cannot be used; the message says why and what to do."""


def corpus_files(folder: Path) -> dict[str, Path]:
    """Every file that belongs to the corpus in a folder, by its name there (``raw/a.txt``)."""
    found = [*folder.glob(f"{RAW}/*"), *folder.glob("*.yaml")]
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(found)
        if path.is_file() and not path.name.startswith(".")
    }


def document_of(name: str) -> str:
    """The id of the document that a corpus file belongs to."""
    return document_id(stem_of(name))


def stem_of(name: str) -> str:
    """The stem that all files of one document share."""
    path = PurePosixPath(name)
    if path.parent.name == RAW:
        return path.stem
    return path.name.removesuffix(".yaml").removesuffix(".asked").removesuffix(".gaps")


def same(one: Path | None, other: Path | None) -> bool:
    """Whether both files are there with equal content, or neither is."""
    if one is None or other is None:
        return one is other
    return one.samefile(other) or filecmp.cmp(one, other, shallow=False)


def different(before: Mapping[str, Path], after: Mapping[str, Path]) -> tuple[str, ...]:
    """Names of the files that are not the same on both sides."""
    names = sorted(before.keys() | after.keys())
    return tuple(name for name in names if not same(before.get(name), after.get(name)))


def lay_down(folder: Path, contents: Contents, linked: Path) -> None:
    """Write files into a new folder; those that lie below ``linked`` share their place on disk.

    Linked files are never written again: whoever changes one puts a new file in its place.
    """
    (folder / RAW).mkdir(parents=True)
    for name, content in contents.items():
        target = folder / name
        if isinstance(content, bytes):
            target.write_bytes(content)
        elif content.is_relative_to(linked):
            _link(content, target)
        else:
            shutil.copyfile(content, target)
    for path in [*folder.rglob("*"), folder]:
        flush(path)


def put(path: Path, data: bytes) -> None:
    """Write a file in one step that survives a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(data)
    flush(temporary)
    os.replace(temporary, path)
    flush(path.parent)


def put_json(path: Path, body: Mapping[str, Any]) -> None:
    """Write a JSON object in one step."""
    put(path, json.dumps(body, ensure_ascii=False, indent=1).encode())


def get_json(path: Path) -> dict[str, Any] | None:
    """Read a JSON object; None when it is not there or not whole."""
    try:
        body: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return body


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, target)
