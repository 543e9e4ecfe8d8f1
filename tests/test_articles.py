"""Articles named by their number: read, found, and carried through a conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.articles import articles_in, find_article, is_article_alone, next_to
from bot.chain import PolicyChain
from bot.conversation import Question
from bot.settings import load_settings
from index.clauses import parse_clauses
from index.library.intake import Received
from tests.library_toys import empty_library, publish
from tests.toys import make_document, open_searcher

FEES = """嘉兴市学校收费管理办法
嘉政令〔2012〕3号

第一条 为了规范学校收费，制定本办法。
第二条 学校收费应当在校门口公示。
公示的内容由学校负责更新。
第三条 学校不得有下列行为：
（一）收取借读费；
（二）收取择校费。

嘉兴市人民政府
2012年5月1日
"""
ROTATION = """武汉市教师交流规定
武政令〔2025〕8号

第一条 为了均衡配置师资，根据国家有关法律，作出本规定。
第二条 教师在同一所学校任教满六年的，应当交流。

武汉市人民政府
2025年3月1日
"""
ONE = "第一条 为了规范学校收费，制定本办法。"
TWO = "第二条 学校收费应当在校门口公示。\n公示的内容由学校负责更新。"
THREE = "第三条 学校不得有下列行为：\n（一）收取借读费；\n（二）收取择校费。"
FIRST = "嘉兴市学校收费管理办法第一条怎么说"


# ---- in a text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("第九条呢", ("第九条",)),
        ("第9条和第十二条", ("第九条", "第十二条")),
        ("第9条第2款", ("第九条第二款",)),
        ("第七条第三项", ("第七条第（三）项",)),
        ("第七条第(三)项", ("第七条第（三）项",)),
        ("第一百二十条之一", ("第一百二十条之一",)),
        ("学校门口第二条路怎么走", ()),
        ("第三年级", ()),
    ],
)
def test_articles_are_read_as_documents_write_them(text, found):
    assert articles_in(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "第九条呢",
        "那第十二条怎么说",
        "第九条第二款",
        "上一条",
        "下一条呢?",
        "请问第十条讲什么",
        "再下一条",
        "第10条的原文",
    ],
)
def test_a_question_may_name_an_article_and_nothing_else(text):
    assert is_article_alone(text)


@pytest.mark.parametrize(
    "text", ["教师法第九条", "第九条适用于民办学校吗", "教师怎么交流", "怎么说", "有几条规定", ""]
)
def test_a_question_that_says_more_is_no_article_alone(text):
    assert not is_article_alone(text)


@pytest.mark.parametrize(
    ("text", "after", "found"),
    [
        ("下一条呢", "第九条", ("第十条",)),
        ("上一条", "第十条第二款", ("第九条",)),
        ("前一条", "第一条", ()),
        ("下一条", "", ()),
        ("第三条", "第九条", ("第三条",)),
    ],
)
def test_the_article_beside_another_is_counted_from_it(text, after, found):
    assert next_to(text, after) == found


# ---- in a conversation


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    library = empty_library(tmp_path_factory.mktemp("articles"))
    files = [("fees", FEES, "浙江省/嘉兴市"), ("rotation", ROTATION, "湖北省/武汉市")]
    publish(
        library,
        *(
            Received(f"{name}.txt", text.encode(), {"sidecar.yaml": f"region: {region}\n".encode()})
            for name, text, region in files
        ),
    )
    chain = PolicyChain(open_searcher(library.index_dir), load_settings({}))
    return lambda *talk: chain.invoke(Question(talk[-1], history=talk[:-1]))


def quotes(answer):
    return [quote.text for one in answer.citations for quote in one.quotes]


@pytest.mark.parametrize(
    ("talk", "quoted"),
    [
        ((FIRST, "第二条呢"), TWO),
        ((FIRST, "那第三条怎么说"), THREE),
        ((FIRST, "第二条第二款"), "公示的内容由学校负责更新。"),
        ((FIRST, "第一条第一款"), ONE),
        ((FIRST, "第三条第二项"), "（二）收取择校费。"),
        ((FIRST, "下一条呢"), TWO),
        ((FIRST, "下一条呢", "再下一条"), THREE),
        ((FIRST, "第三条", "上一条"), TWO),
        ((FIRST, "嘉兴市学校收费管理办法第二条呢"), TWO),
        ((FIRST, "武汉市教师交流规定第一条讲什么", "《嘉兴市学校收费管理办法》第三条"), THREE),
        (("嘉兴的学校怎么收费", "第二条呢"), TWO),
        (("嘉兴第二条讲什么",), TWO),
    ],
)
def test_an_article_is_quoted_of_the_document_spoken_of_last(ask, talk, quoted):
    answer = ask(*talk)
    assert (answer.status, quotes(answer)) == ("answered", [quoted])


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        ((FIRST, "第九条呢"), "《嘉兴市学校收费管理办法》一共三条，没有第九条。"),
        ((FIRST, "第三条", "下一条"), "《嘉兴市学校收费管理办法》一共三条，没有第四条。"),
        ((FIRST, "第二条第三款"), "《嘉兴市学校收费管理办法》第二条一共二款，没有第三款。"),
    ],
)
def test_of_an_article_that_is_not_there_it_is_told_how_many_there_are(ask, talk, told):
    answer = ask(*talk)
    assert (answer.status, answer.citations, answer.text) == ("not_stated", (), told)


def test_of_two_articles_the_one_that_is_not_there_is_told_below_the_other(ask):
    answer = ask("嘉兴市学校收费管理办法第一条和第八条怎么说")
    assert (answer.status, quotes(answer)) == ("partial", [ONE])
    assert answer.notes[0] == "《嘉兴市学校收费管理办法》一共三条，没有第八条。"


@pytest.mark.parametrize(("text", "which"), [("第二条讲什么", "第二条"), ("下一条", "哪一条")])
def test_an_article_of_no_document_is_asked_back(ask, text, which):
    answer = ask(text)
    assert answer.status == "clarify"
    assert answer.text == (
        f"您问的是哪份文件的{which}？请补上文件名再问一次。"
        "目前收录的有：《嘉兴市学校收费管理办法》、《武汉市教师交流规定》。"
    )
    assert len(answer.suggestions) == 2


def test_a_part_is_found_by_its_address():
    text = "第一条 甲。\n第二条 乙。\n丙。\n"
    clauses = parse_clauses("jia", text)
    document = replace(make_document("jia", "浙江省/嘉兴市", [text]), clauses=clauses)
    clause, part = find_article(document, "第二条第二款")
    assert (clause.address, document.text[part.start : part.end].strip()) == ("第二条", "丙。")
    assert find_article(document, "第三条") is find_article(document, "第一条第二款") is None
