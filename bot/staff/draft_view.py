"""One draft as its page shows it: lines with issues in place, issues, repairs, clauses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.web.marks import Mark, Piece, cut
from index.checks.review import Issue
from index.documents import Clause, Document
from index.library.draft import Accepted
from index.library.look import Look

LEAST_CONTEXT = 6  # characters at each side of a place to be put right
MOST_CONTEXT = 200
PREVIEW = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the canonical text, numbered from 1."""

    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue; ``find`` are the words around it that stand in the text exactly once."""

    issue: Issue
    is_open: bool
    accepted: Accepted | None
    find: str
    beside: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause in the tree, with the line at which it begins."""

    clause: Clause
    line: int
    preview: str


def lines(text: str, issues: Iterable[Issue]) -> list[Line]:
    """The text line by line, cut where issues and their ends are."""
    marks = [Mark("issue", one.start, one.end, one.message, one.id) for one in issues if one.end]
    found: list[Line] = []
    at = 0
    for number, line in enumerate(text.split("\n"), start=1):
        near = [mark for mark in marks if mark.start < at + len(line) and mark.end > at]
        found.append(Line(number, cut(line, at, near) if line else ()))
        at += len(line) + 1
    return found


def issue_rows(look: Look, held: Mapping[str, Document]) -> list[IssueRow]:
    """The issues of a draft, the gravest first."""
    if look.review is None or look.document is None:
        return []
    open_ids = {issue.id for issue in look.open_issues}
    text = look.document.text
    return [
        IssueRow(
            issue,
            issue.id in open_ids,
            look.draft.accepted.get(issue.id) if issue.severity == "warning" else None,
            around(text, issue.start, issue.end) if issue.end else "",
            tuple(beside(issue, held)),
        )
        for issue in look.review.issues
    ]


def beside(issue: Issue, held: Mapping[str, Document]) -> list[Document]:
    """The documents held that an issue names."""
    if issue.end:
        return []
    return [one for one in held.values() if f"《{one.title}》" in issue.message]


def clause_rows(document: Document) -> list[ClauseRow]:
    """The clauses in their order."""
    found: list[ClauseRow] = []
    line, at = 1, 0
    for clause in document.clauses:
        start = clause.start + len(clause.text) - len(clause.text.lstrip("\n"))
        line, at = line + document.text.count("\n", at, start), start
        words = " ".join(clause.text.split())
        preview = words[:PREVIEW] + ("…" if words[PREVIEW:] else "")
        found.append(ClauseRow(clause, line, preview))
    return found


def around(text: str, start: int, end: int) -> str:
    """Words around a place, on its own lines, that stand in the text exactly once; else empty."""
    for margin in range(LEAST_CONTEXT, MOST_CONTEXT):
        low = max(text.rfind("\n", 0, start) + 1, start - margin)
        stop = text.find("\n", end)
        high = min(len(text) if stop < 0 else stop, end + margin)
        found = text[low:high].strip()
        if text.count(found) == 1:
            return found
    return ""


def rule_for(text: str, find: str, put: str) -> tuple[str, str] | None:
    """A repair that is told apart: both its words and what it makes of them stand there once.

    Words of the text are taken along on both sides until that is so; None when it never is.
    """
    at = text.find(find)
    if not find or text.count(find) != 1 or find == put:
        return None
    for margin in range(MOST_CONTEXT):
        low, high = max(0, at - margin), at + len(find) + margin
        before, after = text[low:at], text[at + len(find) : high]
        old, new = before + find + after, before + put + after
        result = text[:low] + new + text[high:]
        if new.strip() and text.count(old) == 1 and result.count(new) == 1:
            return old, new
    return None
