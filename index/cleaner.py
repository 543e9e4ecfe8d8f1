"""Raw text -> canonical text, with an offset map and a lint finding for every automatic repair.

Nothing here changes, joins or drops a digit, a percent sign or a date. Web noise goes by whole
lines (rules in ``data/noise.yaml``); page marks go by their running sequence; stray spaces go only
where a file is full of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index.documents import Finding
from index.textmap import MappedText
from index.yaml_text import parse_yaml

NOISE_FILE = Path(__file__).parent / "data" / "noise.yaml"
LEAST_PAGE_MARKS = 3
CHARACTERS_A_STRAY_SPACE = 200
EXCERPT_CHARACTERS = 24

_PAGE_MARK = re.compile(r"^[ \t\u3000]*(\d{1,3})、", re.MULTILINE)
_SENTENCE_END = re.compile(r"[。！？；;!?：:]\s*$")
_HAN = "\u4e00-\u9fff"
_STRAY_SPACE = re.compile(r"(?<=\S)[ \t\u3000\xa0]+(?=\S)")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BETWEEN = re.compile(rf"[{_HAN}，,。、；;][{_HAN}]")
_NUMBERING = re.compile(
    r"[第（(]?[\d〇零一二三四五六七八九十百千 \u3000]{1,9}[编章节条款项)）、.．]?(之.)?"
)


@dataclass(frozen=True, slots=True)
class NoiseRule:
    """One kind of line (or line prefix) that does not belong to a policy."""

    name: str
    pattern: re.Pattern[str]
    anywhere: bool


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Canonical text before editorial repairs, its map to the raw file, and what was dropped."""

    mapped: MappedText
    findings: tuple[Finding, ...]
    dropped: tuple[str, ...]


def clean(raw: str) -> Cleaned:
    """Drop web noise, page marks, invisible characters, blank lines and stray spaces."""
    start = MappedText.of(raw)
    findings: list[Finding] = []
    dropped: list[str] = []
    current = start.without([match.span() for match in _INVISIBLE.finditer(start.text)])
    for step in (_noise_lines, _prefixes, _page_marks, _line_edges, _stray_spaces):
        spans = list(step(current))
        for kind, message, (begin, end) in spans:
            if kind:
                # a page mark's span begins with the line break before it
                place = end - 1 if kind == "page_mark" else begin
                findings.append(finding(raw, current, kind, message, place))
            if kind == "noise":
                dropped.append(current.text[begin:end].strip())
        current = current.without([span for _, _, span in spans])
    return Cleaned(current, tuple(findings), tuple(dropped))


def finding(raw: str, mapped: MappedText, kind: str, message: str, start: int) -> Finding:
    """A lint finding placed in the raw file by a position in a mapped text."""
    place = mapped.offsets[min(start, len(mapped.offsets) - 1)] if mapped.offsets else 0
    excerpt = mapped.text[start : start + EXCERPT_CHARACTERS].replace("\n", "⏎")
    return Finding(kind, message, raw.count("\n", 0, place) + 1, place, excerpt)


Span = tuple[str, str, tuple[int, int]]


@cache
def _rules() -> tuple[tuple[NoiseRule, ...], tuple[NoiseRule, ...]]:
    data: dict[str, Any] = parse_yaml(NOISE_FILE.read_text(encoding="utf-8"))
    return (
        tuple(
            NoiseRule(row["name"], re.compile(row["pattern"]), row["where"] == "anywhere")
            for row in data["lines"]
        ),
        tuple(NoiseRule(row["name"], re.compile(row["pattern"]), True) for row in data["prefixes"]),
    )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for line in text.split("\n"):
        yield position, position + len(line)
        position += len(line) + 1


def _noise_lines(mapped: MappedText) -> Iterator[Span]:
    lines = list(_lines(mapped.text))
    edge = _edges(mapped.text, lines)
    for number, (start, end) in enumerate(lines):
        name = _noise_name(mapped.text[start:end].strip(), number in edge)
        if name:
            yield "noise", f"网页附加内容已剔除（{name}）", (start, min(end + 1, len(mapped.text)))


def _noise_name(line: str, at_edge: bool) -> str | None:
    for rule in _rules()[0]:
        if line and (rule.anywhere or at_edge) and rule.pattern.fullmatch(line):
            return rule.name
    return None


def _edges(text: str, lines: Sequence[tuple[int, int]]) -> set[int]:
    """Lines before the first and after the last long line: where page furniture stands."""
    long = [number for number, (start, end) in enumerate(lines) if end - start > 60]
    first, last = (long[0], long[-1]) if long else (len(lines), -1)
    return {number for number in range(len(lines)) if number < first or number > last}


def _prefixes(mapped: MappedText) -> Iterator[Span]:
    for start, end in _lines(mapped.text):
        for rule in _rules()[1]:
            match = rule.pattern.match(mapped.text, start, end)
            if match:
                yield "noise", f"行首附加标记已剔除（{rule.name}）", match.span()
                break


def _page_marks(mapped: MappedText) -> Iterator[Span]:
    """Page marks: line-start ``N、`` that run 1, 2, 3 … and mostly cut a sentence in two."""
    marks = _longest_run(list(_PAGE_MARK.finditer(mapped.text)))
    cutting = sum(not _SENTENCE_END.search(mapped.text[: mark.start()]) for mark in marks[1:])
    if len(marks) < LEAST_PAGE_MARKS or cutting * 2 <= len(marks) - 1:
        return
    for mark in marks:
        start = mark.start()
        if start > 0 and mapped.text[start - 1] == "\n" and mark is not marks[0]:
            start -= 1  # blanks around the mark stay: they may be all that parts two numbers
        yield "page_mark", f"页码标记 {mark[1]}、 已剔除", (start, mark.end())


def _longest_run(candidates: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    run: list[re.Match[str]] = []
    for candidate in candidates:
        if int(candidate[1]) == len(run) + 1:
            run.append(candidate)
    return run


def _line_edges(mapped: MappedText) -> Iterator[Span]:
    for match in re.finditer(
        r"[ \t\u3000\xa0]*\n[\s\u3000\xa0]*|^[\s\u3000]+|[\s\u3000]+$", mapped.text
    ):
        start, end = match.span()
        if start == 0 or end == len(mapped.text):
            yield "", "", (start, end)
            continue
        newline = mapped.text.index("\n", start, end)
        yield "", "", (start, newline)
        yield "", "", (newline + 1, end)


def _stray_spaces(mapped: MappedText) -> Iterator[Span]:
    """Spaces of converted line wraps, dropped only where the file is full of them."""
    matches = [
        match
        for match in _STRAY_SPACE.finditer(mapped.text)
        if not _follows_mark(mapped.text, match.start())
    ]
    between = sum(
        bool(_BETWEEN.fullmatch(mapped.text[match.start() - 1] + mapped.text[match.end()]))
        for match in matches
    )
    if between * CHARACTERS_A_STRAY_SPACE < len(mapped.text):
        return
    for match in matches:
        before, after = mapped.text[match.start() - 1], mapped.text[match.end()]
        if not (_is_latin(before) and _is_latin(after)):
            yield "stray_space", "句中空格已去除", match.span()


def _follows_mark(text: str, position: int) -> bool:
    """Whether only a numbering mark such as 第三条 stands before this place in its line."""
    return bool(_NUMBERING.fullmatch(text[text.rfind("\n", 0, position) + 1 : position]))


def _is_latin(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "%.~-")
