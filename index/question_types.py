"""What a question asks for, whether a sentence holds that, and whom and which level it names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Literal

from index.numbers import find_numbers, is_article
from index.words import WordFinder, load_data

Naming = Literal["levels", "groups"]


class QuestionType(StrEnum):
    """What an answer must contain; patterns in ``data/question_types.yaml``."""

    NUMBER = "number"
    RATIO = "ratio"
    AMOUNT = "amount"
    DATE = "date"
    DURATION = "duration"
    PLACE = "place"
    PHONE = "phone"
    PERSON = "person"
    YES_NO = "yes_no"
    CONDITION = "condition"
    LIST = "list"
    REASON = "reason"
    MANNER = "manner"
    VALIDITY = "validity"
    DOCUMENT_METADATA = "document_metadata"
    COMPARISON = "comparison"
    NEGATION = "negation"
    MATERIAL = "material"
    SCORE = "score"
    AGE = "age"
    TIMES = "times"
    FIGURE = "figure"
    DAY = "day"
    MONTH = "month"
    SCHOOL = "school"


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Of one type: what reveals it in a question, what to overlook, what holds it in a text."""

    cues: re.Pattern[str]
    unless: re.Pattern[str] | None
    markers: re.Pattern[str] | None
    kinds: frozenset[str]
    units: frozenset[str]

    @property
    def readable(self) -> bool:
        """Whether a text can show that it holds this type."""
        return bool(self.markers or self.kinds or self.units)


@lru_cache(maxsize=256)  # one question is read by many steps
def question_types(text: str) -> frozenset[QuestionType]:
    """Every type that a normalised question asks for; none when it is only keywords."""
    text = text.lower()
    return frozenset(kind for kind, patterns in _types().items() if _asks(text, patterns))


@lru_cache(maxsize=4096)  # the clauses of a few documents are looked at again and again
def holds_type(sentence: str, kind: QuestionType) -> bool | None:
    """Whether a sentence holds an expression of this type; None when no text can show it."""
    patterns = _types()[kind]
    if not patterns.readable:
        return None
    if patterns.markers and patterns.markers.search(sentence):
        return True
    return any(
        number.kind in patterns.kinds or number.unit in patterns.units
        for number in find_numbers(sentence)
        if not is_article(number, sentence)
    )


@lru_cache(maxsize=4096)  # likewise
def levels(text: str) -> frozenset[str]:
    """School levels that a text names, e.g. ``小学``."""
    return _named(text, "levels")


def groups(text: str) -> frozenset[str]:
    """Groups of people that a text names, e.g. ``骨干教师``; never the wider group as well."""
    return _named(text, "groups")


def wider(name: str, naming: Naming) -> tuple[str, ...]:
    """The levels or groups that contain this one: ``小学`` lies in ``义务教育``, ``基础教育``."""
    return tuple(load_naming()[naming][name]["within"])


def same_level(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a level of the one kind is one of the other, lies in one or contains one."""
    return any(
        one == other or one in wider(other, "levels") or other in wider(one, "levels")
        for one in some
        for other in others
    )


def _asks(text: str, patterns: _Patterns) -> bool:
    if patterns.unless:
        text = patterns.unless.sub("_", text)
    return bool(patterns.cues.search(text))


@cache
def _types() -> Mapping[QuestionType, _Patterns]:
    data = load_data("question_types.yaml")
    if data["types"].keys() != {kind.value for kind in QuestionType}:
        raise ValueError("question_types.yaml must describe exactly the types of QuestionType")
    parts: dict[str, str] = data["parts"]
    return {kind: _patterns(data["types"][kind], parts) for kind in QuestionType}


def _patterns(entry: Mapping[str, Any], parts: Mapping[str, str]) -> _Patterns:
    numbers = entry.get("numbers", {})
    return _Patterns(
        _required(entry["cues"], parts),
        _compiled(entry.get("unless"), parts),
        _compiled(entry.get("markers"), parts),
        frozenset(numbers.get("kinds", ())),
        frozenset(numbers.get("units", ())),
    )


def _compiled(patterns: list[str] | None, parts: Mapping[str, str]) -> re.Pattern[str] | None:
    return _required(patterns, parts) if patterns else None


def _required(patterns: list[str], parts: Mapping[str, str]) -> re.Pattern[str]:
    filled = []
    for at, pattern in enumerate(patterns):
        for name, part in parts.items():
            pattern = pattern.replace(f"{{{name}}}", part)
        filled.append(_own_group(pattern, f"g{at}"))
    return re.compile("|".join(f"(?:{pattern})" for pattern in filled))


def _own_group(pattern: str, name: str) -> str:
    r"""Let ``(\S)不\1`` keep referring to its own group when patterns are joined."""
    if r"\1" not in pattern:
        return pattern
    return re.sub(r"\((?!\?)", f"(?P<{name}>", pattern, count=1).replace(r"\1", f"(?P={name})")


@cache
def load_naming() -> Mapping[Naming, Mapping[str, Mapping[str, list[str]]]]:
    """The levels and groups of ``data/levels_groups.yaml``, with their words."""
    data = load_data("levels_groups.yaml")
    return {"levels": data["levels"], "groups": data["groups"]}


@cache
def _finder(naming: Naming) -> tuple[WordFinder, Mapping[str, frozenset[str]]]:
    names: defaultdict[str, set[str]] = defaultdict(set)
    for name, entry in load_naming()[naming].items():
        for word in entry["words"]:
            names[word].add(name)
    for word in load_data("levels_groups.yaml")["neither"]:
        names[word] = set()
    return WordFinder(names), {word: frozenset(found) for word, found in names.items()}


def _named(text: str, naming: Naming) -> frozenset[str]:
    finder, names = _finder(naming)
    return frozenset(name for found in finder.find(text) for name in names[found.word])
