"""Changes to the corpus: drafts taken up, policies retired or withdrawn -> new corpus files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import yaml

from index.asked import clause_key
from index.corpus import WHOLE_DOCUMENT, load_document
from index.days import show_day
from index.documents import Document
from index.library.draft import Draft
from index.library.files import RAW, LibraryError, document_of, same, stem_of
from index.library.intake import ASKED, GAPS
from index.library.sidecars import with_fields
from index.sidecar import load_asked

_FILES = ((ASKED, ".asked.yaml"), (GAPS, ".gaps.yaml"))


@dataclass(frozen=True, slots=True)
class Retirement:
    """A policy that is no longer in force from a day on; it stays for questions of earlier days."""

    document_id: str
    reason: str
    on: date
    status: Literal["废止", "失效"] = "废止"


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be published: drafts by id, retirements, ids to take out of the corpus."""

    drafts: tuple[str, ...] = ()
    retire: tuple[Retirement, ...] = ()
    withdraw: tuple[str, ...] = ()
    by: str = ""
    note: str = ""


def changed_files(
    base: Mapping[str, Path], drafts: Sequence[Draft], changes: Changes
) -> dict[str, Path | bytes]:
    """The corpus files after the changes, by name; raises LibraryError and BadSidecar."""
    files: dict[str, Path | bytes] = dict(base)
    for draft in drafts:
        before = _of(base, draft.document_id)
        for name in before:
            files.pop(name, None)
        files.update(_taken_up(before, draft))
    for retirement in changes.retire:
        name = f"{_held_stem(base, retirement.document_id)}.yaml"
        text = base[name].read_text(encoding="utf-8") if name in base else ""
        files[name] = with_fields(text, _fields(retirement)).encode()
    for document_id in changes.withdraw:
        _held_stem(base, document_id)
        for name in _of(base, document_id):
            files.pop(name, None)
    return files


def is_taken_up(draft: Draft, staged: Mapping[str, Path]) -> bool:
    """Whether staged files are this draft as it is now."""
    sidecar = draft.sidecar if draft.sidecar.exists() else None
    raw = staged.get(f"{RAW}/{draft.source.name}")
    return same(draft.source, raw) and same(sidecar, staged.get(f"{draft.source.stem}.yaml"))


def _fields(retirement: Retirement) -> dict[str, object]:
    basis = f"自{show_day(retirement.on)}起{retirement.status}，{retirement.reason}"
    validity = {"status": retirement.status, "basis": basis}
    return {"validity": validity, "expires": retirement.on - timedelta(days=1)}


def _taken_up(before: Mapping[str, Path], draft: Draft) -> dict[str, Path | bytes]:
    """The files of a draft; questions written for the policy it replaces stay where they fit."""
    stem = draft.source.stem
    files: dict[str, Path | bytes] = {f"{RAW}/{draft.source.name}": draft.source}
    if draft.sidecar.exists():
        files[f"{stem}.yaml"] = draft.sidecar
    for part, ending in _FILES:
        questions = next((path for name, path in before.items() if name.endswith(ending)), None)
        if (draft.folder / part).exists():
            files[f"{stem}{ending}"] = draft.folder / part
        elif questions:
            files[f"{stem}{ending}"] = _still_fitting(before, draft, questions)
    return files


def _still_fitting(before: Mapping[str, Path], draft: Draft, path: Path) -> bytes:
    """Everyday questions of the clauses that the new text holds word for word."""
    name = next(name for name in before if name.startswith(f"{RAW}/"))
    sidecar = before.get(f"{stem_of(name)}.yaml", path.with_name(".none"))
    old = _texts(load_document(before[name], sidecar))
    new = _texts(load_document(draft.source, draft.sidecar))
    questions = load_asked(path, {**old, WHOLE_DOCUMENT: ""})
    kept = {
        key: list(rows)
        for key, rows in questions.items()
        if (own := clause_key(key)) in old and old[own] == new.get(own)
    }
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False).encode()


def _texts(document: Document) -> dict[str, str]:
    return {clause.key: clause.text for clause in document.clauses}


def _of(files: Mapping[str, Path], document_id: str) -> dict[str, Path]:
    """The files of one document."""
    return {name: path for name, path in files.items() if document_of(name) == document_id}


def _held_stem(base: Mapping[str, Path], document_id: str) -> str:
    """The stem of the files of a document; raises LibraryError when it is not held."""
    for name in _of(base, document_id):
        return stem_of(name)
    raise LibraryError(f"没有收录编号为 {document_id[:60]} 的文件，可用 wence documents 查看编号")
