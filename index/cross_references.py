"""前款, 本条例第八条, 《…》第三条: where a clause refers to another, and which one it means.

A reference whose target is not held, or not certain, has no target; it is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.documents import Clause, Document
from index.numbering import Form, han_number, mark_at, written
from index.title_index import TitleIndex, keeps_numbers
from index.versions import plain_title

_N = r"(?:[零〇一二三四五六七八九十百千]+|\d+)"
_ITEM = rf"第[（(]?(?P<item>{_N})[）)]?项"
_PLACE = re.compile(
    rf"第(?P<article>{_N})条(?:之(?P<sub>{_N}))?(?:第(?P<para>{_N})款)?(?:{_ITEM})?"
    rf"|第(?P<chapter>{_N})章"
)
_INNER = re.compile(rf"第(?P<para>{_N})款(?:{_ITEM})?|{_ITEM.replace('item', 'only')}")
_JOINT = re.compile(r"\s*(?:、|和|及|与|或者|或|以及|至)\s*")
_ANCHOR = re.compile(
    r"《(?P<title>[^《》]+(?:《[^《》]*》[^《》]*)*)》"
    r"|(?P<own>本(?:法|条例|规定|办法|细则|规则|规程|章程|决定|意见|方案|通知))(?=第)"
    r"|(?P<here>本条)(?=第)"
    r"|(?P<before>前条)"
    r"|(?P<above>前[一两二三四五]?款)"
)
_ALIAS = re.compile(
    r"《(?P<title>[^《》]+)》\s*[（(](?:以下|下)(?:简称|称)[《“\"]?(?P<alias>[^《》“”\"（）()]{2,20})"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """Words (``start``:``end`` in the canonical text) that point to a document or clause.

    ``target_part`` is the address of the paragraph (款) or item (项) meant, where there is one.
    """

    start: int
    end: int
    target_document_id: str | None
    target_clause_key: str | None
    text: str
    target_part: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """What is meant, as far as it has been read; no document: it is not held or not certain.

    ``is_here``: the clause is known by where it stands, not by its number. ``has_numbers``: the
    articles of the document held are numbered as the text that refers to them knew them.
    """

    document: Document | None
    article: str | None = None  # key of the clause
    para: int | None = None
    item: int | None = None
    is_here: bool = False
    has_numbers: bool = True


def references(document: Document, clause: Clause, titles: TitleIndex) -> tuple[Reference, ...]:
    """Every reference in a clause, from left to right, with its target where it is certain."""
    found: list[Reference] = []
    text, at = document.text, clause.start
    aliases = _aliases(document)
    while match := _ANCHOR.search(text, at, clause.end):
        place = _anchored(match, document, clause, (titles, aliases))
        start, at = match.span()
        first = _PLACE.match(text, at, clause.end) if place.article is None else None
        inner = _INNER.match(text, at, clause.end) if place.article else None
        step = first or inner
        if step:
            place, at = _narrowed(place, step), step.end()
        found.append(_reference(text, start, at, place))
        if step:
            chain = list(_chain(text, at, clause.end, place))
            found += chain
            at = chain[-1].end if chain else at
    return tuple(found)


def _aliases(document: Document) -> dict[str, str]:
    """Short names that a text gives: 《中华人民共和国教师法》（以下简称《教师法》）."""
    return {match["alias"]: match["title"] for match in _ALIAS.finditer(document.text)}


def _anchored(
    match: re.Match[str],
    document: Document,
    clause: Clause,
    names: tuple[TitleIndex, dict[str, str]],
) -> _Place:
    if match["title"]:
        titles, aliases = names
        title = aliases.get(match["title"], match["title"])
        before = document.text[max(clause.start, match.start() - 80) : match.start()]
        target = titles.find(title, document, before)
        return _Place(target, has_numbers=target is None or keeps_numbers(target, document))
    if match["own"]:
        return _Place(document if _is_own(match["own"][1:], document) else None)
    if match["here"]:
        return _Place(document, clause.key, is_here=True)
    if match["before"]:
        key = _article_before(document, clause)
        return _Place(document, key, is_here=True) if key else _Place(None, "")
    return _paragraph_above(match, document, clause)


def _is_own(kind: str, document: Document) -> bool:
    """Whether 本条例 stands in a 条例: a notice with an attached 办法 speaks of both."""
    title = plain_title(document.title)
    return title.endswith(kind) and not (kind == "法" and title.endswith("办法"))


def _article_before(document: Document, clause: Clause) -> str | None:
    articles = [one.key for one in document.clauses if _is_article(one)]
    at = articles.index(clause.key) if clause.key in articles else 0
    return articles[at - 1] if at else None


def _is_article(clause: Clause) -> bool:
    mark = mark_at(clause.text, 0)
    return mark is not None and mark.form is Form.ARTICLE


def _paragraph_above(match: re.Match[str], document: Document, clause: Clause) -> _Place:
    """The paragraph before the one in which 前款 stands; 前两款 means the article as a whole."""
    paragraphs = [
        part for part in clause.parts if re.fullmatch(r".*条(?:之.+)?第.+款", part.address)
    ]
    at = next((n for n, part in enumerate(paragraphs) if part.start <= match.start() < part.end), 0)
    if not at:
        return _Place(None, "")
    return _Place(document, clause.key, at if match["above"] == "前款" else None, is_here=True)


def _narrowed(place: _Place, step: re.Match[str]) -> _Place:
    """The place after reading 第八条第二款第（三）项, or only 第二款, behind it."""
    said = step.groupdict()
    item = said.get("item") or said.get("only")
    article = place.article
    para = han_number(said["para"]) if said.get("para") else None
    if said.get("article"):
        sub = f"-{han_number(said['sub'])}" if said["sub"] else ""
        article = f"a{han_number(said['article'])}{sub}"
    elif said.get("chapter"):
        article = f"c{han_number(said['chapter'])}"
    elif para is None:
        para = place.para
    return replace(
        place,
        article=article,
        para=para,
        item=han_number(item) if item else None,
        is_here=place.is_here and article == place.article,
    )


def _chain(text: str, at: int, end: int, place: _Place) -> Iterator[Reference]:
    """、第九条和第十条第二款 behind a reference: each on its own, in the same document."""
    while joint := _JOINT.match(text, at, end):
        step = _PLACE.match(text, joint.end(), end) or _INNER.match(text, joint.end(), end)
        if not step:
            return
        place, at = _narrowed(place, step), step.end()
        yield _reference(text, step.start(), at, place)


def _reference(text: str, start: int, end: int, place: _Place) -> Reference:
    blind = Reference(start, end, None, None, text[start:end])
    if place.document is None:
        return blind
    if place.article is None or not place.has_numbers:
        return replace(blind, target_document_id=place.document.id)
    clause = _clause(place.document, place)
    if clause is None:
        return blind
    part, is_certain = _part(clause, place)
    if not is_certain:
        return blind
    return Reference(start, end, place.document.id, clause.key, text[start:end], part)


def _clause(document: Document, place: _Place) -> Clause | None:
    """The clause meant; a number that an attached text has as well is not certain."""
    if place.is_here:
        return next((one for one in document.clauses if one.key == place.article), None)
    found = [one for one in document.clauses if one.key.partition("~")[0] == place.article]
    return found[0] if len(found) == 1 else None


def _part(clause: Clause, place: _Place) -> tuple[str | None, bool]:
    """Address of the paragraph or item, and whether the clause has such a paragraph."""
    addresses = {part.address for part in clause.parts}
    own = clause.address
    if place.para:
        own += f"第{written(Form.HAN, place.para).rstrip('、')}款"
        if own not in addresses and place.para > 1:
            return None, False
        own = own if own in addresses else clause.address
    item = f"{own}第{written(Form.HAN_BRACKETS, place.item)}项" if place.item else ""
    narrowest = item if item in addresses else own
    return (narrowest if narrowest != clause.address else None), True
