"""How binding a sentence of a policy is, by its own words; data in ``data/force.yaml``."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from pathlib import Path

from index.yaml_text import parse_yaml

_QUOTED = re.compile(r"“[^“”]*”|《[^《》]*》")
DATA_FILE = Path(__file__).parent / "data" / "force.yaml"


class Force(StrEnum):
    """What a sentence does: forbid, set a condition, oblige, aim, encourage, arrange or state."""

    PROHIBITION = "prohibition"
    CONDITION = "condition"
    DUTY = "duty"
    TARGET = "target"
    ENCOURAGEMENT = "encouragement"
    ARRANGEMENT = "arrangement"
    STATEMENT = "statement"


@cache
def _patterns() -> tuple[tuple[Force, re.Pattern[str]], ...]:
    data: dict[str, list[str]] = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))
    return tuple(
        (Force(kind.split()[0]), re.compile("|".join(words))) for kind, words in data.items()
    )


def force_of(sentence: str) -> Force:
    """The force of a sentence; STATEMENT when none of its words shows one."""
    plain = _QUOTED.sub("", sentence)
    for force, pattern in _patterns():
        if pattern.search(plain):
            return force
    return Force.STATEMENT
