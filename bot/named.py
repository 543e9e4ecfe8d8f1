"""Which policy documents a question names, by title, number or as a law, and which are held."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.articles import articles_in, without_articles
from index.documents import Document, Region
from index.regions import Mention
from index.scope import applies
from index.yaml_text import parse_yaml

DATA_FILE = Path(__file__).parent / "data" / "laws.yaml"
TITLE_LENGTH = 6  # characters; a shorter title (《实施方案》) names nothing
LONGEST_SPOKEN = 20  # characters
SAME_TITLE = 0.85  # of the bigrams of a name stand in the title that it means

_TITLE = re.compile(r"《([^《》]{2,80})》")
_NUMBER = re.compile(
    r"([\u4e00-\u9fff]?(?:政办发|政办函|政办|政发|办发|教基|教师|委发|党发|教|发|函|字)[\u4e00-\u9fff]?)"
    r"\s*[〔\[(]?((?:19|20)\d\d)[〕\])年]?\s*(?:第)?(\d{1,4})号"
)
_SHORT_NUMBER = re.compile(  # 武政办4号, 25号文: the year left out
    r"(?P<lead>[\u4e00-\u9fff])?(?P<kind>政办发|政办函|政办|政发|办发|教基|委发|党发)(?:第)?(?P<digits>\d{1,4})号(?:文件|文)?"
    r"|(?<![\d〕\])])(?P<bare>\d{1,4})号文件?"
)
_ASKED_NUMBER = re.compile(  # 常政办发几号: the number itself is asked for
    r"([\u4e00-\u9fff])(政办发|政办函|政办|政发|办发)[〔\[(]?(?:(?:19|20)\d\d)?[〕\])年]?(?=几号|多少号|什么号|的?文号|[x×*…某]+号)"
)
_BEFORE_NUMBER = "市县区省文看按照"  # what may stand before the short form of a number
_STATE = "中华人民共和国"
# 4号文件里面, 4号中: says only where to look
_WHERE = r"(?:(?:文件|通知)?(?:里[面头边]?|当?中(?![小学等职层考]))[,，]?)?"
_MARKS = re.compile(r"[《》]")
_PLAIN = re.compile(r"[^\u4e00-\u9fffa-z0-9]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedDocuments:
    """Held documents that a text names, the names of others, and the text without any name.

    ``articles`` are those that it names beside a held document: 第八条.
    """

    held: tuple[Document, ...]
    unheld: tuple[str, ...]
    bare: str
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Titles:
    """The documents held, with the ``forms`` in which people write a title, and ids by form."""

    documents: tuple[Document, ...]
    forms: Mapping[str, frozenset[str]]
    any_form: re.Pattern[str]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Titles:
        """Of these documents; a policy's title without marks stands for nothing."""
        documents = tuple(documents)
        forms = _forms(one for one in documents if one.level != "normative")
        return cls(documents, forms, _any_of(forms))


def named_documents(text: str, titles: Titles, regions: Sequence[Mention]) -> NamedDocuments:
    """Read the names of documents in a normalised text; a region just before one belongs to it."""
    held, unheld, bare = dict[str, Document](), list[str](), text
    for match, meant in (*_names(text, titles), *_numbered(text, titles.documents, regions)):
        start = next((one.start for one in regions if one.end == match.start()), match.start())
        name = text[start : match.end()]
        held |= {document.id: document for document in meant}
        if not meant:
            unheld.append(name)
        bare = re.sub(re.escape(name) + _WHERE, " ", bare)
    held |= {one.id: one for one in (() if held else _numbered_like(text, titles.documents))}
    articles = articles_in(text) if held else ()
    if articles:
        bare = without_articles(bare)
    return NamedDocuments(tuple(held.values()), tuple(dict.fromkeys(unheld)), bare, articles)


def of_region(documents: Sequence[Document], asked: Sequence[Region]) -> tuple[Document, ...]:
    """Those of several documents of like names that apply to the regions asked, if any does."""
    fitting = tuple(one for one in documents if any(applies(one.region, own) for own in asked))
    return fitting or tuple(documents)


def spoken(names: Iterable[str]) -> str | None:
    """The names as they may be said back: those of known laws; None when another is among them.

    What a reader typed between title marks may be anything, so it is not repeated as a title.
    """
    names = tuple(names)
    plain = all(_law().search(name) and len(_plain(name)) <= LONGEST_SPOKEN for name in names)
    return "、".join(names) if plain and not any(map(str.isdigit, "".join(names))) else None


def mentions(text: str, names: Iterable[str]) -> bool:
    """Whether a clause speaks of one of the named documents."""
    plain = _plain(text)
    return any(_plain(name) in plain for name in names)


