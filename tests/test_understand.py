"""A question read against two cities: topic, parts, terms, types, regions of a conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation import Question
from bot.language import is_english
from bot.resolve import Resolver
from bot.understand import Reading, part_terms, split_parts, understand
from index.question_types import QuestionType
from tests.toys import tiny_corpus

RESOLVER = Resolver({document.id: document for document in tiny_corpus()})


def read(text: str, region: str | None = None, *history: str) -> Reading:
    return understand(Question(text, region=region, history=history), RESOLVER)


def documents(reading: Reading) -> list[str]:
    return [document.id for document in reading.scope.documents]


def test_what_is_searched_for_has_no_region_and_no_courtesy():
    assert read("请问，武汉的教师怎么交流").search == "的教师怎么交流"
    assert read("请问教师怎么交流").search == "教师怎么交流"


def test_traditional_full_width_and_invisible_characters_are_read_as_plain_ones():
    reading = read("武\u200b漢的隨遷子女　怎麼入學？")
    assert (reading.thread.standalone, documents(reading)) == ("武汉的随迁子女 怎么入学?", ["wu"])


def test_a_misspelt_domain_word_is_read_by_its_sound_and_shown():
    reading = read("武汉教师轮港有什么规定")
    assert reading.search == "教师轮岗有什么规定"
    [(written, meant)] = reading.corrections
    assert ("轮港" in written, "轮岗" in meant) == (True, True)
    assert read("武汉教师轮岗有什么规定").corrections == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("小学怎么报名", ("小学怎么报名",)),
        ("学校午托怎么收费？另外教师职称怎么评？", ("学校午托怎么收费", "教师职称怎么评")),
        ("What is required? Who decides?", ("What is required", "Who decides")),
        ("我家孩子六岁。小学怎么报名？", ("我家孩子六岁。小学怎么报名？",)),
        ("好的。谢谢。", ("好的。谢谢。",)),
        (
            "孙女耳朵听不见，安排到哪里念书？来回车票给报多少",
            ("孙女耳朵听不见，安排到哪里念书", "来回车票给报多少"),
        ),
        ("您好，小学怎么报名？学费要多少", ("小学怎么报名", "学费要多少")),
        ("小学怎么报名，文件里怎么写的？学费要多少", ("小学怎么报名", "学费要多少")),
        ("小学怎么报名？上头是怎么规定的？", ("小学怎么报名？上头是怎么规定的？",)),
        ("拿多少钱培训老师,占公用经费百分之几", ("拿多少钱培训老师,占公用经费百分之几",)),
    ],
)
def test_separate_questions_are_parts_and_a_story_is_none(text, parts):
    assert split_parts(text) == parts


def test_official_terms_stand_beside_everyday_words_at_half_weight():
    terms = part_terms("外来务工子女")
    assert terms[0] == ("外来务工子女", 1.0)
    assert ("随迁子女", 0.5) in terms
    assert part_terms("砖头") == (("砖头", 1.0),)


def test_the_types_of_a_question_are_its_own_or_those_of_the_conversation():
    assert QuestionType.AMOUNT in read("午托多少钱").types
    assert QuestionType.AMOUNT in read("武汉呢", None, "嘉兴的午托多少钱").types


def test_the_region_of_the_conversation_is_carried_until_another_is_named():
    assert documents(read("那午托呢", None, "武汉的教师怎么交流")) == ["wu"]
    assert documents(read("嘉兴呢", None, "武汉的教师怎么交流")) == ["jia"]
    assert documents(read("民办学校招生时间是怎么规定的", None, "武汉的教师怎么交流")) == ["wu"]
    assert documents(read("那午托呢", None, "教师怎么交流")) == ["jia", "wu"]


def test_a_chosen_region_gives_way_to_the_conversation_and_the_reading_says_so():
    reading = read("那午托呢", "嘉兴", "武汉的教师怎么交流")
    assert documents(reading) == ["wu"]
    assert [str(region) for region in reading.scope.conflict] == ["浙江省/嘉兴市", "湖北省/武汉市"]


def test_a_chosen_region_is_stronger_than_a_nickname():
    jia, wu = tiny_corpus()
    resolver = Resolver({"jia": replace(jia, nicknames=("红船",)), "wu": wu})
    reading = understand(Question("红船教育怎么做", region="武汉"), resolver)
    assert documents(reading) == ["wu"]
    assert documents(understand(Question("红船教育怎么做"), resolver)) == ["jia"]


def test_a_follow_up_with_a_topic_searches_for_that_and_remembers_the_earlier_one():
    reading = read("那工资由谁发", None, "武汉教师交流有什么规定")
    assert (reading.search, reading.before) == ("那工资由谁发", "教师交流有什么规定")
    assert ("教师交流有什么规定", 0.4) in reading.terms


def test_a_follow_up_without_a_topic_searches_for_the_earlier_one():
    reading = read("嘉兴呢", None, "武汉教师交流有什么规定")
    assert (reading.search, reading.before) == ("教师交流有什么规定", None)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("What about teachers in Wuhan?", True),
        ("What does 武汉 require of teachers?", True),
        ("hello", False),
        ("STEAM课程、AI课程和PE课程怎么开", False),
        ("武汉教师怎么交流", False),
        ("", False),
    ],
)
def test_a_question_is_english_when_its_words_are(text, english):
    assert is_english(text) is english


def test_a_clause_is_named_by_its_number_in_the_question_or_else_before_it():
    first = read("武汉那个意见第一条讲什么").articles
    assert first and read("再说详细点", None, "武汉那个意见第一条讲什么").articles == first
    second = read("第二条呢", None, "武汉那个意见第一条讲什么").articles
    assert second and second != first
    assert read("第一条讲什么").articles == ()  # of which city?
