"""Sentences that a line break, a space or a lost page has cut."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from index.checks.kinds import Spot
from index.documents import Clause
from index.numbering import Form, mark_at, numbering_data
from index.words import HAN, word_spans

RUNNING = frozenset({"text", "heading", "preamble"})
LONGEST_HEADING = 45
SHORTEST_HEADING = 4
AROUND = 8  # characters on either side of a break that are shown and segmented
REPEATS = 3
_ENDS = re.compile(r"[。；：！？;:!?…][”’\"）)》〉」』】]*$|[。；：！？][”）]?\s*$")
_COMPLETE = re.compile(r"[。！？!?…][”’\"）)》〉」』】]*$|[）)】\]]$|^.{0,12}日$|\.\w{3,4}$")
_HEADLESS = re.compile(r"[，,。、；;：！？）)》〉」』】％%’”]|的(?![确士卢])")
_SPACE = re.compile(rf"(?<=[{HAN}，、；：])[ \u3000\xa0]+(?=[{HAN}])")
_MARK_BEFORE = re.compile(r"第[^，。；\s]{1,8}[条章节]$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of running text (characters); in an article of a statute nothing is a heading."""

    start: int
    end: int
    in_article: bool


def sentences(text: str, clauses: Sequence[Clause]) -> Iterator[Spot]:
    """Breaks inside sentences and words, paragraphs without an end or a beginning."""
    lines = list(_running_lines(text, clauses))
    for line, following in zip_longest(lines, lines[1:]):
        yield from _spaces(text, line)
        yield from _headless(text, line)
        if following and following.start - line.end <= 1:
            yield from _break(text, line, following)
        elif following or line.end < len(text.rstrip()):
            yield from _open_end(text, line)
    yield from _repeated(text, lines)


def ending(text: str, clauses: Sequence[Clause]) -> Iterator[Spot]:
    """The last sentence of the policy itself is not ended."""
    own = [clause for clause in clauses if clause.kind in RUNNING and clause.text.strip()]
    if not own or own[-1].end < len(text.rstrip()):
        return  # signed or with attachments: an open last paragraph is found among the others
    end = len(text[: own[-1].end].rstrip())
    start = text.rfind("\n", 0, end) + 1
    if not _COMPLETE.search(text[start:end]):
        start = max(start, end - 20)
        yield Spot("cut_ending", start, end, text[start:end])


def _running_lines(text: str, clauses: Sequence[Clause]) -> Iterator[Line]:
    for clause in clauses:
        if clause.kind in RUNNING:
            mark = mark_at(text, clause.start)
            in_article = mark is not None and mark.form is Form.ARTICLE
            for match in re.finditer(r"[^\n]+", clause.text):
                if match[0].strip():
                    start = clause.start + match.start()
                    yield Line(start, clause.start + match.end(), in_article)


def _break(text: str, line: Line, following: Line) -> Iterator[Spot]:
    own, after = _words(text, line), _words(text, following)
    mark = mark_at(text, following.start)
    heading = _is_heading(text, line, own) and not (_is_item(text, line) and _joins(own, after))
    if _ENDS.search(own) or heading:
        return
    if mark and mark.form is Form.ARTICLE and _is_bare_heading(text, line, own):
        return
    if mark or _HEADLESS.match(after):
        yield from _open_end(text, line)
    elif _is_prose(line, own) or _joins(own, after):
        start, end = line.start + len(own), following.start
        yield Spot("broken_line", start, end, f"{own[-AROUND:]}⏎{after[:AROUND]}")


def _open_end(text: str, line: Line) -> Iterator[Spot]:
    own = _words(text, line)
    if not _ENDS.search(own) and not _COMPLETE.search(own) and _is_prose(line, own):
        end = line.start + len(own)
        yield Spot("no_end_mark", max(line.start, end - 20), end, own[-20:])


def _words(text: str, line: Line) -> str:
    return text[line.start : line.end].strip()


def _is_prose(line: Line, own: str) -> bool:
    broken = line.in_article or len(own) > LONGEST_HEADING
    return broken or "。" in own or own.endswith(("，", ",", "、"))


def _is_heading(text: str, line: Line, own: str) -> bool:
    mark = mark_at(text, line.start)
    if line.in_article:
        return mark is not None and mark.form < Form.ARTICLE
    if len(own) > LONGEST_HEADING or re.search(r"[。，；,;、]", own):
        return False
    return mark is not None or _is_short(own)


def _is_item(text: str, line: Line) -> bool:
    mark = mark_at(text, line.start)
    return mark is not None and mark.form > Form.HAN_BRACKETS


def _is_bare_heading(text: str, line: Line, own: str) -> bool:
    """The title of a chapter whose number was lost or never was."""
    known = own.replace(" ", "").replace("\u3000", "") in numbering_data()["section_titles"]
    unmarked = mark_at(text, line.start) is None and (known or len(own) >= SHORTEST_HEADING)
    return line.in_article and unmarked and _is_short(own)


def _is_short(own: str) -> bool:
    return len(own) <= LONGEST_HEADING // 2 and not re.search(r"[。，；,;]", own)


def _joins(before: str, after: str) -> bool:
    """Whether the dictionary has a word that the break cuts in two."""
    left, right = before[-AROUND:], after[:AROUND]
    return any(start < len(left) < end for start, end in word_spans(left + right))


def _headless(text: str, line: Line) -> Iterator[Spot]:
    if _HEADLESS.match(text, line.start, line.end):
        end = min(line.end, line.start + 20)
        yield Spot("headless", line.start, end, text[line.start : end])


def _spaces(text: str, line: Line) -> Iterator[Spot]:
    mark = mark_at(text, line.start)
    if not re.search("[。，；：]", _words(text, line)):
        return  # a heading or a row of a table
    for match in _SPACE.finditer(text, line.start, line.end):
        before = text[line.start : match.start()]
        if not (mark and match.start() <= mark.end) and not _may_part(before):
            around = slice(max(line.start, match.start() - AROUND), match.end() + AROUND)
            yield Spot("broken_word", match.start(), match.end(), text[around])


def _may_part(before: str) -> bool:
    """A number of an article or the name of an office, which a space sets off."""
    offices: list[str] = [*numbering_data()["issuer_suffixes"], "部", "委"]
    return before.endswith(tuple(offices)) or bool(_MARK_BEFORE.search(before[-12:]))


def _repeated(text: str, lines: Sequence[Line]) -> Iterator[Spot]:
    """A short line found again and again: a running header or footer."""
    spoken = [(line, _words(text, line)) for line in lines]
    counts = Counter(words for _, words in spoken)
    for line, words in spoken:
        if counts[words] >= REPEATS and 4 <= len(words) <= LONGEST_HEADING and not _marked(words):
            yield Spot("repeated_line", line.start, line.end, words)


def _marked(words: str) -> bool:
    return mark_at(words, 0) is not None or bool(_ENDS.search(words))
