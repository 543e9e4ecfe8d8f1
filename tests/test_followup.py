"""Follow-ups read together with the questions before them."""

from __future__ import annotations

import pytest

from bot.followup import Thread, level_mentions, read_thread

BEFORE = "嘉兴小学随迁子女怎么入学"
EXCHANGE = "武汉教师交流有什么规定"


def without_regions(text: str) -> str:
    for region in ("嘉兴", "武汉", "常州"):
        text = text.replace(region, "")
    return text


def standalone(question: str, *history: str) -> str:
    return read_thread(question, history, without_regions).standalone


def test_a_first_question_stands_alone():
    assert read_thread("那初中呢", [], without_regions) == Thread("那初中呢", None, True)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("那初中呢？", "嘉兴初中随迁子女怎么入学"),
        ("高中呢", "嘉兴高中随迁子女怎么入学"),
        ("那高中呢？怎么入学", "嘉兴高中随迁子女怎么入学"),  # asks the same once more
        ("武汉呢？", "武汉小学随迁子女怎么入学"),
        ("那武汉呢", "武汉小学随迁子女怎么入学"),
        ("武汉的初中呢", "武汉初中随迁子女怎么入学"),
        ("武汉、常州呢", "武汉、常州小学随迁子女怎么入学"),
    ],
)
def test_a_region_or_a_level_takes_the_place_of_the_earlier_one(question, expected):
    thread = read_thread(question, [BEFORE], without_regions)
    assert thread == Thread(expected, BEFORE, own=False)


def test_levels_named_together_give_way_together():
    before = "嘉兴小学和初中每生经费多少"
    assert standalone("那高中呢?每生多少", before) == "嘉兴高中每生经费多少"
    assert standalone("高中呢", "小学升初中，初中要考试吗") == "小学升初中，高中要考试吗"


def test_a_level_with_a_question_of_its_own_is_no_mere_change_of_level():
    thread = read_thread("那高中呢？要不要考试", [BEFORE], without_regions)
    assert thread.standalone == f"{BEFORE}，那高中呢？要不要考试？"


@pytest.mark.parametrize(
    "question", ["有没有比例要求", "那工资由谁发", "校长也要轮岗吗", "具体要多少年"]
)
def test_a_short_question_with_a_topic_of_its_own_is_read_after_the_earlier_one(question):
    thread = read_thread(question, [EXCHANGE], without_regions)
    assert thread == Thread(f"{EXCHANGE}，{question}？", EXCHANGE, own=True)


@pytest.mark.parametrize("question", ["为什么", "真的吗？"])
def test_a_question_without_a_topic_takes_the_earlier_one(question):
    thread = read_thread(question, [EXCHANGE], without_regions)
    assert (thread.before, thread.own) == (EXCHANGE, False)
    assert thread.standalone.startswith(EXCHANGE)


@pytest.mark.parametrize(
    "question",
    [
        "松阳县的营养餐补助标准是怎么规定的",
        "民办学校招生时间是怎么规定的",
        "那如果孩子户口不在本地，爸妈也没有社保，是不是就不能在这里读书了呀",
        "今天天气怎么样",
        "写一首诗",
    ],
)
def test_a_change_of_subject_is_not_dragged_back(question):
    assert read_thread(question, [EXCHANGE], without_regions) == Thread(question)


def test_follow_ups_are_resolved_one_after_another():
    assert standalone("武汉呢", "嘉兴小学怎么入学", "那初中呢") == "武汉初中怎么入学"
    assert standalone("那初中呢", "嘉兴小学怎么入学", "武汉呢") == "武汉初中怎么入学"


def test_after_a_change_of_subject_the_new_one_is_carried():
    subject = "常州的民办学校招生时间是怎么规定的"
    assert standalone("武汉呢", BEFORE, subject) == "武汉的民办学校招生时间是怎么规定的"


def test_levels_are_found_at_their_places():
    found = [(one.word, one.start, one.end) for one in level_mentions("小学和初中")]
    assert found == [("小学", 0, 2), ("初中", 3, 5)]
