"""Which versions of the documents held may answer: those in force, today or on the day asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from bot.as_of import AsOf, AsOfKind
from index.days import DAY, read_day
from index.documents import Document
from index.versions import version_day

WITHDRAWN = ("废止", "失效")
STILL_VALID = "继续有效"
_SINCE = re.compile(rf"自\s*(?P<day>{DAY})\s*起(?:{'|'.join(WITHDRAWN)})?[，,：:]?\s*")
_BRACKETS = str.maketrans("[]()（）【】", "〔〕〔〕〔〕〔〕")

Pair = tuple[Document, Document | None]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The versions that may answer.

    ``old`` are those among them that no longer hold, each with what took its place, if that is
    held; ``absent`` stand, likewise, for policies of which no version held was in force, by the
    version nearest to the day; ``replaced`` for those whose earlier version the question names,
    by the present one.
    """

    documents: tuple[Document, ...]
    old: tuple[Pair, ...] = ()
    absent: tuple[Pair, ...] = ()
    replaced: tuple[Document, ...] = ()


NOTHING_CHOSEN = Chosen(())


class Held:
    """All documents held; which of them are in force is worked out once a day, not once a turn."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.by_id = {one.id: one for one in documents}
        self.current = lru_cache(maxsize=2)(self._current)

    def _current(self, today: date) -> frozenset[str]:
        """Ids of those in force on a day."""
        held = self.by_id
        return frozenset(name for name, one in held.items() if is_current(one, today, held))


def choose(
    documents: Sequence[Document], as_of: AsOf | None, today: date, held: Held | None = None
) -> Chosen:
    """The versions that a question wants; a document of unknown dates always may answer.

    What took the place of one that no longer holds is looked for among all that are ``held``.
    """
    held = held or Held(documents)
    current = held.current(today)
    if as_of is None and all(one.id in current for one in documents):
        return Chosen(tuple(documents))
    found = [
        _choose(versions, [one for one in versions if one.id in current], as_of, today)
        for versions in _policies(documents)
    ]
    wanted = {one.id for chosen in found for one in chosen.documents}
    others = held.by_id
    return Chosen(
        tuple(one for one in documents if one.id in wanted),
        tuple(_succeeded(pair, others, today) for chosen in found for pair in chosen.old),
        tuple(_succeeded(pair, others, today) for chosen in found for pair in chosen.absent),
        tuple(one for chosen in found for one in chosen.replaced),
    )


def is_current(document: Document, today: date, others: Mapping[str, Document]) -> bool:
    """Whether a document holds today; ``others`` are the documents held, by id.

    A version that another took the place of holds until that one takes effect.
    """
    if document.superseded_by:
        successor = others.get(document.superseded_by)
        begun = successor.effective if successor else None
        return begun is not None and begun > today and _covers(document, today)
    ended = is_withdrawn(document) and (_told_end(document) or today) <= today
    return not ended and _covers(document, today)


def is_withdrawn(document: Document) -> bool:
    """Whether what is known of its validity says that it no longer holds."""
    status = document.validity.status
    return STILL_VALID not in status and any(word in status for word in WITHDRAWN)


def first_day_without(document: Document, newer: Document | None = None) -> date | None:
    """From which day a document that ended no longer holds, as far as it is known."""
    told = _told_end(document)
    if told:
        return told
    if document.expires:
        return document.expires + timedelta(days=1)
    return version_day(newer) if newer else None


def _told_end(document: Document) -> date | None:
    """The day from which a document is said to be withdrawn."""
    validity = document.validity
    told = _SINCE.search(validity.status) or _SINCE.search(validity.basis)
    return read_day(told["day"]) if told and is_withdrawn(document) else None


def reason_of_end(document: Document) -> str:
    """Why a document no longer holds, as staff or the text say it, without the day."""
    return _SINCE.sub("", document.validity.basis).rstrip("。") if is_withdrawn(document) else ""


def _succeeded(pair: Pair, held: Mapping[str, Document], today: date) -> Pair:
    """The pair with the policy that took its place: linked, or named in why the old one ended."""
    old, newer = pair
    if newer is None and old.superseded_by:
        newer = held.get(old.superseded_by)
    reason = reason_of_end(old).translate(_BRACKETS)
    named = (
        one
        for one in held.values()
        if one is not old
        and is_current(one, today, held)
        and (f"《{one.title}》" in reason or (one.number and one.number in reason))
    )
    return old, newer or (next(named, None) if reason else None)


def _choose(
    versions: Sequence[Document], current: Sequence[Document], as_of: AsOf | None, today: date
) -> Chosen:
    """The versions of one policy that are wanted; the oldest come first."""
    last = ((versions[-1], None),)
    if as_of is None or as_of.kind is AsOfKind.STILL:
        named_old = as_of is not None and len(versions) > len(current) > 0
        absent = () if current else last
        return Chosen(tuple(current), (), absent, tuple(current) if named_old else ())
    ended = [one for one in versions if one not in current and not _is_to_come(one, today)]
    if not ended and not any(one.effective for one in versions):
        return Chosen(tuple(current), (), () if current else last)
    wanted = tuple(_wanted(versions, ended, as_of))
    if not wanted and as_of.kind is AsOfKind.EARLIER:
        return Chosen(tuple(current), (), () if current else last)
    newer = current[-1] if current else None
    old = tuple((one, newer) for one in wanted if one not in current)
    return Chosen(wanted, old, () if wanted else ((_nearest(versions, as_of.day), newer),))


def _is_to_come(document: Document, today: date) -> bool:
    return document.effective is not None and document.effective > today


def _wanted(
    versions: Sequence[Document], ended: Sequence[Document], as_of: AsOf
) -> Sequence[Document]:
    """The version meant; of several, the latest."""
    if as_of.kind is AsOfKind.EARLIER:
        return ended[-1:]
    assert as_of.day is not None
    if as_of.kind is AsOfKind.EDITION:
        year = as_of.day.year
        made = [one for one in versions if year in _years(one)]
        if made:
            return made[-1:]
    return [one for one in versions if _held_on(one, as_of.day)][-1:]


def _years(document: Document) -> set[int]:
    return {day.year for day in (document.issued, document.effective) if day}


def _covers(document: Document, day: date) -> bool:
    begun = document.effective is None or document.effective <= day
    return begun and (document.expires is None or day <= document.expires)


def _held_on(document: Document, day: date) -> bool:
    """Whether a version held on a day, as far as it is known; an unknown day excludes nothing."""
    begun = version_day(document)
    ended = first_day_without(document)
    return not (begun and begun > day) and not (ended and ended <= day)


def _nearest(versions: Sequence[Document], day: date | None) -> Document:
    """Of versions none of which held, the first that came after; else the last."""
    later = [one for one in versions if day and one.effective and one.effective > day]
    return later[0] if later else versions[-1]


def _policies(documents: Sequence[Document]) -> list[list[Document]]:
    """The versions of each policy, the oldest first."""
    families: dict[tuple[object, str], list[Document]] = {}
    for one in documents:
        families.setdefault((one.region, one.family or one.id), []).append(one)
    for versions in families.values():
        versions.sort(key=lambda one: one.effective or one.issued or date.min)
    return list(families.values())
