"""Document <-> JSON object, compact: clause texts and offset runs are derived, not stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from index.documents import Clause, Document, Finding, Part, Region, Repair, Validity

DATES = ("issued", "published", "effective", "expires")


class Slotted(Protocol):
    """A slotted dataclass; its slots are its fields."""

    __slots__: tuple[str, ...]


def encode_document(document: Document) -> dict[str, Any]:
    """A JSON-ready object from which :func:`decode_document` gives the same document back."""
    data = fields_of(document)
    data["region"] = list(document.region.path)
    data["validity"] = fields_of(document.validity)
    data["offsets"] = _runs(document.offsets)
    for name in DATES:
        data[name] = data[name].isoformat() if data[name] else None
    for name in ("findings", "repairs"):
        data[name] = [fields_of(item) for item in data[name]]
    data["clauses"] = [_clause_fields(clause) for clause in document.clauses]
    return data


def fields_of(value: Slotted) -> dict[str, Any]:
    """Name and value of each field; unlike ``asdict`` it copies nothing, ten times as fast."""
    return {name: getattr(value, name) for name in value.__slots__}


def decode_document(data: Mapping[str, Any]) -> Document:
    """The document; raises KeyError, TypeError or ValueError when a field does not fit."""
    values = dict(data)
    for name in DATES:
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    values["region"] = Region(tuple(values["region"]))
    values["validity"] = Validity(**values["validity"])
    values["offsets"] = tuple(_expand(values["offsets"]))
    values["findings"] = tuple(Finding(**finding) for finding in values["findings"])
    values["repairs"] = tuple(Repair(**repair) for repair in values["repairs"])
    for name in ("aliases", "nicknames", "repeals", "applies_to"):
        values[name] = tuple(values.get(name, ()))
    values["clauses"] = tuple(
        _clause(clause, values["id"], values["text"]) for clause in values["clauses"]
    )
    return Document(**values)


def _clause_fields(clause: Clause) -> dict[str, Any]:
    data = fields_of(clause)
    del data["document_id"], data["text"]
    data["parts"] = [fields_of(part) for part in clause.parts]
    return data


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
