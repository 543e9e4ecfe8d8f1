"""Ids are safe in links, the same everywhere, and tell names of one sound apart."""

import re

import pytest

from index.naming import document_id


@pytest.mark.parametrize("stem", ["wuhan-2018-4", "district-5yr", "a", "Notice_2024.v2"])
def test_a_plain_name_is_its_own_id(stem):
    assert document_id(stem) == stem


def test_a_chinese_name_gives_initials_date_and_digest():
    assert document_id("未成年人保护法(2024-04-26)") == "wcnrbhf-2024-04-26-f81659"
    assert document_id("学校卫生工作条例") == "xxwsgztl-" + document_id("学校卫生工作条例")[-6:]


def test_names_of_one_sound_have_their_own_ids():
    assert document_id("校规") != document_id("校轨")
    assert document_id("关于招生的通知") != document_id("关于招生的通知(1)")


@pytest.mark.parametrize(
    "stem", ["../秘密", "a b", "a/b", "#标题", "关于 2024 年\n通知", "？", "ｆｕｌｌ"]
)
def test_no_name_leaves_the_safe_letters(stem):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", document_id(stem))


def test_both_spellings_of_an_accent_are_one_name():
    assert document_id("caf\u00e9") == document_id("cafe\u0301")
