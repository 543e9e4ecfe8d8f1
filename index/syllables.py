"""Toneless readings of characters, exact and with confusable sounds made equal."""

from __future__ import annotations

import re
from functools import cache

from index.readings import readings, toneless, word_reading

READINGS = 2  # of a character, the common ones
# Sounds that southern speakers and voice input mix up: z/zh, c/ch, s/sh, n/l, f/hu, -n/-ng.
_NEAR_STARTS = ((re.compile("^([zcs])h"), r"\1"), (re.compile("^n"), "l"))
_NEAR_ENDS = re.compile("(?<=[aei]n)g$")
_NEAR_WHOLE = {"hu": "fu", "hua": "fa", "hui": "fei", "huan": "fan", "huang": "fan", "hun": "fen"}


@cache
def syllables(char: str) -> tuple[str, ...]:
    """The commonest toneless readings of a character; nothing for a character without one."""
    return tuple(dict.fromkeys(map(toneless, readings(char))))[:READINGS]


@cache
def blurred_syllables(char: str) -> tuple[str, ...]:
    """Its readings with confusable sounds made equal."""
    return tuple(dict.fromkeys(blur(syllable) for syllable in syllables(char)))


def blur(syllable: str) -> str:
    """One form for sounds that are mixed up: ``zhang`` and ``zan`` both give ``zan``."""
    for pattern, plain in _NEAR_STARTS:
        syllable = pattern.sub(plain, syllable)
    return _NEAR_WHOLE.get(syllable) or _NEAR_ENDS.sub("", syllable)


def word_sounds(word: str) -> tuple[str, ...]:
    """The reading of a word, one syllable for each character."""
    return word_reading(word)
