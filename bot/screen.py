"""Is this a question we may answer at all?

Rules live in ``bot/data/screen.yaml``, which says how they are read. The text arrives normalised
(:func:`index.words.normalise`). Whether it is about education policy is asked in ``bot.topic``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.conversation import AnswerStatus
from bot.courtesy import small_talk
from bot.topic import (
    NOT_SQUEEZED,
    read,
    screen_data,
)

EDGE = 12  # characters on either side of a match in which an exception may stand
_CLASS = re.compile(r"<([a-z]+)>")
_PART = re.compile(r"%([a-z]+)%")
_SENTENCE_END = re.compile(r"[。！？!?;；]+")
_LEET_WORD = re.compile(r"(?<![\w@$])(?=[0-9@$]*[a-z])(?=[a-z]*[0-9@$])[a-z0-9@$]{3,}")
_BLOB = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a question goes no further; ``reason`` is its key in ``prompts/messages.yaml``.

    A question that may go on has the status None and an empty reason.
    """

    status: AnswerStatus | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A compiled pattern, the word classes that it needs, and its exceptions."""

    needs: frozenset[str]
    regex: re.Pattern[str]
    unless: re.Pattern[str] | None
    plain: bool


@dataclass(frozen=True, slots=True)
class _Forms:
    """The text as the patterns see it."""

    plain: str
    squeezed: str
    classes: frozenset[str]


def screen(text: str, max_chars: int, has_history: bool = False) -> Verdict:
    """Stop what is empty, too long, harmful or no question; with a history it may be vague."""
    if not any(char.isalnum() for char in text):
        return _clarify("empty")
    if len(text) > max_chars:
        return _clarify("too_long")
    forms = _forms(text)
    for reason in ("crisis", "injection", "invent"):
        if _hits(reason, forms):
            return _refuse(reason)
    if _is_encoded_injection(text):
        return _refuse("injection")
    if _is_only_abuse(forms):
        return _refuse("abuse")
    cause = small_talk(forms.plain, forms.squeezed)
    if cause and not (has_history and cause == "vague"):
        return _clarify(cause)
    return Verdict(None, "")


def _clarify(cause: str) -> Verdict:
    return Verdict(AnswerStatus.CLARIFY, f"clarify.{cause}")


def _refuse(cause: str) -> Verdict:
    return Verdict(AnswerStatus.REFUSED, f"refused.{cause}")


@cache
def _classes() -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(words.split()) for name, words in screen_data()["classes"].items()}


@cache
def _patterns(reason: str) -> tuple[_Pattern, ...]:
    rules = screen_data()["rules"][reason]
    return tuple(_compile(rule, source) for rule in rules for source in rule["any"])


def _compile(rule: Mapping[str, Any], source: str) -> _Pattern:
    source = _PART.sub(lambda part: str(screen_data()["parts"][part[1]]), source)
    unless = "|".join(rule.get("unless") or ())
    return _Pattern(
        needs=frozenset(_CLASS.findall(source)),
        regex=re.compile(_CLASS.sub(_alternatives, source)),
        unless=re.compile(unless) if unless else None,
        plain=rule.get("form") == "plain",
    )


def _alternatives(name: re.Match[str]) -> str:
    words = sorted(_classes()[name[1]], key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, words))})"


def _forms(text: str) -> _Forms:
    plain = text.lower().translate(_lookalikes())
    plain = _LEET_WORD.sub(lambda word: word[0].translate(_leet()), plain)
    squeezed = NOT_SQUEEZED.sub("", _SENTENCE_END.sub("\n", plain))
    heads = _class_words()
    chars = heads.keys() & set(squeezed)
    found = {name for char in chars for word, name in heads[char] if word in squeezed}
    return _Forms(plain, squeezed, frozenset(found))


@cache
def _class_words() -> dict[str, list[tuple[str, str]]]:
    """Words of the classes with the class of each, by first character."""
    heads: dict[str, list[tuple[str, str]]] = {}
    for name, words in _classes().items():
        for word in words:
            heads.setdefault(word[0], []).append((word, name))
    return heads


@cache
def _lookalikes() -> dict[int, str]:
    return {ord(char): latin for char, latin in screen_data()["lookalikes"].items()}


@cache
def _leet() -> dict[int, str]:
    return {ord(char): latin for char, latin in screen_data()["leet"].items()}


def _hits(reason: str, forms: _Forms) -> bool:
    return any(
        pattern.needs <= forms.classes
        and _matches(pattern, forms.plain if pattern.plain else forms.squeezed)
        for pattern in _patterns(reason)
    )


def _matches(pattern: _Pattern, text: str) -> bool:
    for match in pattern.regex.finditer(text):
        around = text[max(0, match.start() - EDGE) : match.end() + EDGE]
        if pattern.unless is None or not pattern.unless.search(around):
            return True
    return False


def _is_encoded_injection(text: str) -> bool:
    for blob in _BLOB.findall(text):
        try:
            decoded = base64.b64decode(blob, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue
        forms = _forms(decoded)
        if _hits("injection", forms) or _hits("invent", forms):
            return True
    return False


def _is_only_abuse(forms: _Forms) -> bool:
    found = False
    left = {False: forms.squeezed, True: forms.plain}
    for insult in _insults():
        if insult.bare.search(left[insult.plain]):
            left[insult.plain] = insult.widened.sub(" ", left[insult.plain])
            found = True
    return found and not all(_is_genuine(text) for text in left.values())


@dataclass(frozen=True, slots=True)
class _Insult:
    """An insult, and the same with the words around it that go with it."""

    bare: re.Pattern[str]
    widened: re.Pattern[str]
    plain: bool


@cache
def _insults() -> tuple[_Insult, ...]:
    before, after = screen_data()["abuse_around"]["before"], screen_data()["abuse_around"]["after"]
    return tuple(
        _Insult(
            bare=re.compile(source),
            widened=re.compile(f"(?:{before})?(?:{source})(?:{after})?"),
            plain=rule.get("form") == "plain",
        )
        for rule in screen_data()["rules"]["abuse"]
        for source in rule["any"]
    )


def _is_genuine(text: str) -> bool:
    return bool(_question_marks().search(text)) and bool(read(text).topics)


@cache
def _question_marks() -> re.Pattern[str]:
    return re.compile(screen_data()["question_marks"])
