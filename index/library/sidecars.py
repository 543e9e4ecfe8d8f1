"""Changing fields of a sidecar while the rest of it, comments too, stays as a person wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from index.library.files import put
from index.sidecar import load_sidecar

Fields = Mapping[str, object]
NOTHING = object()  # a value of a field: the document has none, whatever its text seems to say

_BLOCK = re.compile(r"^(?=[A-Za-z_]\w*:)", re.MULTILINE)


def with_fields(text: str, fields: Fields) -> str:
    """The YAML text with these top-level fields; None takes a field out."""
    blocks = _BLOCK.split(text)
    kept = [block for block in blocks if block.partition(":")[0] not in fields]
    if kept and kept[-1] and not kept[-1].endswith("\n"):
        kept[-1] += "\n"
    given = {
        name: None if value is NOTHING else value
        for name, value in fields.items()
        if value is not None
    }
    added = yaml.safe_dump(given, allow_unicode=True, sort_keys=False) if given else ""
    return "".join(kept) + added


def change_sidecar(path: Path, fields: Fields) -> None:
    """Change fields of a sidecar file, which may be absent; raises BadSidecar, changing nothing.

    A file that is left without any field is removed.
    """
    text = with_fields(path.read_text(encoding="utf-8") if path.exists() else "", fields)
    if not text.strip():
        path.unlink(missing_ok=True)
        return
    trial = path.with_name(f".trial.{path.name}")
    put(trial, text.encode())
    try:
        load_sidecar(trial)
        trial.replace(path)
    finally:
        trial.unlink(missing_ok=True)
