"""Sentences of a model are shown when they pass, and never when they do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.drafting import Drafting, Unfaithful, key_quote, reflects, speaks
from bot.faithful.copying import altered, leaks, verbatim
from bot.faithful.grounds import Verdict
from bot.frame import read_frame
from bot.sentences import sentences
from tests.test_frame import ONE_REGION, WORDS, answer

PROMPT = "你是政策问答窗口的资深办事员，把下面几条政策原文讲给来问的人听。"
QUOTE_1 = "文件是这样写的：“教师每六年交流一次。”〔1〕"
COMPARED = answer("对照如下：", "| 要点 | 嘉兴市 | 武汉市 |", "| 规定一 | 甲〔1〕 | 乙〔2〕 |")
HEADED = answer("【嘉兴市】", "甲〔1〕", "【武汉市】", "乙〔2〕")


JIA_ALONE = replace(ONE_REGION, regions=ONE_REGION.regions[:1], citations=ONE_REGION.citations[::2])


def passes(sentence, sources):
    """Everything but what says 错; 首先 is no claim."""
    wrong = "错" in sentence
    return Verdict(not wrong, "首先" not in sentence, ("wrong",) if wrong else ())


def drafting(quoted=JIA_ALONE, words=WORDS) -> Drafting:
    return Drafting(quoted, read_frame(quoted, words), words, passes, PROMPT)


def take(draft: Drafting, text: str) -> list[bool]:
    return [draft.take(one) for one in sentences([text])]


def shown(draft: Drafting) -> list[str]:
    return [line.text for line in draft.lines]


def test_a_sentence_that_passes_is_kept_word_for_word():
    draft = drafting()
    assert take(draft, "首先说任期。教师每六年交流一次〔1〕。") == [True, True]
    assert shown(draft) == ["首先说任期。", "教师每六年交流一次〔1〕。"]
    assert (draft.passed, draft.failed) == (1, 0)


def test_a_sentence_that_fails_gives_way_to_the_quote_of_its_clause_once():
    draft = drafting()
    assert take(draft, "这句错了〔1〕。这句也错了〔1〕。") == [True, False]
    assert shown(draft) == [QUOTE_1]


def test_a_sentence_that_fails_and_cites_nothing_known_is_dropped():
    draft = drafting()
    assert take(draft, "这句错了。这句也错了〔9〕。") == [False, False]
    assert shown(draft) == []


@pytest.mark.parametrize(
    ("asked", "text", "kept"),
    [
        ("老师多少年得换一回学校", "老师多少年得换一回学校教师〔1〕。", False),
        ("老师多少年得换一回学校", "老师六年得换一回学校教师交流〔1〕。", True),
        ("教师是每六年交流一次吗", "教师每六年交流一次〔1〕。", True),
    ],
)
def test_what_was_asked_is_no_answer_unless_it_is_the_clause_itself(asked, text, kept):
    draft = drafting(replace(JIA_ALONE, standalone_question=asked))
    take(draft, text)
    assert ("echo of the question" in draft.faults) is not kept


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("教师每6年交流一次〔1〕。", "number:6"),
        ("Teachers move to another school〔1〕. ", "language"),
        ("教师每" * 140 + "〔1〕。", "too long"),
        ("月亮是绿色的奶酪〔1〕。", "foreign to its clauses"),
    ],
)
def test_what_no_clause_can_mend_fails_whatever_the_verifier_says(text, fault):
    draft = drafting()
    take(draft, text)
    assert (draft.faults, draft.passed) == ([fault], 0)


def test_a_model_that_repeats_itself_is_stopped():
    draft = drafting()
    assert take(draft, "教师每六年交流一次〔1〕。" * 3) == [True, False, False]
    with pytest.raises(Unfaithful, match="repeats itself"):
        take(draft, "教师每六年交流一次〔1〕。")


def test_one_sentence_does_not_speak_of_two_regions_that_stand_apart():
    draft = drafting(HEADED)
    take(draft, "教师交流，校长任期十年〔1〕〔2〕。")
    assert draft.faults == ["regions merged"]


def test_when_most_sentences_fail_nothing_is_shown():
    with pytest.raises(Unfaithful, match="3 of 3 sentences failed: wrong"):
        take(drafting(), "错一〔1〕。错二〔1〕。错三〔1〕。教师〔1〕。")
    half = drafting()
    take(half, "错一〔1〕。错二〔3〕。教师交流〔1〕。")
    with pytest.raises(Unfaithful, match="2 of 3"):
        half.finish()
    empty = drafting()
    take(empty, "首先说任期。")
    with pytest.raises(Unfaithful, match="0 of 0"):
        empty.finish()


def test_a_leaked_prompt_ends_the_answer():
    with pytest.raises(Unfaithful, match="the prompt leaked"):
        take(drafting(), "我是政策问答窗口的资深办事员，很高兴〔1〕。")


def test_the_answering_quote_is_put_first_where_the_sentences_do_not_hold_it():
    draft = drafting()
    take(draft, "班额不超过45人〔3〕。")
    assert [line.text for line in draft.finish()] == ["班额不超过45人〔3〕。", QUOTE_1]
    vague = drafting()
    take(vague, "教师会交流〔1〕。")
    assert [line.text for line in vague.finish()] == [QUOTE_1, "教师会交流〔1〕。"]
    whole = drafting()
    take(whole, "老师每六年要交流一次〔1〕。")
    assert [line.text for line in whole.finish()] == ["老师每六年要交流一次〔1〕。"]


def test_what_else_is_quoted_of_the_answering_clause_is_not_lost():
    first, third = JIA_ALONE.citations
    said, unsaid = first.quotes[0], replace(third.quotes[0], text="骨干教师每年不少于20%。")
    draft = drafting(replace(JIA_ALONE, citations=(replace(first, quotes=(said, unsaid)), third)))
    take(draft, "教师每六年交流一次〔1〕。班额不超过45人〔3〕。")
    assert [line.text for line in draft.finish()] == [
        "教师每六年交流一次〔1〕。",
        "文件还写到：“骨干教师每年不少于20%。”〔1〕",
        "班额不超过45人〔3〕。",
    ]


def test_compared_regions_each_open_a_paragraph_with_their_name():
    draft = drafting(COMPARED)
    take(draft, "教师每六年交流一次〔1〕。交流一次〔1〕。武汉校长任期十年〔2〕。错了〔3〕。")
    assert [(line.text, line.opens) for line in draft.lines] == [
        ("嘉兴市：教师每六年交流一次〔1〕。", True),
        ("交流一次〔1〕。", False),
        ("武汉校长任期十年〔2〕。", True),
        ("嘉兴市：文件提出了明确要求：“班额不超过45人。”〔3〕", True),
    ]


def test_the_answering_quote_is_the_one_that_stands_first_in_the_quoted_answer():
    citation = ONE_REGION.citations[0]
    other = replace(citation.quotes[0], text="教师")
    both = replace(citation, quotes=(replace(citation.quotes[0], text="不在"), other))
    assert key_quote(both, "说到教师") == other


@pytest.mark.parametrize(
    ("said", "asked", "whole"),
    [
        ("校长在一所学校最多连任10年", "校长能当几年", True),
        ("校长在一所学校最多连任6年", "校长能当几年", False),
        ("校长在一所学校不超过10年", "校长任职几年", False),
        ("10年树木", "", False),
    ],
)
def test_numbers_words_asked_for_and_enough_others_make_a_reflection(said, asked, whole):
    assert reflects(said, "校长在同一所学校连续任职一般不超过10年。", asked) is whole


def test_a_copy_with_a_word_in_anothers_place_is_known():
    held = "武汉市规定。成立由市人民政府分管副市长任组长的领导小组,负责此次改革工作。"
    assert altered("成立由市人民学校分管副市长任组长的领导小组，负责此次改革工作〔1〕。", held)
    assert not altered("成立由市人民政府分管副市长任组长的领导小组，负责此次改革工作〔1〕。", held)
    assert not altered("副市长带头的小组来管这次改革〔1〕。", held)


def test_who_acts_may_be_put_before_a_copied_sentence_but_not_in_anothers_place():
    held = "(三)建立发展机制\n鼓励和引导学校创建素质教育特色学校。校长参加轮岗交流的经历和业绩,作为评定骨干称号的重要条件。"
    assert not altered("政府鼓励和引导学校创建素质教育特色学校。", held)
    assert not altered("市教育局要鼓励和引导学校创建素质教育特色学校。", held)
    assert altered("教师参加轮岗交流的经历和业绩，作为评定骨干称号的重要条件。", held)


def test_a_run_of_whole_pieces_is_verbatim():
    held = "组长由分管领导担任,成员若干,办公室设在市教育局。"
    assert verbatim("成员若干，办公室设在市教育局〔1〕。", held)
    assert not verbatim("办公室设在教育局〔1〕。", held)
    assert not verbatim("导担任，成员若干〔1〕。", held)


def test_the_language_of_a_sentence_is_that_of_the_answer():
    assert speaks("使用CAD的教师〔1〕。", "zh")
    assert not speaks("Teachers 教师", "zh")
    assert speaks("A principal of Wuhan（武汉）may stay", "en")
    assert not speaks("校长任期十年", "en")


def test_a_leak_is_a_run_of_the_prompt():
    assert leaks("政策问答窗口的资 深办事员", PROMPT)
    assert leaks("资深办事员,把下面几条政策〔1〕原文", PROMPT)
    assert not leaks("政策问答窗口的资料", PROMPT)
