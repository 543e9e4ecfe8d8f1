"""Articles that a text names by their number: 第九条, 第9条第二款, 第七条第（三）项, 上一条."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from index.documents import Clause, Document, Part
from index.numbering import han_number, han_written
from index.yaml_text import parse_yaml

DATA_FILE = Path(__file__).parent / "data" / "articles.yaml"
_N = r"(?:\d{1,4}|[一二三四五六七八九十百千零〇]{1,7})"
_ARTICLE = re.compile(
    rf"第(?P<article>{_N})条(?![线路街])(?P<added>之[一二三四五六七八九十])?"
    rf"(?:的?第(?P<paragraph>{_N})款)?(?:的?第[（(]?(?P<item>{_N})[）)]?项)?"
)
_STEP = re.compile(r"(?P<back>[上前])(?:面的?)?一条|[下后](?:面的?)?一条")
_WHOLE = re.compile(rf"第{_N}条(?:之[一二三四五六七八九十])?")


def articles_in(text: str) -> tuple[str, ...]:
    """The addresses named in a normalised text, as documents write them, each once."""
    return tuple(dict.fromkeys(map(_address, _ARTICLE.finditer(text))))


def without_articles(text: str) -> str:
    """The text with a blank in place of every article named."""
    return _ARTICLE.sub(" ", text)


def is_article_alone(text: str) -> bool:
    """Whether a question names an article, or the one beside it, and asks nothing else."""
    rest = _STEP.sub(" ", without_articles(text))
    return rest != text and not _idle().sub("", rest).strip()


def next_to(text: str, article: str) -> tuple[str, ...]:
    """What a text names: articles by number, or the one before or after an article."""
    step = _STEP.search(text)
    named = articles_in(text)
    before = _ARTICLE.match(article)
    if named or not step or not before:
        return named
    number = _value(before["article"]) + (-1 if step["back"] else 1)
    return (f"第{han_written(number)}条",) if number > 0 else ()


def article_of(address: str) -> str:
    """The article that an address lies in: of 第九条第二款, 第九条."""
    match = _WHOLE.match(address)
    return match[0] if match else address


def articles_held(document: Document) -> tuple[Clause, ...]:
    """The articles of a document, in order; none where it is not divided into any."""
    return tuple(one for one in document.clauses if _WHOLE.fullmatch(one.address))


def paragraphs_of(clause: Clause) -> int:
    """How many paragraphs (款) an article has."""
    marked = [part for part in clause.parts if part.address.endswith("款")]
    return len(marked) or 1


def find_article(document: Document, address: str) -> tuple[Clause, Part | None] | None:
    """The clause of a document with this address, and which part of it is meant; None: none."""
    article = article_of(address)
    clause = next((one for one in document.clauses if one.address == article), None)
    if clause is None or address == article:
        return (clause, None) if clause else None
    part = next((one for one in clause.parts if one.address == address), None)
    if part is None and address == f"{article}第一款" and paragraphs_of(clause) == 1:
        return clause, None
    return (clause, part) if part else None


def _address(match: re.Match[str]) -> str:
    parts = [f"第{_han(match['article'])}条{match['added'] or ''}"]
    if match["paragraph"]:
        parts.append(f"第{_han(match['paragraph'])}款")
    if match["item"]:
        parts.append(f"第（{_han(match['item'])}）项")
    return "".join(parts)


def _han(number: str) -> str:
    return han_written(int(number)) if number.isdigit() else number


def _value(number: str) -> int:
    return int(number) if number.isdigit() else han_number(number)


@cache
def _idle() -> re.Pattern[str]:
    words = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))["idle"].split()
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join([*map(re.escape, ordered), r"[\s,，。.?？!！、;；:：“”\"]"]))
