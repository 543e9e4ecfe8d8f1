"""What a question asks of a document itself: its date, number, issuer, title, validity, place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.documents import Document
from index.yaml_text import parse_yaml

DATA_FILE = Path(__file__).parent / "data" / "about.yaml"
LONGEST_SHORT = 4  # characters of a shortened title: 综改, 均衡意见
OWN_WORDS = 0.5  # of what is left of the question stands in the document's title
_LATER = frozenset({"date", "issuer", "title", "place"})  # may share words with what comes after

_HOLDS = frozenset({"effective", "expires", "valid"})  # asked with a word that means the document
_PLAIN = _HOLDS | {"number", "place"}  # no word of issuing is needed


@dataclass(frozen=True, slots=True)
class _Data:
    asks: dict[str, re.Pattern[str]]
    issues: re.Pattern[str]
    whole: re.Pattern[str]
    several: re.Pattern[str]
    rest: re.Pattern[str]


def asked_about(text: str, document: Document) -> tuple[str, ...]:
    """Which facts of this document a question asks for, in its order.

    ``text`` is normalised and without region words; empty when it is about anything else. The
    place is asked of a copy that hides it alone: of any other it is known to who asks.
    """
    data, left, at = _data(), text, dict[str, int]()
    for name, pattern in data.asks.items():
        match = pattern.search(left)
        if match and (name != "place" or document.source_kind == "anonymised"):
            at[name] = match.start()
            left = left if name in _LATER else pattern.sub(_blank, left)
    if not at or not (at.keys() & _PLAIN or data.issues.search(text)):
        return ()
    is_whole = bool(data.whole.search(text)) or not at.keys() & _HOLDS
    for pattern in (*data.asks.values(), data.issues, data.rest):
        left = pattern.sub(" ", left)
    runs = [run for run in left.split() if not _shortens(run, document.title)]
    pairs = [run[at : at + 2] for run in runs for at in range(max(len(run) - 1, 1))]
    own = sum(pair in document.title for pair in pairs)
    if pairs and (own < OWN_WORDS * len(pairs) or not is_whole):
        return ()
    return tuple(sorted(at, key=at.__getitem__))


def _shortens(run: str, title: str) -> bool:
    """Whether a short run has its characters from the title in their order: 综改 of 综合改革."""
    rest = iter(title)
    return 1 < len(run) <= LONGEST_SHORT and all(character in rest for character in run)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def may_be_of(text: str, documents: Sequence[Document]) -> tuple[Document, ...]:
    """The documents that such a question may mean; none when it is about all of them."""
    policies = [one for one in documents if one.level == "normative"]
    if _data().several.search(text):
        return ()
    return tuple(one for one in policies if asked_about(text, one))


def without_pointer(text: str) -> str:
    """什么时候实施, from 这个文件什么时候实施: what may stand behind a title."""
    return re.sub(rf"^(?:这|那|该|此|本)(?:个|份)?(?:{_data().whole.pattern})的?", "", text)


@cache
def _data() -> _Data:
    raw = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))
    asks = {name: _pattern(source) for name, source in raw["asks"].items()}
    issues, whole, several, rest = (
        _pattern(raw[name]) for name in ("issues", "whole", "several", "rest")
    )
    return _Data(asks, issues, whole, several, rest)


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile("".join(source.split()))
