"""Whether the documents answer: evidence as named numbers, and a probability made of them."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from bot.bare import Bare
from bot.decide import (
    DATA_FILE,
    FORM_TYPES,
    REQUIRED,
    TOPIC_COVERAGE,
    TOPIC_SHARE,
    UNNAMED,
    VALUE_TYPES,
    Evidence,
    features,
    is_answered,
    probability,
)
from index.bank import Neighbours
from index.documents import Hit
from index.evidence import Sentence
from index.question_types import QuestionType
from tests.toys import make_document

MODELS = json.loads(DATA_FILE.read_text(encoding="utf-8"))
TEXTS = ["校长每6年轮岗一次。教师参加交流。", "午托每月收费200元。", "残疾孩子送教上门。"]
DOCUMENT = make_document("jia", "浙江省/嘉兴市", TEXTS)
NEAR = Neighbours(asked=(0.9, 0.8, 0.7), gaps=(0.6, 0.5, 0.4), vote=0.75, wide_vote=0.5, odds=0.3)


def hit(at: int, score: float) -> Hit:
    scores = {"keyword": 6.0, "coverage": 0.5, "dense_clause": 0.7, "dense_sentences": 0.8}
    return Hit(DOCUMENT, DOCUMENT.clauses[at], score, scores)


def evidence(
    *hits: Hit,
    best: str = "教师参加交流。",
    near: Neighbours = NEAR,
    bare: Bare | None = None,
    details: frozenset[str] = frozenset(),
) -> Evidence:
    sentences = (Sentence("别的。", 0, 3, 0.1), Sentence(best, 3, 9, 0.9))
    return Evidence(
        hits, elsewhere=0.2, sentences=sentences, neighbours=near, bare=bare, details=details
    )


def bare(question: str, national: bool = False) -> Bare:
    return Bare(question, foreign=1.5, national=national, stray=not national)


def test_scores_margins_and_lengths_by_hand():
    named = features(evidence(hit(0, 0.6), hit(1, 0.5)), frozenset(), 9)
    assert {name: named[name] for name in ("body", "coverage", "fused")} == {
        "body": 0.8,
        "coverage": 0.5,
        "fused": 0.6,
    }
    assert named["keyword"] == pytest.approx(6 / math.sqrt(9))
    assert named["margin"] == named["lead"] == pytest.approx(0.1)
    assert named["elsewhere"] == pytest.approx(0.4)
    assert named["length"] == pytest.approx(math.log(9))


def test_a_single_hit_leads_over_nothing_and_an_empty_question_has_a_length():
    named = features(evidence(hit(0, 0.6)), frozenset(), 0)
    assert (named["margin"], named["lead"], named["length"]) == (0.6, 0.6, 0.0)


def test_nearness_to_answered_questions_and_to_gaps_by_hand():
    named = features(evidence(hit(0, 0.6)), frozenset(), 9)
    assert named["nearest"] == pytest.approx(0.9 - 0.6)
    assert named["nearest_three"] == pytest.approx(0.8 - 0.5)
    assert (named["gap"], named["vote"], named["wide_vote"]) == (0.6, 0.75, 0.5)
    assert named["word_odds"] == 0.3


def test_without_questions_of_both_kinds_nothing_is_said_about_neighbours():
    for near in (Neighbours(), Neighbours(asked=(0.9,)), Neighbours(gaps=(0.9,))):
        named = features(evidence(hit(0, 0.6), near=near), frozenset(), 9)
        assert not {"asked", "nearest", "gap", "vote"} & named.keys()


@pytest.mark.parametrize(
    ("kind", "clause", "best", "absent", "far"),
    [
        (QuestionType.DURATION, 0, "校长每6年轮岗一次。", 0.0, 0.0),
        (QuestionType.DURATION, 0, "教师参加交流。", 0.0, 1.0),
        (QuestionType.AMOUNT, 0, "教师参加交流。", 1.0, 1.0),
        (QuestionType.AMOUNT, 1, "午托每月收费200元。", 0.0, 0.0),
        (QuestionType.PHONE, 1, "午托每月收费200元。", 1.0, 1.0),
    ],
)
def test_a_type_that_is_asked_for_is_missed_in_clause_and_sentence(kind, clause, best, absent, far):
    named = features(evidence(hit(clause, 0.6), best=best), frozenset({kind}), 9)
    assert (named[f"asks_{kind}"], named["absent"], named["far"]) == (1.0, absent, far)
    assert named[f"no_{kind}"] == absent


def test_a_type_that_is_not_asked_for_is_not_missed():
    named = features(evidence(hit(0, 0.6)), frozenset(), 9)
    typed = {name: value for name, value in named.items() if name.startswith(("asks_", "no_"))}
    assert typed == dict.fromkeys(typed, 0.0)
    required = set(REQUIRED) - set(VALUE_TYPES)
    assert (
        len(typed) == len(VALUE_TYPES) * 2 + len(FORM_TYPES) + len(required) + 2
    )  # no_figure, no_detail


@pytest.mark.parametrize("model", ["expanded", "plain"])
def test_every_weight_belongs_to_a_feature(model):
    near = NEAR if model == "expanded" else Neighbours()
    named = features(evidence(hit(0, 0.6), near=near, bare=bare("几年")), frozenset(), 9)
    assert set(MODELS[model]["weights"]) <= set(named)
    assert 0 < MODELS[model]["threshold"] < 1


def test_the_probability_is_the_logistic_of_the_weighted_sum():
    plain = MODELS["plain"]
    named = {"body": 0.5, "coverage": 1.0}
    total = plain["bias"] + 0.5 * plain["weights"]["body"] + plain["weights"]["coverage"]
    assert probability(named) == pytest.approx(1 / (1 + math.exp(-total)))


def test_an_unheard_of_sum_is_still_a_probability():
    assert probability({"body": 1e9}) == pytest.approx(1.0)
    assert probability({"body": -1e9}) == pytest.approx(0.0)


@pytest.mark.parametrize("named", [{"vote": 0.5}, {}])
def test_an_answer_is_given_from_the_threshold_on(named):
    threshold = MODELS["expanded" if named else "plain"]["threshold"]
    assert is_answered(named, threshold)
    assert not is_answered(named, threshold - 1e-9)


def test_a_region_that_nobody_named_must_be_surer():
    threshold = MODELS["expanded"]["threshold"]
    assert is_answered({"vote": 0.5}, threshold + UNNAMED / 2)
    assert not is_answered({"vote": 0.5}, threshold + UNNAMED / 2, region_is_named=False)
    assert is_answered({"vote": 0.5}, threshold + UNNAMED, region_is_named=False)


@pytest.mark.parametrize(
    "missing",
    ["no_amount", "no_phone", "no_material", "no_score", "no_age", "no_times", "no_school"],
)
def test_without_the_amount_or_number_asked_for_nothing_is_sure_enough(missing):
    assert not is_answered({"vote": 0.5, missing: 1.0}, 1.0)
    assert is_answered({"vote": 0.5, missing: 0.0}, 1.0)


def test_a_clause_without_the_count_asked_for_lacks_it():
    asked = frozenset({QuestionType.NUMBER, QuestionType.TIMES})
    assert features(evidence(hit(0, 0.6)), asked, 9)["no_times"] == 0.0  # 轮岗一次
    assert features(evidence(hit(1, 0.6)), asked, 9)["no_times"] == 0.0  # 每月
    assert features(evidence(hit(2, 0.6)), asked, 9)["no_times"] == 1.0


def test_a_sum_of_the_clause_that_is_not_quoted_answers_nobody_who_asks_for_one():
    asked = frozenset({QuestionType.AMOUNT})
    for best, unquoted in (("开始改善住宿条件。", 1.0), ("投入50万元。", 0.0)):
        named = features(evidence(hit(0, 0.6), best=best), asked, 9)
        assert named["unquoted"] == unquoted
    assert not is_answered({"vote": 0.5, "unquoted": 1.0}, 1.0)


@pytest.mark.parametrize(("best", "lacks"), [("推行导师制。", 1.0), ("按规定发放津贴。", 0.0)])
def test_a_detail_that_no_quoted_sentence_speaks_of_is_not_answered(best, lacks):
    asked = evidence(hit(0, 0.6), best=best, details=frozenset({"pay"}))
    assert features(asked, frozenset(), 9)["no_detail"] == lacks
    assert is_answered({"vote": 0.5, "no_detail": lacks}, 1.0) is not bool(lacks)


@pytest.mark.parametrize(("best", "lacks"), [("不超过10年。", 1.0), ("比例达到10%。", 0.0)])
def test_who_asks_for_a_share_is_not_answered_with_another_figure(best, lacks):
    asked = frozenset({QuestionType.RATIO, QuestionType.FIGURE})
    assert features(evidence(hit(0, 0.6), best=best), asked, 9)["no_figure"] == lacks


@pytest.mark.parametrize(("best", "lacks"), [("教师参加交流。", 1.0), ("比例达到10%。", 0.0)])
def test_who_asks_for_one_figure_in_a_region_is_not_answered_without_a_number(best, lacks):
    asked = frozenset({QuestionType.NUMBER, QuestionType.FIGURE})
    named = features(evidence(hit(0, 0.6), best=best), asked, 9)
    assert named["no_figure"] == lacks
    assert is_answered(named, 1.0) == (not lacks)
    assert is_answered(named, 1.0, region_is_named=False)


@pytest.mark.parametrize("region_is_named", [True, False])
def test_a_general_question_whose_subject_a_clause_holds_needs_less(region_is_named):
    low = MODELS["expanded"]["threshold"] * TOPIC_SHARE
    assert is_answered({"vote": 0.5, "subject": TOPIC_COVERAGE}, low, region_is_named)
    assert not is_answered({"vote": 0.5, "subject": TOPIC_COVERAGE - 0.1}, low, region_is_named)


def test_a_sentence_that_says_all_of_a_subject_answers_it():
    said = replace(evidence(hit(0, 0.6)), said=True)
    named = features(said, frozenset(), 5)
    assert named["said"] == 1.0
    assert is_answered(named, 0.0)
    assert not is_answered(named, 0.0, region_is_named=False)
    assert is_answered({**named, "subject": 1.0}, 0.0, region_is_named=False)
    assert not is_answered({**named, "no_figure": 1.0}, 0.9)


def test_nearness_to_a_gap_lowers_and_to_an_answered_question_raises_the_probability():
    def chance(asked: float, gap: float, vote: float) -> float:
        near = Neighbours((asked,) * 3, (gap,) * 3, vote, vote)
        return probability(features(evidence(hit(0, 0.6), near=near), frozenset(), 9))

    assert chance(0.95, 0.9, 0.9) > chance(0.9, 0.9, 0.5) > chance(0.9, 0.95, 0.1)


def test_documents_without_everyday_questions_are_judged_by_more():
    first, second = (
        Hit(DOCUMENT, DOCUMENT.clauses[at], 0.6, {**hit(at, 0.6).scores, "static": match})
        for at, match in ((0, 0.75), (1, 0.25))
    )
    found = evidence(first, second, near=Neighbours(), bare=bare("几年换一次"))
    named = features(found, frozenset(), 5)
    assert (named["static_lead"], named["foreign"]) == (0.5, 1.5)
    assert (named["national"], named["stray"], named["no_unit"]) == (0.0, 1.0, 0.0)
    assert not {"stray", "foreign"} & features(evidence(hit(0, 0.6)), frozenset(), 5).keys()


@pytest.mark.parametrize(("question", "lacks"), [("轮岗几年一次", False), ("离家几公里", True)])
def test_who_asks_for_a_figure_of_some_unit_is_not_answered_without_one(question, lacks):
    found = evidence(hit(0, 0.6), near=Neighbours(), bare=bare(question, national=True))
    named = features(found, frozenset(), 6)
    assert named["no_unit"] == lacks
    assert is_answered(named, 1.0) is not lacks
