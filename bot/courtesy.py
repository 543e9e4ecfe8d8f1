"""Texts that are no question: greetings, thanks, questions about this service, noise.

The word lists live in ``bot/data/screen.yaml``, which says how they are read.
"""

from __future__ import annotations

import re
from functools import cache

from bot.topic import HAN, LETTERS, Reading, filler, read, screen_data

SMALL_TALK_CHARS = 24  # a longer text is no greeting
REPEATED_CHARS = 4  # from here on a text of few different characters is noise
FEW_CHARS = 6  # more than so many different ones are no mere repetition
# 那高中呢: the end of a conversation that was not had; it asks nothing by itself
_TAIL = re.compile("那么?(?:(?![怎什多哪谁几咋啥办]).){0,6}呢")
_VOWEL = re.compile("[aeiouy]")
_HEAP = re.compile("[^aeiouy]{5}")


def small_talk(plain: str, squeezed: str) -> str | None:
    """The cause for asking back, if the text is a courtesy, about us, unreadable or vague."""
    text = squeezed.replace("\n", "")
    if len(text) <= SMALL_TALK_CHARS:
        bare = _courtesy("greeting").sub("", text)
        if not bare:
            return "greeting"
        if not _courtesy("thanks").sub("", bare):
            return "thanks"
        if any(pattern.fullmatch(form) for pattern in _about() for form in {text, bare}):
            return "about"
    reading = read(plain)
    if _is_gibberish(text, plain, reading):
        return "gibberish"
    return "vague" if reading.lacks_a_topic or _TAIL.fullmatch(text) else None


@cache
def _courtesy(kind: str) -> re.Pattern[str]:
    """Words of courtesy at the start and at the end of a squeezed text."""
    words = "|".join(map(re.escape, sorted(screen_data()[kind].split(), key=len, reverse=True)))
    particles = re.escape(screen_data()["particles"])
    return re.compile(f"^(?:(?:{words})[{particles}]*)+|(?:(?:{words})[{particles}]*)+$")


@cache
def _about() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(source) for source in screen_data()["about"])


@cache
def _garbled() -> re.Pattern[str]:
    return re.compile(screen_data()["garbled"])


@cache
def _mash() -> tuple[str, ...]:
    return tuple(screen_data()["mash"].split())


def _is_gibberish(text: str, plain: str, reading: Reading) -> bool:
    if _garbled().search(plain):
        return True
    if reading.education or reading.other:
        return False
    if any(word in text for word in _mash()):
        return True
    different = len(set(text))
    if len(text) >= REPEATED_CHARS and different * 3 <= len(text) and different <= FEW_CHARS:
        return True
    words = LETTERS.findall(plain)
    return not HAN.search(text) and not any(map(_is_readable, words))


def _is_readable(word: str) -> bool:
    """Whether a Latin word could be said: known, or with a vowel and no heap of consonants."""
    return word in filler() or bool(_VOWEL.search(word) and not _HEAP.search(word))
