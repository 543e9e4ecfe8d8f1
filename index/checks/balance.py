"""Brackets and quotation marks that do not close or were never opened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.checks.kinds import Spot
from index.documents import Clause

_PAIRS = {"《": "》", "〈": "〉", "“": "”", "‘": "’", "（": "）", "〔": "〕", "[": "]", "【": "】"}
_PAIRS |= {"「": "」", "『": "』"}
_CLOSING = {closing: opening for opening, closing in _PAIRS.items()}
_ALIKE = str.maketrans("()［］", "（）[]")
# 1) or 一） opens an item of a list and closes no bracket; a lone one has lost its first half.
_ITEM = re.compile(r"(?<![^\n；;。：:，,、\s])\s*[\d一二三四五六七八九十]{1,3}）")


def balance(text: str, clauses: Sequence[Clause]) -> Iterator[Spot]:
    """Each mark without its partner; full and half width are alike."""
    for start, end in _stretches(text, clauses):
        stretch = text[start:end].translate(_ALIKE)
        if len(_ITEM.findall(stretch)) > 1:
            stretch = _ITEM.sub(lambda match: " " * len(match[0]), stretch)
        for at in _lonely(stretch):
            yield _spot(text, start + at)
        if stretch.count('"') % 2:
            yield _spot(text, start + stretch.rindex('"'))


def _stretches(text: str, clauses: Sequence[Clause]) -> Iterator[tuple[int, int]]:
    """Clauses; those without a number are taken together, for a note may hold several lines."""
    start = 0
    for before, clause in pairwise(clauses):
        if clause.kind in ("text", "heading") or before.kind in ("text", "heading"):
            yield start, clause.start
            start = clause.start
    yield start, len(text)


def _lonely(stretch: str) -> list[int]:
    open_marks: list[int] = []
    lonely: list[int] = []
    for at, char in enumerate(stretch):
        if char in _PAIRS:
            open_marks.append(at)
        elif char in _CLOSING:
            partner = _partner(stretch, open_marks, _CLOSING[char])
            if partner is None:
                lonely.append(at)
            else:
                lonely.extend(open_marks[partner + 1 :])
                del open_marks[partner:]
    return sorted(lonely + open_marks)


def _partner(stretch: str, open_marks: Sequence[int], opening: str) -> int | None:
    places = [place for place, at in enumerate(open_marks) if stretch[at] == opening]
    return places[-1] if places else None


def _spot(text: str, at: int) -> Spot:
    around = text[max(0, at - 8) : at + 9].replace("\n", "⏎")
    return Spot("unbalanced", at, at + 1, f"“{text[at]}”没有配对：“{around}”")
