"""The parts of an answer's text: regions, paragraphs, tables, quotes, markers, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.conversation import Answer, Citation

MARKER = re.compile(r"〔(\d{1,3})〕")
HEADING = re.compile(r"【([^【】]{1,40})】")
RULE = re.compile(r"[|\s:-]+")
PREVIEW = 42


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of answer text: our words, words of a document, or a marker with its citation."""

    text: str
    citation: Citation | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of fragments, or the rows of a table (the first row is the head)."""

    fragments: tuple[Fragment, ...] = ()
    rows: tuple[tuple[tuple[Fragment, ...], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """What is said under one heading (empty where there is none), and its sources."""

    title: str
    blocks: tuple[Block, ...]
    sources: tuple[Citation, ...]

    @property
    def preview(self) -> str:
        """The first words of a document in this section, or else our own."""
        runs = [fragment for block in self.blocks for fragment in block.fragments]
        quoted = next((run.text for run in runs if run.quoted), "".join(run.text for run in runs))
        return quoted if len(quoted) <= PREVIEW else quoted[: PREVIEW - 1] + "…"


def sections(answer: Answer) -> tuple[Section, ...]:
    """The answer under its 【headings】; a line that only names a source joins the sources."""
    found: list[Section] = []
    title, lines = "", list[str]()
    for line in answer.text.splitlines():
        heading = HEADING.fullmatch(line.strip())
        if heading:
            found.append(_section(title, lines, answer.citations))
            title, lines = heading[1], []
        elif line.strip():
            lines.append(line.strip())
    found.append(_section(title, lines, answer.citations))
    return tuple(section for section in found if section.blocks or section.sources)


def _section(title: str, lines: Sequence[str], citations: Sequence[Citation]) -> Section:
    named = [(line, named_source(line, citations)) for line in lines]
    sources = tuple(citation for _, citation in named if citation)
    rest = [line for line, citation in named if citation is None]
    return Section(title, tuple(_blocks(rest, citations)), sources)


def named_source(line: str, citations: Sequence[Citation]) -> Citation | None:
    """The citation of a line such as 〔1〕出自《title》（number）address."""
    match = MARKER.match(line)
    for citation in citations:
        if match and citation.n == int(match[1]):
            title = citation.document.title in line or citation.document.short_title in line
            return citation if title and line.endswith(citation.clause.address) else None
    return None


def is_row(line: str) -> bool:
    """Whether a line is a row of a table."""
    return len(line) > 2 and line.startswith("|") and line.endswith("|")


def _blocks(lines: Iterable[str], citations: Sequence[Citation]) -> Iterator[Block]:
    rows: list[tuple[tuple[Fragment, ...], ...]] = []
    for line in [*lines, ""]:
        if is_row(line):
            if not RULE.fullmatch(line):
                cells = line.strip("|").split("|")
                rows.append(tuple(fragments(cell.strip(), citations) for cell in cells))
            continue
        if rows:
            yield Block(rows=tuple(rows))
            rows = []
        if line:
            yield Block(fragments(line, citations))


def fragments(text: str, citations: Sequence[Citation]) -> tuple[Fragment, ...]:
    """Text cut at quotes and 〔n〕 markers; a marker without a citation stays plain text."""
    quotes = {quote.text for citation in citations for quote in citation.quotes if quote.text}
    longest_first = sorted(quotes, key=lambda quote: (-len(quote), quote))
    numbers = {citation.n: citation for citation in citations}
    pattern = "|".join(map(re.escape, longest_first)) or r"(?!)"
    found: list[Fragment] = []
    for run, quoted in _alternate(text, re.compile(pattern)):
        if quoted:
            found.append(Fragment(run, quoted=True))
            continue
        for piece, marked in _alternate(run, MARKER):
            citation = numbers.get(int(piece[1:-1])) if marked else None
            if citation is None and found and not found[-1].quoted and not found[-1].citation:
                piece = found.pop().text + piece
            found.append(Fragment(piece, citation))
    return tuple(found)


def _alternate(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    """The text in runs: outside the pattern, and matches of it (True)."""
    last = 0
    for match in pattern.finditer(text):
        if match.start() > last:
            yield text[last : match.start()], False
        yield match[0], True
        last = match.end()
    if last < len(text):
        yield text[last:], False
