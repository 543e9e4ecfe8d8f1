"""Sentences of a clause with what they go on from: an item of a list with what leads to the list.

第九条 不得有下列行为:(一)甲;(二)乙. Read alone, an item forbids nothing and is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SENTENCES = re.compile(r"[。;；!！?？]+")
SHORTEST = 2  # characters of a sentence that says something
_STOPS = re.compile(r"[。!！?？]+")
_ITEM = re.compile(r"[(（][一二三四五六七八九十\d]+[)）]|\d+[.、]|[一二三四五六七八九十]+[是、]")
_OPENS = re.compile(r"[:：]\s*$")
_LEADS = re.compile(r"[:：](?!\d)")


def listed(text: str) -> Iterator[tuple[str, str]]:
    """Every sentence of a text, after what leads to it; nothing leads to most."""
    stem = ""
    for line in text.splitlines():
        stem = stem if _ITEM.match(line) else ""
        for whole in _STOPS.split(line):
            yield from _pieces(whole, stem)
        stem = stem or (_STOPS.split(line)[-1] if _OPENS.search(line) else "")


def _pieces(whole: str, stem: str) -> Iterator[tuple[str, str]]:
    """The sentences between two full stops; what a colon leads to goes on from what leads."""
    lead = ""
    for sentence in (piece.strip() for piece in SENTENCES.split(whole)):
        if len(sentence) >= SHORTEST:
            yield "".join((stem, lead)), sentence
        colon = _LEADS.search(sentence)
        lead = lead or (sentence[: colon.end()] if colon else "")
