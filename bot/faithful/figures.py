"""Whether the numbers of a sentence stand with the words that they have in the clause.

Those that stand in no clause may still be true: a count of what is listed, a numeral in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, combinations

from bot.faithful.alignment import names, weight, worded
from bot.faithful.wording import Reading, bound, read
from index.numbers import Number, NumberKind

Company = Mapping[str, float]
LEADING = 2.0  # what leads to a number says more than what follows
BEFORE = 1.0  # the segment before that, which may hold the condition
DOUBT = 1.0  # weight of words that must speak for a rival before it counts
ALIKE = 0.5  # share of the company that must be the same
PERIODS = frozenset("年月天日周")  # what follows them, other numbers too, says what they are for
SCALES = [frozenset(units.split()) for units in ("米 公里", "年 个月", "天 日 工作日 周")]
MOST = 5  # numbers of a sentence that are paired
_END = re.compile(r"[。;；!！?？\n]")
_PAUSE = re.compile(r"[,，、:：。;；!！?？\n]")
MOST_COUNTED = 12  # items that anybody counts
HEAD = 2  # characters after a measure word that say what is counted
_COUNTERS = "类条项个块点种层份样方面大件步组级"
_LIST = re.compile(r"[^,，:：。;；]+")
_AND = re.compile(r"、|以及|和|与|及|跟|;|；")
_COMMA = re.compile(r"、|;|；")
_BREAK = re.compile(r"[,，:：。;；!！?？\n]")
_COLON = re.compile(r"[:：]")
_ONE_BY_ONE = re.compile("[一二三四五六七八九十]是")
_VALUE = re.compile(r"\d+")
_SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve"]  # fmt: skip
_TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_ROUND = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_UNITS = {word: n for n, word in enumerate([*_SMALL, *_TEENS])}
_TENS = {word: 10 * n for n, word in enumerate(_ROUND, start=2)}
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6}
_WORDS = re.compile(
    rf"\b(?:{'|'.join([*_UNITS, *_TENS, *_LARGE])})"
    rf"(?:(?:[\s-]|\sand\s)(?:{'|'.join([*_UNITS, *_TENS, *_LARGE])}))*\b",
    re.IGNORECASE,
)
_ARABIC = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+|(?<![\d.,])\d+(?:\.\d+)?")


def figure_differences(said: Reading, clauses: Sequence[Reading]) -> dict[str, float]:
    """How far numbers stand elsewhere than in the clauses (0 to 1), and with other bounds.

    Of all of its kind in the clauses, that with the company most like its own should be the same.
    """
    swapped = lost = new = 0.0
    for number in () if said.english else said.numbers:  # its words cannot be compared
        own = company(said, number)
        rivals = [
            (company(one, other), one, other)
            for one in clauses
            for other in one.numbers
            if _comparable(number, other)
        ]
        same = [rival for rival in rivals if _same(number, rival[2])]
        if not same:
            continue
        twin_company, clause, twin = max(same, key=lambda rival: _likeness(own, rival[0]))
        others = [rival for rival in rivals if not _same(number, rival[2])]
        close = [_prefers(own, other, twin_company) for other, *_ in others]
        wide = [
            _prefers(
                *(company(*pair, wide=True) for pair in ((said, number), other, (clause, twin)))
            )
            for doubt, (_, *other) in zip(close, others, strict=True)
            if doubt is None
        ]
        swapped = max([swapped, *(one or 0.0 for one in (*close, *wide))])
        bound_said, bound_meant = bound(said.text, number), bound(clause.text, twin)
        lost += float(bool(bound_meant) and not bound_said)
        new += float(bool(bound_said) and bound_said != bound_meant)
    return {
        "swapped": swapped,
        "bound_lost": lost,
        "bound_new": new,
        **_apart(said, clauses),
    }


def _apart(said: Reading, clauses: Sequence[Reading]) -> dict[str, float]:
    """How many pairs of numbers of a sentence share no sentence of the clauses.

    Within a segment they make one figure; across, each may be of a rule of which more is told.
    """
    sentences = [text for one in clauses for text in _END.split(one.text)]
    forms = [{number.form for number in read(text).numbers} for text in sentences if text]
    known = {form for one in forms for form in one}
    told = {number.form for number in said.numbers}
    home = {form for held in forms if len(held & told) > 1 for form in held}
    within = across = 0
    for one, two in combinations(said.numbers[:MOST], 2):
        between = said.text[one.end : two.start]
        pair = {one.form, two.form}
        apart = pair <= known and not any(pair <= held for held in forms)
        within += apart and not _BREAK.search(between)
        across += apart and bool(_BREAK.search(between)) and not pair <= home
    return {"figures_apart": float(within), "figures_across": float(across)}


@lru_cache(maxsize=1 << 14)
def company(reading: Reading, number: Number, *, wide: bool = False) -> Company:
    """Words and numbers beside a number: what a date is followed by, what else leads to a value.

    Or all that leads to it, and the segment after one that it closes: forbidden within 100 metres.
    """
    text, numbers = reading.text, reading.numbers
    first = max([0, *(match.end() for match in _END.finditer(text, 0, number.start))])
    after = _END.search(text, number.end)
    last = after.start() if after else len(text)
    is_date = number.kind is NumberKind.DATE
    alike = [one for one in numbers if (one.unit, one.kind) == (number.unit, number.kind)]
    if is_date:
        end = _first([one.start for one in alike if one.start >= number.end], last)
        return _weighed(_tokens(text[number.end : end]))
    start = max([first, *(one.end for one in alike if one.end <= number.start)])
    pause = _PAUSE.search(text, number.end)
    following = alike if number.unit in PERIODS else numbers
    stops = [one.start for one in following if one.start >= number.end]
    end = _first([*stops, pause.start() if pause else last], last)
    after_it = _weighed(_tokens(text[number.end : end]))
    near, before, far = _leading(text[start : number.start])
    beyond = _beyond(text, end, _first(stops, last)) if pause and end == pause.start() else ()
    around = _weighed(before, BEFORE) | after_it | _weighed(near, LEADING)
    return _weighed(far) | _weighed(beyond) | around if wide else around


def _leading(text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What leads to a number: the last segment that says something, the one before, the rest."""
    found = [tokens for segment in _PAUSE.split(text) if (tokens := _tokens(segment))]
    near, before, *rest = [*reversed(found), (), ()]
    return near, before, tuple(chain.from_iterable(rest))


