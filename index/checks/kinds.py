"""Kinds of issues: how grave each is and what is said of it, from ``data/checks.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from string import Template
from typing import Any, Literal

from index.words import load_data

Severity = Literal["error", "warning", "note"]
LONGEST_DETAIL = 40


@dataclass(frozen=True, slots=True)
class Spot:
    """Something suspicious in a canonical text (characters), before it is worded.

    ``place`` tells it apart from others of its kind where the text at its span does not.
    """

    kind: str
    start: int
    end: int
    detail: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of ``kinds``; ``settled_by`` by field of the document."""

    severity: Severity
    message: str
    advice: str = ""
    settled_by: Mapping[str, str] = field(default_factory=dict)

    def says(self, detail: str) -> str:
        """What is suspicious, with what was found."""
        return Template(self.message).substitute(detail=detail)

    def is_settled(self, document: object) -> bool:
        """Whether a field of the document explains the matter already."""
        return any(
            re.search(pattern, getattr(document, name, None) or "")
            for name, pattern in self.settled_by.items()
        )


@cache
def checks_data() -> dict[str, Any]:
    """The data file."""
    return load_data("checks.yaml")


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name."""
    return {name: Kind(**row) for name, row in checks_data()["kinds"].items()}


def shortened(text: str) -> str:
    """One line, its middle left out when it is long."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_DETAIL:
        return line
    half = LONGEST_DETAIL // 2
    return f"{line[:half]}…{line[-half:]}"
