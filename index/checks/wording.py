"""What shows by its own form: page marks, web remnants, broken characters, lost range signs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from index.checks.kinds import Spot, checks_data
from index.documents import Clause


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of ``patterns``."""

    kind: str
    patterns: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    per_line: bool


def wording(text: str, clauses: Sequence[Clause]) -> Iterator[Spot]:
    """Every place that a pattern fits; overlapping ones of one kind once, the first."""
    for rule in _rules():
        reached = -1
        matches = (match for pattern in rule.patterns for match in pattern.finditer(text))
        for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
            if match.start() >= reached and not _excused(rule, text, match.start()):
                line_end = text.find("\n", match.end()) if rule.per_line else -1
                reached = max(match.end(), match.start() + 1, line_end)
                yield Spot(rule.kind, match.start(), match.end(), _shown(text, match))


def line_at(text: str, position: int) -> str:
    """The line around a position."""
    end = text.find("\n", position)
    return text[text.rfind("\n", 0, position) + 1 : end if end >= 0 else len(text)]


def _excused(rule: Rule, text: str, position: int) -> bool:
    return rule.unless is not None and bool(rule.unless.search(line_at(text, position)))


def _shown(text: str, match: re.Match[str]) -> str:
    """What matched, with its neighbours where it is too short to be recognised."""
    if len(match[0].strip()) > 6:
        return match[0].strip()
    before = text[max(0, match.start() - 6) : match.start()].rpartition("\n")[2]
    after = text[match.end() : match.end() + 6].partition("\n")[0]
    return before + match[0] + after


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            row["kind"],
            tuple(re.compile(pattern, re.MULTILINE) for pattern in row["any"]),
            re.compile(row["unless"]) if "unless" in row else None,
            row.get("per_line", False),
        )
        for row in checks_data()["patterns"]
    )
