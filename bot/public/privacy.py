"""Personal data taken out of a question before anything else sees it.

The shapes live in ``bot/data/privacy.yaml``, which says how they are read. Nothing here is logged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from bot.conversation import Question
from bot.language import is_english
from bot.public.names import find_names
from bot.public.patterns import any_of, digits_form, kinds, privacy_data
from bot.topic import HAN
from index.words import normalise

CARRIERS = ("whose", "what", "link")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with placeholders for what was personal, and which kinds that was.

    ``bare`` is the same without the placeholders and what led to them: what is searched for.
    A text without personal data is itself, character for character.
    """

    text: str
    kinds: tuple[str, ...]
    bare: str


@dataclass(frozen=True, slots=True)
class MaskedQuestion:
    """A question as it may be kept (``shown``) and as it is answered (``bare``)."""

    shown: Question
    bare: Question
    kinds: tuple[str, ...]


def mask(text: str) -> Masked:
    """Replace personal data by labels in brackets; O(length)."""
    plain = normalise(text)
    language = "en" if is_english(plain) and not HAN.search(plain) else "zh"
    found = list(_found(plain))
    if not found:
        return Masked(text, (), _without_placeholders(text))
    pieces, at = list[str](), 0
    for start, end, label in found:
        pieces += [plain[at:start], f"［{label[language]}］"]
        at = end
    shown = "".join([*pieces, plain[at:]])
    labels = dict.fromkeys(label[language] for _, _, label in found)
    return Masked(shown, tuple(labels), _without_placeholders(shown))


def mask_question(question: Question) -> MaskedQuestion:
    """A question masked in all that its asker wrote: text, region, earlier questions."""
    text, region = mask(question.text), mask(question.region or "")
    history = tuple(map(mask, question.history))
    everything = (text, region, *history)
    if all(one.bare == one.text and not one.kinds for one in everything):
        return MaskedQuestion(question, question, ())
    region_given = question.region is not None
    return MaskedQuestion(
        shown=replace(
            question,
            text=text.text,
            region=region.text if region_given else None,
            history=tuple(one.text for one in history),
        ),
        bare=replace(
            question,
            text=text.bare,
            region=region.bare if region_given else None,
            history=tuple(one.bare for one in history),
        ),
        kinds=tuple(dict.fromkeys(kind for one in everything for kind in one.kinds)),
    )


def _found(plain: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Places of personal data with the labels of their kind, in order, none overlapping."""
    digits = digits_form(plain)
    taken: list[tuple[int, int, dict[str, str]]] = []
    places = [
        (start, end, dict(kind.label))
        for kind in kinds()
        for start, end in kind.find(digits if kind.reads_numerals else plain)
    ]
    label = dict(privacy_data()["name_label"])
    for start, end, label in [*places, *((a, b, label) for a, b in find_names(plain))]:
        while end > start and plain[end - 1] == " ":
            end -= 1
        if all(end <= first or last <= start for first, last, _ in taken):
            taken.append((start, end, label))
    yield from sorted(taken, key=lambda one: one[0])


def _without_placeholders(text: str) -> str:
    """A text without placeholders and the words that led to them (我的手机号是［手机号］)."""
    if not any(bracket in text for bracket in "［["):
        return text
    bare = _placeholders().sub("", text)
    return _loose().sub("", bare).strip() if bare != text else text


@cache
def _placeholders() -> re.Pattern[str]:
    """A placeholder with the words in front that only led to it."""
    rows = [*(kind.label for kind in kinds()), privacy_data()["name_label"]]
    labels = "|".join(re.escape(label) for row in rows for label in row.values())
    whose, what, link = (f"(?:{any_of(privacy_data()['carriers'][one])})" for one in CARRIERS)
    lead = f"(?:(?:{whose} ?)*(?:(?<![A-Za-z]){what} ?)+(?:{link} ?)*)?"
    placeholder = f"[［\\[](?:{labels})[］\\]](?:号(?=的|[^\\u4e00-\\u9fff]|$))?"
    owner = f"我是{placeholder}(?:{privacy_data()['belonging']})"
    return re.compile(f"{owner}|{lead}{placeholder}", re.IGNORECASE)


@cache
def _loose() -> re.Pattern[str]:
    """Punctuation that stood between what was taken out, and blanks."""
    return re.compile(
        r"^[\s,，、;；。.:：]+|(?<=[,，、;；。!?！？])[\s,，、;；:：]+|[\s,，、;；:：]+$"
    )
