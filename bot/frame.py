"""What stands around the rules in a quoted answer: headings, warnings, addresses.

A generated answer keeps the frame and puts its own sentences where the quotes stood. Fixed
sentences that end in a colon lead up to a quote and go with it (see ``prompts/messages.yaml``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.conversation import Answer, Citation
from bot.messages import Words
from bot.web.outline import HEADING, MARKER, is_row, named_source

COLONS = (":", "：")


@dataclass(frozen=True, slots=True)
class Line:
    """A verified sentence, or a verbatim quote in its place, with the numbers that it cites."""

    text: str
    cites: tuple[int, ...]
    opens: bool = False


@dataclass(slots=True)
class Part:
    """The frame under one heading (empty where there is none).

    ``before`` and ``after`` are warnings around the rules; ``sources`` the lines that name a
    source, by number; ``last`` what stands below them; ``cites`` every number in this part.
    """

    heading: str
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    sources: dict[int, str] = field(default_factory=dict)
    last: list[str] = field(default_factory=list)
    cites: set[int] = field(default_factory=set)


def read_frame(answer: Answer, words: Words) -> tuple[Part, ...]:
    """The frame of a quoted answer, part by part."""
    parts = [Part("")]
    rows: list[list[str]] = []
    for line in filter(None, map(str.strip, _without_quotes(answer).splitlines())):
        part, source = parts[-1], named_source(line, answer.citations)
        if HEADING.fullmatch(line):
            parts.append(Part(line))
        elif source:
            part.sources[source.n] = line
            part.cites.add(source.n)
        elif is_row(line) or MARKER.search(line):
            part.cites |= {int(number) for number in MARKER.findall(line)}
            rows += [[cell.strip() for cell in line.strip("|").split("|")]] if is_row(line) else []
        elif not line.endswith(COLONS):
            place = part.last if part.sources else part.after if part.cites else part.before
            place.append(line)
    silent = _silent_columns(rows, words)
    if silent:
        parts[-1].last.append(words("silent", regions="、".join(silent)))
    return tuple(parts)


def _without_quotes(answer: Answer) -> str:
    quotes = {quote.text for citation in answer.citations for quote in citation.quotes}
    text = answer.text
    for quote in sorted(quotes, key=len, reverse=True):
        text = text.replace(quote, "")
    return text


def _silent_columns(rows: Sequence[Sequence[str]], words: Words) -> list[str]:
    """Regions of a comparison whose column says that there is no rule."""
    if len(rows) < 3:  # head, rule, first row
        return []
    pairs = zip(rows[0], rows[2], strict=False)
    return [name for name, cell in pairs if cell == words("comparison_silent")]


def fill_frame(parts: Sequence[Part], lines: Sequence[Line], space: str) -> str:
    """The text of the answer: each line in the part that names its source.

    ``space`` stands between two sentences.
    """
    used = {number for line in lines for number in line.cites}
    text: list[str] = []
    for part, own in zip(parts, _shared_out(parts, lines), strict=True):
        body = _paragraphs(own, space)
        sources = [line for number, line in part.sources.items() if number in used]
        text += [part.heading] if part.heading and body else []
        text += [*part.before, *body, *part.after, *sources, *part.last]
    return "\n\n".join(text)


def with_label(text: str, label: str) -> str:
    """The text and what it is: at the end, or before the headings, as it is about all of them."""
    headed = any(HEADING.fullmatch(line.strip()) for line in text.splitlines())
    return f"{label}\n\n{text}" if headed else f"{text}\n\n{label}"


def _shared_out(parts: Sequence[Part], lines: Sequence[Line]) -> list[list[Line]]:
    """Lines by part; one that cites nothing goes with the next that does."""
    shares: list[list[Line]] = [[] for _ in parts]
    waiting: list[Line] = []
    place = len(parts) - 1
    for line in lines:
        waiting.append(line)
        if line.cites:
            place = next(n for n, part in enumerate(parts) if line.cites[0] in part.cites)
            shares[place] += waiting
            waiting = []
    shares[place] += waiting
    return shares


def _paragraphs(lines: Iterable[Line], space: str) -> list[str]:
    paragraphs: list[str] = []
    for line in lines:
        if paragraphs and not line.opens:
            paragraphs[-1] += space + line.text
        else:
            paragraphs.append(line.text)
    return paragraphs


def leading(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The first citation of every region: the rule that answers there."""
    first: dict[object, Citation] = {}
    for citation in citations:
        first.setdefault(citation.document.region, citation)
    return tuple(first.values())
