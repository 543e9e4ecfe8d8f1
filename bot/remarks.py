"""What is said of versions and levels: an old text, one not held, two that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.articles import (
    article_of,
    articles_held,
    articles_in,
    find_article,
    paragraphs_of,
)
from bot.as_of import AsOfKind
from bot.authority import differing
from bot.conversation import Citation
from bot.in_force import first_day_without, reason_of_end
from bot.messages import Words
from bot.sections import Section
from bot.understand import Reading
from index.documents import Document
from index.numbering import han_written
from index.scope import NATIONAL

NAMED_TITLES = 3
_ENDS = {"repealed": "废止", "lapsed": "失效"}  # as the status of a document says it


def old_line(reading: Reading, citations: Sequence[Citation], words: Words) -> list[str]:
    """The warning above an answer that quotes a version which no longer holds."""
    cited = {one.document.id for one in citations}
    old = [pair for pair in reading.versions.old if pair[0].id in cited]
    replaced = _titles([one for one, newer in old if _is_version(one, newer)])
    ended = _titles([one for one, newer in old if not _is_version(one, newer)])
    lines = [words("old_version", titles=replaced)] if replaced else []
    return [*lines, words("old_ended", titles=ended)] if ended else lines


def differing_lines(sections: Sequence[Section], words: Words) -> list[str]:
    """Two documents of one section that say different things on the same point, each once."""
    pairs = [pair for section in sections if (pair := differing(section.sources))]
    titles = [_titles([one.document, other.document]) for one, other in pairs]
    return [words("differing", titles=title) for title in dict.fromkeys(titles)]


def version_notes(reading: Reading, citations: Sequence[Citation], words: Words) -> list[str]:
    """Of what day the versions quoted are, and what took their place."""
    cited = {one.document.id: one.document for one in citations}
    notes = [
        _old_note(document, newer, words)
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


def absent_notes(
    reading: Reading, citations: Sequence[Citation], words: Words, today: date
) -> tuple[str, ...]:
    """Why a policy that was named, or one of a region that nothing else is cited of, is silent."""
    cited = {one.document.region for one in citations}
    return tuple(
        line
        for document, newer in reading.versions.absent
        if reading.named or (_is_asked(reading, document) and document.region not in cited)
        for line in _absent(reading, document, newer, words, today)
    )[: 2 * NAMED_TITLES]


def absent_lines(reading: Reading, words: Words, today: date) -> list[str]:
    """An answer for policies of which no version held was in force."""
    day = _day_asked(reading, today)
    absent = reading.versions.absent[:NAMED_TITLES]
    unheld = _titles([one for one, newer in absent if not ended_line(one, newer, words, day)])
    lines = [words("not_in_force", titles=unheld)] if unheld and reading.as_of else []
    return [*lines, *(line for pair in absent for line in _absent(reading, *pair, words, today))]


def beyond_lines(reading: Reading, words: Words) -> list[str]:
    """That a document held is for other parts of its region than the one that was named."""
    lines = [
        words(
            "not_for",
            title=_title(document),
            parts="、".join(document.applies_to),
            asked=region.name,
        )
        for region, document in reading.scope.beyond[:NAMED_TITLES]
    ]
    return list(dict.fromkeys(lines))


def unsaid_lines(sections: Sequence[Section], words: Words) -> list[str]:
    """Which fact about itself a document leaves out."""
    unsaid = [one for section in sections for one in section.unsaid]
    lines = [words(f"unsaid_{one.name}", title=_title(one.document)) for one in unsaid]
    return list(dict.fromkeys(lines))


def unsaid_notes(sections: Sequence[Section], words: Words) -> tuple[str, ...]:
    """What staff know of documents that leave out a fact about themselves."""
    documents = [one.document for section in sections for one in section.unsaid]
    notes = (note for one in documents for note in origin_notes(one, words))
    return tuple(dict.fromkeys(notes))


def origin_notes(document: Document, words: Words) -> tuple[str, ...]:
    """What a document does not say of its own date and number, and how these are known."""
    said = [document.issued_basis if not document.issued else ""]
    said.append(document.number_note if not document.number else "")
    return tuple(words("note_origin", title=_title(document), what=one) for one in said if one)


def absent_articles(reading: Reading, words: Words) -> list[str]:
    """Which of the articles named a document does not have, and how many it has."""
    return [
        _absent_article(document, article, words)
        for document in reading.scope.documents
        for article in reading.articles
        if not find_article(document, article)
    ]


def which_document(reading: Reading) -> tuple[str, tuple[str, ...]]:
    """The article that was asked for, and the titles of the documents that it may be of."""
    titles = dict.fromkeys(f"《{one.short_title}》" for one in reading.choices)
    return "、".join(articles_in(reading.scope.bare)), tuple(titles)


def _absent_article(document: Document, article: str, words: Words) -> str:
    title, held = _title(document), articles_held(document)
    whole = find_article(document, article_of(article))
    if whole and article != article_of(article):
        count = han_written(paragraphs_of(whole[0]))
        place = f"{title}{whole[0].address}"
        part = article.removeprefix(whole[0].address)
        return words("no_such_paragraph", place=place, article=part, count=count)
    if not held:
        return words("no_such_place", title=title, article=article)
    return words("no_such_article", title=title, article=article, count=han_written(len(held)))


def ended_line(document: Document, newer: Document | None, words: Words, day: date) -> str:
    """That a document no longer held on a day, since when, why, and what took its place."""
    if document.effective and document.effective > day:
        return ""
    since = first_day_without(document, newer)
    told = words("since", day=_day(since)) if since and since <= day else words("since_earlier")
    how = next((name for name, word in _ENDS.items() if word in document.validity.status), "")
    if not how:
        how = "replaced" if document.superseded_by else "expired"
    lines = [words(f"ended_{how}", title=named_title(document), since=told)]
    reason = reason_of_end(document)
    if reason:
        lines.append(words("ended_reason", reason=reason))
    if newer and newer.title in reason:
        lines.append(words("ended_newer_held"))
    elif newer:
        lines.append(words("ended_newer", title=named_title(newer)))
    return "".join(lines) if words.language == "zh" else " ".join(lines)


def named_title(document: Document) -> str:
    """《title》（文号）."""
    number = f"（{document.number}）" if document.number else ""
    return f"《{document.title}》{number}"


def _absent(
    reading: Reading, document: Document, newer: Document | None, words: Words, today: date
) -> Iterator[str]:
    """Why a policy cannot answer: not begun on the day asked, or ended; and how to see it still."""
    ended = ended_line(document, newer, words, _day_asked(reading, today))
    if ended:
        yield ended
        if not reading.as_of or reading.as_of.kind is AsOfKind.STILL:
            yield words("ask_old")
    elif reading.as_of:
        yield words("note_absent", title=_title(document), begun=_day(document.effective))
    else:
        yield words("not_begun", title=named_title(document), begun=_day(document.effective))


def _day_asked(reading: Reading, today: date) -> date:
    return reading.as_of.day if reading.as_of and reading.as_of.day else today


def _is_asked(reading: Reading, document: Document) -> bool:
    return any(document.region.contains(one) for one in reading.scope.asked) and (
        document.region != NATIONAL
    )


def _is_version(document: Document, newer: Document | None) -> bool:
    """Whether what took the place of a document is the same policy in a newer version."""
    return newer is not None and newer.family == document.family


def _old_note(document: Document, newer: Document | None, words: Words) -> str:
    if not _is_version(document, newer):
        return ended_line(document, newer, words, date.max)
    assert newer
    return words(
        "note_old_version",
        title=_title(document),
        begun=_day(document.effective),
        until=_day(document.expires or newer.effective),
    )


def _titles(documents: Sequence[Document]) -> str:
    return "、".join(dict.fromkeys(map(_title, documents)))


def _title(document: Document) -> str:
    return f"《{document.short_title}》"


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "……"
