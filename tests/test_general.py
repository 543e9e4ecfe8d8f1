"""General questions: whatever there is on a subject."""

from __future__ import annotations

import pytest

from bot.general import is_said, share_of, subject_of


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("集团化办学", "集团化办学"),
        ("集团化办学各地有什么说法", "集团化办学"),
        ("五个地方都提到集团化办学吗", "集团化办学"),
        ("教师交流轮岗有什么规定", "教师交流轮岗"),
        ("有没有关于控辍保学的规定", "控辍保学"),
        ("与生均公用经费对比", "生均公用经费"),
        ("小班化教学是怎么搞的", "小班化教学"),
        ("里有没有讲学区长", "学区长"),
        ("文件里有没有提到校服", "校服"),
        ("哪几个文件提到了县管校聘", "县管校聘"),
        ("有几份文件写到集团化办学", "集团化办学"),
    ],
)
def test_the_frame_around_a_subject_is_left_out(text, subject):
    assert subject_of(text) == subject


@pytest.mark.parametrize(
    "text",
    [
        "午托多少钱",
        "校长多久轮一次岗",
        "的教师可以补课吗",
        "是怎么规定的",
        "教师要交流吗",
        "一个班" * 9,
    ],
)
def test_a_particular_question_is_not_general(text):
    assert subject_of(text) is None


def test_the_share_of_a_subject_counts_words_and_pairs_of_characters():
    assert share_of("集团化办学", "深化集团化办学,探索机制") == 1.0
    assert share_of("校服", "学校食堂") == 0.0
    assert share_of("教师校服", "教师交流") == 1 / 3  # 教师, not 师校, not 校服


@pytest.mark.parametrize(
    ("subject", "sentence", "said"),
    [
        ("教师信用记录", "建立教师个人信用记录,严格考评", True),
        ("教研员招聘", "开展教师(教研员)招聘工作", True),
        ("研学基地", "重视红色教育基地建设,加强社会实践", False),  # only like it
        ("教师轮岗年限", "推进教师交流轮岗", False),
        ("教师怎么轮岗", "教师轮岗", False),  # asks how
    ],
)
def test_a_subject_is_said_where_all_its_words_stand_in_a_sentence(subject, sentence, said):
    assert is_said(subject, sentence) is said
