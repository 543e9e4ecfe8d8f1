"""Which details a question asks about (an allowance, a penalty), and whether a text speaks of them.

The details and their patterns are in ``data/details.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from index.words import load_data


@dataclass(frozen=True, slots=True)
class _Patterns:
    cues: re.Pattern[str]
    markers: re.Pattern[str]


@lru_cache(maxsize=256)  # asked again for every region
def asked_details(text: str) -> frozenset[str]:
    """The details that a normalised question asks about, by name; mostly none."""
    return frozenset(name for name, one in _details().items() if one.cues.search(text))


@lru_cache(maxsize=4096)  # the clauses of a few documents are looked at again and again
def speaks_of(text: str, detail: str) -> bool:
    """Whether a text speaks of a detail, in whatever words."""
    return bool(_details()[detail].markers.search(text))


@cache
def _details() -> Mapping[str, _Patterns]:
    return {
        name: _Patterns(*(re.compile("|".join(entry[part])) for part in ("cues", "markers")))
        for name, entry in load_data("details.yaml").items()
    }
