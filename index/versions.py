"""Versions of one policy: which texts belong together, which came later, which holds on a day."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from index.days import show_day
from index.documents import Document, Finding, Validity

VERSION_ORDER = "version_order"
_PROMULGATED = re.compile(
    r"关于(?:印发|公布|发布|颁布|转发|修订)《(?P<title>.+)》的(?:通知|公告|决定)"
)
_EDITION = re.compile(
    r"[（(](?:(?:(?:19|20)\d{2}年?)?(?:修订|修正|修改|试行|暂行|修订版|修正本|修订本|草案|试行草案|版)"
    r"|(?:19|20)\d{2}[^（()）]{0,12})[）)]"
)
_YEARS = re.compile(
    r"(?:19|20)\d{2}\s*(?:[-—–~～至]+\s*(?:19|20)?\d{2,4})?\s*(?:学年度?|年度?|版|级)"
)
_MARKS = re.compile(r"[《》〈〉<>“”\"\s　]|中华人民共和国")


def plain_title(title: str) -> str:
    """A title without edition, years, marks and the name of the state: what versions share."""
    promulgated = _PROMULGATED.search(title)
    bare = promulgated["title"] if promulgated else title
    return _MARKS.sub("", _YEARS.sub("", _EDITION.sub("", bare))) or title


def family_of(document: Document) -> str:
    """What the versions of one policy share: its region and its plain title."""
    return f"{document.region}：{plain_title(document.title)}"


def version_day(document: Document) -> date | None:
    """The day by which versions are ordered: the first in force, else issued, else published."""
    return document.effective or document.issued or document.published


def link_versions(
    documents: Iterable[Document], settled: Mapping[str, str] | None = None
) -> tuple[Document, ...]:
    """Name families, link each version to the one that took its place, flag what has no order.

    ``settled``: id -> id of the version that took its place (empty: none), as a person said;
    links that the documents had before are forgotten.
    """
    named = [replace(one, family=one.family or family_of(one)) for one in documents]
    families: dict[str, list[Document]] = defaultdict(list)
    for one in named:
        families[one.family].append(one)
    after: dict[str, str] = {}
    doubts: dict[str, str] = {}
    for versions in families.values():
        if len(versions) > 1:
            _order(versions, after, doubts)
    for old, new in _repealed(named):
        if old.id not in after:
            after[old.id] = new.id
            doubts.pop(old.id, None)
    after |= settled or {}
    return tuple(
        _linked(one, after, "" if one.id in (settled or {}) else doubts.get(one.id, ""))
        for one in named
    )


def with_superseded_validity(
    documents: Sequence[Document], keep: frozenset[str]
) -> tuple[Document, ...]:
    """Say of each superseded document what took its place; ``keep`` are ids with their own word."""
    held = {one.id: one for one in documents}
    return tuple(
        replace(one, validity=_superseded(one, held[one.superseded_by]))
        if one.superseded_by in held and one.id not in keep
        else one
        for one in documents
    )


def _superseded(old: Document, new: Document) -> Validity:
    day = version_day(new)
    since = f"，自{show_day(day)}起" if day else ""
    if old.family == new.family:
        return Validity(f"已有新版本{since}", f"本库收有较新的《{new.title}》")
    return Validity(f"已废止{since}", f"《{new.title}》写明废止本文件")


def _order(versions: Sequence[Document], after: dict[str, str], doubts: dict[str, str]) -> None:
    """Link dated versions one to the next; what has no day, or shares one, is a doubt."""
    days = {one.id: version_day(one) for one in versions}
    shared = list(days.values())
    dated: list[tuple[date, str]] = []
    for one in versions:
        day = days[one.id]
        if day is None:
            doubts[one.id] = f"与同名文件的先后不明：没有日期（{one.title}）"
        elif shared.count(day) > 1:
            doubts[one.id] = f"与同名文件日期相同，先后不明：{show_day(day)}（{one.title}）"
        else:
            dated.append((day, one.id))
    dated.sort()
    after |= {old: new for (_, old), (_, new) in pairwise(dated)}


def _repealed(documents: Sequence[Document]) -> list[tuple[Document, Document]]:
    """Pairs of a document and the one whose text repeals it."""
    repealing = [one for one in documents if one.repeals]
    return [
        (old, new)
        for new in repealing
        for old in documents
        if old is not new and _names(new, old) and _is_earlier(old, new)
    ]


def _names(new: Document, old: Document) -> bool:
    """Whether one of the repealed titles or numbers is this document of the same region."""
    if new.region != old.region and new.region.path != ("全国",):
        return False
    title = _MARKS.sub("", old.title)
    return any(name == old.number or _MARKS.sub("", name) == title for name in new.repeals)


def _is_earlier(old: Document, new: Document) -> bool:
    """By their days; without a day, a text is older only under a title that the new one lacks."""
    before, after = version_day(old), version_day(new)
    if before and after:
        return before < after
    return before is None and _MARKS.sub("", old.title) != _MARKS.sub("", new.title)


def _linked(document: Document, after: Mapping[str, str], doubt: str) -> Document:
    findings = tuple(one for one in document.findings if one.kind != VERSION_ORDER)
    if doubt:
        findings += (Finding(VERSION_ORDER, f"{doubt}，请在附注文件里写明", 0, 0, ""),)
    return replace(
        document,
        superseded_by=after.get(document.id, ""),
        findings=findings,
    )
