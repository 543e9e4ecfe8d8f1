"""Questions that want whatever there is on a subject: 集团化办学, 集团化办学各地有什么说法."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from index.question_types import QuestionType, question_types
from index.tokens import tokens
from index.words import content_words
from index.yaml_text import parse_yaml

DATA_FILE = Path(__file__).parent / "data" / "general.yaml"
LONGEST = 16  # characters of a subject; a longer rest is a story
UNPARTICULAR = frozenset({QuestionType.COMPARISON, QuestionType.NEGATION})


@lru_cache(maxsize=256)  # asked again for every region
def subject_of(text: str) -> str | None:
    """What a general question is about; None when it asks for something in particular.

    ``text`` is normalised and without region words.
    """
    frames, may, _ = _data()
    subject = frames.sub(" ", text).strip(" 的")
    asks = question_types(text) - UNPARTICULAR
    particular = question_types(subject) - UNPARTICULAR or (asks and may.search(subject))
    return None if particular or not 1 < len(subject) <= LONGEST else subject


def is_frame(text: str) -> bool:
    """Whether a normalised text only asks what is written, of no subject: 文件里怎么写的."""
    return not _data()[0].sub("", text).strip(" 的")


def share_of(subject: str, clause: str) -> float:
    """The share of the subject's words and character pairs that stand in a clause."""
    words = tokens(subject)
    return sum(word in clause for word in words) / len(words) if words else 0.0


def is_said(subject: str, sentence: str) -> bool:
    """Whether every content word of a subject that asks nothing stands in a sentence.

    What only means the same is not enough: a base for practice is none for study trips.
    """
    words = () if _data()[2].search(subject) else content_words(subject)
    return any(len(word) > 1 for word in words) and all(word in sentence for word in words)


@cache
def _data() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))
    frames = "|".join(f"(?:{frame})" for frame in data["frames"])
    return re.compile(frames), re.compile("|".join(data["may"])), re.compile(data["asks"])
