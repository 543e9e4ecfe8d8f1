"""The word lists of ``data/wording.yaml`` and ``data/rewordings.yaml``, made ready; read once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index.thesaurus import official_terms, thesaurus
from index.words import word_spans
from index.yaml_text import parse_yaml

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Finder:
    """A pattern of known words, the longest first, and the names that each stands for."""

    pattern: re.Pattern[str]
    names: Mapping[str, tuple[str, ...]]


@cache
def data() -> Mapping[str, Any]:
    """All of ``wording.yaml``."""
    found: dict[str, Any] = parse_yaml((DATA / "wording.yaml").read_text("utf-8"))
    return found


@cache
def finder(part: str) -> Finder:
    """The words of one part of the data: forces, negations, bounds, joins, concepts."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, words in _entries(part):
        for word in words:
            names[word].append(name)
    if part == "negations":
        for word in data()["no_negations"]:
            names[word] = []
    ways = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return Finder(re.compile(ways), {word: tuple(found) for word, found in names.items()})


@cache
def patterns(part: str, kind: str = "") -> re.Pattern[str]:
    """A list of regular expressions of the data as one; only the first may refer to a group."""
    return re.compile("|".join(data()[part][kind] if kind else data()[part]))


@cache
def rewordings() -> Mapping[str, tuple[str, ...]]:
    """Word -> words that may stand for it, both ways within a group and with the thesaurus."""
    text = (DATA / "rewordings.yaml").read_text("utf-8")
    groups: list[list[str]] = parse_yaml(text)["groups"]
    same: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for group in groups:
        for word in group:
            same[word].update(dict.fromkeys(group))
    for everyday, official in thesaurus().items():
        for term in official:
            same[everyday][term] = None
            same[term][everyday] = None
    return {word: tuple(found) for word, found in same.items()}


@cache
def also() -> Mapping[str, tuple[str, ...]]:
    """Force -> words of a clause that allow a sentence to have it."""
    return {name: tuple(entry["also"]) for name, entry in data()["forces"].items()}


@cache
def keeps() -> Mapping[str, tuple[str, ...]]:
    """Force -> words of a sentence that tell it well enough."""
    return {name: tuple(entry["keeps"]) for name, entry in data()["forces"].items()}


@cache
def hints() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Name -> words of a clause that speak of it without naming it."""
    found = data()["hints"]
    return {(kind, name): tuple(ws) for kind, names in found.items() for name, ws in names.items()}


@cache
def compared_apart() -> frozenset[str]:
    """Words that bind, deny or bound, which are compared on their own."""
    forces = (force["words"] for force in data()["forces"].values())
    parts = (*forces, *data()["bounds"].values(), data()["negations"])
    return frozenset(word for words in parts for word in words)


@cache
def official_words() -> frozenset[str]:
    """The dictionary words of the official terms of the thesaurus."""
    return frozenset(
        term[start:end] for term in official_terms() for start, end in word_spans(term)
    )


def _entries(part: str) -> list[tuple[str, list[str]]]:
    found = data()[part]
    if part == "forces":
        return [(name, entry["words"]) for name, entry in found.items()]
    if part == "english":
        return [(name, [name]) for names, _ in found for name in names]
    if part == "negations":
        return [("not", found)]
    if part == "concepts":
        return [(f"{kind}:{one}", ws) for kind, names in found.items() for one, ws in names.items()]
    return list(found.items())
