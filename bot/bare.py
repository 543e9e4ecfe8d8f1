"""What an answer from documents without everyday questions is judged by besides.

Nobody wrote down what such a document answers, so more is asked of the words themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.aspects import Aspect, SearchScope
from bot.topic import read
from index.scope import NATIONAL


@dataclass(frozen=True, slots=True)
class Bare:
    """The text of a question; its evidence of another field; whether the documents hold for the
    whole country, and whether they are local ones that nobody named.
    """

    question: str
    foreign: float
    national: bool
    stray: bool


def bare_of(aspect: Aspect, scope: SearchScope, named: bool, spoken: frozenset[str]) -> Bare:
    """For a question (part) and a level of documents; ``spoken``: see ``bot.spoken``."""
    national = scope.documents[0].region == NATIONAL
    foreign = read(aspect.text, spoken).other
    return Bare(aspect.text, foreign, national, not (named or national))
