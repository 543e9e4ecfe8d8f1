"""The rules of ``bot/data/screen.yaml`` against a text: patterns of whole words, never parts.

The data file says how the rules are read and which form of the text each is compared with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any

from bot.topic import screen_data
from index.words import word_spans

EDGE = 12  # characters on either side of a match in which an exception may stand
_CLASS = re.compile(r"<([a-z]+)>")
_PART = re.compile(r"%([a-z]+)%")
_SENTENCE_END = re.compile(r"[。！？!?;；]")
_PAUSE = re.compile(r"[,，、:：]")
_NOT_KEPT = re.compile(r"[^\w\n,]|_")
_DROPPED = {
    "clauses": re.compile(r"[^\w\n,，、:：。！？!?;；]|_"),
    "squeezed": re.compile(r"[^\w\n。！？!?;；]|_"),
}
_LEET_WORD = re.compile(r"(?<![\w@$])(?=[0-9@$]*[a-z])(?=[a-z]*[0-9@$])[a-z0-9@$]{3,}")


@dataclass(frozen=True, slots=True)
class Forms:
    """The text as the patterns see it, and the classes of words that occur in it."""

    plain: str
    clauses: str
    squeezed: str
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A compiled pattern, the word classes that it needs, and its exceptions."""

    needs: frozenset[str]
    regex: re.Pattern[str]
    unless: re.Pattern[str] | None
    form: str


@dataclass(frozen=True, slots=True)
class _Insult:
    """An insult, and the same with the words around it that go with it."""

    bare: re.Pattern[str]
    widened: re.Pattern[str]
    form: str


def forms_of(text: str) -> Forms:
    """The forms of a normalised text; O(length)."""
    plain = text.lower().translate(_folded("lookalikes"))
    plain = _LEET_WORD.sub(lambda word: word[0].translate(_folded("leet")), plain)
    clauses = _NOT_KEPT.sub("", _PAUSE.sub(",", _SENTENCE_END.sub("\n", plain)))
    squeezed = clauses.replace(",", "")
    heads = _class_words()
    chars = heads.keys() & set(squeezed)
    found = {name for char in chars for word, name in heads[char] if word in squeezed}
    return Forms(plain, clauses, squeezed, frozenset(found))


def hits(reason: str, forms: Forms) -> bool:
    """Whether a pattern of a kind of harm is found and nothing near it excuses it."""
    return any(
        pattern.needs <= forms.classes and _matches(pattern, forms) for pattern in _patterns(reason)
    )


def without_insults(forms: Forms) -> tuple[str, ...]:
    """What is left of the two forms that insults are sought in; nothing if there are none."""
    insults = {form: list(_insulting(forms, form)) for form in ("squeezed", "plain")}
    if not any(insults.values()):
        return ()
    return tuple(_without(getattr(forms, form), spans) for form, spans in insults.items())


@cache
def _folded(name: str) -> dict[int, str]:
    return {ord(char): latin for char, latin in screen_data()[name].items()}


@cache
def _classes() -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(words.split()) for name, words in screen_data()["classes"].items()}


@cache
def _class_words() -> dict[str, list[tuple[str, str]]]:
    """Words of the classes with the class of each, by first character."""
    heads: dict[str, list[tuple[str, str]]] = {}
    for name, words in _classes().items():
        for word in words:
            heads.setdefault(word[0], []).append((word, name))
    return heads


@cache
def _patterns(reason: str) -> tuple[_Pattern, ...]:
    rules, form = screen_data()["rules"][reason], screen_data()["forms"][reason]
    return tuple(_compile({"form": form, **rule}, one) for rule in rules for one in rule["any"])


def _compile(rule: Mapping[str, Any], source: str) -> _Pattern:
    source = _PART.sub(lambda part: str(screen_data()["parts"][part[1]]), source)
    unless = "|".join(rule.get("unless") or ())
    return _Pattern(
        needs=frozenset(_CLASS.findall(source)),
        regex=re.compile(_CLASS.sub(_alternatives, source)),
        unless=re.compile(unless) if unless else None,
        form=rule["form"],
    )


def _alternatives(name: re.Match[str]) -> str:
    """The words of a class as a group whose name no other place of the pattern has."""
    words = sorted(_classes()[name[1]], key=len, reverse=True)
    return f"(?P<{name[1]}{name.start()}>{'|'.join(map(re.escape, words))})"


def _matches(pattern: _Pattern, forms: Forms) -> bool:
    text: str = getattr(forms, pattern.form)
    match = pattern.regex.search(text)
    while match:
        around = text[max(0, match.start() - EDGE) : match.end() + EDGE]
        excused = pattern.unless is not None and pattern.unless.search(around)
        if not excused and _is_of_whole_words(match, forms, pattern.form):
            return True
        match = pattern.regex.search(text, match.start() + 1)
    return False


def _is_of_whole_words(match: re.Match[str], forms: Forms, form: str) -> bool:
    """Whether a match and the words of classes in it cut no dictionary word (妈的 in 妈妈的)."""
    if form == "plain":
        return True
    borders = _borders(forms.plain, form)
    words = [match.span(name) for name in match.groupdict()]
    begins = match.start() in borders or any(start == match.start() for start, _ in words)
    return begins and all(_is_a_word(start, end, match.string, borders) for start, end in words)


def _is_a_word(start: int, end: int, text: str, borders: frozenset[int]) -> bool:
    """Whether it stands between borders or is the head of a longer word (政策 in 优惠政策)."""
    if text[end - 1].isascii():
        return start in borders
    is_head = end - start > 1 and borders.isdisjoint(range(start, end))
    return end in borders and (start in borders or is_head)


@lru_cache(maxsize=8)
def _borders(plain: str, form: str) -> frozenset[int]:
    """Where the dictionary words of a text begin and end, as places in one of its forms."""
    kept = (len(_DROPPED[form].sub("", plain[start:end])) for start, end in word_spans(plain))
    return frozenset(accumulate(kept, initial=0))


@cache
def _insults() -> tuple[_Insult, ...]:
    before, after = screen_data()["abuse_around"]["before"], screen_data()["abuse_around"]["after"]
    return tuple(
        _Insult(
            bare=re.compile(source),
            widened=re.compile(f"(?:{before})?(?P<insult>{source})(?:{after})?"),
            form=rule.get("form", screen_data()["forms"]["abuse"]),
        )
        for rule in screen_data()["rules"]["abuse"]
        for source in rule["any"]
    )


def _insulting(forms: Forms, form: str) -> Iterator[tuple[int, int]]:
    """Places of the insults in one form of a text, with the words around that go with them."""
    text: str = getattr(forms, form)
    for insult in _insults():
        if insult.form != form or not insult.bare.search(text):
            continue
        for match in insult.widened.finditer(text):
            if form == "plain" or match.start("insult") in _borders(forms.plain, form):
                yield match.span()


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
