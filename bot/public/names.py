"""Names of people in a Chinese question: told, beside a person or a title, or where one must be.

The lists live in ``bot/data/privacy.yaml``. The text arrives normalised. A name has to begin and
end where dictionary words do, so that no surname is seen in 高中 or 常州.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import rjieba

from bot.public.name_rules import NameRules, name_rules
from bot.public.patterns import privacy_data
from index.regions import load_gazetteer
from index.words import word_spans

Span = tuple[int, int]
LONGEST = 2  # characters of a given name
DIVISIONS = "区县市州镇"
_HAN = re.compile(r"[\u4e00-\u9fff]")


def find_names(text: str) -> list[Span]:
    """Places of names of people, left to right, without overlaps; O(length)."""
    rules = name_rules()
    shapes = (rules.latin, *rules.unannounced)
    found = [match.span("x") for shape in shapes for match in shape.finditer(text)]
    if not rules.heads.isdisjoint(text) or rules.told.search(text):
        found.extend(_Names(text, rules).all())
    return _apart(found)


def _apart(spans: list[Span]) -> list[Span]:
    """The spans in order, of overlapping ones the longest from the left."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


class _Names:
    """The search in one text."""

    def __init__(self, text: str, rules: NameRules) -> None:
        self._text, self._rules = text, rules
        self._ends: dict[int, int] | None = None

    def all(self) -> Iterator[Span]:
        """Every name, by each way of being told."""
        text, rules = self._text, self._rules
        for match in rules.told.finditer(text):
            yield from self._told(match.end())
        for match in rules.beside.finditer(text):
            yield from self._strict(match.end(), least=1)
        for match in rules.belonging.finditer(text):
            yield from self._before(match.start(), least=1)
        for match in rules.title.finditer(text):
            yield from self._before(match.start(), least=0)
        for match in rules.leads.finditer(text):
            yield from self._framed(match.end())

    def _told(self, start: int) -> Iterator[Span]:
        """A name that is said to be one: any that begins with a surname, or a nickname."""
        given = self._surname(start)
        if given is None:
            match = self._rules.nickname.match(self._text, start)
            if match:
                yield match.span()
            return
        end = given
        while end < given + LONGEST and self._may_hold(end):
            end += 1
        if end > given and not self._rules.not_before.match(self._text, end):
            yield start, end

    def _strict(self, start: int, least: int) -> Iterator[Span]:
        """A name that only stands where one could: a surname by itself and unknown words."""
        given = self._surname(start)
        if given is None or start not in self._words():
            return
        end = self._given_end(start, given)
        if end is None or end - given < least or self._rules.not_before.match(self._text, end):
            return
        if not self._is_unusual(start, given, end) or self._text[start:end] in self._rules.people:
            return
        if not self._is_place(start, end):
            yield start, end

    def _framed(self, start: int) -> Iterator[Span]:
        """A name that nothing announces, between what leads to a person and what a person does."""
        given = self._surname(start)
        if given is None:
            return
        for end in range(given + LONGEST, given, -1):
            likely = self._rules.given.issuperset(self._text[given:end])
            if likely and self._rules.frames.match(self._text, end) and self._stands(start, end):
                yield start, end
                return

    def _stands(self, start: int, end: int) -> bool:
        """Whether a stretch begins and ends with a word and is no known word and no place."""
        words, name = self._words(), self._text[start:end]
        if not {start, end} <= words.keys() or name in self._rules.people:
            return False
        if self._is_place(start, end):
            return False
        return words[start] != end or name.startswith(self._rules.doubles) or _is_name(name)

    def _is_place(self, start: int, end: int) -> bool:
        """Whether a stretch is in the name of a division, or is one but for 区 or 县 behind it."""
        find, name = load_gazetteer().find, self._text[start:end]
        if any(one.start < end and one.end > start for one in find(self._text)):
            return True
        return any(one.start == 0 for kind in DIVISIONS for one in find(name + kind))

    def _is_unusual(self, start: int, given: int, end: int) -> bool:
        """Whether an everyday word that is also a surname (任, 全, 车) can only be one here."""
        if self._text[start] not in self._rules.everyday:
            return True
        return self._words()[start] == given and self._words()[given] == given + 1 == end - 1

    def _before(self, end: int, least: int) -> Iterator[Span]:
        """A name that ends where a title or 的妈妈 begins."""
        for start in range(max(0, end - LONGEST - 2), end):
            for span in self._strict(start, least) if least else self._titled(start):
                if span[1] == end:
                    yield span
                    return

    def _titled(self, start: int) -> Iterator[Span]:
        """A surname before a title, with or without a given name."""
        given = self._surname(start)
        if given is None or start not in self._words():
            return
        if self._text[start] in self._rules.everyday and not self._begins(start):
            return
        title = self._rules.title.match(self._text, given)
        whole = self._words()[start] in {given, title.end() if title else given}
        if title and whole:
            yield start, given
        yield from self._strict(start, least=1)

    def _begins(self, start: int) -> bool:
        """Whether a word that may be a surname stands where one would: first, or named."""
        plain = self._text[start] not in self._rules.grammar
        for match in self._rules.beside.finditer(self._text):
            if match.end() == start:  # 书记管校长: the one word may do something to the other
                return plain or not self._rules.title.fullmatch(match[0])
        return plain and (start == 0 or not self._text[start - 1].isalnum())

    def _surname(self, start: int) -> int | None:
        """Where a surname that begins here ends."""
        if self._text.startswith(self._rules.doubles, start):
            return start + 2
        return start + 1 if self._text[start : start + 1] in self._rules.surnames else None

    def _given_end(self, start: int, given: int) -> int | None:
        """Where the name ends: single characters, one unknown word, or a name in the dictionary."""
        words = self._words()
        end = words[start]
        if end > given:
            known = self._text[start:end]
            if end - given > LONGEST or not self._all_may_hold(given, end) or not _is_name(known):
                return None
        while end < given + LONGEST and end in words:
            following = words[end]
            if following - given > LONGEST or not self._all_may_hold(end, following):
                break
            end = following
        return end

    def _words(self) -> dict[int, int]:
        """End of each dictionary word by its beginning."""
        if self._ends is None:
            self._ends = dict(word_spans(self._text))
        return self._ends

    def _may_hold(self, at: int) -> bool:
        char = self._text[at : at + 1]
        return bool(_HAN.match(char)) and char not in self._rules.never

    def _all_may_hold(self, start: int, end: int) -> bool:
        return all(map(self._may_hold, range(start, end)))


@cache
def _is_name(word: str) -> bool:
    """Whether the dictionary has it as the name of a person."""
    known = privacy_data()["not_names"].split()
    return word not in known and [tag for _, tag in rjieba.tag(word, False)] == ["nr"]
