"""How good one answer is, as counts that add up; design.md section 6 defines every measure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.conversation import Answer, AnswerStatus, Citation
from bot.scoring.expectations import ANSWERING, Expectation, GoldQuote
from bot.verify import unsupported_numbers

SEVERAL_REGIONS = frozenset({"comparison", "no_region"})
NOT_OURS = frozenset({"out_of_scope", "injection", "abuse"})


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share with its counts; ``value`` is None where nothing was to be counted."""

    count: int = 0
    total: int = 0

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.count / self.total if self.total else None

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.count + other.count, self.total + other.total)


NOTHING = Ratio()


class Excerpt(Protocol):
    """What an answer, or a baseline, puts before the reader as a source."""

    @property
    def region(self) -> str:
        """The region of its document, as a path."""

    def holds(self, quote: GoldQuote) -> bool:
        """Whether the whole quote lies inside it."""


@dataclass(frozen=True, slots=True)
class CitedClause:
    """A cited clause as an excerpt."""

    citation: Citation

    @property
    def region(self) -> str:
        """The region of its document, as a path."""
        return str(self.citation.document.region)

    def holds(self, quote: GoldQuote) -> bool:
        """Whether the clause is of that document and has the quote."""
        same = self.citation.document.id == quote.document
        return same and quote.quote in self.citation.clause.text


def evidence_recall(expected: Expectation, excerpts: Sequence[Excerpt]) -> Ratio:
    """Gold quotes that lie inside an excerpt, of all gold quotes."""
    found = sum(any(one.holds(quote) for one in excerpts) for quote in expected.gold)
    return Ratio(found, len(expected.gold))


def first_citation(expected: Expectation, excerpts: Sequence[Excerpt]) -> Ratio:
    """Whether the first excerpt holds a gold quote; no excerpt holds none."""
    if not expected.gold:
        return NOTHING
    return Ratio(int(any(_holds_any(one, expected.gold) for one in excerpts[:1])), 1)


def citation_precision(expected: Expectation, excerpts: Sequence[Excerpt]) -> Ratio:
    """Excerpts that hold a gold or an acceptable quote, of all excerpts."""
    if not expected.gold:
        return NOTHING
    wanted = (*expected.gold, *expected.acceptable)
    return Ratio(sum(_holds_any(one, wanted) for one in excerpts), len(excerpts))


def wrong_region(expected: Expectation, excerpts: Sequence[Excerpt]) -> Ratio:
    """Whether any excerpt is of a region that the question is not about."""
    return Ratio(int(any(one.region not in expected.regions for one in excerpts)), 1)


def region_recall(expected: Expectation, excerpts: Sequence[Excerpt]) -> Ratio:
    """Of several regions that have a rule, those that are cited."""
    if expected.kind not in SEVERAL_REGIONS or not expected.gold:
        return NOTHING
    quotes: dict[str, list[GoldQuote]] = {}
    for quote in expected.gold:
        quotes.setdefault(quote.document, []).append(quote)
    cited = sum(
        any(_holds_any(one, of_document) for one in excerpts) for of_document in quotes.values()
    )
    return Ratio(cited, len(quotes))


def status(expected: Expectation, answer: Answer) -> Ratio:
    """Whether the answer ended as it should."""
    return Ratio(int(answer.status in expected.expect), 1)


def fact_recall(expected: Expectation, answer: Answer) -> Ratio:
    """Required facts that stand in the text; full and half width count as equal."""
    text = same_width(answer.text)
    return Ratio(sum(same_width(fact) in text for fact in expected.facts), len(expected.facts))


def forbidden(expected: Expectation, answer: Answer) -> Ratio:
    """Whether the text or a note has a string that must not appear."""
    if not expected.forbidden:
        return NOTHING
    text = same_width("\n".join((answer.text, *answer.notes)))
    return Ratio(int(any(same_width(one) in text for one in expected.forbidden)), 1)


def verbatim(expected: Expectation, answer: Answer) -> Ratio:
    """Quotes, the related ones included, that equal the canonical text inside their clause."""
    checks = [
        one.clause.start <= quote.start < quote.end <= one.clause.end
        and one.document.text[quote.start : quote.end] == quote.text
        for one in (*answer.citations, *answer.related)
        for quote in one.quotes
    ]
    return Ratio(sum(checks), len(checks))


def numbers(expected: Expectation, answer: Answer) -> Ratio:
    """Whether every number of an answer stands in a cited clause or in its document's metadata."""
    if answer.status not in ANSWERING:
        return NOTHING
    return Ratio(int(not unsupported_numbers(answer.text, answer.citations)), 1)


def abstained(expected: Expectation, answer: Answer) -> Ratio:
    """Whether no rule was given where the documents state none."""
    silent = {AnswerStatus.NOT_STATED, AnswerStatus.NOT_COVERED}.intersection(expected.expect)
    if not expected.abstains or not silent:
        return NOTHING
    return Ratio(int(answer.status not in ANSWERING), 1)


def false_abstention(expected: Expectation, answer: Answer) -> Ratio:
    """Whether no answer was given where the documents hold one."""
    if AnswerStatus.ANSWERED not in expected.expect:
        return NOTHING
    return Ratio(int(answer.status not in ANSWERING and answer.status not in expected.expect), 1)


def handled(expected: Expectation, answer: Answer) -> Ratio:
    """Whether what is not ours (other subjects, injection, abuse) ended right and cites nothing."""
    if expected.kind not in NOT_OURS:
        return NOTHING
    invents = expected.abstains and bool(answer.citations or answer.related)
    return Ratio(int(answer.status in expected.expect and not invents), 1)


OF_EXCERPTS: Mapping[str, Callable[[Expectation, Sequence[Excerpt]], Ratio]] = {
    "evidence_recall": evidence_recall,
    "first_citation": first_citation,
    "citation_precision": citation_precision,
    "wrong_region": wrong_region,
    "region_recall": region_recall,
}
OF_ANSWERS: Mapping[str, Callable[[Expectation, Answer], Ratio]] = {
    "status": status,
    "fact_recall": fact_recall,
    "forbidden": forbidden,
    "verbatim": verbatim,
    "numbers": numbers,
    "abstained": abstained,
    "false_abstention": false_abstention,
    "handled": handled,
}
MEASURES = (*OF_EXCERPTS, *OF_ANSWERS)
LOWER_IS_BETTER = frozenset({"wrong_region", "forbidden", "false_abstention"})


def measure_excerpts(expected: Expectation, excerpts: Sequence[Excerpt]) -> dict[str, Ratio]:
    """The measures that look at sources alone; baselines have these too."""
    return {name: measure(expected, excerpts) for name, measure in OF_EXCERPTS.items()}


def measure_answer(expected: Expectation, answer: Answer) -> dict[str, Ratio]:
    """Every measure of one answer."""
    cited = [CitedClause(citation) for citation in answer.citations]
    of_answer = {name: measure(expected, answer) for name, measure in OF_ANSWERS.items()}
    return measure_excerpts(expected, cited) | of_answer


def total(rows: Iterable[Mapping[str, Ratio]]) -> dict[str, Ratio]:
    """The sum of each measure over many answers."""
    sums: dict[str, Ratio] = {}
    for row in rows:
        for name, ratio in row.items():
            sums[name] = sums.get(name, NOTHING) + ratio
    return sums


def same_width(text: str) -> str:
    """Full-width and half-width forms made equal."""
    return unicodedata.normalize("NFKC", text)


def _holds_any(excerpt: Excerpt, quotes: Iterable[GoldQuote]) -> bool:
    return any(excerpt.holds(quote) for quote in quotes)