def _names(text: str, titles: Titles) -> Iterator[tuple[re.Match[str], list[Document]]]:
    documents = titles.documents
    for match in titles.any_form.finditer(text):
        yield match, [one for one in documents if one.id in titles.forms[match[0]]]
        text = _without(text, match)
    for match in _TITLE.finditer(text):
        if len(_plain(match[1])) >= TITLE_LENGTH or _law().fullmatch(match[1]):
            yield match, _called(match[1], documents, _is_title)
    for match in _NUMBER.finditer(text):
        yield match, [one for one in documents if _is_number(match, one)]
    for match in _law().finditer(_TITLE.sub(lambda title: "　" * len(title[0]), text)):
        yield match, _called(match[0], documents, _in_title)


def _numbered(
    text: str, documents: Sequence[Document], regions: Sequence[Mention]
) -> Iterator[tuple[re.Match[str], list[Document]]]:
    """25号文, 武政办4号: of the regions that the text names, if it names any."""
    asked = [region for mention in regions for region in mention.regions]
    for match in _SHORT_NUMBER.finditer(_NUMBER.sub(lambda one: "　" * len(one[0]), text)):
        meant = [one for one in documents if _is_short_number(match, one)]
        near = [one for one in meant if any(applies(one.region, own) for own in asked)]
        yield match, near if asked else meant


def _called(
    name: str, documents: Sequence[Document], is_like: Callable[[str, Document], bool]
) -> list[Document]:
    """Documents of this name, or else those of a title like it: 职业教育条例 of any city.

    What implements a law has its name in the title too, but is not meant by it.
    """
    own = [one for one in documents if one.title.replace(_STATE, "") == name]
    implements = re.compile(f"实施.*{re.escape(name)}")
    return own or [
        one for one in documents if is_like(name, one) and not implements.search(one.title)
    ]


def _in_title(name: str, document: Document) -> bool:
    return name in document.title


def _forms(documents: Iterable[Document]) -> dict[str, frozenset[str]]:
    """Ids by the forms in which people write a title that stands for itself."""
    forms: dict[str, frozenset[str]] = {}
    for document in documents:
        title, short = document.title, document.title.replace(_STATE, "")
        for form in {title, short, _MARKS.sub("", title), _MARKS.sub("", short)}:
            if len(form) >= TITLE_LENGTH:
                known = forms.get(form, frozenset()) | {document.id}
                forms |= {form: known, f"《{form}》": known}
    return forms


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    """The longest form at a place; by first characters, as thousands in a row take long to try."""
    rest: dict[str, list[str]] = {}
    for form in sorted(forms, key=len, reverse=True):
        rest.setdefault(re.escape(form[0]), []).append(re.escape(form[1:]))
    return re.compile("|".join(f"{one}(?:{'|'.join(rest[one])})" for one in rest) or r"(?!)")


def _without(text: str, match: re.Match[str]) -> str:
    """The text with blanks in place of a match, every other place kept."""
    return text[: match.start()] + "　" * len(match[0]) + text[match.end() :]


def _is_title(name: str, document: Document) -> bool:
    wanted = _bigrams(name)
    known = _bigrams(document.title) | _bigrams(document.short_title)
    return len(wanted & known) >= SAME_TITLE * len(wanted)


def _bigrams(text: str) -> set[str]:
    plain = _plain(text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


def _is_number(match: re.Match[str], document: Document) -> bool:
    own = _NUMBER.search(document.number or "")
    return bool(own and own.groups()[1:] == match.groups()[1:] and match[1].endswith(own[1]))


def _is_short_number(match: re.Match[str], document: Document) -> bool:
    own = _NUMBER.search(document.number or "")
    if not own or own[3] != (match["digits"] or match["bare"]):
        return False
    lead = match["lead"] or ""
    return match["bare"] is not None or (
        match["kind"] in own[1] and (lead in own[1] or lead in _BEFORE_NUMBER)
    )


def _numbered_like(text: str, documents: Sequence[Document]) -> list[Document]:
    """Documents of the one region whose office numbers as asked: 常政办发几号 is of 常州市."""
    asked = _ASKED_NUMBER.search(text)
    if not asked:
        return []
    fitting = [
        one
        for one in documents
        if one.region.name.startswith(asked[1]) and (not one.number or asked[2] in one.number)
    ]
    return fitting if len({one.region for one in fitting}) == 1 else []


def _plain(text: str) -> str:
    return _PLAIN.sub("", text).lower()


@cache
def _law() -> re.Pattern[str]:
    words = parse_yaml(DATA_FILE.read_text(encoding="utf-8"))["laws"].split()
    ordered = sorted(words, key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, ordered))})(?![律治师定])")
