from dataclasses import replace

import pytest

from index.passages import passages_of, sentence_spans
from tests.toys import make_document


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("免试入学。就近入学；不收费！", ["免试入学。", "就近入学；", "不收费！"]),
        ("一、总则\n  第一段。\n\n", ["一、总则", "第一段。"]),
        ("甲（含乙；丙。）丁。", ["甲（含乙；丙。）丁。"]),
        ("他说：“不收费。”然后走了。", ["他说：“不收费。”", "然后走了。"]),
        (
            "确保“两个只增不减:落实政策。完善“三个”制度。",
            ["确保“两个只增不减:落实政策。", "完善“三个”制度。"],
        ),
        ("项目“2+“每天1小时；不少”等。再办。", ["项目“2+“每天1小时；不少”等。", "再办。"]),
        ("（一)甲（乙；丙)丁。戊。", ["（一)甲（乙；丙)丁。", "戊。"]),
        ("真的吗？！对。", ["真的吗？！", "对。"]),
        ("（一）未关的括号。\n下一行。", ["（一）未关的括号。", "下一行。"]),
        ("一个（没有关上。\n下一行。", ["一个（没有关上。", "下一行。"]),
        ("", []),
        (" \n\u3000\n", []),
    ],
)
def test_a_sentence_ends_at_an_end_mark_outside_brackets_or_at_a_line_end(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("扩大学位。[责任单位:教育局；财政局]", ["扩大学位。", "[责任单位:教育局；财政局]"]),
        ("扩大学位（责任单位：教育局）。再办。", ["扩大学位", "（责任单位：教育局）。", "再办。"]),
        ("扩大。〔牵头单位：市教育局〕2.提质。", ["扩大。", "〔牵头单位：市教育局〕", "2.提质。"]),
        ("落实责任（见附件）。", ["落实责任（见附件）。"]),
    ],
)
def test_a_bracket_that_names_who_is_responsible_is_its_own_sentence(text, expected):
    assert sentences(text) == expected


def test_only_a_sentence_of_more_than_400_characters_is_cut_and_then_at_a_pause():
    text = "甲" * 300 + "，" + "乙" * 200 + "。"
    assert sentences("甲" * 399 + "。") == ["甲" * 399 + "。"]
    assert sentences(text) == ["甲" * 300 + "，", "乙" * 200 + "。"]


def test_sentences_leave_nothing_out_but_white_space():
    text = "一、总则。\n 他说：“好。”（甲；乙）[责任单位：丙]丁；\n戊"
    assert "".join(sentences(text)) == "".join(text.split())


def test_a_short_clause_is_one_passage_with_title_and_heading_in_front():
    document = make_document("jia", "浙江省/嘉兴市", ["一、免试就近入学。\n"])
    [passage] = passages_of(document, {})
    assert passage.id == "jia#1/clause0"
    assert passage.text == "通知 主要任务\n一、免试就近入学。"
    assert (passage.start, passage.end) == (0, 9)
    assert (passage.clause_id, passage.region, passage.kind) == ("jia#1", "浙江省/嘉兴市", "clause")


def test_a_long_clause_gives_runs_of_whole_sentences_and_the_whole_clause():
    first, second, third = ("甲" * 99 + "。", "乙" * 99 + "。", "丙" * 49 + "。")
    document = make_document("jia", "浙江省", ["总则。\n", first + second + third])
    spans = [(p.id, p.start, p.end) for p in passages_of(document, {})]
    assert spans == [
        ("jia#1/clause0", 0, 3),
        ("jia#2/sentences0", 4, 104),
        ("jia#2/sentences1", 104, 204),
        ("jia#2/sentences2", 204, 254),
        ("jia#2/clause0", 4, 254),
    ]


def test_a_clause_too_long_for_the_encoder_has_sentence_runs_only():
    document = make_document("jia", "浙江省", ["".join(c * 119 + "。" for c in "甲乙丙丁戊")])
    assert [p.id for p in passages_of(document, {})] == [f"jia#1/sentences{n}" for n in range(5)]


def test_short_sentences_of_one_line_are_one_run():
    document = make_document(
        "jia", "浙江省", ["免试入学就近入学。家长可以放心。" + "乙" * 99 + "。\n完。"]
    )
    assert [(p.start, p.end) for p in passages_of(document, {})] == [
        (0, 16),
        (16, 116),
        (117, 119),
        (0, 119),
    ]


def test_the_heading_of_a_clause_is_no_passage_beside_its_text():
    document = make_document("jia", "浙江省", ["（四）交流机制\n推行轮岗。保障待遇。\n"])
    clause = replace(document.clauses[0], heading="交流机制")
    passages = passages_of(replace(document, clauses=(clause,)), {})
    assert [(p.id, p.start, p.end) for p in passages] == [
        ("jia#1/sentences0", 8, 18),
        ("jia#1/clause0", 0, 18),
    ]


def test_an_everyday_question_is_embedded_alone_and_leads_to_the_whole_clause():
    document = make_document("jia", "浙江省", ["一、免试。\n", "二、教师每六年交流一次。\n"])
    asked = passages_of(document, {"2": ["老师多久换一次学校"]})[-1]
    assert (asked.id, asked.text) == ("jia#2/asked0", "老师多久换一次学校")
    assert (asked.start, asked.end) == (6, 18)


def test_an_everyday_question_leads_to_the_sentence_whose_words_stand_in_its_key():
    first = "教师每六年交流一次，由主管部门统一安排，各校按照计划执行，每年把名单报送备案。"  # 39 characters
    second = "食堂由各校自己办，按照成本核算，每学期向家长公布账目一次。"
    document = make_document("jia", "浙江省", [first + second])
    written = {"1": ["谁管"], "1 食堂": ["饭菜谁管"], "1 按照成本": ["饭菜贵不贵"]}
    asked = [one for one in passages_of(document, written) if one.kind == "asked"]
    assert [(one.text, one.start, one.end) for one in asked] == [
        ("谁管", 0, 68),
        ("饭菜谁管", 39, 68),
        ("饭菜贵不贵", 39, 68),
    ]


def test_a_heading_that_the_sentences_hold_is_not_put_in_front_again():
    document = make_document("jia", "浙江省", ["主要任务\n"])
    assert passages_of(document, {})[0].text == "通知\n主要任务"


def test_the_digest_follows_the_embedded_text_and_not_the_place():
    document = make_document("jia", "浙江省", ["总则。", "免试入学。"])
    moved = make_document("jia", "浙江省", ["总则总则。", "免试入学。"])
    before, after = passages_of(document, {})[1], passages_of(moved, {})[1]
    assert before.start != after.start
    assert replace(before, start=0, end=0) == replace(after, start=0, end=0)


def test_a_clause_of_white_space_still_has_a_passage():
    document = make_document("jia", "浙江省", ["总则。", "\n"])
    assert [p.id for p in passages_of(document, {})] == ["jia#1/clause0", "jia#2/clause0"]
