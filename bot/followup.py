"""A follow-up question read together with the questions before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot.articles import articles_in, is_article_alone, next_to
from bot.as_of import AsOfKind, read_as_of
from bot.named import named_documents
from bot.resolve import Resolver
from bot.topic import clearly_out_of_scope, read, unknown_terms
from index.question_types import load_naming, question_types
from index.words import Found, WordFinder, content_words
from index.yaml_text import parse_yaml

DATA_FILE = Path(__file__).parent / "data" / "followup.yaml"
FEW_WORDS = 2
SHORT = 12  # characters
SAME_AGAIN = 6  # likewise, behind a level
_TOGETHER = ("和", "与", "及", "、", "跟", "或")

_TURN = re.compile(r"呢[，,]")

WithoutRegions = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Thread:
    """How the question stands in its conversation.

    ``standalone`` can be read without the history; ``before`` is the earlier question it leans
    on, None when it opens a subject of its own; ``own`` tells whether it brings a topic itself.
    """

    standalone: str
    before: str | None = None
    own: bool = True


def read_thread(question: str, history: Sequence[str], without_regions: WithoutRegions) -> Thread:
    """Resolve a follow-up against the history, oldest first; a new subject stands alone."""
    first, *later = [*history, question]
    thread = Thread(first)
    for text in later:
        thread = _step(text, thread.standalone, without_regions)
    return thread


def made_whole(texts: Sequence[str], resolver: Resolver, today: date) -> tuple[str, ...]:
    """The questions of a conversation, oldest first, each article with the document it is of.

    What was said before a question on an article of a document that it names is left off.
    """
    told: list[str] = []
    for text in texts:
        whole = _with_document(text, told, resolver, today)
        if told and named_documents(whole, resolver.titles, ()).articles:
            told.clear()
        told.append(whole)
    return tuple(told)


def _with_document(text: str, earlier: Sequence[str], resolver: Resolver, today: date) -> str:
    """第九条呢, 下一条: with its number and the name of the document spoken of last, as of then."""
    if not earlier or not is_article_alone(text):
        return text
    before = read_thread(earlier[-1], earlier[:-1], resolver.without_regions).standalone
    said = articles_in(before)
    articles = next_to(text, said[-1] if said else "")
    if not articles:
        return text
    titles = {f"《{one.title}》" for one in named_documents(before, resolver.titles, ()).held}
    as_of = read_as_of(before, today) if titles else None
    when = as_of.words if as_of and as_of.kind is not AsOfKind.STILL else ""
    return f"{when}{''.join(sorted(titles))}{'、'.join(articles)}怎么说"


def _step(question: str, before: str, without_regions: WithoutRegions) -> Thread:
    bare = without_regions(question)
    core = _core(bare)
    if not _leans(bare, core):
        return Thread(question)
    if not core:
        return Thread(_other_region(question, before, without_regions), before, own=False)
    replaced = _other_level(core, before)
    if replaced:
        carried = _with_region(replaced, question, without_regions)
        return Thread(carried, before, own=False)
    joined = f"{_trimmed(before)}，{_trimmed(question)}？"
    return Thread(joined, before, own=len(content_words(core)) > 0)


@cache
def _data() -> dict[str, list[str]]:
    data: dict[str, Any] = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))
    return {key: sorted(map(str, words), key=len, reverse=True) for key, words in data.items()}


def _core(bare: str) -> str:
    """The question without fillers at its edges."""
    text = re.sub(r"[？?。，,、！!\s]+", " ", bare).strip()
    changed = True
    while changed:
        changed = False
        for word in _data()["fillers"]:
            if text.startswith(word) or text.endswith(word):
                text = text.removeprefix(word).removesuffix(word).strip()
                changed = True
    return re.sub(r"^(?:的|那边|这边)+|(?:的|那边|这边)+$", "", text)


def _leans(bare: str, core: str) -> bool:
    text = bare.strip(" ？?。，,！!")
    words = content_words(core)
    few = len(words) <= FEW_WORDS and len(text) <= SHORT and not clearly_out_of_scope(text)
    opens = any(text.startswith(word) for word in _data()["opens"])
    ends = any(text.endswith(word) for word in _data()["ends"]) or bool(_TURN.search(text))
    points = any(word in text for word in _data()["points"])
    known = read(text)
    points = points or not (known.education or known.other or unknown_terms(text))
    return few or ((opens or ends or points) and len(text) <= 2 * SHORT) or not words


def _other_region(question: str, before: str, without_regions: WithoutRegions) -> str:
    """``武汉呢`` after a question about 嘉兴: the same question about 武汉."""
    region = _region_words(question, without_regions)
    return f"{region}{without_regions(before)}" if region else before


def _other_level(core: str, before: str) -> str | None:
    """``初中呢`` after a question about 小学: the same question about 初中."""
    mine, theirs = level_mentions(core), level_mentions(before)
    if not mine or not theirs or not _asks_the_same(core[mine[0].end :], before):
        return None
    first, last = _last_run(theirs, before)
    return before[: first.start] + mine[0].word + before[last.end :]


def _asks_the_same(rest: str, before: str) -> bool:
    """Whether what follows a level only asks again what was asked before: 高中呢，每生多少."""
    rest = rest.strip(" 呢的")
    types = question_types(rest)
    return not rest or (len(rest) <= SAME_AGAIN and bool(types) and types <= question_types(before))


def _last_run(found: Sequence[Found], text: str) -> tuple[Found, Found]:
    """The first and the last of the levels named together last: 小学和初中."""
    first = last = found[-1]
    for one in reversed(found[:-1]):
        if text[one.end : first.start] not in _TOGETHER:
            break
        first = one
    return first, last


@cache
def _levels() -> WordFinder:
    entries = load_naming()["levels"].values()
    return WordFinder(word for entry in entries for word in entry["words"])


def level_mentions(text: str) -> list[Found]:
    """School levels named in a text, with their places."""
    return _levels().find(text)


def _with_region(text: str, question: str, without_regions: WithoutRegions) -> str:
    region = _region_words(question, without_regions)
    return f"{region}{without_regions(text)}" if region else text


def _region_words(question: str, without_regions: WithoutRegions) -> str:
    """The part of a question that names its region."""
    bare = without_regions(question)
    if bare == question:
        return ""
    before = _shared(question, bare)
    after = _shared(question[before:][::-1], bare[before:][::-1])
    return question[before : len(question) - after]


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common at the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _trimmed(text: str) -> str:
    return text.strip(" ？?。，,！!")
