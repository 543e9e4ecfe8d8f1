"""Region names in Latin letters: Wuhan, Nanhu District, Xi'an."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.documents import Region
from index.region_data import Tables, rank

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_HAN = re.compile(r"[\u3400-\u9fff]")
_COUNTIES = frozenset({"county", "district"})
SHORTEST_COUNTY = 5  # letters; shorter pinyin spells too many other things


def find_latin(text: str, tables: Tables) -> Iterator[tuple[int, int, tuple[Region, ...]]]:
    """Yield start, end and regions of every name in Latin letters."""
    words = list(_WORD.finditer(text))
    is_english = not _HAN.search(text)
    for i, word in enumerate(words):
        pair = i + 1 < len(words) and words[i + 1].start() - word.end() == 1
        following = words[i + 1] if pair else None
        regions = _meaning(word, following, tables, is_english)
        if regions:
            is_unit = following and following.group().lower() in tables.words.latin_units
            yield word.start(), (following if is_unit and following else word).end(), regions
            continue
        joined = (word.group() + following.group()).lower() if following else ""
        if following and joined in tables.words.latin_pairs:
            yield word.start(), following.end(), tables.latin[joined]


def _meaning(
    word: re.Match[str], following: re.Match[str] | None, tables: Tables, is_english: bool
) -> tuple[Region, ...]:
    text, after = word.group().lower(), following.group().lower() if following else ""
    regions = tables.latin.get(text.replace("'", "").replace("’", ""), ())
    if not regions or text in tables.words.latin_words or after in tables.words.latin_not_before:
        return ()
    if after in _COUNTIES:
        return tuple(r for r in regions if rank(r) == 2) or regions
    top = tuple(r for r in regions if rank(r) == rank(regions[0]))
    if rank(top[0]) < 2:
        return top
    is_name = len(text) >= SHORTEST_COUNTY and (is_english or text != word.group())
    return top if is_name else ()
