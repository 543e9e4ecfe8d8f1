"""A language model's sentences, one by one: verified, replaced by the quote, or dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.conversation import Answer, Citation, Quote
from bot.faithful.copying import altered, echoes, leaks, pairs, shares
from bot.faithful.facts import plain_claim
from bot.faithful.grounds import Source, Verdict
from bot.force import force_of
from bot.frame import Line, Part, leading
from bot.messages import Words
from bot.sentences import LONGEST, MARKER, Written
from bot.verify import unsupported_numbers
from index.errors import WenceError
from index.numbers import numbers_in
from index.words import content_words, normalise

MOST_FAILED = 3  # sentences, once more have failed than passed
MOST_REPEATED = 3
ENOUGH = 0.25  # of the character pairs of a quote

Check = Callable[[str, Sequence[Source]], Verdict]

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


class Unfaithful(WenceError):
    """What the model wrote cannot be shown; the message names the faults, for staff."""


@dataclass(slots=True)
class Drafting:
    """The sentences taken so far; the quoted answer says what may be cited."""

    answer: Answer
    parts: tuple[Part, ...]
    words: Words
    check: Check
    wording: str
    lines: list[Line] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    passed: int = 0
    failed: int = 0
    repeated: int = 0
    _seen: set[str] = field(default_factory=set)
    _sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        self._sources = sources_of(self.answer)

    def take(self, written: Written) -> bool:
        """Whether the sentence, or a quote in its place, was added.

        Raises Unfaithful when nothing good can be hoped for any more.
        """
        if leaks(written.text, self.wording):
            raise Unfaithful("the prompt leaked")
        if written.text in self._seen:
            self.repeated += 1
            if self.repeated >= MOST_REPEATED:
                raise Unfaithful("the model repeats itself")
            return False
        known = {citation.n for citation in self.answer.citations}
        cited = tuple(number for number in written.markers if number in known)
        verdict = self.check(written.text, self._sources)
        faults = (*verdict.faults, *self._own_faults(written, cited))
        self._seen.add(written.text)
        if verdict.passed and not faults:
            self.passed += verdict.claim
            self.lines.append(self._line(written, cited))
            return True
        self.failed += 1
        self.faults += faults or ("not covered",)
        if self.failed >= MOST_FAILED and self.failed > self.passed:
            raise self.unfaithful()
        return self._quote(cited)

    def finish(self) -> tuple[Line, ...]:
        """The lines of the answer, the rule of every region whole; or raises Unfaithful."""
        if not self.passed or self.failed > self.passed:
            raise self.unfaithful()
        for citation in leading(self.answer.citations):
            key = key_quote(citation, self.answer.text)
            said = "".join(line.text for line in self.lines if citation.n in line.cites)
            asked = self.answer.standalone_question
            unsaid = [one for one in citation.quotes if not reflects(said, one.text, asked)]
            others = [quote for quote in unsaid if quote != key]
            if key in unsaid:
                self._put(self._quoted(citation, (key,)), first=True)
            if others:
                self._put(self._quoted(citation, others, "lead_also"), first=False)
        return tuple(self.lines)

    @property
    def cited(self) -> frozenset[int]:
        """The numbers cited so far."""
        return frozenset(number for line in self.lines for number in line.cites)

    @property
    def _compares(self) -> bool:
        """Whether several regions stand under no headings of their own."""
        return len(self.answer.regions) > 1 and len(self.parts) == 1

    def _line(self, written: Written, cited: tuple[int, ...]) -> Line:
        """The sentence; where regions are compared, each opens a paragraph with its name."""
        names = {c.document.region.name for c in self.answer.citations if c.n in cited}
        before = {c.document.region.name for c in self.answer.citations if c.n in self._latest()}
        if not self._compares or len(names) != 1 or names == before:
            return Line(written.text, cited, written.opens)
        (name,) = names
        named = name in written.text or name[:-1] in written.text
        return Line(written.text if named else f"{name}：{written.text}", cited, opens=True)

    def _latest(self) -> tuple[int, ...]:
        return next((line.cites for line in reversed(self.lines) if line.cites), ())

    def unfaithful(self) -> Unfaithful:
        """How many sentences failed and why."""
        faults = ", ".join(dict.fromkeys(self.faults))
        return Unfaithful(
            f"{self.failed} of {self.failed + self.passed} sentences failed: {faults}"
        )

    def _own_faults(self, written: Written, cited: Sequence[int]) -> tuple[str, ...]:
        """What is wrong with a sentence in this answer, whatever the clauses say."""
        citations = [one for one in self.answer.citations if one.n in cited]
        homes = {n for n, part in enumerate(self.parts) if part.cites & set(cited)}
        faults = [f"number:{one}" for one in unsupported_numbers(written.text, citations)]
        faults += ["too long"] if len(written.text) > LONGEST else []
        faults += ["regions merged"] if len(homes) > 1 else []
        faults += [] if speaks(written.text, self.words.language) else ["language"]
        if cited and self.words.language == "zh":
            own = self._sources_of(cited)
            held = "\n".join(part for one in own for part in (one.text, one.title, one.region))
            faults += [] if shares(written.text, held) else ["foreign to its clauses"]
            faults += ["echo of the question"] if self._echoes(written.text, held) else []
            plain = plain_claim(normalise(written.text), own)
            faults += ["altered copy"] if altered(plain, held) else []
        return tuple(faults)

    def _echoes(self, text: str, held: str) -> bool:
        """Whether a sentence says again what was asked, and no number besides."""
        asked = f"{self.answer.question.text}\n{self.answer.standalone_question}"
        known = set(numbers_in(normalise(asked)))
        said = normalise(MARKER.sub("", text))
        return set(numbers_in(said)) <= known and echoes(said, asked, held)

    def _sources_of(self, cited: Sequence[int]) -> list[Source]:
        return [source for source in self._sources if source.number in cited]

    def _quote(self, cited: Sequence[int]) -> bool:
        """Put the quotes of the first of these clauses that is not cited yet."""
        for citation in self.answer.citations:
            if citation.n in cited and citation.n not in self.cited:
                self.lines.append(self._quoted(citation, citation.quotes))
                return True
        return False

    def _quoted(self, citation: Citation, quotes: Sequence[Quote], lead: str = "") -> Line:
        lead = self.words(lead or f"lead_{force_of(quotes[0].text)}")
        region = f"{citation.document.region.name}：" if self._compares else ""
        quoted = "……".join(f"“{quote.text}”" for quote in quotes)
        return Line(f"{region}{lead}{quoted}〔{citation.n}〕", (citation.n,), opens=True)

    def _put(self, quoted: Line, first: bool) -> None:
        """Before or behind whatever else is said of the same clause."""
        cited = [n for n, line in enumerate(self.lines) if set(line.cites) & set(quoted.cites)]
        place = len(self.lines) if not cited else cited[0] if first else cited[-1] + 1
        following = [replace(line, opens=True) for line in self.lines[place : place + 1]]
        self.lines[place : place + 1] = [quoted, *following]


def key_quote(citation: Citation, text: str) -> Quote:
    """The quote of a clause that stands first in the quoted answer: the one that answers."""
    return min(citation.quotes, key=lambda quote: text.find(quote.text) % (len(text) + 1))


def reflects(said: str, quote: str, asked: str) -> bool:
    """Whether what was said holds the numbers of a quote, its words asked for, enough others."""
    plain_said, plain_quote = normalise(said), normalise(quote)
    words = [word for word in content_words(normalise(asked)) if word in plain_quote]
    return (
        set(numbers_in(plain_quote)) <= set(numbers_in(plain_said))
        and all(word in plain_said for word in words)
        and len(pairs(quote) & pairs(said)) >= ENOUGH * len(pairs(quote))
    )


def sources_of(answer: Answer) -> tuple[Source, ...]:
    """The cited clauses as the model sees them."""
    return tuple(
        Source(
            number=citation.n,
            region=str(citation.document.region),
            title=citation.document.title,
            document_number=citation.document.number,
            issued=issued(citation),
            text=citation.clause.text.strip(),
        )
        for citation in answer.citations
    )


def issued(citation: Citation) -> str:
    """When the document was issued, as a Chinese text writes it."""
    day = citation.document.issued
    return f"{day.year}年{day.month}月{day.day}日" if day else citation.document.issued_basis


def speaks(text: str, language: str) -> bool:
    """Whether a sentence is in the language of the answer; names may stand in the other one."""
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    return latin > han if language == "en" else latin <= 2 * han
