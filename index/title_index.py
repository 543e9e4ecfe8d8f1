"""Held documents by the title that another text calls them by; never one that may be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from index.days import DAY, read_day
from index.documents import Document
from index.versions import version_day

_MARKS = re.compile(r"[《》〈〉<>“”\"\s　]|中华人民共和国")
_EDITION = re.compile(r"[（(](?P<year>(?:19|20)\d{2})年?(?:修订|修正|修改|版|修订版|修正本)?[）)]$")
_DATED = re.compile(rf"(?P<day>{DAY})[^。；《》]{{0,60}}的\s*$")


@dataclass(frozen=True, slots=True)
class TitleIndex:
    """Documents by their title without marks and the name of the state."""

    titles: Mapping[str, tuple[Document, ...]]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> TitleIndex:
        """Index all documents that may be referred to."""
        titles: dict[str, tuple[Document, ...]] = {}
        for document in documents:
            key = bare_title(document.title)
            titles[key] = (*titles.get(key, ()), document)
        return cls(titles)

    def find(self, title: str, by: Document, before: str = "") -> Document | None:
        """The one document that ``by`` means with this title; None when there is any doubt.

        ``before`` is the text in front of the title: a day in it (2018年12月29日修订的) names the
        version. Without a day the current version is meant; a repealed title is what it replaced.
        """
        bare, year = _without_edition(bare_title(title))
        held = [
            one
            for one in self.titles.get(bare, ())
            if one.region == by.region or one.region.path == ("全国",)
        ]
        if title in by.repeals or bare == bare_title(by.title):
            return _only(one for one in held if one.superseded_by == by.id and not year)
        dated = _DATED.search(before)
        day = read_day(dated["day"]) if dated else None
        if day:
            return _only(one for one in held if day in _days(one))
        if year:
            return _only(one for one in held if year in {found.year for found in _days(one)})
        return _only(one for one in held if not one.superseded_by)


def bare_title(title: str) -> str:
    """A title without marks, blanks and the name of the state."""
    return _MARKS.sub("", title)


def keeps_numbers(target: Document, by: Document) -> bool:
    """Whether article numbers in ``by`` are those of ``target``, which was made before it."""
    made, cited = target.issued, version_day(by)
    return made is not None and cited is not None and made <= cited


def _without_edition(title: str) -> tuple[str, int | None]:
    match = _EDITION.search(title)
    return (title[: match.start()], int(match["year"])) if match else (title, None)


def _days(document: Document) -> set[date]:
    days = (document.issued, document.published, document.effective)
    return {day for day in days if day}


def _only(documents: Iterable[Document]) -> Document | None:
    found = list(documents)
    return found[0] if len(found) == 1 else None
