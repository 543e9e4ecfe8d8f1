"""Whether the numbers of a sentence stand with the words that they have in the clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from bot.faithful.alignment import names
from bot.faithful.amounts import AGAINST, all_numbers, based
from bot.faithful.company import (
    PERIODS,
    REACHES,
    WHOLE,
    WIDE,
    Company,
    Place,
    company,
    gains,
    left_over,
    resemblance,
    sides,
)
from bot.faithful.spelling import told_apart
from bot.faithful.wording import Reading, bound, read
from index.numbers import Number, NumberKind

TELLING = 1.0  # weight of words that tell two companies apart well enough
LIKE_THE_MOST = 0.75  # share of the best likeness from which a place is as good
HALF = 0.5
ENOUGH = 3.0  # weight of the words beside a number that say what it is
DOUBT = 1.0  # weight of words that must speak for a rival before it counts
SCALES = [
    frozenset(units.split())
    for units in ("米 公里", "年 个月", "天 日 工作日 周", "小时 分钟 天 日")
]
MOST = 5  # numbers of a sentence that are paired
# classes of names that say for whom or where a number is; 城区 and 乡镇 exclude each other
FOR_WHOM = {
    "place": "place", "rank": "place", "level": "level", "person": "person", "school": "school",
    "people": "people",
}  # fmt: skip
_END = re.compile(r"[。;；!！?？\n]")
_BREAK = re.compile(r"[,，:：。;；!！?？\n]")


def figure_differences(said: Reading, clauses: Sequence[Reading]) -> dict[str, float]:
    """How far numbers stand elsewhere than in the clauses (0 to 1), and with other bounds.

    Of all of its kind in the clauses, that with the company most like its own should be the same.
    """
    said, clauses = read(told_apart(said.text)), [read(told_apart(one.text)) for one in clauses]
    swapped = lost = new = 0.0
    for number in () if said.english else said.numbers:  # its words cannot be compared
        rivals = [
            (one, other)
            for one in clauses
            for other in all_numbers(one.text)
            if _comparable(number, other)
        ]
        twins = _twins((said, number), rivals)
        if not twins:
            continue
        bound_said, bounds = bound(said.text, number), [bound(one.text, at) for one, at in twins]
        turned = all(one in AGAINST.get(bound_said, ()) for one in bounds)
        swapped = max(swapped, float(turned), _elsewhere((said, number), rivals, twins))
        lost += float(all(bounds) and not bound_said)
        new += float(bool(bound_said) and bound_said not in bounds)
    return {
        "swapped": swapped,
        "bound_lost": lost,
        "bound_new": new,
        **_apart(said, clauses),
    }


def _twins(said: Place, rivals: Sequence[Place]) -> list[Place]:
    """Where a number stands in the clauses with company most like its own."""
    alike = [(resemblance(said, one), one) for one in rivals if _same(said[1], one[1])]
    most = max((score for score, _ in alike), default=0.0)
    return [one for score, one in alike if score >= LIKE_THE_MOST * most]


def _elsewhere(said: Place, rivals: Sequence[Place], twins: Sequence[Place]) -> float:
    """How much speaks for another number of the clauses, 0 to 1."""
    others = [
        one for one in rivals if not _same(said[1], one[1]) and _is_per(*one) == _is_per(*said)
    ]
    doubts = [min(_doubt(said, one, twin) for twin in twins) for one in others]
    unsaid = [one for one in others if not any(_same(two, one[1]) for two in said[0].numbers)]
    same = [one for one in rivals if _same(said[1], one[1])]
    return max([0.0, *doubts, *_doubled(said, same, unsaid)])


def _doubt(said: Place, rival: Place, twin: Place) -> float:
    """How much speaks for a rival, by as much company as it takes to tell it from the twin.

    Nothing does where the rest of the sentence speaks for the twin.
    """
    places, doubt = (said, rival, twin), 0.0
    if _named_otherwise(*(company(*place) for place in places)):
        return HALF
    for reach in REACHES:
        for_rival, for_twin = gains(*(company(*place, reach) for place in places))
        doubt = _share(for_rival, for_twin)
        if for_rival + for_twin >= TELLING:
            break
    else:
        beside = zip(*(sides(*place) for place in places), strict=True)
        found = zip(*(gains(*companies) for companies in beside), strict=True)
        return max(doubt, _share(*map(sum, found))) or _exact(*places)
    for_rival, for_twin = gains(*(company(*place, WHOLE) for place in places))
    return 0.0 if for_twin > for_rival else doubt


def _share(for_rival: float, for_twin: float) -> float:
    return max(for_rival - for_twin, 0.0) / (for_rival + for_twin + DOUBT)


def _doubled(said: Place, same: Sequence[Place], unsaid: Sequence[Place]) -> list[float]:
    """A doubt where a value is said more often than a clause has it, and another never.

    Every 4 years the one, every 4 years the other, where the clause has 3 for the one. A value
    said again without words of its own (也就是40000册) is the same.
    """
    reading, number = said
    again = [one for one in reading.numbers if one.kind is number.kind and _same(one, number)]
    told = min(sum(company(reading, one, WIDE).values()) for one in again)
    if len(again) <= len({at.start for _, at in same}) or told < ENOUGH:
        return []
    most = max(resemblance((reading, one), place) for one in again for place in same)
    enough = max(LIKE_THE_MOST * most, ENOUGH)
    return [HALF for one in unsaid if resemblance(said, one) >= enough]


def _named_otherwise(*companies: Company) -> bool:
    """Whether those that a number is for are those of the rival, and the twin is for others."""
    own, rival, twin = (
        {(FOR_WHOM[kind], name) for word in words for kind, name in names(word) if kind in FOR_WHOM}
        for words in companies
    )
    shared = {kind for kind, _ in own & rival} - {kind for kind, _ in own & twin}
    return bool(shared & {kind for kind, _ in twin})


def _exact(said: Place, rival: Place, twin: Place) -> float:
    """Half a doubt where a rival has just the words of a sentence, and the twin others too."""
    own, one, two = (
        lead | after for lead, after in (sides(*place) for place in (said, rival, twin))
    )
    more = left_over(two, own)
    just = left_over(one, own) + left_over(own, one) == 0
    return HALF if just and more and sum(own.values()) >= ENOUGH else 0.0


def _is_per(reading: Reading, number: Number) -> bool:
    """Whether a number says for how many something is: 每1000人; 每3年 only says how often."""
    return number.unit not in PERIODS and reading.text[: number.start].endswith("每")


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


def _comparable(number: Number, other: Number) -> bool:
    """Whether two numbers count the same sort of thing; a bare one any that is no date."""
    if number.kind is NumberKind.BARE:
        return other.kind in (NumberKind.BARE, NumberKind.QUANTITY)
    alike = any({number.unit, other.unit} <= units for units in SCALES)
    return number.kind is other.kind and (number.unit == other.unit or alike)


def _same(number: Number, other: Number) -> bool:
    if number.kind is NumberKind.BARE:
        return number.form == other.form.removesuffix(other.unit)
    return based(number.form) == based(other.form)
