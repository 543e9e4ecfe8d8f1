"""Is this a question we may answer at all?

Rules live in ``bot/data/screen.yaml``, which says how they are read. The text arrives normalised
(:func:`index.words.normalise`). Whether it is about education policy is asked in ``bot.topic``.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from functools import cache

from bot.conversation import AnswerStatus
from bot.courtesy import small_talk
from bot.patterns import Forms, forms_of, hits, without_insults
from bot.topic import read, screen_data

_BLOB = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a question goes no further; ``reason`` is its key in ``prompts/messages.yaml``.

    A question that may go on has the status None and an empty reason.
    """

    status: AnswerStatus | None
    reason: str


def screen(text: str, max_chars: int, has_history: bool = False) -> Verdict:
    """Stop what is empty, too long, harmful or no question; with a history it may be vague."""
    if not any(char.isalnum() for char in text):
        return _clarify("empty")
    if len(text) > max_chars:
        return _clarify("too_long")
    forms = forms_of(text)
    for reason in ("crisis", "injection", "invent"):
        if hits(reason, forms):
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


def _is_encoded_injection(text: str) -> bool:
    for blob in _BLOB.findall(text):
        try:
            decoded = base64.b64decode(blob, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue
        forms = forms_of(decoded)
        if hits("injection", forms) or hits("invent", forms):
            return True
    return False


def _is_only_abuse(forms: Forms) -> bool:
    left = without_insults(forms)
    return bool(left) and not all(map(_is_genuine, left))


def _is_genuine(text: str) -> bool:
    """Whether something is asked, and asked about education."""
    reading = read(text)
    is_asked = bool(_question_marks().search(text))
    return is_asked and reading.education > 0 and not reading.lacks_a_topic


@cache
def _question_marks() -> re.Pattern[str]:
    return re.compile(screen_data()["question_marks"])
