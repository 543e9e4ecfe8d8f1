"""Sections -> the text of an answer: first what answers, then where it stands, then notes.

Every word of a policy in the text is a verbatim quote; everything around it comes from
``prompts/messages.yaml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.conversation import Citation, Quote
from bot.force import Force
from bot.messages import Words
from bot.named import spoken
from bot.sections import Section, Source
from bot.understand import Reading
from index.documents import Document, Region, Repair

LISTED_REGIONS = 8
CUT_ENDING = "cut_ending"  # a lint finding


def number_citations(sections: Sequence[Section]) -> tuple[Citation, ...]:
    """Sources of all sections, numbered 1, 2, 3 … in the order of the text."""
    sources = [source for section in sections for source in section.sources]
    return tuple(
        Citation(n, source.document, source.clause, source.quotes, source.score)
        for n, source in enumerate(sources, 1)
    )


def compose_one(
    section: Section, citations: Sequence[Citation], words: Words, today: date
) -> list[str]:
    """One region: the answering quote, further quotes, the addresses."""
    if section.checklist and sum(len(citation.quotes) for citation in citations) > 1:
        return _checklist(section, citations, words, today)
    first, *others = list(zip(section.sources, citations, strict=True))
    lines = [_lead(*first, words), *urgent_notes(first[0].document, words, today)]
    lines.extend(_further(*first, words))
    for _, citation in others:
        lines.append(f"{words('lead_also')}{quoted(citation.quotes)}〔{citation.n}〕")
    lines.extend(where(citation, words) for citation in citations)
    return lines


def _checklist(
    section: Section, citations: Sequence[Citation], words: Words, today: date
) -> list[str]:
    """Requirements one by one, each with its clause, of which the one that answers stands first."""
    lines = [words("checklist_lead")]
    for source, citation in zip(section.sources, citations, strict=True):
        quotes = (source.key, *source.context)
        lines.extend(f"□ “{quote.text}”〔{citation.n}〕" for quote in quotes)
    lines.extend(urgent_notes(section.sources[0].document, words, today))
    lines.extend(where(citation, words) for citation in citations)
    return lines


def _lead(source: Source, citation: Citation, words: Words) -> str:
    """The sentence that answers, introduced by its force."""
    return f"{words(f'lead_{source.force}')}“{source.key.text}”〔{citation.n}〕"


def _further(source: Source, citation: Citation, words: Words) -> list[str]:
    """What else of the clause is quoted beside its answering sentence."""
    rest = source.context
    return [f"{words('lead_also')}{quoted(rest)}〔{citation.n}〕"] if rest else []


def compose_many(
    sections: Sequence[Section], citations: Sequence[Citation], words: Words, today: date
) -> list[str]:
    """Several regions: a short section each, under its own name; never merged."""
    lines: list[str] = []
    for section in sections:
        own = citations[: len(section.sources)]
        citations = citations[len(section.sources) :]
        if not own:
            continue
        lines.append(words("region_heading", region=region_name(section.region)))
        for source, citation in zip(section.sources, own, strict=True):
            lines.append(_lead(source, citation, words))
            lines.extend(_further(source, citation, words))
        lines.extend(urgent_notes(section.sources[0].document, words, today))
        lines.extend(where(citation, words) for citation in own)
    silent = [region_name(section.region) for section in sections if not section.sources]
    if silent:
        lines.append(words("silent", regions="、".join(silent)))
    return lines


def paragraphs(lines: list[str]) -> list[str]:
    """Lines of one table stay together; everything else is a paragraph of its own."""
    out: list[str] = []
    for line in lines:
        if line.startswith("| ") and out and out[-1].startswith("| "):
            out[-1] = f"{out[-1]}\n{line}"
        else:
            out.append(line)
    return out


def quoted(quotes: Sequence[Quote]) -> str:
    """Quotes in quotation marks, gaps between them shown."""
    return "……".join(f"“{quote.text}”" for quote in quotes)


def where(citation: Citation, words: Words) -> str:
    """Where a clause stands: 《title》（文号）address."""
    document = citation.document
    number = f"（{document.number}）" if document.number else ""
    return words(
        "where",
        marker=f"〔{citation.n}〕",
        document=f"《{document.title}》{number}",
        address=citation.clause.address,
    )


def urgent_notes(document: Document, words: Words, today: date) -> list[str]:
    """What a reader must know before acting: an anonymised copy, a target year that has passed."""
    notes = []
    if document.source_kind == "anonymised":
        notes.append(words("note_anonymised"))
    if document.target_year and document.target_year < today.year:
        notes.append(words("note_target_passed", year=str(document.target_year)))
    return notes


def standing_notes(citations: Sequence[Citation], words: Words) -> tuple[str, ...]:
    """Validity, source, repairs and gaps of every cited document, each once."""
    notes = [words("note_chinese")] if citations and words.language != "zh" else []
    for citation in citations:
        document, clause = citation.document, citation.clause
        title = f"《{document.short_title}》"
        notes.append(validity_note(document, words))
        if document.applies_to:
            notes.append(words("note_parts", title=title, parts="、".join(document.applies_to)))
        if document.source_kind == "repost":
            notes.append(words("note_repost", title=title))
        if any(finding.kind == CUT_ENDING for finding in document.findings):
            notes.append(words("note_incomplete", title=title, what=document.completeness))
        notes.extend(
            words(
                "note_doubt" if repair.kind == "note" else "note_repair",
                address=clause.address,
                reason=repair.reason,
            )
            for repair in document.repairs
            if _touches(repair, citation.quotes)
        )
    return tuple(dict.fromkeys(notes))


def validity_note(document: Document, words: Words) -> str:
    """Whether a document is in force, and how we know."""
    return words(
        "note_validity",
        title=f"《{document.short_title}》",
        status=document.validity.status,
        basis=document.validity.basis,
    )


def _touches(repair: Repair, quotes: Sequence[Quote]) -> bool:
    return any(repair.start < quote.end and repair.end > quote.start for quote in quotes)


def force_notes(sections: Sequence[Section], words: Words) -> tuple[str, ...]:
    """What a target or an encouragement is not."""
    forces = {source.force for section in sections for source in section.sources[:1]}
    notes = []
    if Force.TARGET in forces:
        notes.append(words("note_target"))
    if Force.ENCOURAGEMENT in forces:
        notes.append(words("note_encouragement"))
    if Force.ARRANGEMENT in forces:
        notes.append(words("note_plan"))
    return tuple(notes)


def reading_notes(reading: Reading, words: Words) -> tuple[str, ...]:
    """How the regions of the question were read, where that is not plain."""
    scope, notes = reading.scope, []
    if scope.conflict:
        chosen, asked = scope.conflict
        notes.append(words("note_conflict", chosen=region_name(chosen), asked=region_name(asked)))
    for region, relation in scope.indirect:
        if any(region.name in own.applies_to for own in scope.documents):
            continue
        held = "、".join(region_name(one) for one in relation.regions)
        key = "note_contains"
        if relation.kind == "inside_held":
            own = [one for one in scope.documents if one.region in relation.regions]
            is_law = own and all(one.level != "normative" for one in own)
            key = "note_above" if is_law else "note_inside"
        notes.append(words(key, asked=region_name(region), held=held))
    for region in scope.above:
        held = "、".join(dict.fromkeys(map(region_name, scope.regions)))
        notes.append(words("note_above", asked=region_name(region), held=held))
    notes.extend(
        words("note_corrected", written=written, read=meant)
        for written, meant in reading.corrections
    )
    if scope.nickname:
        name = region_name(scope.asked[0])
        notes.append(words("note_nickname", word=scope.nickname, region=name))
    if reading.unheld:
        names = spoken(reading.unheld) or words("that_document")
        notes.append(words("note_unheld_document", names=names))
    if scope.unheld and scope.documents:
        unheld = "、".join(region_name(region) for region in scope.unheld)
        notes.append(words("note_unheld", regions=unheld))
    return tuple(notes)


def region_name(region: Region) -> str:
    """A region as people say it: its last step."""
    return region.name or str(region)


def region_names(regions: Sequence[Region], words: Words) -> str:
    """Several regions in a sentence; of very many the first, and how many there are."""
    names = "、".join(map(region_name, regions[:LISTED_REGIONS]))
    return names if len(regions) <= LISTED_REGIONS else words("and_more", regions=names)
