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
_FOLLOWING = re.compile(r"下列|以下|如下")
_BANS = re.compile(  # 招生十个严禁。一是…; what follows up to the end of the list is banned
    r"[一二三四五六七八九十]{1,3}[个条项]?(?:严禁|禁令|禁止|不准|不得|不许)\s*$"
    r"|(?:严禁|禁止|不得有?|不准)(?:下列|以下|如下)(?:行为|情形|做法)?\s*$"
)
_LEADS = re.compile(r"[:：](?!\d)")


def listed(text: str) -> Iterator[tuple[str, str]]:
    """Every sentence of a text, after what leads to it; nothing leads to most."""
    stem = ""
    for line in text.splitlines():
        stem = stem if _ITEM.match(line) else ""
        for whole in _STOPS.split(line):
            yield from _pieces(whole, stem)
            stem = whole.strip() if _BANS.search(whole) else stem
        stem = stem or (_STOPS.split(line)[-1] if _OPENS.search(line) else "")


def _pieces(whole: str, stem: str) -> Iterator[tuple[str, str]]:
    """The sentences between two full stops; what a colon leads to goes on from what leads."""
    lead = ""
    for sentence in (piece.strip() for piece in SENTENCES.split(whole)):
        colon = _LEADS.search(sentence)
        if colon and not lead and _FOLLOWING.search(sentence[: colon.start()]):
            lead, sentence = sentence[: colon.end()], sentence[colon.end() :].strip()
            yield stem, lead
        if len(sentence) >= SHORTEST:
            yield "".join((stem, lead)), sentence
        lead = lead or (sentence[: colon.end()] if colon else "")
