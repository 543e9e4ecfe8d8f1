"""When a text says that it takes effect, how long it holds, and what it repeals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from index.days import DAY, half_width, read_day, years_after
from index.documents import Clause
from index.numbering import han_number

_NUMERAL = r"(?<!\d)(?:\d{1,3}|[零〇一二两三四五六七八九十]{1,5})"
_BEGINS = r"起(?:正式)?(?:施行|实施|执行|试行|生效)(?=[，,。；;\s）)]|$)"
# the text itself begins (本办法……自), not one of its articles and not a term's pupils
_OWN = r"(?:(?:^|条\s*|现予[公发颁]布，)(?:自|从)|本(?![市省县区校次])[^第。；]{1,40}?(?:自|从))"
_FROM_DAY = re.compile(rf"{_OWN}\s*(?P<day>{DAY})\s*{_BEGINS}")
_FROM_ISSUE = re.compile(
    rf"{_OWN}(?:公布|发布|颁布|印发|下发|发文|签发)之日"
    rf"(?:起(?P<days>{_NUMERAL})日后(?:施行|实施|执行)|{_BEGINS})"
)
_TERM_END = re.compile(rf"(?:有效期|试行期|执行期)[^。；]{{0,12}}?(?:至|到)\s*(?P<day>{DAY})")
_TERM_YEARS = re.compile(
    rf"(?:有效期|试行期|试行|执行期)(?:限|为|是|暂定|\s)*(?P<n>{_NUMERAL})\s*(?P<unit>年|个月)"
)
_UNTIL = re.compile(rf"(?:至|到)\s*(?P<day>{DAY})\s*(?:止|废止|失效|自行失效)")
_ABOUT_ITSELF = re.compile(
    r"本[\u4e00-\u9fff]{1,6}?(?:自|从|有效期|试行|执行|的有效期)|起(?:施行|实施|执行)"
)
_REPEAL = re.compile(r"(?:同时|即行|予以|一并|自行|相应|均)(?:废止|停止执行|失效)")
_TITLE = re.compile(r"《(?P<title>[^《》]+(?:《[^《》]*》[^《》]*)*)》")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}[〔\[［(（]\d{4}[〕\]］)）]\s*第?\d{1,4}号")


@dataclass(frozen=True, slots=True)
class Start:
    """When a text takes effect: on a day, or so many days after it is issued; and its words."""

    day: date | None
    days_after_issue: int
    words: str


@dataclass(frozen=True, slots=True)
class Term:
    """How long a text holds: to a day, or for so many months from its first day; and where."""

    day: date | None
    months: int
    address: str

    def last_day(self, first: date | None) -> date | None:
        """The last day in force; None while the first day is unknown."""
        if self.day or first is None:
            return self.day
        whole, rest = divmod(self.months, 12)
        return years_after(_months_later(first, rest), whole)


def start_of(clauses: Sequence[Clause]) -> Start | None:
    """The last sentence in which the text says when it takes effect itself."""
    found: Start | None = None
    for clause, sentence in _own_sentences(clauses):
        match = _FROM_DAY.search(sentence)
        if match and (day := read_day(match["day"])):
            found = Start(day, 0, f"{clause.address}“{match[0].strip()}”")
        elif match := _FROM_ISSUE.search(sentence):
            words = f"{clause.address}“{match[0].strip()}”"
            found = Start(None, _number(match["days"] or "0"), words)
    return found


def term_of(clauses: Sequence[Clause]) -> Term | None:
    """How long the text holds, read only where it speaks of itself."""
    for clause, sentence in _own_sentences(clauses):
        if not _ABOUT_ITSELF.search(sentence):
            continue
        end = _TERM_END.search(sentence) or _UNTIL.search(sentence)
        if end and (day := read_day(end["day"])):
            return Term(day, 0, clause.address)
        if match := _TERM_YEARS.search(sentence):
            months = _number(match["n"]) * (12 if match["unit"] == "年" else 1)
            return Term(None, months, clause.address) if months else None
    return None


def repeals_of(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """Titles, and numbers of documents, that the text repeals, in order."""
    found: dict[str, None] = {}
    for _, sentence in _own_sentences(clauses):
        repeal = _REPEAL.search(sentence)
        named = sentence[: repeal.start()] if repeal else ""
        found |= dict.fromkeys(match["title"] for match in _TITLE.finditer(named))
        found |= dict.fromkeys(match[0] for match in _NUMBER.finditer(named))
    return tuple(found)


def _own_sentences(clauses: Sequence[Clause]) -> Iterator[tuple[Clause, str]]:
    for clause in clauses:
        if clause.kind in {"text", "preamble"}:
            for sentence in re.split(r"(?<=[。；;\n])", half_width(clause.text)):
                yield clause, sentence


def _number(text: str) -> int:
    try:
        return han_number(text)
    except ValueError:
        return 0


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    try:
        return day.replace(year=day.year + year, month=month + 1)
    except ValueError:  # the 31st of a shorter month
        first = date(day.year + year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
        return first - timedelta(days=1)
