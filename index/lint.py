"""Findings a person should look at before a policy is published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.checks.kinds import kinds
from index.checks.text import text_spots
from index.cleaner import finding
from index.documents import Clause, Finding
from index.metadata import Extracted
from index.sidecar import Sidecar
from index.textmap import MappedText

DAYS = ("issued", "published", "effective", "expires")
DISAGREEING = ("title", "number", "issuer", *DAYS, "target_year")


def lint(raw: str, mapped: MappedText, clauses: Sequence[Clause]) -> Iterator[Finding]:
    """Every suspicious place of the text that is more than a note, placed in the raw file."""
    for spot in text_spots(mapped.text, clauses):
        kind = kinds()[spot.kind]
        if kind.severity != "note":
            yield finding(raw, mapped, spot.kind, kind.says(spot.detail), spot.start)


def disagreements(extracted: Extracted, sidecar: Sidecar) -> Iterator[Finding]:
    """Where the sidecar overrides what the text says."""
    for name in DISAGREEING:
        said, given = getattr(extracted, name), getattr(sidecar, name)
        if name in sidecar.model_fields_set and said is not None and said != given:
            yield Finding(
                "metadata", f"{name}：正文为“{said}”，附注文件为“{given}”", 0, 0, str(said)
            )
