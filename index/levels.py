"""The level of a text in the order of Chinese law; rules in ``data/levels.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

from index.documents import Level
from index.guesses import Guess
from index.yaml_text import parse_yaml

DATA_FILE = Path(__file__).parent / "data" / "levels.yaml"
LEVELS: tuple[Level, ...] = get_args(Level)  # the highest first
CLUES = ("history", "title", "number", "issuer")


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))
    return data


def guess_level(clues: Mapping[str, str]) -> Guess[Level]:
    """The level by the first rule whose patterns are all found in the clues."""
    for rule in _data()["rules"]:
        patterns = {clue: rule[clue] for clue in CLUES if clue in rule}
        if all(re.search(pattern, clues.get(clue, "")) for clue, pattern in patterns.items()):
            return _as_guess(rule)
    return _as_guess(_data()["otherwise"])


def rank(level: Level) -> int:
    """0 for a law; the higher the number, the lower the authority."""
    return LEVELS.index(level)


def _as_guess(rule: Mapping[str, Any]) -> Guess[Level]:
    return Guess("level", rule["level"], rule["confidence"], rule["basis"])
