"""Which sentences of a clause are quoted, and how binding they are."""

from __future__ import annotations

import pytest

from bot.conversation import Quote
from bot.force import Force, force_of
from bot.sections import (
    CLOSE_REQUIREMENT,
    CLOSE_SENTENCE,
    MOST_SENTENCES,
    QUOTED_CHARACTERS,
    Source,
    choose_requirements,
    choose_sentences,
    make_source,
)
from index.documents import Hit
from index.evidence import Sentence
from tests.toys import make_document

LONG = "一" * 59 + "。"  # 60 characters


def sentences(*scored: tuple[str, float]) -> list[Sentence]:
    """Sentences that follow each other from offset 0."""
    out: list[Sentence] = []
    at = 0
    for text, score in scored:
        out.append(Sentence(text, at, at + len(text), score))
        at += len(text)
    return out


def source_of(*aspects: list[Sentence], asks_who: bool = False):
    document = make_document("jia", "浙江省/嘉兴市", ["".join(one.text for one in aspects[0])])
    return make_source(Hit(document, document.clauses[0], 0.6), aspects, asks_who=asks_who)


def starts(chosen: list[Sentence]) -> list[int]:
    return [sentence.start for sentence in chosen]


def test_a_short_clause_is_quoted_whole():
    short = sentences(("教师交流。", 0.9), ("另行通知。", 0.0))
    assert choose_sentences(short) == short


def test_of_a_long_clause_the_best_sentence_and_those_close_to_it_are_quoted():
    close, far = 0.9 - CLOSE_SENTENCE / 2, 0.9 - CLOSE_SENTENCE * 2
    scored = sentences((LONG, far), (LONG, 0.9), (LONG, far), (LONG, close))
    assert starts(choose_sentences(scored)) == [60, 180]


def test_the_space_for_quotes_is_kept():
    scored = sentences(*[(LONG, 0.9)] * 6)
    chosen = choose_sentences(scored)
    assert starts(chosen) == [0, 60, 120]
    assert len(chosen) == MOST_SENTENCES
    assert sum(len(one.text) for one in chosen) <= QUOTED_CHARACTERS


def test_a_sentence_too_long_for_the_space_is_quoted_all_the_same_when_it_is_the_best():
    scored = sentences(("长" * 300 + "。", 0.9), ("短。", 0.89))
    assert starts(choose_sentences(scored)) == [0]


def test_the_answering_sentence_stands_apart_and_its_neighbours_are_joined():
    source = source_of(sentences(("甲。", 0.5), ("乙。", 0.9), ("丙。", 0.5), ("丁。", 0.5)))
    assert source.key == Quote("乙。", 2, 4)
    assert source.context == (Quote("甲。", 0, 2), Quote("丙。丁。", 4, 8))
    assert source.quotes == (Quote("甲。", 0, 2), Quote("乙。", 2, 4), Quote("丙。丁。", 4, 8))
    assert source.score == 0.6


def test_every_part_of_a_question_brings_its_sentence_and_the_first_one_answers():
    texts = [LONG, LONG.replace("一", "二"), LONG.replace("一", "三")]
    first = sentences(*zip(texts, (0.9, 0.1, 0.1), strict=True))
    second = sentences(*zip(texts, (0.1, 0.1, 0.9), strict=True))
    source = source_of(first, second)
    assert source.key.text == texts[0]
    assert [quote.start for quote in source.quotes] == [0, 120]


def test_a_source_has_the_force_of_its_answering_sentence():
    source = source_of(sentences(("鼓励交流。", 0.1), ("不得收费。", 0.9)))
    assert source.force is Force.PROHIBITION


@pytest.mark.parametrize(
    ("sentence", "force"),
    [
        ("严禁设立重点班。", Force.PROHIBITION),
        ("不得收费，鼓励捐赠。", Force.PROHIBITION),
        ("任教经历作为评审的必备条件。", Force.CONDITION),
        ("力争到2020年全部达标。", Force.TARGET),
        ("到2025年普及。", Force.TARGET),
        ("鼓励教师轮岗。", Force.ENCOURAGEMENT),
        ("逐步推进改革。", Force.ENCOURAGEMENT),
        ("探索设置学区长。", Force.ENCOURAGEMENT),
        ("班额不超过45人。", Force.DUTY),
        ("改进招生方式,分配比例不低于50%,发挥引导作用。", Force.DUTY),
        ("鼓励学校每周不少于2次。", Force.ENCOURAGEMENT),
        ("力争师生比不低于1:220。", Force.TARGET),
        ("用好“鼓励激励”办法,进行组织调整。", Force.ARRANGEMENT),
        ("按照《支持乡村教师办法》执行。", Force.STATEMENT),
        ("加大支持力度。", Force.ARRANGEMENT),
        ("各校应当公示。", Force.DUTY),
        ("共有3所学校。", Force.STATEMENT),
        ("", Force.STATEMENT),
    ],
)
def test_the_force_of_a_sentence_is_in_its_words(sentence, force):
    assert force_of(sentence) is force


@pytest.mark.parametrize(
    "sentence",
    ["食堂供应午餐。", "与经济发展相适应。", "反应快。", "教师应用信息技术。", "应届生。"],
)
def test_a_character_inside_another_word_is_no_duty(sentence):
    assert force_of(sentence) is not Force.DUTY


@pytest.mark.parametrize("sentence", ["大力推进教师交流轮岗。", "加强队伍建设。", "深化课程改革。"])
def test_work_that_a_government_sets_itself_binds_no_school_and_no_parent(sentence):
    assert force_of(sentence) not in {Force.DUTY, Force.PROHIBITION, Force.CONDITION}


def test_sentences_that_set_a_requirement_are_chosen_best_first():
    scored = sentences(
        ("必须有三年任教经历。", 0.85),
        ("鼓励教师交流。", 0.88),
        ("不得有师德失范行为。", 0.90),
        ("必须在二十年前毕业。", 0.90 - CLOSE_REQUIREMENT - 0.01),
    )
    assert [one.text for one in choose_requirements(scored)] == [
        "不得有师德失范行为。",
        "必须有三年任教经历。",
    ]


def test_a_sentence_that_a_heading_says_again_is_quoted_once():
    source = source_of(sentences(("教师交流。", 0.5), ("教师交流。", 0.9), ("另行通知。", 0.0)))
    assert source.quotes == (Quote("教师交流。", 5, 10), Quote("另行通知。", 10, 15))


@pytest.mark.parametrize(
    ("asks_who", "others"), [(True, ["[责任单位:市教育局、公安局]"]), (False, [])]
)
def test_who_asks_who_is_responsible_is_told_the_units_in_brackets(asks_who, others):
    scored = sentences((LONG, 0.9), (LONG, 0.1), ("[责任单位:市教育局、公安局]", 0.2))
    source = source_of(scored, asks_who=asks_who)
    assert source.key.text == LONG
    assert [quote.text for quote in source.context] == others


def test_a_clause_quoted_whole_states_and_a_single_sentence_has_its_force():
    document = make_document("jia", "浙江省/嘉兴市", ["一、目标。鼓励交流。", "鼓励交流。"])
    whole = [Quote(one.text, one.start, one.end) for one in document.clauses]
    sources = [
        Source(document, clause, (quote,), quote, (), 1.0)
        for clause, quote in zip(document.clauses, whole, strict=True)
    ]
    assert [one.force for one in sources] == [Force.STATEMENT, Force.ENCOURAGEMENT]
