"""A document beside those held: the same, nearly the same, another version, the same topic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from index.checks.held import against, differences, share
from index.checks.review import review
from index.documents import Region
from tests.checked import CIRCULAR, STATUTE, document_of

OLD = STATUTE.replace("三至五年", "三年").replace("100%", "90%")
HELD = replace(document_of(OLD, "old"), issued=date(2005, 3, 1), number="某教〔2005〕3号")
NEW = document_of(STATUTE, "new")


def told(document, *held):
    return [(spot.kind, spot.detail) for spot in against(document, held)]


def test_a_text_is_wholly_in_itself_and_not_in_another():
    assert share(STATUTE, STATUTE) == 1.0
    assert share(STATUTE, CIRCULAR) == 0.0
    assert share("一句", STATUTE) == 0.0


@pytest.mark.parametrize("kept", [0.25, 0.5, 0.75])
def test_the_share_is_close_to_what_was_kept(kept):
    laws = "".join(chr(0x4E00 + at * 7 % 20000) for at in range(4000))
    cut = int(len(laws) * kept)
    other = laws[:cut] + "".join(chr(0x4E01 + at * 11 % 20000) for at in range(4000 - cut))
    assert share(laws, other) == pytest.approx(kept, abs=0.05)


def test_the_clauses_that_differ_are_named():
    assert differences(NEW, HELD) == ["第六条", "第八条"]
    assert differences(NEW, replace(NEW, id="copy")) == []


def test_a_document_is_not_compared_with_itself():
    assert told(NEW, NEW, replace(NEW)) == []


def test_the_same_text_under_another_name_is_an_error():
    copy = document_of(STATUTE.replace("\n", "\n\n"), "copy", "某市另一条例")
    (issue,) = review(copy, [NEW]).open_issues({})
    assert (issue.kind, issue.severity) == ("duplicate", "error")
    assert issue.message == "与已有的《某市学校条例》（2023-04-20）内容完全相同。请不要重复发布。"


def test_a_newer_version_is_a_note_that_says_what_changed():
    (found,) = told(NEW, HELD)
    assert found[0] == "newer_version"
    assert found[1].startswith("《某市学校条例》（2005-03-01）（相同的文字占 ")
    assert found[1].endswith("%，不同的有第六条、第八条）")
    assert review(NEW, [HELD]).open_issues({}) == ()


def test_an_older_version_is_a_warning_until_it_is_marked_superseded():
    (issue,) = review(HELD, [NEW]).open_issues({})
    assert issue.kind == "older_version"
    marked = replace(HELD, superseded_by="new")
    assert review(marked, [NEW]).open_issues({}) == ()


def test_versions_without_a_day_have_no_order():
    assert [kind for kind, _ in told(replace(NEW, issued=None), HELD)] == ["version_unclear"]


def test_the_same_id_replaces_its_own_policy_and_no_other():
    assert [kind for kind, _ in told(replace(NEW, id="old"), HELD)] == ["replaces"]
    foreign = document_of(CIRCULAR, "old", "某市教育局关于做好招生工作的通知")
    assert told(foreign, HELD) == [("same_id", "old")]


def test_nearly_the_same_text_under_another_title_is_a_warning():
    other = document_of(STATUTE.replace("某市学校条例", "某市中学规定"), "zhong", "某市中学规定")
    (found,) = told(other, HELD)
    assert found[0] == "near_duplicate"
    assert found[1].endswith("%，不同的有第六条、第八条）")


def test_a_title_like_another_of_the_region_is_a_note():
    held = replace(HELD, title="嘉兴市义务教育学校招生意见")
    other = document_of(CIRCULAR, "other", "嘉兴市义务教育学校招生工作意见")
    assert told(other, held) == [("similar_title", "《嘉兴市义务教育学校招生意见》（2005-03-01）")]
    elsewhere = replace(other, region=Region.parse("湖北省/武汉市"))
    assert told(elsewhere, held) == []
