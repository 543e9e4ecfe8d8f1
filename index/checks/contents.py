"""Clauses with nothing in them or too much, attachments that are named and not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.checks.kinds import Spot, checks_data
from index.documents import Clause
from index.numbering import Form, mark_at

LONGEST_CLAUSE = 1200  # characters; the longest without parts in 75 laws has a third of it
LEAST_ATTACHMENT = 40  # characters of text that count as the attachment itself
LEAST_ARTICLES = 8
LAST_ARTICLES = 3
_LISTED = re.compile(
    r"^[ \u3000]*附[ \u3000]?件[ \u3000]*\d{0,2}[ \u3000]*[:：.．、]?.*", re.MULTILINE
)
_REFERRED = re.compile(
    r"(?:见|详见|参见|按照|填写)[^，。；\n]{0,6}附[件表][ ]?\d{0,2}|[（(]附[件表]\d{0,2}[)）]"
)


def contents(text: str, clauses: Sequence[Clause]) -> Iterator[Spot]:
    """Empty and shapeless clauses, missing attachments, a statute without its last article."""
    for clause in clauses:
        if clause.kind == "text":
            yield from _emptiness(text, clause)
            yield from _shapeless(clause)
    yield from _attachments(text)
    yield from _unfinished(clauses)


def _emptiness(text: str, clause: Clause) -> Iterator[Spot]:
    mark = mark_at(text, clause.start)
    if mark is None:
        return
    rest = clause.text[mark.end - clause.start :].strip()
    structural = mark.form < Form.ARTICLE
    if not rest.strip("。；;，") or (structural and "\n" not in rest and "。" not in rest):
        yield Spot("empty_clause", clause.start, clause.end, clause.text.strip())


def _shapeless(clause: Clause) -> Iterator[Spot]:
    longest = max((len(line) for line in clause.text.split("\n")), default=0)
    if longest > LONGEST_CLAUSE and not clause.parts:
        yield Spot("long_clause", clause.start, clause.end, str(len(clause.text.strip())))


def _attachments(text: str) -> Iterator[Spot]:
    listed = list(_LISTED.finditer(text))
    own = [at for at, match in enumerate(listed) if _has_body(text, listed, at)]
    if listed and not own:
        yield Spot("attachment", *listed[0].span(), listed[0][0])
    elif not listed:
        referred = _REFERRED.search(text)
        if referred:
            yield Spot("attachment", *referred.span(), referred[0])


def _has_body(text: str, listed: Sequence[re.Match[str]], at: int) -> bool:
    """Whether text of some length stands between this line and the next such line."""
    end = listed[at + 1].start() if at + 1 < len(listed) else len(text)
    body = text[listed[at].end() : end]
    lines = [line for line in body.split("\n") if not re.match(r"\s*\d+[.．、]", line)]
    return len("".join(lines).strip()) >= LEAST_ATTACHMENT


def _unfinished(clauses: Sequence[Clause]) -> Iterator[Spot]:
    """A statute says in its last articles from when it applies."""
    articles = [clause for clause in clauses if re.fullmatch(r"a[\d-]+", clause.key)]
    last = articles[-LAST_ARTICLES:]
    ends = re.compile(checks_data()["statute_end"])
    if len(articles) >= LEAST_ARTICLES and not any(ends.search(one.text) for one in last):
        yield Spot("no_final_clause", last[-1].start, last[-1].end, last[-1].text.strip())
