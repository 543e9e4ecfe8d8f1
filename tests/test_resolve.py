"""Regions of a question against three cities, a county and an anonymised district."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.resolve import Resolver
from bot.scope import Scope
from index.documents import Region
from tests.toys import make_document

JIA, SONG, WU = "浙江省/嘉兴市", "浙江省/丽水市/松阳县", "湖北省/武汉市"
EVERYWHERE = ["jia", "song", "wu", "mou"]


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    documents = [
        replace(make_document("jia", JIA, ["一。"]), nicknames=("红船",)),
        make_document("song", SONG, ["一。"]),
        make_document("wu", WU, ["一。"]),
        replace(make_document("mou", "某区", ["一。"]), aliases=("某区", "那个区")),
    ]
    return Resolver({document.id: document for document in documents})


def ids(scope: Scope) -> list[str]:
    return [document.id for document in scope.documents]


def test_the_held_regions_are_those_of_the_documents_in_their_order(resolver):
    assert [str(region) for region in resolver.held] == [JIA, SONG, WU, "某区"]


@pytest.mark.parametrize(
    ("question", "documents", "bare"),
    [
        ("嘉兴随迁子女怎么上学", ["jia"], "随迁子女怎么上学"),
        ("湖北省武汉市的校长轮岗", ["wu"], "的校长轮岗"),
        ("松阳县和武汉市", ["song", "wu"], "和"),
        ("某区的五年方案", ["mou"], "的五年方案"),
        ("那个区的五年方案", ["mou"], "的五年方案"),
        ("家兴市怎么上学", ["jia"], "怎么上学"),
        ("Jiaxing schools", ["jia"], "schools"),
    ],
)
def test_a_held_region_selects_its_documents_and_leaves_the_question(
    resolver, question, documents, bare
):
    scope = resolver.resolve(question)
    assert (ids(scope), scope.bare, scope.named) == (documents, bare, True)
    assert (scope.unheld, scope.indirect, scope.conflict) == ((), (), None)


@pytest.mark.parametrize(
    ("question", "unheld"),
    [
        ("杭州怎么上学", "浙江省/杭州市"),
        ("上海怎么上学", "上海市"),
        ("庆元县老师轮岗", "浙江省/丽水市/庆元县"),
        ("海南怎么上学", "海南省"),
    ],
)
def test_a_region_that_is_not_held_selects_no_document(resolver, question, unheld):
    scope = resolver.resolve(question)
    assert (ids(scope), scope.named) == ([], True)
    assert scope.unheld == (Region.parse(unheld),)


def test_beside_a_held_region_the_other_is_still_named_as_not_held(resolver):
    scope = resolver.resolve("嘉兴和杭州有什么不同")
    assert ids(scope) == ["jia"]
    assert scope.unheld == (Region.parse("浙江省/杭州市"),)


@pytest.mark.parametrize(
    "question", ["怎么上学", "上海路小学怎么报名", "武汉大学附近", "全市怎么规定", ""]
)
def test_without_a_region_every_document_may_answer(resolver, question):
    scope = resolver.resolve(question)
    assert (ids(scope), scope.named, scope.bare) == (EVERYWHERE, False, question)


@pytest.mark.parametrize(
    ("question", "documents", "kind", "held"),
    [
        ("南湖区怎么上学", ["jia"], "inside_held", (JIA,)),
        ("黄陂怎么上学", ["wu"], "inside_held", (WU,)),
        ("丽水怎么上学", ["song"], "contains_held", (SONG,)),
        ("浙江怎么上学", ["jia", "song"], "contains_held", (JIA, SONG)),
    ],
)
def test_a_district_and_a_province_lead_to_the_held_region_and_say_so(
    resolver, question, documents, kind, held
):
    scope = resolver.resolve(question)
    [(_, relation)] = scope.indirect
    assert ids(scope) == documents
    assert (relation.kind, tuple(str(region) for region in relation.regions)) == (kind, held)


def test_where_someone_comes_from_is_not_what_is_asked(resolver):
    scope = resolver.resolve("我从武汉搬到嘉兴，孩子怎么上学")
    assert (ids(scope), scope.bare) == (["jia"], "我从搬到，孩子怎么上学")


@pytest.mark.parametrize("chosen", ["嘉兴市", "嘉兴", "嘉興", " 嘉兴 ", JIA])
def test_a_chosen_region_is_read_by_path_name_short_name_and_traditional_name(resolver, chosen):
    scope = resolver.resolve("怎么上学", chosen)
    assert (ids(scope), scope.named, scope.asked_in_text) == (["jia"], True, False)


@pytest.mark.parametrize("chosen", [None, "", "  "])
def test_a_blank_choice_is_no_choice(resolver, chosen):
    assert ids(resolver.resolve("怎么上学", chosen)) == EVERYWHERE


def test_a_choice_that_is_no_region_is_not_held(resolver):
    scope = resolver.resolve("怎么上学", "火星")
    assert (ids(scope), scope.unheld) == ([], (Region(("火星",)),))


def test_the_region_of_the_question_wins_over_the_chosen_one(resolver):
    scope = resolver.resolve("武汉怎么上学", JIA)
    assert ids(scope) == ["wu"]
    assert scope.conflict == (Region.parse(JIA), Region.parse(WU))


def test_a_district_of_the_chosen_region_is_no_conflict(resolver):
    assert resolver.resolve("黄陂怎么上学", "武汉").conflict is None
    assert resolver.resolve("武汉怎么上学", "黄陂区").conflict is None


def test_a_word_of_one_document_stands_for_its_region_when_nothing_else_is_named(resolver):
    assert resolver.resolve("红船教育").nickname == "红船"
    assert ids(resolver.resolve("红船教育")) == ["jia"]
    for scope in (resolver.resolve("红船教育", WU), resolver.resolve("武汉的红船教育")):
        assert (ids(scope), scope.nickname) == (["wu"], None)


def test_the_regions_of_a_scope_are_each_named_once():
    documents = tuple(make_document(one, WU, ["一。"]) for one in ("a", "b"))
    assert Scope(documents, True, "").regions == (Region.parse(WU),)


def test_a_text_without_its_region_words(resolver):
    assert resolver.without_regions("嘉兴和武汉的老师") == "和的老师"
    assert resolver.without_regions("老师") == "老师"


@pytest.fixture(scope="module")
def downtown() -> Resolver:
    """A city whose only policy is for two of its districts, and another city."""
    jia = replace(make_document("jia", JIA, ["一。"]), applies_to=("南湖区", "秀洲区"))
    return Resolver({"jia": jia, "wu": make_document("wu", WU, ["一。"])})


@pytest.mark.parametrize("county", ["桐乡市", "海盐县"])
def test_a_policy_for_some_districts_is_not_held_for_the_rest_of_its_region(downtown, county):
    scope = downtown.resolve(f"{county}的学校经费")
    asked = Region.parse(f"{JIA}/{county}")
    assert (ids(scope), scope.unheld, scope.above) == ([], (asked,), ())
    assert [(region, document.id) for region, document in scope.beyond] == [(asked, "jia")]


@pytest.mark.parametrize("place", ["嘉兴", "嘉兴市区", "南湖区", "嘉兴秀洲区"])
def test_it_is_held_for_the_whole_region_and_for_its_own_districts(downtown, place):
    scope = downtown.resolve(f"{place}的学校经费")
    assert (ids(scope), scope.unheld, scope.beyond) == (["jia"], (), ())


def test_beside_a_region_that_it_is_for_the_other_is_told_to_be_missing(downtown):
    scope = downtown.resolve("嘉兴和桐乡的学校经费")
    assert [(str(one), [d.id for d in own]) for one, own in scope.groups.items()] == [
        (JIA, ["jia"])
    ]
    assert scope.unheld == (Region.parse(f"{JIA}/桐乡市"),)


def test_where_somebody_is_from_is_not_asked_about(downtown):
    assert downtown.resolve("我是桐乡人，想问嘉兴的学校经费").unheld == ()


def test_a_policy_of_the_whole_region_still_answers_for_a_county_in_it(resolver):
    scope = resolver.resolve("桐乡的学校经费")
    assert (ids(scope), scope.beyond) == (["jia"], ())
