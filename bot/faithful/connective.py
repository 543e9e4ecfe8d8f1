"""Sentences that only connect others: they greet, lead in, sum up, point to the source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from bot.faithful.grounds import Source
from bot.faithful.lexicon import DATA
from bot.faithful.wording import read
from index.words import normalise
from index.yaml_text import parse_yaml

LONGEST = 60  # characters of a sentence that only connects
SHORT = 2  # characters of a region's name that is not shortened


def is_connective(sentence: str, sources: Sequence[Source]) -> bool:
    """Whether nothing is left of a sentence without its connecting words; regions cited may."""
    text = _without_regions(normalise(sentence).lower(), sources)
    kept = [match for match in _pattern().finditer(text) if not _claims(match[0])]
    for match in reversed(kept):
        text = f"{text[: match.start()]} {text[match.end() :]}"
    if len(text) > LONGEST or not _covered().fullmatch(text):
        return False
    return bool(kept) or any(head in text for head in _words("heads"))


def _without_regions(text: str, sources: Sequence[Source]) -> str:
    for name in {name for source in sources for name in source.region.split("/")}:
        text = text.replace(name, "")
        text = text.replace(name[:-1], "") if len(name) > SHORT else text
    return text


def _claims(text: str) -> bool:
    """Whether a stretch binds or denies; 可以 and 以…为准 do neither here."""
    found = read(text)
    return bool(found.forces - {"permit"} or found.negations)


@cache
def _data() -> Mapping[str, Any]:
    found: dict[str, Any] = parse_yaml((DATA / "connective.yaml").read_text("utf-8"))
    return found


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(_data()["patterns"]))


@cache
def _covered() -> re.Pattern[str]:
    """Nothing but heads, fillers and marks."""
    words = sorted({*_words("heads"), *_words("fillers")}, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))}|[^\w])*")


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(_data()[kind])
