"""How a document stands to those held: the same, nearly the same, another version, the same topic.

Likeness is the share of common shingles (runs of characters), a fixed sample of them
(Broder 1997, On the resemblance and containment of documents).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from string import Template

import numpy as np
import numpy.typing as npt

from index.checks.kinds import Spot, checks_data
from index.documents import Document
from index.versions import family_of, plain_title, version_day

SHINGLE = 8  # characters
ONE_IN = 4  # of the shingles is kept
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # the odd number next to 2**64 / golden ratio
NEAR = 0.6  # share from which two documents are looked at together
LIKE_TITLE = 0.6  # share of common pairs of characters in two titles
SHOWN_CLAUSES = 5
_SILENT = re.compile(r"[\W_]+")

Shingles = npt.NDArray[np.uint64]


def against(document: Document, held: Sequence[Document]) -> Iterator[Spot]:
    """One spot for each held document that this one may repeat, replace or stand beside."""
    for other in held:
        if other is not document and other != document:
            yield from _beside(document, other)


def share(text: str, other: str) -> float:
    """How much of the first text stands in the second, 0 to 1."""
    own, theirs = _shingles(text), _shingles(other)
    common = np.intersect1d(own, theirs, assume_unique=True)
    return float(len(common) / len(own)) if len(own) else 0.0


def differences(document: Document, other: Document) -> list[str]:
    """Addresses of the clauses whose words the other document does not have as a clause."""
    theirs = {_squeezed(clause.text) for clause in other.clauses}
    return [
        clause.address
        for clause in document.clauses
        if clause.kind == "text" and _squeezed(clause.text) not in theirs
    ]


def _beside(document: Document, other: Document) -> Iterator[Spot]:
    related = _is_family(document, other)
    if document.id == other.id:
        kind = "replaces" if related else "same_id"
        yield Spot(kind, 0, 0, _compared(document, other) if related else other.id, other.id)
    elif _squeezed(document.text) == _squeezed(other.text):
        yield Spot("duplicate", 0, 0, _named(other), other.id)
    elif related:
        yield Spot(_order(document, other), 0, 0, _compared(document, other), other.id)
    elif share(document.text, other.text) >= NEAR:
        yield Spot("near_duplicate", 0, 0, _compared(document, other), other.id)
    elif document.region == other.region and _alike(document.title, other.title):
        yield Spot("similar_title", 0, 0, _named(other), other.id)


def _is_family(document: Document, other: Document) -> bool:
    return (document.family or family_of(document)) == (other.family or family_of(other))


def _order(document: Document, other: Document) -> str:
    own, theirs = version_day(document), version_day(other)
    if other.superseded_by == document.id:
        return "newer_version"
    if document.superseded_by == other.id:
        return "older_version"
    if own is None or theirs is None or own == theirs:
        return "version_unclear"
    return "newer_version" if own > theirs else "older_version"


def _named(other: Document) -> str:
    day = version_day(other)
    return f"《{other.title}》" + (f"（{day}）" if day else "")


def _compared(document: Document, other: Document) -> str:
    words, found = checks_data(), differences(document, other)
    template = "differs_none" if not found else "differs"
    if len(found) > SHOWN_CLAUSES:
        template = "differs_many"
    told = Template(words[template]).substitute(
        clauses="、".join(found[:SHOWN_CLAUSES]), count=len(found)
    )
    common = f"{share(document.text, other.text):.0%}"
    return _named(other) + Template(words["same_share"]).substitute(share=common, differences=told)


def _alike(title: str, other: str) -> bool:
    own, theirs = _pairs(plain_title(title)), _pairs(plain_title(other))
    return len(own & theirs) >= LIKE_TITLE * max(len(own | theirs), 1)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


@lru_cache(maxsize=4096)
def _squeezed(text: str) -> str:
    return _SILENT.sub("", text)


@lru_cache(maxsize=512)
def _shingles(text: str) -> Shingles:
    """Hashes of a sample of the runs of characters, sorted, each once."""
    codes = np.frombuffer(_squeezed(text).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(codes) < SHINGLE:
        return np.zeros(0, dtype=np.uint64)
    runs = np.lib.stride_tricks.sliding_window_view(codes, SHINGLE)
    hashes = np.zeros(len(runs), dtype=np.uint64)
    for column in range(SHINGLE):
        hashes = (hashes + runs[:, column]) * MULTIPLIER
        hashes ^= hashes >> np.uint64(29)
    return np.unique(hashes[hashes % np.uint64(ONE_IN) == 0])
