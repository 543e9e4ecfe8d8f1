"""Which marks in a text really number its parts: a stack decided by sequence and position."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from index.numbering import (
    Form,
    Mark,
    marks_at_line_starts,
    marks_inside_lines,
    numbering_data,
)

FEW_MARKS = 3
WRAPPED_LINE = 20
LARGEST_GAP = 3
INLINE_FORMS = {Form.HAN, Form.HAN_BRACKETS, Form.CHAPTER, Form.ARTICLE}
_TERMINATED = re.compile(r"[。；：:;！？!?）)》”\]】]\s*$")
_CONTENTS = re.compile(r"^目[ \t\u3000]*录[ \t\u3000]*$", re.MULTILINE)
_CLOSED = re.compile(r"[。；;！？!?]\s*$")


@dataclass(frozen=True, slots=True)
class Node:
    """A numbered part: its mark and the chain of marks above it, the outermost first."""

    mark: Mark
    above: tuple[Mark, ...]


@dataclass(slots=True)
class _Stack:
    open: list[Mark] = field(default_factory=list)
    last: dict[Form, Mark] = field(default_factory=dict)

    def accepts(self, mark: Mark, at_line_start: bool) -> bool:
        if any(entry.form is Form.ARTICLE for entry in self.open) and mark.form > Form.ARTICLE:
            return False
        previous = self.last.get(mark.form)
        if previous is None:
            return mark.number == 1 or self._lost_its_first(mark, at_line_start)
        if mark.number == 1 and mark.sub == 0:
            return not any(entry.form is mark.form for entry in self.open)
        if mark.number == previous.number:
            return mark.sub == previous.sub + 1
        may_skip = at_line_start and mark.form in {Form.ARTICLE, Form.CHAPTER}
        gap = LARGEST_GAP if may_skip else 1
        return mark.sub == 0 and 0 < mark.number - previous.number <= gap

    def _lost_its_first(self, mark: Mark, at_line_start: bool) -> bool:
        """A text may have lost 第一章 before its first article; 第二章 then begins the count."""
        is_second = mark.form is Form.CHAPTER and mark.number == 2
        return is_second and at_line_start and Form.ARTICLE in self.last

    def push(self, mark: Mark) -> Node:
        while self.open and self.open[-1].form >= mark.form:
            self.open.pop()
        node = Node(mark, tuple(self.open))
        self.open.append(mark)
        self.last[mark.form] = mark
        if mark.form is not Form.ARTICLE:
            self._forget_inner(mark)
        return node

    def _forget_inner(self, mark: Mark) -> None:
        """Numbers below a new heading may start at 1 again or go on; a new 一、 starts afresh."""
        for form in [inner for inner in self.last if inner > mark.form]:
            keeps = form is Form.ARTICLE or (form is Form.ARABIC and mark.form is Form.HAN_BRACKETS)
            if not keeps:
                del self.last[form]


def outline(text: str, breaks: frozenset[int] = frozenset()) -> list[Node]:
    """The numbered parts of a text in order.

    ``breaks`` are line starts (title of an attached text, attachment list) where all numbering
    begins again. A mark counts only when it continues or opens a sequence and its line is not the
    wrapped rest of the line before. A text with hardly any line-start mark (a converted file whose
    lines were lost) is searched inside its lines as well.
    """
    contents = _contents(text)
    inside = list(marks_inside_lines(text, lambda position: _may_follow(text, position)))
    lost_breaks = [mark for mark in inside if mark.form is Form.ARTICLE]
    starting = [mark for mark in marks_at_line_starts(text) if mark.start not in contents]
    nodes = _accept(text, _ordered(starting, lost_breaks), breaks)
    if len(nodes) >= FEW_MARKS:
        return nodes
    inline = [mark for mark in inside if mark.form in INLINE_FORMS]
    richer = _accept(text, _ordered(starting, inline), breaks)
    return richer if len(richer) > len(nodes) else nodes


def _contents(text: str) -> range:
    """The table of contents: from 目录 to where its first heading comes again as a heading."""
    found = _CONTENTS.search(text)
    if not found:
        return range(0)
    marks = [mark for mark in marks_at_line_starts(text[found.end() :])]
    first = marks[0] if marks and marks[0].form < Form.ARTICLE else None
    again = [mark for mark in marks[1:] if first and _same_number(mark, first)]
    return range(found.end(), found.end() + again[0].start) if again else range(0)


def _same_number(one: Mark, other: Mark) -> bool:
    return (one.form, one.number, one.sub) == (other.form, other.number, other.sub)


def _ordered(*groups: Iterable[Mark]) -> list[Mark]:
    return sorted((mark for group in groups for mark in group), key=lambda mark: mark.start)


def inline_items(text: str, start: int, end: int) -> list[Mark]:
    """A run ``1.…2.…3.…`` or （一）…（二）… inside one clause, at least two long."""
    runs: dict[Form, list[Mark]] = {}
    candidates = marks_inside_lines(text[start:end], lambda position: True)
    for mark in [*candidates, *marks_at_line_starts(text[start:end])]:
        runs.setdefault(mark.form, []).append(mark)
    best: list[Mark] = []
    for form, marks in runs.items():
        if form in {Form.HAN_BRACKETS, Form.ARABIC, Form.ARABIC_BRACKETS, Form.CIRCLE}:
            run = _run(sorted(marks, key=lambda mark: mark.start), text[start:end])
            best = run if len(run) > max(len(best), 1) else best
    return [
        Mark(mark.form, mark.number, mark.sub, mark.label, mark.start + start, mark.end + start)
        for mark in best
    ]


def _run(marks: list[Mark], text: str) -> list[Mark]:
    run: list[Mark] = []
    for mark in marks:
        before = text[: mark.start].rstrip()
        opened = not before or before[-1] in "。；;：:！？!?\n" or text[mark.start - 1] == "\n"
        if mark.number == len(run) + 1 and opened:
            run.append(mark)
    return run


def _accept(text: str, marks: Iterable[Mark], breaks: frozenset[int]) -> list[Node]:
    stack, nodes = _Stack(), list[Node]()
    waiting = sorted(breaks)
    headings: set[int] = set()
    for mark in marks:
        while waiting and waiting[0] <= mark.start:
            stack = _Stack()
            waiting.pop(0)
        start = _line_start(text, mark.start)
        at_line_start = not text[start : mark.start].strip()
        if not _is_wrapped(text, mark, headings) and stack.accepts(mark, at_line_start):
            nodes.append(stack.push(mark))
            headings.add(start)
    return nodes


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1


def _is_wrapped(text: str, mark: Mark, headings: set[int]) -> bool:
    """Whether the mark's line merely goes on with a sentence of the line before."""
    start = _line_start(text, mark.start)
    if start == 0 or text[start : mark.start].strip():
        return False
    if mark.form <= Form.ARTICLE and text[mark.end : mark.end + 1].isspace():
        return False  # a reference inside a sentence has no blank after 第N条
    if mark.form is Form.HAN and mark.number == 1:
        return False  # the first section may follow a long title
    before_start = _line_start(text, start - 1)
    before = text[before_start : start - 1]
    if _TERMINATED.search(before):
        return False
    if before_start in headings:
        return "。" in before
    return len(before) > WRAPPED_LINE


def _may_follow(text: str, position: int) -> bool:
    before = text[max(0, position - 12) : position].rstrip()
    if _CLOSED.search(before):
        return True
    titles: list[str] = numbering_data()["section_titles"]
    return any(before.endswith(title) for title in titles)
