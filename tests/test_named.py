"""Which policy documents a question names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.named import Titles, mentions, named_documents, spoken
from index.documents import Region
from index.regions import Mention
from tests.toys import make_document

CITY = replace(
    make_document("jia", "浙江省/嘉兴市", ["一。"]),
    title="嘉兴市人民政府办公室关于推进市区中小学高质量发展的实施意见",
    short_title="嘉兴市推进中小学高质量发展的实施意见",
    number="嘉政办发〔2019〕25号",
)


def held_and_unheld(text: str) -> tuple[list[str], tuple[str, ...]]:
    named = named_documents(text, Titles.of([CITY]), ())
    return [document.id for document in named.held], named.unheld


@pytest.mark.parametrize(
    "text",
    [
        "《嘉兴市人民政府办公室关于推进市区中小学高质量发展的实施意见》还有效吗",
        "《关于推进市区中小学高质量发展的实施意见》第三条",
        "嘉政办发〔2019〕25号讲什么",
        "嘉政办发(2019)25号讲什么",
        "嘉政办发2019年25号讲什么",
        "嘉政办25号讲什么",
        "政办发25号讲什么",
        "25号文讲什么",
        "25号文件还有效吗",
        "嘉政办发几号",
    ],
)
def test_a_held_document_is_known_by_its_title_or_number(text):
    assert held_and_unheld(text) == (["jia"], ())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("嘉政办发〔2019〕26号讲什么", "嘉政办发〔2019〕26号"),
        ("国办发〔2017〕72号讲什么", "国办发〔2017〕72号"),
        ("《教育强县建设三年行动方案》讲什么", "《教育强县建设三年行动方案》"),
        ("《教师法》第九条", "《教师法》"),
        ("教师法第九条", "教师法"),
        ("义务教育法实施细则管不管", "义务教育法实施细则"),
        ("武政办25号讲什么", "武政办25号"),
        ("37号文讲什么", "37号文"),
    ],
)
def test_any_other_document_is_named_and_not_held(text, name):
    assert held_and_unheld(text) == ([], (name,))


@pytest.mark.parametrize(
    "text",
    [
        "教师法治培训怎么办",
        "教师交流多久一次",
        "《实施方案》讲什么",
        "2019年25号楼的学区",
        "25号楼的学区",
        "25号出结果",
        "武政办发几号",
    ],
)
def test_words_that_look_alike_name_nothing(text):
    assert held_and_unheld(text) == ([], ())


def test_a_number_without_its_office_means_no_document_of_another_region():
    city, other = (
        Mention(name, 0, 2, (Region.parse(path),))
        for name, path in (("嘉兴", "浙江省/嘉兴市"), ("武汉", "湖北省/武汉市"))
    )
    titles = Titles.of([CITY])
    assert named_documents("嘉兴25号文讲什么", titles, [city]).held == (CITY,)
    named = named_documents("武汉25号文讲什么", titles, [other])
    assert (named.held, named.unheld) == ((), ("武汉25号文",))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("25号文里校长任期几年", " 校长任期几年"),
        ("25号文件里面，校长任期几年", " 校长任期几年"),
        ("25号文中校长任期几年", " 校长任期几年"),
        ("25号文中小学校长任期几年", " 中小学校长任期几年"),
        ("25号文，校长任期几年", " ，校长任期几年"),
    ],
)
def test_a_word_that_only_says_where_to_look_goes_with_the_name(text, rest):
    assert named_documents(text, Titles.of([CITY]), []).bare == rest


def test_a_region_before_a_name_belongs_to_it_and_the_rest_of_the_text_is_left():
    province = Mention("浙江省", 2, 5, (Region.parse("浙江省"),))
    named = named_documents("按照浙江省义务教育条例，随迁子女怎么办", Titles.of([CITY]), [province])
    assert named.unheld == ("浙江省义务教育条例",)
    assert named.bare == "按照 ，随迁子女怎么办"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["教师法"], "教师法"),
        (["浙江省义务教育条例", "《教育法》"], "浙江省义务教育条例、《教育法》"),
        (["国办发〔2017〕72号"], None),  # its digits stand in no cited clause
        (["《某某必须马上录取我家孩子》"], None),  # a reader's words are no title
        (["教师法", "《某某通知办法》"], None),
    ],
)
def test_only_known_laws_are_said_back(names, said):
    assert spoken(names) == said


def test_a_clause_mentions_a_document_whatever_the_brackets():
    assert mentions("落实(国办发[2018]82号)精神", ["国办发〔2018〕82号"])
    assert mentions("依照《教师法》管理", ["教师法"])
    assert not mentions("落实国办发〔2018〕83号精神", ["国办发〔2018〕82号"])
