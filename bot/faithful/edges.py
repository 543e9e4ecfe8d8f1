"""On which side of a time a rule lies, and how far it reaches: 2022年底前, 三年内, 全市."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from bot.faithful.amounts import based, range_ends
from bot.faithful.lexicon import data, patterns
from index.numbers import Number, NumberKind, find_numbers

TIMES = frozenset(["年", "学年", "学期", "个月", "周", "天", "日", "工作日", "小时", "分钟"])
REACH = 6  # characters before a time that may say on which side of it
_SCOPE = re.compile("全[国省市县区镇乡校]")
_RANKS = {"省": "省", "市": "市", "县": "区县", "区": "区县", "旗": "区县"}
_RELATIVE = re.compile("([本同上下])一?级(?=人民|政府|财政|教育|主管|行政|有关|部门|机关)")
NEXT = 2  # characters after a scope that say of what


def wrong_edges(text: str, clauses: Sequence[str]) -> Iterator[str]:
    """Times after which something is to be where the clause has it before or within, and so on."""
    for number, said in _edges(text):
        meant = [
            edges
            for clause in clauses
            for other, edges in _edges(clause)
            if based(other.form) == based(number.form)
        ]
        if meant and all(_clash(said, edges, number) for edges in meant):
            yield number.form


def _clash(said: frozenset[str], meant: frozenset[str], number: Number) -> bool:
    """Whether two sides of a time exclude each other; what only one of them tells may be true."""
    pairs = {frozenset(pair) for pair in data()["edges_apart"]}
    added = data()["edges_added"] if number.kind is NumberKind.DATE else []
    apart = any({one, two} in pairs for one in said - meant for two in meant - said)
    return apart or any(edge in said - meant for edge in added)


@lru_cache(maxsize=1 << 10)
def _edges(text: str) -> tuple[tuple[Number, frozenset[str]], ...]:
    """Every time of a text with the words for its sides; a range is since its one end."""
    found = []
    for number in find_numbers(text):
        if number.kind is not NumberKind.DATE and number.unit not in TIMES:
            continue
        before, after = text[max(number.start - REACH, 0) : number.start], text[number.end :]
        led = {name for name, pattern in _sides("leads").items() if pattern.search(before)}
        closed = {name for name, pattern in _sides("closes").items() if pattern.match(after)}
        found.append((number, frozenset(led | closed)))
        ends = zip(range_ends(number), ("since", "by"), strict=False)
        found += [(end, frozenset({side})) for end, side in ends]
    return tuple(found)


@cache
def _sides(part: str) -> Mapping[str, re.Pattern[str]]:
    return {name: patterns(f"edges_{part}", name) for name in data()[f"edges_{part}"]}


def wrong_scopes(text: str, clauses: Sequence[str], regions: Sequence[str]) -> Iterator[str]:
    """全省 where the clause says 全市 of the same, or speaks of no such region at all."""
    known = "\n".join(clauses)
    own = {f"全{region[-1:]}" for region in regions}
    for match in _SCOPE.finditer(text):
        scope, follows = match[0], text[match.end() : match.end() + NEXT]
        held = {
            one[0] for one in re.finditer(rf"全[国省市县区镇乡校](?={re.escape(follows)})", known)
        }
        other = bool(held) and len(follows) == NEXT and scope not in held
        spoken = scope in own or scope[1] in known
        if other or not spoken:
            yield scope


def wrong_ranks(text: str, clauses: Sequence[str], regions: Sequence[str]) -> Iterator[str]:
    """县政府 where the clauses speak of 市政府 alone, and the document is not of a 县.

    And 上一级 where they speak of 本级 alone.
    """
    held = {rank for clause in clauses for ranks, _ in _bodies(clause) for rank in ranks}
    own = frozenset(_RANKS.get(region[-1:], "") for region in regions)
    for ranks, name in _bodies(text):
        if held and "" not in held and not ranks <= held | own:
            yield name
    meant = {rank for clause in clauses for rank, _ in _relative(clause)}
    yield from (name for rank, name in _relative(text) if meant and rank not in meant)


def _relative(text: str) -> Iterator[tuple[str, str]]:
    """What is named by its rank beside another: 本级政府, 上一级主管部门."""
    return ((match[1].replace("同", "本"), match[0]) for match in _RELATIVE.finditer(text))


def _bodies(text: str) -> Iterator[tuple[frozenset[str], str]]:
    """Governments and their offices with their ranks; an empty rank stands for all of them."""
    for match in patterns("bodies_of_rank").finditer(text.replace("、自治区、直辖市", "")):
        ranks = {_RANKS[char] for char in match[1] if char in _RANKS}
        every = {""} if re.search("各级|以上|以下", match[1]) else set[str]()
        yield frozenset(ranks | every), match[0]
