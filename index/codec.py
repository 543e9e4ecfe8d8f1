"""Document <-> JSON object, compact: clause texts and offset runs are derived, not stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from index.documents import Clause, Document, Finding, Part, Region, Repair, Validity


def encode_document(document: Document) -> dict[str, Any]:
    """A JSON-ready object from which :func:`decode_document` gives the same document back."""
    data = asdict(document)
    data["region"] = list(document.region.path)
    data["offsets"] = _runs(document.offsets)
    for name in ("issued", "published"):
        data[name] = data[name].isoformat() if data[name] else None
    for clause in data["clauses"]:
        del clause["document_id"], clause["text"]
    return data


def decode_document(data: Mapping[str, Any]) -> Document:
    """The document; raises KeyError, TypeError or ValueError when a field does not fit."""
    values = dict(data)
    for name in ("issued", "published"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    values["region"] = Region(tuple(values["region"]))
    values["validity"] = Validity(**values["validity"])
    values["offsets"] = tuple(_expand(values["offsets"]))
    values["findings"] = tuple(Finding(**finding) for finding in values["findings"])
    values["repairs"] = tuple(Repair(**repair) for repair in values["repairs"])
    for name in ("aliases", "nicknames"):
        values[name] = tuple(values[name])
    values["clauses"] = tuple(
        _clause(clause, values["id"], values["text"]) for clause in values["clauses"]
    )
    return Document(**values)


def _clause(data: Mapping[str, Any], document_id: str, text: str) -> Clause:
    values = dict(data)
    values["path"] = tuple(values["path"])
    values["parts"] = tuple(Part(**part) for part in values["parts"])
    return Clause(document_id=document_id, text=text[values["start"] : values["end"]], **values)


def _runs(offsets: Iterable[int]) -> list[list[int]]:
    """Runs of consecutive raw offsets as [first, length]."""
    runs: list[list[int]] = []
    for offset in offsets:
        if runs and offset == runs[-1][0] + runs[-1][1]:
            runs[-1][1] += 1
        else:
            runs.append([offset, 1])
    return runs


def _expand(runs: Iterable[list[int]]) -> Iterable[int]:
    for first, length in runs:
        yield from range(first, first + length)
