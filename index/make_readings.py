"""Make ``index/data/readings.txt`` from pypinyin (a developer's tool).

Usage: ``python -m index.make_readings``. The product never imports this module. A line is a
character with every reading and its tone, or a word with its toneless reading where that is not
the commonest reading of each character. pypinyin's data are under the MIT licence.
"""

from __future__ import annotations

from collections.abc import Iterator

from pypinyin import Style, pinyin
from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

from index.readings import DATA_FILE, LONGEST, toneless


def lines() -> list[str]:
    """The lines of the file, sorted."""
    characters = dict(_characters())
    first = {char: toneless(found[0]) for char, found in characters.items()}
    rows = [f"{char} {' '.join(found)}" for char, found in characters.items()]
    for word in phrases_dict:
        if 2 <= len(word) <= LONGEST and all(char in first for char in word):
            read = [syllable[0] for syllable in pinyin(word, style=Style.NORMAL)]
            if read != [first[char] for char in word]:
                rows.append(f"{word} {' '.join(read)}")
    return sorted(rows)


def _characters() -> Iterator[tuple[str, list[str]]]:
    for char in ["〇", *map(chr, range(0x3400, 0xA000))]:
        if ord(char) in pinyin_dict:
            yield char, pinyin(char, style=Style.TONE3, heteronym=True)[0]


if __name__ == "__main__":
    DATA_FILE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
