"""Which place of a policy a question names by its number: 第九条, 保障措施（四）, 第二阶段."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.articles import articles_held, articles_in
from bot.topic import read
from index.documents import Clause, Document
from index.numbering import han_number

MOST_MEANT = 3  # clauses that one number may mean; of more, it tells nothing
HEADING_LENGTH = 4  # characters from which a heading in a question names its section

_N = r"(\d{1,3}|[一二三四五六七八九十百]{1,5})"
_ITEM = re.compile(rf"第{_N}条(?![线路街])|\b(?:article|item|clause)\s+(\d{{1,3}})\b")
_STAGE = re.compile(rf"第{_N}个?(?:步|阶段)")
_UNDER = re.compile(
    rf"^(?:部分|这部分|里面?|中|下面?|的|[，,:：、\s])*(?:[（(]{_N}[)）]|第{_N}[条点项])"
)
_ADDRESS = re.compile(
    r"(?<![初高])([一二三四五六七八九十]{1,3})、?\s*"
    r"[（(]([一二三四五六七八九十]{1,3})[)）](?!班)\s*(\d{1,2})?"
)
_STEPS = ("步骤", "阶段", "进度")


def named_places(text: str, documents: Sequence[Document]) -> tuple[str, ...]:
    """Addresses of the clauses that a normalised text names by number.

    Read against one policy; empty when the text names no place, or one that many clauses have. A
    number that the policy does not reach comes back as it stands, which is no clause's address.
    """
    policies = [one for one in documents if one.level == "normative"]
    if len(policies) != 1:
        return ()
    if articles_held(policies[0]):
        return articles_in(text)
    found = [name for names in _readings(text, policies[0]) for name in names]
    return tuple(dict.fromkeys(found))


def _readings(text: str, document: Document) -> Iterator[tuple[str, ...]]:
    """The first way of naming a place that fits; every place that it names."""
    for way in (_by_address, _by_heading, _by_stage, _by_number):
        found = tuple(way(text, document))
        if found:
            yield from found
            return


def _by_address(text: str, document: Document) -> Iterator[tuple[str, ...]]:
    """三（六）, 三、主要任务（二）4 without the heading between."""
    for match in _ADDRESS.finditer(text):
        key = ".".join(str(han_number(one)) for one in match.groups() if one)
        yield _addresses(document, [key], match[0])


def _by_heading(text: str, document: Document) -> Iterator[tuple[str, ...]]:
    """保障措施（四）: a number under a heading that the text has."""
    for section in document.clauses:
        at = text.find(section.heading) if len(section.heading) >= HEADING_LENGTH else -1
        under = _UNDER.match(text[at + len(section.heading) :]) if at >= 0 else None
        if under:
            key = f"{section.key}.{_value(under)}"
            yield _addresses(document, [key], f"{section.heading}{under[0]}")


def _by_stage(text: str, document: Document) -> Iterator[tuple[str, ...]]:
    """第二阶段 of the section that is made of steps."""
    steps = [one for one in document.clauses if any(word in one.heading for word in _STEPS)]
    top = min(steps, key=lambda one: one.level, default=None)
    if top is None:
        return
    for match in _STAGE.finditer(text):
        named = f"{document.title}{top.heading}"
        if not all(topic in named for topic in read(text.replace(match[0], " ")).topics):
            continue  # 报名第二步 is about something else
        yield _addresses(document, [f"{top.key}.{_value(match)}"], match[0])


def _by_number(text: str, document: Document) -> Iterator[tuple[str, ...]]:
    """第九条 of a policy whose smallest items are numbered through."""
    numbered = [one for one in document.clauses if re.fullmatch(r"\d+(\.\d+)*", one.key)]
    deepest = max((_depth(one) for one in numbered), default=0)
    keys = [one.key for one in numbered if _depth(one) == deepest]
    runs_on = len({key.rpartition(".")[2] for key in keys}) == len(keys)
    for match in _ITEM.finditer(text):
        meant = [key for key in keys if key.rpartition(".")[2] == str(_value(match))]
        if 0 < len(meant) <= MOST_MEANT or (runs_on and not meant):
            yield _addresses(document, meant, match[0])


def _addresses(document: Document, keys: Sequence[str], name: str) -> tuple[str, ...]:
    """The addresses of these clauses; the name itself when the document has none of them."""
    held = [one for one in document.clauses if one.key in keys]
    return tuple(name for one in held for name in _with_text(document, one)) or (name,)


def _with_text(document: Document, clause: Clause) -> tuple[str, ...]:
    """The address of a clause; of a mere heading with few clauses, theirs."""
    under = [one.address for one in document.clauses if one.parent == clause.key]
    few = clause.kind == "heading" and 0 < len(under) <= MOST_MEANT
    return tuple(under) if few else (clause.address,)


def _value(match: re.Match[str]) -> int:
    return han_number(next(one for one in match.groups() if one))


def _depth(clause: Clause) -> int:
    return clause.key.count(".") + 1
