"""One draft as it lies on disk: a file as received and what staff say about it.

``<drafts>/<draft id>/`` holds ``raw/<stem>.<ext>``, ``sidecar.yaml``, maybe ``asked.yaml`` and
``gaps.yaml``, and ``draft.json``, written last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from index.corpus import load_document
from index.documents import Document
from index.errors import CorpusError
from index.library.files import RAW, get_json, put_json
from index.library.intake import SIDECAR
from index.naming import document_id

RECORD = "draft.json"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Why a person accepts an issue."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft; ``accepted`` is by issue id, ``source`` the file as received."""

    id: str
    filename: str
    title: str
    by: str
    at: datetime
    source: Path
    accepted: Mapping[str, Accepted] = field(default_factory=dict)

    @property
    def document_id(self) -> str:
        """The id that the document will have."""
        return document_id(self.source.stem)

    @property
    def folder(self) -> Path:
        """Everything that belongs to the draft."""
        return self.source.parent.parent

    @property
    def sidecar(self) -> Path:
        """The fields that staff give; may be absent."""
        return self.folder / SIDECAR

    @property
    def reasons(self) -> dict[str, str]:
        """Why issues are accepted, by issue id."""
        return {issue: accepted.reason for issue, accepted in self.accepted.items()}


def read_draft(folder: Path) -> Draft | None:
    """The draft in a folder; None when it is not whole."""
    body = get_json(folder / RECORD)
    sources = [path for path in folder.glob(f"{RAW}/*") if not path.name.startswith(".")]
    if not body or len(sources) != 1:
        return None
    accepted = {
        issue: Accepted(row["reason"], row["by"], datetime.fromisoformat(row["at"]))
        for issue, row in body["accepted"].items()
    }
    words = {name: body[name] for name in ("id", "filename", "title", "by")}
    moment = datetime.fromisoformat(body["at"])
    return Draft(**words, at=moment, source=sources[0], accepted=accepted)


def change_record(folder: Path, changes: Mapping[str, Any]) -> None:
    """Change entries of ``draft.json``."""
    put_json(folder / RECORD, {**(get_json(folder / RECORD) or {}), **changes})


def document_in(source: Path, sidecar: Path) -> Document | None:
    """The document, as far as it can be made of a file that was read before."""
    try:
        return load_document(source, sidecar)
    except CorpusError:
        return None
