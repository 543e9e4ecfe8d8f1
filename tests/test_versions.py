"""Which texts are versions of one policy, which came later, and which holds on a day."""

from dataclasses import replace
from datetime import date

import pytest

from index.documents import Region, Validity
from index.versions import (
    link_versions,
    plain_title,
    with_superseded_validity,
)
from tests.toys import make_document


def policy(name, title="某市幼儿园管理办法", region="浙江省/嘉兴市", **values):
    return replace(make_document(name, region, ["一、甲。"]), title=title, **values)


def links(*documents, settled=None):
    return {
        one.id: one.superseded_by for one in link_versions(documents, settled) if one.superseded_by
    }


def doubts(*documents):
    return {one.id for one in link_versions(documents) for f in one.findings}


OLD = policy("old", effective=date(2015, 5, 1))
MID = policy("mid", effective=date(2018, 1, 1))
NEW = policy("new", issued=date(2023, 6, 1))


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("中华人民共和国教师法", "教师法"),
        ("某市实施《中华人民共和国教师法》办法", "某市实施教师法办法"),
        ("某市幼儿园管理办法（试行）", "某市幼儿园管理办法"),
        ("某市幼儿园管理办法(2021年修订)", "某市幼儿园管理办法"),
        ("关于做好2024年义务教育招生工作的通知", "关于做好义务教育招生工作的通知"),
        ("关于做好2024—2025学年招生工作的通知", "关于做好招生工作的通知"),
        ("某市教育局关于印发《某市招生办法》的通知", "某市招生办法"),
        ("某市教育现代化2035", "某市教育现代化2035"),
        ("教育行动计划（2021—2025年）", "教育行动计划"),
        ("2024年", "2024年"),
    ],
)
def test_versions_share_the_title_without_years_and_edition(title, plain):
    assert plain_title(title) == plain


def test_each_version_leads_to_the_next_in_whatever_order_they_come():
    assert links(NEW, OLD, MID) == {"old": "mid", "mid": "new"}


def test_the_same_title_of_another_region_is_another_policy():
    assert links(OLD, replace(NEW, region=Region.parse("浙江省/宁波市"))) == {}


def test_a_version_without_a_day_is_flagged_and_not_linked():
    undated = policy("undated")
    assert links(OLD, NEW, undated) == {"old": "new"}
    assert doubts(OLD, NEW, undated) == {"undated"}


def test_two_versions_of_one_day_are_flagged_and_not_linked():
    twin = replace(NEW, id="twin")
    assert links(NEW, twin) == {}
    assert doubts(NEW, twin) == {"new", "twin"}


def test_a_repealed_trial_version_without_a_day_is_older():
    trial = policy("trial", "某市幼儿园管理办法（试行）")
    repealing = replace(NEW, repeals=("某市幼儿园管理办法（试行）",))
    assert links(trial, repealing) == {"trial": "new"}
    assert doubts(trial, repealing) == set()


def test_a_title_in_another_policy_s_repeals_is_superseded():
    other = policy("other", "某市托幼条例", effective=date(2020, 1, 1), repeals=(OLD.title,))
    assert links(OLD, other) == {"old": "other"}


def test_a_repeal_by_number_counts():
    numbered = replace(OLD, number="某政发〔2015〕3号")
    other = policy("other", "某市托幼条例", issued=date(2020, 1, 1), repeals=("某政发〔2015〕3号",))
    assert links(numbered, other) == {"old": "other"}


def test_a_repeal_never_reaches_another_region_nor_a_later_text():
    other = policy("other", "某市托幼条例", effective=date(2014, 1, 1), repeals=(OLD.title,))
    assert links(OLD, other) == {}
    elsewhere = replace(other, effective=date(2020, 1, 1), region=Region.parse("江苏省/常州市"))
    assert links(OLD, elsewhere) == {}


def test_a_person_s_word_wins():
    assert links(OLD, NEW, settled={"old": ""}) == {}
    assert links(OLD, MID, NEW, settled={"old": "new"}) == {"old": "new", "mid": "new"}


def test_linking_again_changes_nothing():
    undated = policy("undated")
    once = link_versions([OLD, NEW, undated])
    assert link_versions(once) == once
    assert links(once[0]) == {}  # its successor is no longer held


def test_a_superseded_document_says_what_took_its_place():
    other = policy("other", "某市托幼条例", effective=date(2020, 1, 1), repeals=(MID.title,))
    said = with_superseded_validity(link_versions([OLD, MID, other]), frozenset())
    assert [one.validity for one in said] == [
        Validity("已有新版本，自2018年1月1日起", "本库收有较新的《某市幼儿园管理办法》"),
        Validity("已废止，自2020年1月1日起", "《某市托幼条例》写明废止本文件"),
        Validity("现行", "文内"),
    ]
    kept = with_superseded_validity(link_versions([OLD, MID]), frozenset({"old"}))
    assert kept[0].validity == OLD.validity
