"""Words of answered questions and of gaps, counted document by document."""

from __future__ import annotations

from math import log

import pytest

from index.word_odds import count_words, load_odds, save_odds, word_keys

TEXTS = ["教师交流几年", "教师的工资", "教师产假几天", "入学年龄", "产假"]
ANSWERED = [True, True, False, True, False]
STARTS = [0, 3, 5]  # two documents


def test_a_word_of_answered_questions_alone_speaks_for_an_answer():
    odds = count_words(TEXTS, ANSWERED, STARTS)
    # 工资 stands in 1 of 2 answered questions and in 0 of 1 gaps
    assert odds.mean(word_keys("工资"), [0]) == pytest.approx(log((1.5 / 3) / (0.5 / 2)))
    # 产假 stands in 0 of 2 and in 1 of 1
    assert odds.mean(word_keys("产假"), [0]) == pytest.approx(log((0.5 / 3) / (1.5 / 2)))


def test_several_words_are_averaged_and_each_counts_once():
    odds = count_words(TEXTS, ANSWERED, STARTS)
    one, other = (odds.mean(word_keys(word), [0]) for word in ("工资", "产假"))
    assert odds.mean(word_keys("产假工资,工资!"), [0]) == pytest.approx((one + other) / 2)


def test_several_documents_are_counted_together():
    odds = count_words(TEXTS, ANSWERED, STARTS)
    # 产假 stands in 0 of 3 answered questions and in 2 of 2 gaps
    assert odds.mean(word_keys("产假"), [0, 1]) == pytest.approx(log((0.5 / 4) / (2.5 / 3)))


def test_an_unknown_word_says_little_and_no_word_nothing():
    odds = count_words(TEXTS, ANSWERED, STARTS)
    assert odds.mean(word_keys("校车"), [0]) == pytest.approx(log((0.5 / 3) / (0.5 / 2)))
    assert odds.mean(word_keys("？！"), [0]) == 0.0


def test_where_one_kind_of_question_is_missing_words_say_nothing():
    odds = count_words(["教师", "入学"], [True, True], [0, 2, 2])
    assert [odds.mean(word_keys("教师"), [place]) for place in (0, 1)] == [0.0, 0.0]


def test_what_was_saved_is_read_again(tmp_path):
    odds = count_words(TEXTS, ANSWERED, STARTS)
    save_odds(odds, tmp_path)
    again = load_odds(tmp_path)
    assert again.mean(word_keys("教师产假"), [0, 1]) == odds.mean(word_keys("教师产假"), [0, 1])
    assert again.counts.tolist() == odds.counts.tolist()
