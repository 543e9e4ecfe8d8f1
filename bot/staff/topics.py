"""What a question of the public is about, by the words in ``bot/data/topics.yaml``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from index.words import WordFinder, normalise
from index.yaml_text import parse_yaml

DATA_FILE = Path(__file__).parent.parent / "data" / "topics.yaml"


def topic_of(question: str) -> str:
    """The topic with the most words in the question; that of unknown ones when there is none."""
    words = _topic_by_word()
    counts = Counter(words[found.word] for found in _finder().find(normalise(question).lower()))
    order = {topic: n for n, topic in enumerate(topic_names())}
    return min(counts, key=lambda one: (-counts[one], order[one]), default=topic_names()[-1])


@cache
def topic_names() -> tuple[str, ...]:
    """Every topic in the order of the file, that of all other questions last."""
    data = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))
    return (*data["topics"], data["other"])


@cache
def _topic_by_word() -> Mapping[str, str]:
    """The topic of each word; ValueError when a word stands twice."""
    words: dict[str, str] = {}
    data = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))
    for topic, own in data["topics"].items():
        for word in map(str, own):
            if word in words:
                raise ValueError(f"topics.yaml: {word} stands in two topics")
            words[word] = topic
    return words


@cache
def _finder() -> WordFinder:
    return WordFinder(_topic_by_word())
