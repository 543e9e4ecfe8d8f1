"""Answers and documents as JSON, chat HTML and Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation import Answer, AnswerStatus, Citation, Question
from bot.web.interface import load_interface
from bot.web.marks import MOST_QUOTES, Mark, Piece, cut, found_marks, quote_marks, repair_marks
from bot.web.markup import (
    answer_html,
    answer_markdown,
    one_line,
    question_html,
    share_url,
)
from bot.web.outline import Fragment, Section, fragments, named_source, sections
from bot.web.render import (
    answer_to_dict,
    citation_line,
    citation_url,
    clause_tree,
    document_to_dict,
    document_tree_to_dict,
)
from index.documents import Region
from tests.web_fake import CITATION, CLAUSES, DOCUMENT, QUOTE, ScriptedChain, settings

WORDS = load_interface(settings().prompts_dir)["zh"]
ENGLISH = load_interface(settings().prompts_dir)["en"]
HOSTILE = (
    "<img src=https://evil.example/a.png onerror=alert(1)>![x](https://evil.example/b.png)$$x$$"
)


def answered(text: str = "年满6周岁的儿童可以报名。〔1〕") -> Answer:
    return Answer(
        Question("谁能报名", "q1", "东江省/河阳市"),
        "谁能报名",
        AnswerStatus.ANSWERED,
        text,
        regions=(Region(("东江省", "河阳市")),),
        citations=(CITATION,),
        notes=("目标年份已过。",),
        timings_ms={"total": 1.23456},
    )


def test_an_answer_becomes_exactly_the_published_json() -> None:
    assert answer_to_dict(answered()) == {
        "id": "q1",
        "question": "谁能报名",
        "standalone_question": "谁能报名",
        "status": "answered",
        "answer": "年满6周岁的儿童可以报名。〔1〕",
        "regions": ["东江省/河阳市"],
        "composer": "extractive",
        "citations": [
            {
                "n": 1,
                "document_id": "heyang-2021",
                "title": "河阳市义务教育<招生>意见",
                "document_number": "河政办〔2021〕7号",
                "issuer": "河阳市人民政府办公室",
                "region": "东江省/河阳市",
                "issued": "2021-03-05",
                "validity": {"status": "现行有效", "basis": "文末写明自印发之日起施行"},
                "clause_id": "heyang-2021#1.1",
                "clause": "一、招生办法（一）",
                "text": "（一）小学报名每年6月进行。年满6周岁的儿童可以报名。\n",
                "quotes": [{"text": "年满6周岁的儿童可以报名。", "start": 35, "end": 48}],
                "score": 0.75,
            }
        ],
        "related": [],
        "notes": ["目标年份已过。"],
        "suggestions": [],
        "timings_ms": {"total": 1.235},
        "reference": "",
    }


def test_a_document_without_number_or_date_says_null() -> None:
    bare = document_to_dict(replace(DOCUMENT, number=None, issued=None))
    assert (bare["document_number"], bare["issued"], bare["url"]) == (
        None,
        None,
        "/documents/heyang-2021",
    )


def test_clauses_are_nested_under_their_parents() -> None:
    def outline(nodes: list[dict[str, object]]) -> list[object]:
        return [(n["key"], outline(n["children"])) for n in nodes]  # type: ignore[arg-type]

    assert outline(clause_tree(CLAUSES)) == [("title", []), ("1", [("1.1", []), ("1.2", [])])]


def test_a_document_tree_lists_repairs_and_findings() -> None:
    tree = document_tree_to_dict(DOCUMENT)
    assert tree["findings"] == [{"kind": "noise", "message": "去掉一行浏览量", "line": 3}]
    assert tree["repairs"] == [
        {
            "kind": "replace",
            "original": "4 5人",
            "repaired": "45人",
            "reason": "数字被空格断开",
            "start": 57,
            "end": 60,
        }
    ]
    assert DOCUMENT.text[57:60] == "45人"


def test_markers_with_a_citation_become_fragments_and_others_stay_text() -> None:
    assert fragments("甲〔1〕乙〔2〕", [CITATION]) == (
        Fragment("甲"),
        Fragment("〔1〕", CITATION),
        Fragment("乙〔2〕"),
    )


def test_lines_of_cells_become_a_table() -> None:
    (section,) = sections(answered("两地：\n| 地区 | 规定 |\n| --- | --- |\n| 河阳 | 可以〔1〕 |"))
    assert section.blocks[1].rows == (
        ((Fragment("地区"),), (Fragment("规定"),)),
        ((Fragment("河阳"),), (Fragment("可以"), Fragment("〔1〕", CITATION))),
    )


def test_words_of_a_document_are_told_apart_from_ours() -> None:
    assert fragments(f"原文：“{QUOTE.text}”〔1〕", [CITATION]) == (
        Fragment("原文：“"),
        Fragment(QUOTE.text, quoted=True),
        Fragment("”"),
        Fragment("〔1〕", CITATION),
    )


def test_each_region_is_a_section_with_its_own_sources() -> None:
    text = f"【河阳市】\n\n可以：“{QUOTE.text}”〔1〕\n\n〔1〕出自《河阳招生意见》一、招生办法（一）\n\n【海州市】\n没有写。"
    first, second = sections(answered(text))
    assert (first.title, first.sources, first.preview) == ("河阳市", (CITATION,), QUOTE.text)
    assert len(first.blocks) == 1
    assert second == Section("海州市", second.blocks, ())
    assert second.preview == "没有写。"


@pytest.mark.parametrize(
    "line",
    [
        "〔1〕出自《别的文件》一、招生办法（一）",
        "〔2〕出自《河阳招生意见》一、招生办法（一）",
        "见〔1〕",
        "〔1〕《河阳招生意见》很重要",
    ],
)
def test_a_line_that_says_more_than_its_source_is_kept(line: str) -> None:
    assert named_source(line, [CITATION]) is None


def test_many_regions_are_folded_and_few_are_open() -> None:
    few = answer_html(answered("【甲】\n一\n【乙】\n二"), WORDS)
    many = answer_html(answered("\n".join(f"【{name}】\n内容" for name in "甲乙丙丁")), WORDS)
    assert ("wc-part-title" in few, '<details class="wc-part">' in few) == (True, False)
    assert many.count('<details class="wc-part"><summary><strong>') == 4


def test_a_citation_link_carries_its_quotes_and_its_clause() -> None:
    assert citation_url(CITATION) == "/documents/heyang-2021?quote=35-48&n=1#1.1"
    assert DOCUMENT.text[35:48] == QUOTE.text


def test_a_source_is_written_as_people_write_it() -> None:
    assert citation_line(DOCUMENT, CLAUSES[2]) == (
        "《河阳市义务教育<招生>意见》（河政办〔2021〕7号）一、招生办法（一）"
    )
    assert citation_line(replace(DOCUMENT, number=None), CLAUSES[2]) == (
        "《河阳市义务教育<招生>意见》一、招生办法（一）"
    )


def test_a_share_link_holds_the_question_and_region_only() -> None:
    assert share_url(answered(), "/answer") == (
        "/answer?q=%E8%B0%81%E8%83%BD%E6%8A%A5%E5%90%8D"
        "&region=%E4%B8%9C%E6%B1%9F%E7%9C%81%2F%E6%B2%B3%E9%98%B3%E5%B8%82"
    )


def test_a_follow_up_is_shared_as_it_was_understood() -> None:
    follow_up = replace(
        answered(), question=Question("那初中呢", history=("谁能报名",)), standalone_question="初中"
    )
    assert share_url(follow_up, "/answer") == "/answer?q=%E5%88%9D%E4%B8%AD"


def test_the_chat_message_is_one_line_with_the_answer_before_its_sources() -> None:
    html = answer_html(answered(), WORDS)
    assert "\n" not in html
    order = [
        html.index(s) for s in ("原文有依据", "年满6周岁", "河政办〔2021〕7号", "目标年份已过")
    ]
    assert order == sorted(order)
    assert 'href="/documents/heyang-2021?quote=35-48&amp;n=1#1.1"' in html


def test_nothing_in_a_question_or_an_answer_is_read_as_html_or_markdown() -> None:
    hostile = replace(answered(HOSTILE), question=Question(HOSTILE), notes=(HOSTILE,))
    for html in (answer_html(hostile, WORDS), question_html(HOSTILE)):
        assert "<img" not in html
        assert "&lt;img src=https://evil.example/a.png" in html
        assert html.startswith("<div")


def test_a_question_keeps_its_lines() -> None:
    assert question_html("一\n二<b>") == '<div class="wc-question">一<br>二&lt;b&gt;</div>'


def test_markdown_on_one_line_leaves_spaces_inside_a_line_alone() -> None:
    assert one_line("<p>\n  甲 乙\n</p>\n") == "<p>甲 乙</p>"


def test_the_exported_answer_has_its_source_quote_and_digest() -> None:
    assert answer_markdown(answered(), WORDS) == (
        "## 谁能报名\n\n**原文有依据**\n\n地区：东江省/河阳市\n\n年满6周岁的儿童可以报名。〔1〕\n\n"
        "> 目标年份已过。\n\n### 依据\n\n"
        "〔1〕《河阳市义务教育\\<招生\\>意见》（河政办〔2021〕7号）一、招生办法（一）\n\n"
        "- 河阳市人民政府办公室　2021年3月5日 印发\n- 效力：现行有效\n"
        f"- 原始文件 SHA-256：`{'ab' * 32}`\n\n> 年满6周岁的儿童可以报名。\n"
    )


def test_an_exported_answer_cannot_carry_a_picture_or_a_tag() -> None:
    text = answer_markdown(answered(HOSTILE), WORDS)
    assert "\\<img" in text
    assert "!\\[x\\]" in text


@pytest.mark.parametrize("status", list(AnswerStatus))
def test_every_status_has_a_label_in_both_languages(status: AnswerStatus) -> None:
    labels = {words(f"status_{status.value}") for words in (WORDS, ENGLISH)}
    assert len(labels) == 2
    answer = replace(answered(), status=status, citations=(), text="无")
    assert WORDS(f"status_{status.value}") in answer_html(answer, WORDS)


def test_pieces_join_to_the_text_and_show_overlapping_marks() -> None:
    marks = [Mark("quote", 12, 16), Mark("repair", 14, 18, "空格")]
    assert cut("零一二三四五六七八九", 10, marks) == (
        Piece("零一"),
        Piece("二三", ("quote",)),
        Piece("四五", ("quote", "repair"), "空格"),
        Piece("六七", ("repair",), "空格"),
        Piece("八九"),
    )


def test_marks_outside_the_text_change_nothing() -> None:
    assert cut("甲乙", 10, [Mark("quote", 0, 10), Mark("quote", 12, 20)]) == (Piece("甲乙"),)


def test_spans_from_a_link_must_lie_in_the_clause() -> None:
    clause = CLAUSES[2]
    good = f"{clause.start}-{clause.end}"
    given = [good, "0-5", "9-3", "x-1", f"{clause.start}-{clause.end + 1}", "1" * 30 + "-2"]
    assert quote_marks(given, clause, 99) == (Mark("quote", clause.start, clause.end),)


def test_a_link_with_thousands_of_quotes_is_read_in_part() -> None:
    given = [f"{n}-{n + 1}" for n in range(5000)]
    assert len(quote_marks(given, None, 9999)) == MOST_QUOTES


def test_every_place_of_a_word_is_found_whatever_its_case() -> None:
    assert found_marks("Ab aB 甲", " ab ") == (Mark("found", 0, 2), Mark("found", 3, 5))
    assert found_marks("a.b", ".") == (Mark("found", 1, 2),)
    assert found_marks("甲", "  ") == ()


def test_a_note_without_a_place_is_not_marked() -> None:
    note = replace(DOCUMENT.repairs[0], kind="note", start=3, end=3)
    assert repair_marks([note, DOCUMENT.repairs[0]]) == (Mark("repair", 57, 60, "数字被空格断开"),)


def test_related_clauses_are_links_without_a_number() -> None:
    answer = replace(
        answered(),
        status=AnswerStatus.NOT_STATED,
        citations=(),
        related=(Citation(1, DOCUMENT, CLAUSES[3], ()),),
    )
    html = answer_html(answer, WORDS)
    assert 'href="/documents/heyang-2021?n=1#1.2"' in html
    assert "最接近的条款" in html


def test_the_scripted_chain_answers_as_the_tests_expect() -> None:
    assert ScriptedChain().invoke(Question("谁能报名")).status is AnswerStatus.ANSWERED
