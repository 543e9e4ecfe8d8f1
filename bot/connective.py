"""Sentences that only connect others: they greet, lead in, sum up, point to the source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml

from bot.grounds import Source
from bot.lexicon import data
from bot.wording import read
from index.words import normalise, stopwords, word_spans

DATA_FILE = Path(__file__).parent / "data" / "connective.yaml"


def is_connective(sentence: str, sources: Sequence[Source]) -> bool:
    """Whether nothing is left of a sentence without its connecting words; regions cited may."""
    text = normalise(sentence)
    for source in sources:
        for name in source.region.split("/"):
            text = text.replace(name, "").replace(name[:-1], "") if len(name) > 2 else text
    text = _patterns().sub(" ", text)
    if read(text).numbers:
        return False
    empty = stopwords() | frozenset(data()["frames"]) | _words()
    cut = (text[start:end] for start, end in word_spans(text))
    return all(word in empty or not word[0].isalnum() for word in cut)


@cache
def _patterns() -> re.Pattern[str]:
    return re.compile("|".join(yaml.safe_load(DATA_FILE.read_text("utf-8"))["patterns"]))


@cache
def _words() -> frozenset[str]:
    return frozenset(yaml.safe_load(DATA_FILE.read_text("utf-8"))["words"])
