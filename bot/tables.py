"""A comparison of regions as a table: one column each, a citation in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.compose import quoted, region_name, where
from bot.conversation import Citation
from bot.messages import Words
from bot.sections import Section
from index.numbering import han_written


def compose_table(
    sections: Sequence[Section], citations: Sequence[Citation], words: Words, today: date
) -> list[str]:
    """A comparison: one column per region, a citation in every cell, gaps named as such."""
    columns = [region_name(section.region) for section in sections]
    per_region: list[list[Citation]] = []
    left = list(citations)
    for section in sections:
        per_region.append(left[: len(section.sources)])
        left = left[len(section.sources) :]
    lines = [words("comparison_lead", regions="、".join(columns))]
    lines.extend(_urgent_of_all(sections, words, today))
    lines.append(table_row([words("comparison_point"), *columns]))
    lines.append(table_row(["---"] * (len(columns) + 1)))
    for row in range(max((len(own) for own in per_region), default=0)):
        cells = [_cell(own, row, words) for own in per_region]
        lines.append(table_row([words("comparison_row", number=han_written(row + 1)), *cells]))
    lines.extend(where(citation, words) for citation in citations)
    return lines


def _urgent_of_all(sections: Sequence[Section], words: Words, today: date) -> list[str]:
    """The urgent notes of several regions in as few lines as there are kinds of them."""
    cited = [
        (region_name(section.region), section.sources[0].document)
        for section in sections
        if section.sources
    ]
    lines = [words("note_anonymised") for _, one in cited if one.source_kind == "anonymised"][:1]
    passed = [
        words("target_of", region=name, year=str(one.target_year))
        for name, one in cited
        if one.target_year and one.target_year < today.year
    ]
    if passed:
        lines.append(words("note_targets_passed", targets="、".join(passed)))
    return lines


def table_row(cells: Sequence[str]) -> str:
    """One row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "／").replace("\n", " ") for cell in cells) + " |"


def _cell(own: Sequence[Citation], row: int, words: Words) -> str:
    if row < len(own):
        return f"{quoted(own[row].quotes)}〔{own[row].n}〕"
    return words("comparison_silent") if not own else words("comparison_none")
