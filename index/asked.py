"""Everyday questions that a document answers: by clause, and where somebody said so by sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.documents import Clause


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question; ``words`` stand in the sentence that answers it, empty for the whole clause."""

    text: str
    words: str = ""


def questions_of(asked: Mapping[str, Sequence[str]], clause: Clause) -> Iterator[AskedQuestion]:
    """The questions that a clause answers, in the order written.

    A key is that of the clause (2.4), with words of a sentence behind a space where it is that
    which answers (2.4 校长在同一所学校).
    """
    for key, texts in asked.items():
        own, _, words = key.partition(" ")
        if own == clause.key:
            yield from (AskedQuestion(text, words) for text in texts)


def clause_key(key: str) -> str:
    """That of the clause, without words of a sentence."""
    return key.partition(" ")[0]


def is_key(key: str, texts: Mapping[str, str]) -> bool:
    """Whether it names one of the clauses, whose ``texts`` these are, and words of it."""
    own, _, words = key.partition(" ")
    return own in texts and words in texts[own]
