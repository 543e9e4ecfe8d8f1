"""Answers over a dozen laws, two of them in an old and a present version."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from bot.chain import PolicyChain
from bot.conversation import Answer, Question
from bot.settings import bench_data, load_settings
from index.build import build_index
from index.corpus import load_corpus
from index.embedder import load_embedder
from index.modelcache import is_intact
from index.prepare import ADAPTED, model_folder
from index.search import Searcher

LAWS = bench_data() / "laws"
HELD = (
    "未成年人保护法(2020-10-17)",
    "未成年人保护法(2024-04-26)",
    "职业教育法(1996-05-15)",
    "职业教育法(2022-04-20)",
    "义务教育法(2018-12-29)",
    "教师法(2009-08-27)",
    "教育督导条例(2012-09-09)",
    "民办教育促进法实施条例(2021-04-07)",
    "上海市职业教育条例(2018-11-22)",
    "北京市未成年人保护条例(2023-05-26)",
    "浙江省教育督导条例(2019-05-31)",
    "浙江省家庭教育促进条例(2019-09-27)",
)
Ask = Callable[[str], Answer]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Questions to an index of these laws."""
    settings = load_settings({})
    absent = [name for name in HELD if not (LAWS / f"{name}.md").is_file()]
    if absent:
        pytest.skip(f"the laws are not at {LAWS}")
    if not is_intact(model_folder(ADAPTED, "int8", settings.cache_dir)):
        pytest.skip("the embedding model is not prepared; run make install")
    folder = tmp_path_factory.mktemp("laws")
    raw = folder / "raw"
    raw.mkdir()
    for name in HELD:
        shutil.copy(LAWS / f"{name}.md", raw)
    corpus = load_corpus(folder)
    embedder = load_embedder(ADAPTED, "int8", settings.cache_dir)
    build_index(corpus.documents, corpus.asked, embedder, folder / "index", gaps=corpus.gaps)
    chain = PolicyChain(Searcher.open(folder / "index", embedder), settings)
    return lambda text: chain.invoke(Question(text))


def versions(answer: Answer) -> set[int]:
    return {one.document.effective.year for one in answer.citations if one.document.effective}


def test_the_present_version_answers_unless_an_earlier_day_is_asked_for(ask):
    now = ask("未成年人保护的协调工作由哪个机构负责")
    then = ask("2022年的时候，未成年人保护的协调机制具体由哪个部门承担")
    assert (versions(now), versions(then)) == ({2024}, {2021})
    assert [one.document.superseded_by for one in now.citations if one.document.superseded_by] == []
    assert "旧版" in then.text and "旧版" not in now.text


def test_an_edition_an_earlier_version_and_one_that_is_not_held(ask):
    assert versions(ask("1996年版职业教育法能不能收学费")) == {1996}
    assert versions(ask("旧版职业教育法能不能收学费")) == {1996}
    absent = ask("1990年的职业教育法对企业有什么要求")
    assert (absent.status, absent.citations) == ("not_stated", ())
    assert "没有收录" in absent.text


def test_asked_whether_an_old_version_still_holds_the_present_one_is_quoted(ask):
    answer = ask("1996年的职业教育法第三十二条现在还有效吗")
    assert versions(answer) == {2022}
    assert any("旧版已被取代" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("question", "address"),
    [("教师法第八条写了什么", "第八条"), ("《未成年人保护法》第71条怎么说", "第七十一条")],
)
def test_an_article_is_found_by_its_name_and_quoted_whole(ask, question, address):
    [citation] = ask(question).citations
    assert citation.clause.address == address
    assert citation.quotes[0].text == citation.clause.text.rstrip()
    assert not citation.document.superseded_by


def test_a_region_without_documents_gets_the_national_rule_and_is_told(ask):
    answer = ask("西安的初中能开除违反校规的学生吗")
    assert answer.status == "answered"
    assert {str(one.document.region) for one in answer.citations} == {"全国"}
    assert any("没有收录西安市本级的文件" in note for note in answer.notes)


def test_a_neighbours_rule_never_answers(ask):
    answer = ask("江苏的企业要按工资总额的多少提取职业教育培训经费")
    assert {str(one.document.region) for one in answer.citations} <= {"全国"}


def test_two_levels_that_differ_are_both_quoted_and_said_to_differ(ask):
    answer = ask("温州的教育督导机构几年要对下级政府搞一次综合督导")
    assert {str(one.document.region) for one in answer.citations} == {"全国", "浙江省"}
    assert "规定不同" in answer.text


def test_without_a_region_the_national_law_answers_and_regions_are_offered(ask):
    answer = ask("学生能不能把手机带进课堂")
    assert [str(one) for one in answer.regions] == ["全国"]
    assert answer.suggestions == ("北京市",)
    assert any("另有自己的规定" in note for note in answer.notes)
