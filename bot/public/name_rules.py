"""The lists of ``bot/data/privacy.yaml`` by which names of people are found, compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.public.patterns import any_of, filled, privacy_data


@dataclass(frozen=True, slots=True)
class NameRules:
    """The lists, ready for matching; ``heads`` are the characters that surnames begin with."""

    heads: frozenset[str]
    surnames: frozenset[str]
    doubles: tuple[str, ...]
    everyday: frozenset[str]
    grammar: frozenset[str]
    never: frozenset[str]
    not_before: re.Pattern[str]
    told: re.Pattern[str]
    people: frozenset[str]
    beside: re.Pattern[str]
    title: re.Pattern[str]
    belonging: re.Pattern[str]
    nickname: re.Pattern[str]
    latin: re.Pattern[str]
    given: frozenset[str]
    leads: re.Pattern[str]
    frames: re.Pattern[str]
    unannounced: tuple[re.Pattern[str], ...]


@cache
def name_rules() -> NameRules:
    """The rules of the data file."""
    data: dict[str, Any] = dict(privacy_data())
    leads, frames = ("".join(data[name].split()) for name in ("leads", "frames"))
    surnames = frozenset("".join(data["surnames"].split()))
    return NameRules(
        heads=surnames | {double[0] for double in data["double_surnames"]},
        surnames=surnames,
        doubles=tuple(data["double_surnames"]),
        everyday=frozenset(data["everyday"]),
        grammar=frozenset(data["grammar"]),
        never=frozenset(data["never"]),
        not_before=re.compile(data["not_before"]),
        told=re.compile("|".join(data["told"])),
        people=frozenset(data["beside"].split()),
        beside=re.compile(f"(?:{any_of(data['beside'])})(?:是|: ?|、| |\\()?"),
        title=re.compile(any_of(data["titles"])),
        belonging=re.compile(data["belonging"]),
        nickname=re.compile(filled(data["nickname"])),
        latin=re.compile(data["latin"]),
        given=frozenset("".join(data["given"].split())),
        leads=re.compile(leads),
        frames=re.compile(frames),
        unannounced=tuple(
            re.compile(f"(?:{leads}|{any_of(data['beside'])}){source}(?={frames})")
            for source in _shapes(data)
        ),
    )


def _shapes(data: dict[str, Any]) -> Iterator[str]:
    """Names without a Chinese surname: of several parts, well-known ones, in Latin letters."""
    sounds = "".join(data["sounds"].split())
    yield f"(?P<x>[{sounds}]{{2,6}}[·•・][{sounds}]{{2,7}})"
    yield f"(?P<x>(?:{data['single']}){{1,2}})"
    yield r"(?P<x>[A-Z][a-z]{2,}(?: [A-Z][a-z]+)?)"
