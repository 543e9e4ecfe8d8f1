"""Levels of documents: who comes first, which clauses are cited, where two differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from types import SimpleNamespace
from typing import cast

import pytest

from bot.aspects import Aspect
from bot.authority import (
    Judged,
    authority,
    beside,
    close_behind,
    differing,
    is_crowded,
    layers_of,
    led,
    merged,
    standing_out,
    unsure,
    withheld,
)
from bot.conversation import Quote
from bot.sections import Section, Source
from index.documents import ClauseKind, Document, Hit, Level, Region
from index.scope import NATIONAL, applies
from tests.toys import make_document

WHOLE = cast("Aspect", SimpleNamespace(number=0))
PROVINCE, CITY = "浙江省", "浙江省/温州市"


def document(name: str, region: str, level: Level, text: str = "教师。") -> Document:
    return replace(make_document(name, region, [text]), level=level)


LAW = document("law", "全国", "law")
RULES = document("rules", "全国", "administrative_regulation")
OF_PROVINCE = document("province", PROVINCE, "local_regulation")
OF_CITY = document("city", CITY, "local_regulation")


def judged(one: Document, score: float) -> Judged:
    return Judged(((Hit(one, one.clauses[0], score), WHOLE, 0.9),), 0.9, True)


def cited(layers: list[Judged]) -> list[str]:
    return [hit.document.id for hit, _, _ in merged(layers)]


def source(name: str, text: str, score: float = 0.6, region: str = "全国") -> Source:
    one = document(name, region, "law", text)
    quote = Quote(text, 0, len(text))
    return Source(one, one.clauses[0], (quote,), quote, (), score)


def section(region: str, *sources: Source) -> Section:
    return Section(Region.parse(region), (), sources)


def test_the_country_comes_before_province_and_city_and_a_law_before_a_regulation():
    ordered = sorted([OF_CITY, OF_PROVINCE, RULES, LAW], key=authority)
    assert ordered == [LAW, RULES, OF_PROVINCE, OF_CITY]
    assert layers_of([OF_CITY, RULES, OF_PROVINCE, LAW]) == [
        (RULES, LAW),
        (OF_PROVINCE,),
        (OF_CITY,),
    ]


@pytest.mark.parametrize(
    ("scores", "order"),
    [
        ((0.660, 0.652), ["city", "law"]),  # the law fits better: it follows
        ((0.655, 0.652), ["city"]),
        ((0.630, 0.652), ["city"]),
        ((0.652, 0.630), ["city", "law"]),
    ],
)
def test_what_a_place_has_of_its_own_comes_before_a_law_that_fits_better(scores, order):
    assert cited([judged(LAW, scores[0]), judged(OF_CITY, scores[1])]) == order


@pytest.mark.parametrize(
    ("text", "score", "order"),
    [
        ("教师每三年培训一次。", 0.655, ["city", "law"]),
        ("教师每三年培训一次。", 0.639, ["city"]),  # fits less
        ("教师每五年培训一次。", 0.655, ["city"]),  # says the same
        ("学校每三年粉刷墙面。", 0.655, ["city"]),  # about something else
    ],
)
def test_a_law_that_fits_as_well_and_gives_another_figure_follows(text, score, order):
    law = document("law", "全国", "law", text)
    city = document("city", CITY, "local_regulation", "教师每五年培训一次。")
    assert cited([judged(law, score), judged(city, 0.652)]) == order


@pytest.mark.parametrize(
    ("scores", "order"),
    [
        ((0.652, 0.650), ["city", "province"]),  # equal: the nearer first
        ((0.652, 0.645), ["province", "city"]),
        ((0.652, 0.630), ["province"]),
    ],
)
def test_of_two_local_clauses_that_fit_equally_the_nearer_comes_first(scores, order):
    assert cited([judged(OF_PROVINCE, scores[0]), judged(OF_CITY, scores[1])]) == order


def test_a_level_that_does_not_answer_is_not_cited():
    silent = Judged((), 0.1, False)
    assert cited([silent, judged(OF_CITY, 0.6)]) == ["city"]
    assert cited([silent]) == []


@pytest.mark.parametrize(("local", "leads"), [(0.60, True), (0.64, True), (0.66, False)])
def test_the_national_rule_leads_unless_a_local_one_fits_far_better(local, leads):
    national = section("全国", source("law", "教师。", 0.6))
    own = section(CITY, source("city", "教师。", local, CITY))
    assert led([own, national]) == (national if leads else None, (own,))


def test_beside_several_regions_the_national_rule_stands_only_where_it_fits_as_well():
    own = section(CITY, source("city", "教师。", 0.65, CITY))
    near, far = (section("全国", source("law", "教师。", score)) for score in (0.645, 0.62))
    assert beside([near, own]) == (near, own)
    assert beside([far, own]) == (own,)
    assert beside([section("全国"), own]) == (own,)


def hits(*scored: tuple[float, float], kinds: Sequence[ClauseKind] = ()) -> list[Hit]:
    """Hits with these scores and shares of the question's words, of clauses of these kinds."""
    one = make_document("one", CITY, [f"第{n}条 甲。\n" for n in "一二三四"])
    clauses = [
        replace(clause, kind=kind)
        for clause, kind in zip_longest(one.clauses[: len(scored)], kinds, fillvalue="text")
    ]
    return [
        Hit(one, clause, score, {"coverage": share})
        for clause, (score, share) in zip(clauses, scored, strict=True)
    ]


