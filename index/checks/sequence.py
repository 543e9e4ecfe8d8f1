"""Numbering that leaves out, repeats or turns back, at every level and inside clauses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from index.checks.kinds import Spot
from index.documents import Clause
from index.numbering import (
    Form,
    Mark,
    mark_at,
    marks_at_line_starts,
    marks_inside_lines,
    numbering_data,
    written,
)

FRESH = frozenset({"title", "signature", "attachment", "preamble", "note"})
WRAPPED_LINE = 20
LONE = 3  # largest number that an item may have whose fellows are all lost
_ENDS = "。；;：:！？!?"
_CLOSES = _ENDS + "）)》”】]"
_INLINE = frozenset({Form.HAN, Form.HAN_BRACKETS, Form.ARABIC, Form.ARABIC_BRACKETS, Form.CIRCLE})
_CONFUSING = frozenset({"numbering_double", "out_of_place"})  # why headings do not become clauses

Order = tuple[int, int]


@dataclass(slots=True)
class _Scopes:
    """Runs of marks of one form under one outer mark, as they are read."""

    runs: list[list[Mark]] = field(default_factory=list)
    open: dict[Form, list[Mark]] = field(default_factory=dict)
    ended: dict[Form, list[Mark]] = field(default_factory=dict)

    def add(self, mark: Mark, following: Mark | None) -> None:
        run = self.open.get(mark.form)
        if run is None:
            run = self._resumed(mark)
        elif _restarts(run, mark, following):
            if mark.form is Form.CHAPTER and Form.ARTICLE not in self.open:
                self.runs.remove(run)  # a table of contents
            run = self._new()
        run.append(mark)
        self.open[mark.form] = run
        for form in [inner for inner in self.open if inner > mark.form]:
            if form is not Form.ARTICLE:  # articles are counted through all chapters
                self.ended[form] = self.open.pop(form)

    def _resumed(self, mark: Mark) -> list[Mark]:
        """The run that this mark goes on with, under a new outer mark; else a new one."""
        ended = self.ended.get(mark.form)
        if ended and mark.number == ended[-1].number + 1 and mark.number > 1:
            return ended
        return self._new()

    def _new(self) -> list[Mark]:
        self.runs.append([])
        return self.runs[-1]


def sequence(text: str, clauses: Sequence[Clause]) -> Iterator[Spot]:
    """Gaps, doubles, marks out of place, and headings that did not become clauses."""
    borders = [clause.start for clause in clauses if clause.kind in FRESH]
    starts = {clause.start + len(clause.text) - len(clause.text.lstrip()) for clause in clauses}
    marks = _marks(text)
    statute = any(mark.form is Form.ARTICLE for mark in marks)
    for start, end in zip([0, *borders], [*borders, len(text)], strict=True):
        for run in _runs([mark for mark in marks if start <= mark.start < end]):
            faults = list(_faults(text, run))
            yield from faults
            if not any(fault.kind in _CONFUSING for fault in faults):
                rest = [mark for mark in run if mark.start not in starts]
                yield from _unparsed(text, rest, statute)


def _unparsed(text: str, marks: Sequence[Mark], statute: bool) -> Iterator[Spot]:
    """Headings at line starts; （一） in a statute is an item of an article."""
    deepest = Form.ARTICLE if statute else Form.HAN_BRACKETS
    for mark in marks:
        at_line_start = not text[text.rfind("\n", 0, mark.start) + 1 : mark.start].strip()
        if mark.form <= deepest and at_line_start:
            spot = _spot(text, "unparsed", mark, "")
            yield replace(spot, detail=text[spot.start : spot.end])


def _marks(text: str) -> list[Mark]:
    at_line_starts = {mark.start: mark for mark in marks_at_line_starts(text)}
    marks = [mark for mark in at_line_starts.values() if not _is_wrapped(text, mark)]
    inside = marks_inside_lines(text, lambda position: _opens(text, position))
    marks += [
        mark
        for mark in inside
        if mark.start not in at_line_starts and (mark.form in _INLINE or _is_article(text, mark))
    ]
    return sorted(marks, key=lambda mark: mark.start)


def _opens(text: str, position: int) -> bool:
    before = text[max(0, position - 12) : position].rstrip(" \u3000")
    titles: list[str] = numbering_data()["section_titles"]
    return before.endswith((*_ENDS, *titles))


def _is_article(text: str, mark: Mark) -> bool:
    return mark.form is Form.ARTICLE and text[mark.end : mark.end + 1].isspace()


def _is_wrapped(text: str, mark: Mark) -> bool:
    """Whether the line of the mark goes on with a sentence of the line before."""
    start = text.rfind("\n", 0, mark.start) + 1
    first = mark.form is Form.HAN and mark.number == 1  # after a title without an end mark
    if start == 0 or first or _is_article(text, mark) or mark.form < Form.ARTICLE:
        return False
    before_start = text.rfind("\n", 0, start - 1) + 1
    before = text[before_start : start - 1].rstrip()
    if not before or before[-1] in _CLOSES:
        return False
    return len(before) > WRAPPED_LINE and ("。" in before or not mark_at(text, before_start))


def _runs(marks: Sequence[Mark]) -> list[list[Mark]]:
    scopes = _Scopes()
    for at, mark in enumerate(marks):
        following = next((later for later in marks[at + 1 :] if later.form <= mark.form), None)
        scopes.add(mark, following if following and following.form is mark.form else None)
    return scopes.runs


def _restarts(run: Sequence[Mark], mark: Mark, following: Mark | None) -> bool:
    """A second list begins: 1 after at least two, with a 2 behind it or nothing at all."""
    if mark.number != 1 or mark.sub or len(run) < 2:
        return False
    return following is None or following.number == 2


def _faults(text: str, run: Sequence[Mark]) -> Iterator[Spot]:
    orders = [(mark.number, mark.sub) for mark in run]
    kept = _longest_rise(orders)
    in_order = {orders[at] for at in kept}
    for at, mark in enumerate(run):
        if at not in kept:
            kind = "numbering_double" if orders[at] in in_order else "out_of_place"
            yield _spot(text, kind, mark, f"“{_label(mark)}”")
    yield from _gaps(text, [run[at] for at in sorted(kept)], {number for number, _ in orders})


def _gaps(text: str, run: Sequence[Mark], present: set[int]) -> Iterator[Spot]:
    if len(run) == 1 and run[0].form > Form.HAN_BRACKETS and run[0].number > LONE:
        return  # a lone 12. is no list
    before = 0
    for mark in run:
        missing = [number for number in range(before + 1, mark.number) if number not in present]
        if missing:
            named = "、".join(written(mark.form, number).rstrip("、") for number in missing[:3])
            more = f"等 {len(missing)} 个" if len(missing) > 3 else ""
            yield _spot(text, "numbering_gap", mark, f"“{_label(mark)}”之前缺 {named}{more}")
        before = mark.number


def _label(mark: Mark) -> str:
    return written(mark.form, mark.number, mark.sub).rstrip("、")


def _spot(text: str, kind: str, mark: Mark, detail: str) -> Spot:
    end = text.find("\n", mark.end)
    return Spot(kind, mark.start, min(end if end >= 0 else len(text), mark.end + 20), detail)


def _longest_rise(orders: Sequence[Order]) -> set[int]:
    """The places of a longest strictly rising subsequence (patience sorting)."""
    tails: list[int] = []
    before: list[int] = []
    for at, order in enumerate(orders):
        pile = bisect_left([orders[tail] for tail in tails], order)
        before.append(tails[pile - 1] if pile else -1)
        tails[pile : pile + 1] = [at]
    kept: set[int] = set()
    at = tails[-1] if tails else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept
