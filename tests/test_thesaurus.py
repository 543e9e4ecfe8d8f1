import pytest

from index.thesaurus import Expansion, domain_words, expand, official_terms, thesaurus
from index.words import load_data, normalise


def test_a_household_registration_is_found_under_its_official_name():
    assert expand("户口在外地") == (Expansion("户口", ("户籍",), 0, 2),)


def test_the_longest_everyday_word_wins():
    assert [found.everyday for found in expand("外地户口要交择校费吗")] == ["外地户口", "择校费"]


def test_the_thesaurus_leads_from_everyday_to_official_only():
    assert "户口" not in thesaurus().get("户籍", ())
    assert expand("户籍") == ()


def test_a_word_inside_another_word_is_not_expanded():
    assert expand("最高职务") == ()
    assert [found.everyday for found in expand("集中考试")] == ["考试"]  # not 中考


@pytest.mark.parametrize(
    ("everyday", "official"),
    [
        ("打工子女", "随迁子女"),
        ("农民工孩子", "流动人口子女"),
        ("支教", "任教经历"),
        ("副高", "中高级专业技术职务"),
        ("指标生", "名额分配生"),
        ("编外", "购买服务教师"),
        ("辅导班", "校外培训"),
        ("自闭症", "随班就读"),
        ("门卫", "专职保安员"),
        ("技校", "职业教育"),
        ("人头费", "生均公用经费"),
        ("分校", "集团化办学"),
        ("老年大学", "老年教育"),
    ],
)
def test_an_everyday_word_leads_to_its_official_term(everyday, official):
    assert official in thesaurus()[everyday]


def test_english_words_lead_to_chinese_terms():
    assert [found.official[0] for found in expand("Migrant children and class size")] == [
        "随迁子女",
        "班额",
    ]


def test_there_are_at_least_250_everyday_words():
    assert len(thesaurus()) >= 250


def test_every_entry_is_in_the_form_that_questions_have():
    for entry in load_data("thesaurus.yaml")["entries"]:
        assert set(entry) <= {"words", "official", "note"}
        assert len(set(entry["official"])) == len(entry["official"])
        for word in (*entry["words"], *entry["official"]):
            assert word == normalise(word).lower()


def test_no_official_term_is_an_expansion_of_itself():
    assert [word for word, terms in thesaurus().items() if word in terms] == []


def test_domain_words_are_chinese_words_of_both_sides():
    assert {"户口", "户籍", "随迁子女"} <= domain_words()
    assert not any(word.isascii() for word in domain_words())
    assert "户籍" in official_terms()
