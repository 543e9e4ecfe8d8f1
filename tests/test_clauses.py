"""Clause parsing: sequence and position decide, and nothing of the text is lost."""

import os
import re
from pathlib import Path

import pytest

from index.clauses import parse_clauses
from index.cleaner import clean
from index.corpus import load_documents
from index.numbering import Form, han_number, han_written, mark_at
from index.reader import read_file

ROOT = Path(__file__).parent.parent
TREES = Path(__file__).parent / "data" / "clauses"
BENCH = Path(os.environ.get("WENCE_BENCH_DATA", ROOT.parent / "shared" / "bench"))
LAWS = sorted((BENCH / "laws").glob("*.md"))
DOCUMENTS = load_documents(ROOT / "docs_corpus")


def outline_of(text):
    return [(clause.key, clause.address, clause.text) for clause in parse_clauses("d", text)]


@pytest.mark.parametrize("number", [1, 10, 11, 20, 35, 101, 110, 1043])
def test_a_han_numeral_is_read_back_as_it_was_written(number):
    assert han_number(han_written(number)) == number


@pytest.mark.parametrize(
    ("text", "form", "number", "sub"),
    [
        ("第三条 国家实行", Form.ARTICLE, 3, 0),
        ("第 三 条 国家实行", Form.ARTICLE, 3, 0),
        ("第三条国家实行", Form.ARTICLE, 3, 0),
        ("第一千零四十三条之一 家庭", Form.ARTICLE, 1043, 1),
        ("第二章 学生", Form.CHAPTER, 2, 0),
        ("一、总体目标", Form.HAN, 1, 0),
        ("(二)探索", Form.HAN_BRACKETS, 2, 0),
        ("（十二）探索", Form.HAN_BRACKETS, 12, 0),
        ("10.推进", Form.ARABIC, 10, 0),
        ("1．推进", Form.ARABIC, 1, 0),
        ("（3）推进", Form.ARABIC_BRACKETS, 3, 0),
        ("②推进", Form.CIRCLE, 2, 0),
    ],
)
def test_every_spelling_of_a_mark_is_read(text, form, number, sub):
    mark = mark_at(text, 0)
    assert mark is not None
    assert (mark.form, mark.number, mark.sub) == (form, number, sub)


@pytest.mark.parametrize(
    "text", ["第二条第一款规定的情形", "第三条、第四条", "一、二年级学生", "三、四年级", "12.5万元"]
)
def test_words_that_merely_look_like_a_mark_are_none(text):
    assert mark_at(text, 0) is None


def test_items_go_on_counting_under_the_next_heading():
    text = "一、任务\n（一）甲\n1.子。\n2.丑。\n（二）乙\n3.寅。\n二、保障\n1.卯。"
    assert outline_of(text) == [
        ("1", "一、任务", "一、任务\n"),
        ("1.1", "一、任务（一）", "（一）甲\n"),
        ("1.1.1", "一、任务（一）1", "1.子。\n"),
        ("1.1.2", "一、任务（一）2", "2.丑。\n"),
        ("1.2", "一、任务（二）", "（二）乙\n"),
        ("1.2.3", "一、任务（二）3", "3.寅。\n"),
        ("2", "二、保障", "二、保障\n"),
        ("2.1", "二、保障1", "1.卯。"),
    ]


def test_a_wrapped_line_that_begins_like_a_heading_stays_in_its_clause():
    text = "一、对象\n招收本片区年满六周岁的适龄儿童进入本校,并包括\n二、随迁子女的学位安排等事项。\n二、时间\n九月。"
    assert [key for key, _, _ in outline_of(text)] == ["1", "2"]


def test_a_wrapped_reference_to_an_article_is_no_article():
    text = "第一条 为了保障权利。\n第二条 违反本办法\n第一条第一款规定的,责令改正。\n第三条 施行。"
    assert [address for _, address, _ in outline_of(text)] == ["第一条", "第二条", "第三条"]


def test_chapters_whose_first_heading_was_lost_are_found_from_the_second():
    text = "第一条 为了保障权利。\n第二章 规划\n第二条 编制规划。\n第三章 附则\n第三条 施行。"
    assert [key for key, _, _ in outline_of(text)] == ["a1", "c2", "a2", "c3", "a3"]


def test_a_table_of_contents_is_no_part_of_the_numbering():
    text = (
        "某市学前教育条例\n目　录\n第一章 总则\n第二章 规划\n"
        "第一章 总则\n第一条 为了保障权利。\n第二章 规划\n第二条 编制规划。"
    )
    assert [key for key, _, _ in outline_of(text)] == ["title", "preamble", "c1", "a1", "c2", "a2"]


def test_a_numbered_line_that_ends_like_a_title_begins_no_attached_text():
    text = (
        "某市人民政府令\n第3号\n现予公布。\n2020年1月2日\n某市学前教育办法（试行）\n第一章 总则\n"
        "第一条 为了保障权利。\n第二章 规划\n第二条 编制规划。\n第三条 施行。"
    )
    keys = [key for key, _, _ in outline_of(text)]
    assert keys == ["notice", "signature", "title", "c1", "a1", "c2", "a2", "a3"]


