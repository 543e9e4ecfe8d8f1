"""The shapes of personal data in ``bot/data/privacy.yaml``, compiled; what a match must pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

from index.yaml_text import parse_yaml

_PART = re.compile(r"%([a-z]+)%")
_NOT_DIGIT = re.compile(r"[^0-9Xx]")
CHECKS: Mapping[str, Callable[[str], bool]] = {
    "luhn": luhn.is_valid,
    "mod_11_2": mod_11_2.is_valid,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of personal data: its label in each language and what it looks like."""

    label: Mapping[str, str]
    shapes: tuple[re.Pattern[str], ...]
    reads_numerals: bool
    is_valid: Callable[[str], bool]

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Places in a text that is in the form that the kind reads."""
        for shape in self.shapes:
            for match in shape.finditer(text):
                start, end = match.span("x" if "x" in shape.groupindex else 0)
                if self.is_valid(_NOT_DIGIT.sub("", text[start:end]).upper()):
                    yield start, end


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind but names, in the order in which they are tried."""
    return tuple(map(_kind, privacy_data()["kinds"]))


def digits_form(text: str) -> str:
    """The text with Chinese numerals as digits, character for character."""
    return text.translate(_numerals())


def filled(source: str) -> str:
    """An expression with its ``%parts%`` put in."""
    while _PART.search(source):
        source = _PART.sub(lambda part: str(privacy_data()["parts"][part[1]]), source)
    return source


def any_of(words: str) -> str:
    """An expression for any of these words, the longest first."""
    return "|".join(map(re.escape, sorted(words.split(), key=len, reverse=True)))


@cache
def privacy_data() -> Mapping[str, Any]:
    """The data file, parsed."""
    text = (files("bot") / "data" / "privacy.yaml").read_text("utf-8")
    data: Mapping[str, Any] = parse_yaml(text)
    return data


@cache
def _numerals() -> dict[int, str]:
    return {ord(written): digit for written, digit in privacy_data()["numerals"].items()}


def _kind(row: Mapping[str, Any]) -> Kind:
    return Kind(
        label=row["label"],
        shapes=tuple(re.compile(filled(source)) for source in row["any"]),
        reads_numerals=row.get("form") == "digits",
        is_valid=CHECKS.get(row.get("check", ""), lambda _: True),
    )