@pytest.mark.parametrize(
    ("scored", "several", "cited"),
    [
        ([(0.65, 0.4), (0.644, 0.2), (0.643, 0.4)], False, ["二"]),
        ([(0.65, 0.4), (0.644, 0.1), (0.643, 0.4)], False, []),
        ([(0.65, 0.4), (0.639, 0.4)], False, []),
        ([(0.65, 0.4), (0.644, 0.1), (0.643, 0.4)], True, ["二", "三"]),
        ([(0.65, 0.4)], True, []),
    ],
)
def test_after_the_best_clause_the_next_is_cited_if_it_has_the_words_or_several_are_asked_for(
    scored, several, cited
):
    assert [hit.clause.text[1] for hit in close_behind(hits(*scored), several)] == cited


@pytest.mark.parametrize(
    ("first", "kind", "may"),
    [
        ("text", "text", True),
        ("text", "title", False),
        ("text", "signature", False),
        ("text", "preamble", False),
        ("title", "signature", True),  # who signed what: both are asked for
    ],
)
def test_no_title_or_signature_is_cited_beside_a_clause_of_the_body(first, kind, may):
    both = hits((0.65, 0.4), (0.65, 0.4), kinds=(first, kind))
    assert close_behind(both, False) == (both[1:] if may else [])


@pytest.mark.parametrize(
    ("scores", "crowded"), [([0.65, 0.641, 0.6], True), ([0.65, 0.639], False), ([0.65], False)]
)
def test_a_clause_stands_out_if_no_other_fits_about_as_well(scores, crowded):
    assert is_crowded(hits(*((score, 0.4) for score in scores))) is crowded


@pytest.mark.parametrize(
    ("chance", "crowded", "stands"),
    [(0.6, False, True), (0.6, True, False), (0.92, True, True)],
)
def test_beside_a_surer_region_one_without_a_clause_that_stands_out_has_to_be_sure(
    chance, crowded, stands
):
    first = replace(section(CITY, source("city", "教师。")), probability=0.95, crowded=True)
    near = source("near", "校长。", region="浙江省/嘉兴市")
    other = replace(section("浙江省/嘉兴市", near), probability=chance, crowded=crowded)
    silent = replace(other, sources=(), related=(near,))
    assert standing_out([first, other]) == (first, other if stands else silent)


@pytest.mark.parametrize(
    ("chances", "general", "shown"),
    [((0.6, 0.3), False, True), ((0.5, 0.3), False, False), ((0.5, 0.3), True, True)],
)
def test_without_a_region_one_at_least_is_likely_to_answer(chances, general, shown):
    own = [source(name, "校长。", region=f"浙江省/{name}市") for name in ("温州", "嘉兴")]
    places = ("浙江省/温州市", "浙江省/嘉兴市")
    found = [
        replace(section(place, one), probability=chance)
        for place, one, chance in zip(places, own, chances, strict=True)
    ]
    assert unsure(found, general) is not shown
    assert [(one.sources, one.related) for one in withheld(found)] == [
        ((), (own[0],)),
        ((), (own[1],)),
    ]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("每三年至少实施一次综合督导。", "应当每5年至少实施一次综合督导。", True),
        ("每三年至少实施一次综合督导。", "每3年至少实施一次综合督导。", False),
        ("学生不得将手机带入课堂。", "学生可以将手机带入课堂。", True),
        ("每三年至少实施一次综合督导。", "兼职教师的聘期是5年。", False),
    ],
)
def test_two_documents_differ_in_numbers_or_force_on_the_same_point(one, other, differ):
    pair = (source("a", one), source("b", other))
    assert differing(pair) == (pair if differ else None)


def test_one_document_never_differs_from_itself():
    pair = (source("a", "每三年一次综合督导。"), source("a", "每5年一次综合督导。"))
    assert differing(pair) is None


def test_what_holds_for_the_country_applies_everywhere_and_nothing_local_to_the_country():
    city = Region.parse(CITY)
    assert (applies(NATIONAL, city), applies(city, NATIONAL)) == (True, False)
