"""What is said of versions and levels: an old text, one not held, two that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.as_of import AsOfKind
from bot.authority import differing
from bot.conversation import Citation
from bot.messages import Words
from bot.sections import Section
from bot.understand import Reading
from index.documents import Document

NAMED_TITLES = 3


def old_line(reading: Reading, citations: Sequence[Citation], words: Words) -> list[str]:
    """The warning above an answer that quotes a version which no longer holds."""
    old = {document.id for document, _ in reading.versions.old}
    titles = _titles([one.document for one in citations if one.document.id in old])
    return [words("old_version", titles=titles)] if titles else []


def differing_lines(sections: Sequence[Section], words: Words) -> list[str]:
    """Two documents of one section that say different things on the same point, each once."""
    pairs = [pair for section in sections if (pair := differing(section.sources))]
    titles = [_titles([one.document, other.document]) for one, other in pairs]
    return [words("differing", titles=title) for title in dict.fromkeys(titles)]


def version_notes(reading: Reading, citations: Sequence[Citation], words: Words) -> list[str]:
    """Of what day the versions quoted are, and what took their place."""
    cited = {one.document.id: one.document for one in citations}
    notes = [
        words(
            "note_old_version",
            title=_title(document),
            begun=_day(document.effective),
            until=_day(document.expires or (newer.effective if newer else None)),
        )
        for document, newer in reading.versions.old
        if document.id in cited
    ]
    notes.extend(
        words("note_replaced", title=_title(one), begun=_day(one.effective))
        for one in reading.versions.replaced
        if one.id in cited and one.effective
    )
    old = {document.id for document, _ in reading.versions.old}
    notes.extend(_present_notes(reading, [cited[one] for one in cited if one not in old], words))
    return notes


def _present_notes(reading: Reading, documents: Sequence[Document], words: Words) -> Iterator[str]:
    """Of a question about an earlier time that the present version answers."""
    as_of = reading.as_of
    for one in documents:
        if as_of is None or one.effective is None:
            continue
        if as_of.kind is AsOfKind.EARLIER:
            yield words("note_no_earlier", title=_title(one))
        elif as_of.kind is not AsOfKind.STILL:
            yield words("note_as_of", title=_title(one), begun=_day(one.effective))


def absent_notes(reading: Reading, words: Words) -> tuple[str, ...]:
    """From when the versions held of what was named are in force."""
    if not reading.named:
        return ()
    return tuple(
        words("note_absent", title=_title(one), begun=_day(one.effective))
        for one in reading.versions.absent[:NAMED_TITLES]
        if one.effective
    )


def absent_titles(reading: Reading) -> str:
    """The policies of which no version was in force, as titles."""
    return _titles(reading.versions.absent[:NAMED_TITLES])


def _titles(documents: Sequence[Document]) -> str:
    return "、".join(dict.fromkeys(map(_title, documents)))


def _title(document: Document) -> str:
    return f"《{document.short_title}》"


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "……"