def test_an_article_glued_to_the_end_of_the_one_before_is_found():
    text = "第一条 为了保障权利。\n第二条 本市实行登记。 第三条实行公示制度。\n第四条 自公布之日起施行。"
    assert [address for _, address, _ in outline_of(text)] == [
        "第一条",
        "第二条",
        "第三条",
        "第四条",
    ]


def test_a_topic_sentence_on_the_same_line_is_the_heading():
    text = "一、任务\n9.大力推进教师管理制度改革。稳步推进职级制改革。\n一、重复\n"
    clause = parse_clauses("d", "一、任务\n1.大力推进教师管理制度改革。稳步推进职级制改革。")[-1]
    assert clause.heading == "大力推进教师管理制度改革"
    assert clause.path == ("任务", "大力推进教师管理制度改革")
    assert len(parse_clauses("d", text)) == 1


def test_paragraphs_and_items_of_an_article_have_addresses():
    text = "第一条 国家实行义务教育。\n不收学费。\n有下列情形的,给予处分:\n（一）体罚学生;\n（二）乱收费。"
    clause = parse_clauses("d", text)[0]
    assert [(part.address, text[part.start : part.end].strip()) for part in clause.parts] == [
        ("第一条第一款", "第一条 国家实行义务教育。"),
        ("第一条第二款", "不收学费。"),
        ("第一条第三款", "有下列情形的,给予处分:\n（一）体罚学生;\n（二）乱收费。"),
        ("第一条第三款第（一）项", "（一）体罚学生;"),
        ("第一条第三款第（二）项", "（二）乱收费。"),
    ]


def test_a_notice_with_an_attached_regulation_keeps_both_structures():
    text = (
        "某市教育局关于印发《招生办法》的通知\n各学校:\n一、认真学习。\n二、抓好落实。\n"
        "某市教育局\n2020年1月2日\n招生办法\n第一条 为规范招生。\n第二条 自印发之日起施行。"
    )
    assert [(key, address) for key, address, _ in outline_of(text)] == [
        ("title", "标题"),
        ("preamble", "引言"),
        ("1", "一、认真学习"),
        ("2", "二、抓好落实"),
        ("signature", "落款"),
        ("title~2", "标题（附文一）"),
        ("a1", "第一条"),
        ("a2", "第二条"),
    ]


def test_the_signature_block_is_addressable():
    text = "某市关于招生的意见\n一、就近入学。\n某市人民政府办公室\n2018年1月17日\n附件:名单.pdf"
    assert outline_of(text)[-2:] == [
        ("signature", "落款", "某市人民政府办公室\n2018年1月17日\n"),
        ("attachment", "附件", "附件:名单.pdf"),
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_the_clause_tree_of_each_document_is_the_one_written_down(document):
    expected = (TREES / f"{document.id}.txt").read_text(encoding="utf-8").splitlines()
    found = [f"{c.key}\t{c.kind}\t{c.address}\t{c.heading}" for c in document.clauses]
    assert found == expected


def test_a_mark_at_the_very_end_of_a_cut_text_is_a_clause_without_parts():
    clauses = parse_clauses("d", "第一条 学校应当公开收费。\n第二条")
    assert [(c.key, c.text, c.parts) for c in clauses][-1] == ("a2", "第二条", ())


def test_the_first_section_may_stand_right_after_a_long_title():
    text = "关于进一步做好进城务工人员随迁子女义务教育入学工作的通知\n一、总体要求\n坚持公平。\n二、工作安排\n按时报名。"
    assert [c.key for c in parse_clauses("d", text)] == ["title", "1", "2"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_clauses_joined_give_each_document_back(document):
    assert "".join(clause.text for clause in document.clauses) == document.text
    assert all(document.text[c.start : c.end] == c.text for c in document.clauses)
    assert len({clause.address for clause in document.clauses}) == len(document.clauses)
    assert len({clause.key for clause in document.clauses}) == len(document.clauses)


@pytest.mark.skipif(not LAWS, reason=f"the 75 laws are not at {BENCH}")
@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_the_articles_of_each_law_run_from_one_without_gap_or_double(path):
    raw = read_file(path).text
    text = clean(raw).mapped.text
    clauses = parse_clauses(path.stem, text)
    articles = [int(c.key[1:]) for c in clauses if re.fullmatch(r"a\d+", c.key)]
    counted = len(
        re.findall(
            r"^第[一二三四五六七八九十百零]+条(?=[\s\u3000])|。 第[一二三四五六七八九十百零]+条",
            raw,
            re.M,
        )
    )
    assert "".join(clause.text for clause in clauses) == text
    assert articles == list(range(1, counted + 1))
    assert len({clause.address for clause in clauses}) == len(clauses)
    addresses = [part.address for clause in clauses for part in clause.parts]
    assert len(set(addresses)) == len(addresses)
