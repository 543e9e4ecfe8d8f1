"""What the text itself says about a policy: title, 文号, issuer, dates, validity, target year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from index.dating import Evidence, guess_days
from index.days import day_in_name
from index.documents import Clause, Level
from index.guesses import Guess
from index.history import Event, enacting_body, history_of, order_number
from index.levels import guess_level
from index.numbering import numbering_data
from index.orders import Order, order_of
from index.terms import repeals_of, start_of, term_of

_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_DASHED_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TARGET = re.compile(r"到(?P<year>20\d{2})年(?:底|末)?[,，]")
_TITLE_ISSUER = re.compile(
    r"^([\u4e00-\u9fff、 ]{2,40}?(?:人民政府|国务院|中共中央|委员会|[厅局委部])"
    r"(?:办公[厅室])?)\s*(?:关于|印发)",
    re.MULTILINE,
)
_IN_TITLE_MARKS = re.compile(r"《([^》]{6,60})》")


@dataclass(frozen=True, slots=True)
class Extracted:
    """Metadata read from the text; None where the text does not say.

    ``guesses`` says of each value how it is known.
    """

    title: str | None
    number: str | None
    issuer: str | None
    issued: date | None
    published: date | None
    validity: str | None
    target_year: int | None
    effective: date | None = None
    expires: date | None = None
    level: Level = "normative"
    repeals: tuple[str, ...] = ()
    guesses: tuple[Guess[Any], ...] = field(default=(), compare=False)

    def guess(self, name: str) -> Guess[Any]:
        """How this value is known; raises KeyError."""
        return {guess.name: guess for guess in self.guesses}[name]


def extract_metadata(
    clauses: Sequence[Clause], dropped: Sequence[str] = (), stem: str = ""
) -> Extracted:
    """Read metadata from the title block, notes, articles, signature block and goals.

    ``dropped`` are the lines of web noise: only the publication date is taken from them.
    ``stem`` is the name of the file, which may carry the day of the version.
    """
    events = history_of(clauses)
    order = order_of(clauses)
    guesses = _names(clauses, events, order)
    told = {guess.name: str(guess.value or "") for guess in guesses}
    words = [*(event.words for event in events), *([order.words] if order else [])]
    level = guess_level({**told, "history": "\n".join(words)})
    evidence = Evidence(
        events=events,
        signed=_signed(clauses),
        web=_published(dropped),
        named=day_in_name(stem),
        start=start_of(clauses),
        term=term_of(clauses),
        is_statute=level.value != "normative" or level.confidence == "unsure",
    )
    guesses += [level, *guess_days(evidence)]
    guesses.append(_told("repeals", repeals_of(clauses), "正文写明废止"))
    guesses.append(_told("validity", _validity(clauses), "正文题注载明"))
    guesses.append(_told("target_year", _target_year(clauses), "总体目标的年份"))
    values: dict[str, Any] = {guess.name: guess.value for guess in guesses}
    return Extracted(**values, guesses=tuple(guesses))


def _names(
    clauses: Sequence[Clause], events: Sequence[Event], order: Order | None
) -> list[Guess[Any]]:
    title = _title(clauses)
    number = _number(clauses) or (order.number if order else order_number(events))
    issuer = _issuer(clauses) or enacting_body(events, order)
    return [
        Guess("title", title, "read" if title else "unsure", "标题行" if title else "没有标题行"),
        Guess("number", number, "read", "文号、发布令或题注" if number else "没有写文号"),
        Guess(
            "issuer",
            issuer,
            "read" if issuer else "unsure",
            "落款、标题或题注" if issuer else "落款、标题和题注都没有写明",
        ),
    ]


def _told(name: str, value: object, basis: str) -> Guess[Any]:
    """What only the text can say; where it is silent there is nothing to doubt."""
    return Guess(name, value, "read", basis if value else "文中没有写")


def _of_kind(clauses: Sequence[Clause], kind: str) -> list[Clause]:
    return [clause for clause in clauses if clause.kind == kind]


def _title(clauses: Sequence[Clause]) -> str | None:
    """The attached policy's own title, else the notice's; line breaks inside are joined."""
    titles = _of_kind(clauses, "title")
    own = next((clause for clause in titles if clause.key == "title"), None)
    if own is None:
        return None
    lines = [line.strip() for line in own.text.splitlines() if line.strip()]
    number = re.compile(numbering_data()["document_number"])
    lines = [line for line in lines if not number.fullmatch(line)]
    if not lines:
        return None
    marked = _IN_TITLE_MARKS.search(lines[-1])
    if marked and marked.end() == len(lines[-1]):
        return marked[1]
    return lines[-1] if len(set(lines)) < len(lines) else "".join(lines)


def _number(clauses: Sequence[Clause]) -> str | None:
    pattern = re.compile(numbering_data()["document_number"])
    for clause in _of_kind(clauses, "title"):
        for line in clause.text.splitlines():
            match = pattern.match(line.strip())
            if match:
                return match[0]
    return None


def _issuer(clauses: Sequence[Clause]) -> str | None:
    for clause in _of_kind(clauses, "signature"):
        for line in clause.text.splitlines():
            if any(line.strip().endswith(suffix) for suffix in numbering_data()["issuer_suffixes"]):
                return line.strip()
    titles = "\n".join(clause.text for clause in _of_kind(clauses, "title"))
    match = _TITLE_ISSUER.search(titles)
    return match[1].strip() if match else None


def _signed(clauses: Sequence[Clause]) -> date | None:
    for clause in _of_kind(clauses, "signature"):
        found = _date(_DATE, clause.text)
        if found:
            return found
    return None


def _published(dropped: Sequence[str]) -> date | None:
    return next((found for line in dropped if (found := _date(_DASHED_DATE, line))), None)


def _date(pattern: re.Pattern[str], text: str) -> date | None:
    match = pattern.search(text)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _validity(clauses: Sequence[Clause]) -> str | None:
    text = "\n".join(clause.text for clause in _of_kind(clauses, "note"))
    for words, status in (("废止", "废止"), ("失效", "失效"), ("继续有效", "继续有效")):
        if words in text:
            return status
    return None


def _target_year(clauses: Sequence[Clause]) -> int | None:
    """The year of the overall goal: ``到2020年，…`` in a section on goals."""
    for clause in clauses:
        if "目标" in clause.heading:
            match = _TARGET.search(clause.text)
            if match:
                return int(match["year"])
    return None
