"""Clause -> passages: runs of whole sentences, the whole clause, and everyday questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

from index.asked import AskedQuestion, questions_of
from index.documents import Clause, Document, Passage, PassageKind

RUN_MIN = 15  # characters; a shorter run takes the next sentence whatever its length
RUN_MAX = 60  # characters; a longer run is closed, unless it is one sentence
SENTENCE_MAX = 400  # characters; only a longer sentence is cut inside
CLAUSE_MAX = 480  # characters; a longer clause exceeds what the encoder reads
LABEL_MAX = 16  # characters; a clause's number stands before its heading
STEP_MAX = 40  # characters of one heading put in front

_ENDS = "。！？；!?;"
_OPEN = "（(［[【〔《〈「『“"
_CLOSE = "）)］]】〕》〉」』”"
_FAMILY = dict(zip(_OPEN + _CLOSE, "(([[[[《《“““" * 2, strict=True))  # a half-width mark may close
_QUOTED = "”」』"
_DUTY = re.compile(r"[（(［\[【〔]\s*(?:责任|牵头|配合|完成时限|主管)[^\n]{0,12}?[:：]")
_MARKS = re.compile(f"[\\n{re.escape(_ENDS + _OPEN + _CLOSE)}]")
_PAUSES = "，、,：:"

Span = tuple[int, int]


def passages_of(document: Document, asked: Mapping[str, Sequence[str]]) -> list[Passage]:
    """Every passage of the document; ``asked`` maps keys of clauses to everyday questions."""
    return [
        passage
        for clause in document.clauses
        for passage in _clause_passages(document, clause, list(questions_of(asked, clause)))
    ]


def sentence_spans(text: str) -> list[Span]:
    """Spans of the sentences, white space around them left out.

    A sentence ends at 。！？； outside brackets and quotes, or at a line end; a closing mark
    after its end belongs to it. A bracket that names who is responsible is its own sentence.
    """
    return [
        part
        for start, end in _pieces(text)
        if (span := _strip(text, start, end))
        for part in _cut_long(text, span)
    ]


def _clause_passages(
    document: Document, clause: Clause, questions: Sequence[AskedQuestion]
) -> Iterator[Passage]:
    body = _after_heading(clause)
    runs = [(start + body, end + body) for start, end in _runs(clause.text[body:])]
    whole = _strip(clause.text, 0, len(clause.text)) or (0, len(clause.text))
    if len(runs) > 1 or (runs and body):
        for n, span in enumerate(runs):
            yield _passage(document, clause, ("sentences", n), span)
    if len(runs) <= 1 or whole[1] - whole[0] <= CLAUSE_MAX:
        yield _passage(document, clause, ("clause", 0), whole)
    for n, question in enumerate(questions):
        span = _run_with(question.words, clause.text, runs) or whole
        yield _passage(document, clause, ("asked", n), span, question.text)


def _run_with(words: str, text: str, runs: Sequence[Span]) -> Span | None:
    """The run of sentences in which words of a clause begin; None where there are none."""
    at = text.find(words) if words else -1
    return next((run for run in runs if run[0] <= at < run[1]), None)


def _after_heading(clause: Clause) -> int:
    """Where the text under a heading begins; 0 when the heading is all there is."""
    if not clause.heading:
        return 0
    at = clause.text.find(clause.heading)
    end = at + len(clause.heading)
    if at < 0 or at > LABEL_MAX:
        return 0
    end += len(clause.text[end:]) - len(clause.text[end:].lstrip("。:： \n"))
    return end if clause.text[end:].strip() else 0


def _passage(
    document: Document,
    clause: Clause,
    name: tuple[PassageKind, int],
    span: Span,
    question: str | None = None,
) -> Passage:
    kind, n = name
    start, end = span
    text = question or _with_headings(document, clause, clause.text[start:end])
    return Passage(
        id=f"{clause.id}/{kind}{n}",
        clause_id=clause.id,
        document_id=document.id,
        region=str(document.region),
        kind=kind,
        start=clause.start + start,
        end=clause.start + end,
        text=text,
        digest=blake2b(text.encode(), digest_size=16).hexdigest(),
    )


def _with_headings(document: Document, clause: Clause, text: str) -> str:
    steps = [step[:STEP_MAX] for step in clause.path if step and step not in text]
    return "\n".join((" ".join((document.short_title, *steps)), text))


def _runs(text: str) -> list[Span]:
    """Runs of sentences that stand in one line; what is quoted later is one run or several."""
    runs: list[Span] = []
    for start, end in sentence_spans(text):
        fits = runs and (runs[-1][1] - runs[-1][0] < RUN_MIN or end - runs[-1][0] <= RUN_MAX)
        if fits and "\n" not in text[runs[-1][1] : start]:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


def _pieces(text: str) -> Iterator[Span]:
    start, depth, duty = 0, 0, False
    paired = _paired(text)
    for mark in _MARKS.finditer(text):
        at, char = mark.start(), mark.group()
        if depth == 0 and char in _OPEN and _DUTY.match(text, at):
            duty = True
            if at > start:
                yield start, at
                start = at
        depth += (at in paired) * ((char in _OPEN) - (char in _CLOSE))
        follows = text[at + 1 : at + 2]
        ends = char == "\n" or _ends(text, at) or (duty and char in _CLOSE)
        if ends and depth == 0 and (not follows or follows not in _ENDS + _CLOSE):
            yield start, at + 1
            start, duty = at + 1, False
    if start < len(text):
        yield start, len(text)


def _paired(text: str) -> frozenset[int]:
    """Places of opening and closing marks that belong together; one whose mate is lost does not."""
    paired, opened = set[int](), list[int]()
    for mark in _MARKS.finditer(text):
        at, char = mark.start(), mark.group()
        if char == "\n":
            opened.clear()
        elif char in _OPEN:
            opened.append(at)
        elif char in _CLOSE:
            mates = [n for n, one in enumerate(opened) if _FAMILY[text[one]] == _FAMILY[char]]
            if mates:
                paired |= {opened[mates[-1]], at}
                del opened[mates[-1] :]
    return frozenset(paired)


def _ends(text: str, at: int) -> bool:
    """Whether a sentence may end behind ``at``: an end mark, or a closing quote after one."""
    quoted = text[at] in _QUOTED and text[max(at - 1, 0)] in _ENDS
    return text[at] in _ENDS or quoted


def _strip(text: str, start: int, end: int) -> Span | None:
    """The span without white space around it; None when nothing is left."""
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    return (left, right) if left < right else None


def _cut_long(text: str, span: Span) -> Iterator[Span]:
    start, end = span
    while end - start > SENTENCE_MAX:
        pause = max(text.rfind(mark, start + RUN_MIN, start + SENTENCE_MAX) for mark in _PAUSES)
        cut = pause + 1 if pause >= 0 else start + SENTENCE_MAX
        yield start, cut
        start = cut
    yield start, end
