"""A model's stream becomes whole sentences, each with its markers behind it."""

from __future__ import annotations

import pytest

from bot.sentences import LONGEST, sentences


def cut(text: str, size: int = 1) -> list[tuple[str, bool]]:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return [(one.text, one.opens) for one in sentences(pieces)]


def texts(text: str, size: int = 1) -> list[str]:
    return [one for one, _ in cut(text, size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("校长任期六年〔1〕。教师交流〔2〕。", ["校长任期六年〔1〕。", "教师交流〔2〕。"]),
        ("校长任期六年。〔1〕教师交流。〔2〕", ["校长任期六年。〔1〕", "教师交流。〔2〕"]),
        (
            "校长任期六年。[1][2]教师交流。【3、4】",
            ["校长任期六年。〔1〕〔2〕", "教师交流。〔3〕〔4〕"],
        ),
        ("依据武政办〔2018〕4号〔1〕。", ["依据武政办〔2018〕4号〔1〕。"]),
        ("文件写明：“不得收费。违者追究！”〔1〕。", ["文件写明：“不得收费。违者追究！”〔1〕。"]),
        ("每年1.5万元〔1〕。", ["每年1.5万元〔1〕。"]),
        ("可以报名吗？可以〔1〕！", ["可以报名吗？", "可以〔1〕！"]),
        (
            "It lasts 6.5 years〔1〕. Then it ends〔2〕.",
            ["It lasts 6.5 years〔1〕.", "Then it ends〔2〕."],
        ),
        ("没有句号的结尾〔1〕", ["没有句号的结尾〔1〕"]),
        ("", []),
        ("。\n\n", ["。"]),
    ],
)
def test_a_text_is_cut_at_its_sentences_however_it_arrives(text, size, expected):
    assert texts(text, size) == expected


def test_lists_and_markdown_become_plain_sentences():
    written = "## 回答\n1. **任期**六年〔1〕。\n- 可以连任〔1〕。\n（2）3人以上〔2〕。\n"
    assert texts(written) == ["回答", "任期六年〔1〕。", "可以连任〔1〕。", "3人以上〔2〕。"]


def test_a_marker_at_the_head_of_a_line_belongs_to_what_follows():
    assert texts("[1] 任期六年。\n〔2〕：可以连任。") == ["任期六年。〔1〕", "可以连任。〔2〕"]


def test_a_marker_that_comes_after_its_sentence_has_left_is_dropped():
    assert texts("任期六年〔1〕。〔2〕可以连任〔3〕。", size=1) == [
        "任期六年〔1〕。",
        "可以连任〔3〕。",
    ]


def test_what_opens_a_paragraph_is_known():
    assert cut("甲〔1〕。乙〔1〕。\n\n丙〔2〕。") == [
        ("甲〔1〕。", True),
        ("乙〔1〕。", False),
        ("丙〔2〕。", True),
    ]


def test_a_sentence_leaves_with_its_last_character_and_not_before():
    left: list[str] = []

    def pieces():
        for character in "任期六年〔1〕。可以":
            left.append(character)
            yield character

    first = next(sentences(pieces()))
    assert (first.text, "".join(left)) == ("任期六年〔1〕。", "任期六年〔1〕。")


def test_thoughts_before_the_reply_are_not_read():
    assert texts("<think>用户问的是任期。\n先看〔1〕。</think>\n任期六年〔1〕。") == [
        "任期六年〔1〕。"
    ]
    assert texts("<think>没完没了。") == []
    assert texts("<3岁的孩子〔1〕。") == ["<3岁的孩子〔1〕。"]


def test_a_text_without_an_end_is_given_away_at_last():
    pieces = texts("好" * (2 * LONGEST + 2))
    assert [len(one) for one in pieces] == [LONGEST + 1, LONGEST + 1]


def test_the_numbers_of_a_sentence_are_told_once_each():
    (one,) = sentences(["甲[2]和乙〔1〕又甲〔2〕。"])
    assert one.markers == (2, 1)
