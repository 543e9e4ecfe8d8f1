"""What is offered after an answer: narrower by region or level, or another question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation import Answer, AnswerStatus, Question
from bot.related import NEAR, Offer, offers
from index.documents import Clause, Hit, Passage, PassageHit, Region
from tests.web_fake import CITATION, CLAUSES, DOCUMENT


def found(clause: Clause, score: float, *asked: tuple[int, str]) -> Hit:
    passages = tuple(
        Passage(f"{clause.id}/asked{n}", clause.id, DOCUMENT.id, "", "asked", 0, 0, text, "")
        for n, text in asked
    )
    return Hit(
        DOCUMENT, clause, score, passages=tuple(PassageHit(one, 0.9, 0.0) for one in passages)
    )


def answered(*hits: Hit, question: str = "谁能报名") -> Answer:
    return Answer(
        Question(question),
        question,
        AnswerStatus.ANSWERED,
        "可以。〔1〕",
        regions=(DOCUMENT.region,),
        citations=(CITATION,),
        hits=hits,
    )


CITED, OTHER = CLAUSES[2], CLAUSES[3]


def test_a_related_question_is_the_plainest_of_a_clause_that_was_not_cited() -> None:
    hits = (found(CITED, 0.9, (0, "几岁上学")), found(OTHER, 0.7, (5, "班大吗"), (1, "一班几人")))
    assert offers(answered(*hits)) == (Offer("question", "河阳市一班几人"),)


def test_a_clause_about_something_else_offers_nothing() -> None:
    assert offers(answered(found(OTHER, NEAR - 0.001, (0, "一班几人")))) == ()


def test_a_question_far_down_the_list_of_a_clause_is_not_offered() -> None:
    assert offers(answered(found(OTHER, 0.7, (12, "俺娃班上老多人了")))) == ()


def test_at_most_three_related_questions_are_offered_once_each() -> None:
    hits = [
        found(replace(OTHER, key=str(n)), 0.7, (0, text)) for n, text in enumerate("甲甲乙丙丁")
    ]
    assert [offer.text for offer in offers(answered(*hits))] == ["河阳市甲", "河阳市乙", "河阳市丙"]


def test_levels_are_offered_when_the_cited_clause_has_a_question_on_one_and_none_was_named() -> (
    None
):
    asked = (0, "小学初中都一样吗"), (3, "初中要几岁"), (4, "小学要几岁")
    hit = found(CITED, 0.9, *asked)
    assert offers(answered(hit)) == (
        Offer("level", "河阳市小学要几岁", "小学"),
        Offer("level", "河阳市初中要几岁", "初中"),
    )
    assert offers(answered(hit, question="小学谁能报名")) == ()


def test_several_regions_are_only_narrowed_to_one() -> None:
    answer = answered(found(OTHER, 0.7, (0, "一班几人")))
    several = replace(
        answer, regions=(DOCUMENT.region, Region(("西山省",))), suggestions=("河阳市", "西山省")
    )
    assert offers(several) == (
        Offer("region", "河阳市", "河阳市"),
        Offer("region", "西山省", "西山省"),
    )


@pytest.mark.parametrize(
    ("question", "offered"),
    [
        ("Who may enrol at school there?", ("How many pupils are in a class? (河阳市)",)),
        ("谁能报名", ("河阳市一班几人",)),
    ],
)
def test_questions_are_offered_in_the_language_that_was_asked_in(
    question: str, offered: tuple[str, ...]
) -> None:
    hit = found(OTHER, 0.7, (0, "一班几人"), (30, "How many pupils are in a class?"))
    assert tuple(offer.text for offer in offers(answered(hit, question=question))) == offered