def _beyond(text: str, start: int, last: int) -> tuple[str, ...]:
    """The segment that follows."""
    pause = _BREAK.search(text, start + 1, last)
    return _tokens(text[start : pause.start() if pause else last])


def stands_alike(number: Number, said: Reading, form: str, clauses: Sequence[Reading]) -> bool:
    """Whether a clause has the form with company like that of a number said otherwise."""
    own = company(said, number)
    enough = ALIKE * sum(own.values())
    return any(
        _likeness(own, company(one, other)) >= enough
        for one in clauses
        for other in one.numbers
        if other.form == form
    )


def _comparable(number: Number, other: Number) -> bool:
    """Whether two numbers count the same sort of thing; a bare one any that is no date."""
    if number.kind is NumberKind.BARE:
        return other.kind in (NumberKind.BARE, NumberKind.QUANTITY)
    alike = any({number.unit, other.unit} <= units for units in SCALES)
    return number.kind is other.kind and (number.unit == other.unit or alike)


def _same(number: Number, other: Number) -> bool:
    if number.kind is NumberKind.BARE:
        return number.form == other.form.removesuffix(other.unit)
    return number.form == other.form


def _likeness(own: Company, other: Company) -> float:
    """Weight of the words of one company that the other has."""
    return sum(value * worded(word, " ".join(other)) for word, value in own.items())


def _prefers(own: Company, rival: Company, twin: Company) -> float | None:
    """How much more of the words that tell two companies apart speak for the rival, 0 to 1.

    None where no word tells them apart.
    """
    texts = " ".join(rival), " ".join(twin)
    gains = [(value, *(worded(word, text) for text in texts)) for word, value in own.items()]
    for_rival = sum(value * max(one - two, 0.0) for value, one, two in gains)
    for_twin = sum(value * max(two - one, 0.0) for value, one, two in gains)
    if for_rival + for_twin == 0:
        return None
    return max(for_rival - for_twin, 0.0) / (for_rival + for_twin + DOUBT)


def _first(places: Iterable[int], last: int) -> int:
    return min([*places, last])


def _weighed(words: Iterable[str], times: float = 1.0) -> dict[str, float]:
    """Words with their weights; names of persons, levels and places count double."""
    return {word: times * weight(word) * (2 if names(word) else 1) for word in words}


def _tokens(text: str) -> tuple[str, ...]:
    part = read(text)
    return (*part.words, *(number.form for number in part.numbers))


def counts_a_list(text: str, number: Number, clause: str) -> bool:
    """Whether a number only counts what the sentence itself lists: 有三条:甲、乙、丙.

    Where the clause counts the same things (五项管理), its own number must be said.
    """
    counted = text[number.end - 1 : number.end + HEAD]
    if re.search(rf"[\d一二三四五六七八九十两]{re.escape(counted)}", clause):
        return False
    counter = number.kind is NumberKind.QUANTITY and text[number.end - 1] in _COUNTERS
    value = _VALUE.match(number.form)
    if not counter or not value or not 1 < int(value[0]) <= MOST_COUNTED:
        return False
    around = (text[: number.start], text[number.end :])
    lists = [one for part in around for one in (*_LIST.findall(part), part)]
    counts = {len(mark.split(one)) for one in lists for mark in (_AND, _COMMA)}
    counts.add(len(_ONE_BY_ONE.findall(text)))
    counts.add(len(_BREAK.split(_COLON.split(text)[-1].strip("。"))))
    return int(value[0]) in counts


def english_numbers(text: str) -> Iterator[str]:
    """The values of the numbers of an English text, in digits; ``one`` is an article."""
    for match in _ARABIC.finditer(text):
        yield match[0].replace(",", "")
    for match in _WORDS.finditer(text):
        value = _value(re.split(r"[\s-]+", match[0].lower()))
        if value > 1:
            yield str(value)


def _value(words: list[str]) -> int:
    total = part = 0
    for word in words:
        if word == "hundred":
            part = max(part, 1) * 100
        elif word in _LARGE:
            total += max(part, 1) * _LARGE[word]
            part = 0
        else:
            part += _UNITS.get(word, 0) + _TENS.get(word, 0)
    return total + part
