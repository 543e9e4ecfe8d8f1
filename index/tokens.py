"""Text -> keyword tokens: character bigrams and words of normalised text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

import rjieba

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_HAN}]+|[a-z]+|[0-9]+(?:\.[0-9]+)?%?")
_LONG_WORD = re.compile(rf"[{_HAN}]{{3,}}")
_SHIFT = 21  # bits of one Unicode code point
_HASHED = 1 << 63


def keyword_form(text: str) -> str:
    """Compatibility forms unified (full width, ligatures) and lower case; offsets may change."""
    return unicodedata.normalize("NFKC", text).lower()


def tokens(text: str) -> list[str]:
    """Character bigrams, Latin words, numbers, and Chinese words of three characters or more.

    A word of two characters is a bigram already, so it is not counted twice.
    """
    text = keyword_form(text)
    found: list[str] = []
    for run in _RUN.findall(text):
        if run[0].isascii() or len(run) == 1:
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    found.extend(word for word in rjieba.cut(text) if _LONG_WORD.fullmatch(word))
    return found


def weighted_tokens(pieces: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Tokens of several weighted texts; a token found in two keeps the larger weight."""
    weights: dict[str, float] = {}
    for text, weight in pieces:
        for token in tokens(text):
            weights[token] = max(weight, weights.get(token, 0.0))
    return weights


@lru_cache(maxsize=1 << 16)
def token_key(token: str) -> int:
    """A 64-bit key: the packed code points of up to two characters, a digest of longer ones."""
    if len(token) == 1:
        return ord(token)
    if len(token) == 2:
        return ord(token[0]) << _SHIFT | ord(token[1])
    return int.from_bytes(blake2b(token.encode(), digest_size=8).digest(), "big") | _HASHED
