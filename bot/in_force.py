"""Which versions of the documents held may answer: those in force, today or on the day asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.as_of import AsOf, AsOfKind
from index.documents import Document

WITHDRAWN = ("废止", "失效")
STILL_VALID = "继续有效"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The versions that may answer.

    ``old`` are those among them that no longer hold, each with the present one, if any is held;
    ``absent`` stand for policies of which no version held was in force, by the version nearest to
    the day; ``replaced`` for those whose earlier version the question names, by the present one.
    """

    documents: tuple[Document, ...]
    old: tuple[tuple[Document, Document | None], ...] = ()
    absent: tuple[Document, ...] = ()
    replaced: tuple[Document, ...] = ()


NOTHING_CHOSEN = Chosen(())


def choose(documents: Sequence[Document], as_of: AsOf | None, today: date) -> Chosen:
    """The versions that a question wants; a document of unknown dates always may answer."""
    held = {one.id: one for one in documents}
    found = [
        _choose(versions, [one for one in versions if is_current(one, today, held)], as_of)
        for versions in _policies(documents)
    ]
    wanted = {one.id for chosen in found for one in chosen.documents}
    return Chosen(
        tuple(one for one in documents if one.id in wanted),
        tuple(pair for chosen in found for pair in chosen.old),
        tuple(one for chosen in found for one in chosen.absent),
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
    return not is_withdrawn(document) and _covers(document, today)


def is_withdrawn(document: Document) -> bool:
    """Whether what is known of its validity says that it no longer holds."""
    status = document.validity.status
    return STILL_VALID not in status and any(word in status for word in WITHDRAWN)


def _choose(
    versions: Sequence[Document], current: Sequence[Document], as_of: AsOf | None
) -> Chosen:
    """The versions of one policy that are wanted; the oldest come first."""
    last = tuple(versions[-1:])
    if as_of is None or as_of.kind is AsOfKind.STILL:
        named_old = as_of is not None and len(versions) > len(current) > 0
        absent = () if current else last
        return Chosen(tuple(current), (), absent, tuple(current) if named_old else ())
    if not any(one.effective for one in versions):
        return Chosen(tuple(current), (), () if current else last)
    wanted = tuple(_wanted(versions, as_of))
    if not wanted and as_of.kind is AsOfKind.EARLIER:
        return Chosen(tuple(current))
    newer = current[-1] if current else None
    old = tuple((one, newer) for one in wanted if one not in current)
    return Chosen(wanted, old, () if wanted else (_nearest(versions, as_of.day),))


def _wanted(versions: Sequence[Document], as_of: AsOf) -> Sequence[Document]:
    """The version meant; of several, the latest."""
    if as_of.kind is AsOfKind.EARLIER:
        return [one for one in versions if one.superseded_by][-1:]
    assert as_of.day is not None
    if as_of.kind is AsOfKind.EDITION:
        year = as_of.day.year
        made = [one for one in versions if year in _years(one)]
        if made:
            return made[-1:]
    return [one for one in versions if _covers(one, as_of.day)][-1:]


def _years(document: Document) -> set[int]:
    return {day.year for day in (document.issued, document.effective) if day}


def _covers(document: Document, day: date) -> bool:
    begun = document.effective is None or document.effective <= day
    return begun and (document.expires is None or day <= document.expires)


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
