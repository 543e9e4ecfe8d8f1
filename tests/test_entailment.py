"""The encoder that reads a sentence beside its clause, and what it weighs beside the rules."""

import json

import pytest

from bot.faithful.check import JOINT_FILE, check, entailed, joint_logit, read_clause
from bot.faithful.grounds import Source
from bot.settings import bench_data
from index.entailment import Entailment
from index.prepare import prepare_entailment
from tests.benchmarks.entailment_data import PAIRS
from tests.benchmarks.labelled import DATA, read_labelled

CLAUSE = Source(
    1,
    "浙江省",
    "浙江省民办学校管理办法",
    None,
    "2020-01-01",
    "第九条 校长由学校董事会聘任，报审批机关备案。\n校长可以连任，连任不得超过两届。",
)
TWINS = [
    ("校长归董事会来聘，聘好了再向审批机关备案。", "校长归审批机关来聘，聘好了再向董事会备案。"),
    ("当校长的可以接着再干，不过最多连任两届。", "当校长的必须接着再干，而且要连任两届。"),
    ("聘了校长，学校要到审批机关那里备案。", "聘了校长，学校要等审批机关批准才算数。"),
    ("The principal may be reappointed.", "The principal must not be reappointed."),
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Entailment:
    """Written afresh: what was prepared earlier may be of other code."""
    return Entailment(prepare_entailment(tmp_path_factory.mktemp("cache")))


@pytest.mark.parametrize(("faithful", "distorted"), TWINS)
def test_what_the_clause_says_lies_above_its_distorted_twin(encoder, faithful, distorted):
    clause = read_clause(CLAUSE)
    assert encoder.logit(clause, faithful) > encoder.logit(clause, distorted)


def test_a_text_of_any_length_or_of_broken_characters_is_read(encoder):
    assert isinstance(encoder.logit("校长由董事会聘任。" * 500, "校长\ud800" * 500), float)


def test_it_reads_the_title_and_the_clause_without_its_line_breaks():
    seen = []

    def entails(clause: str, sentence: str) -> float:
        seen.append((clause, sentence))
        return 1.5

    assert entailed("校长归董事会来聘；", [CLAUSE], entails) == 1.5
    text = "第九条校长由学校董事会聘任，报审批机关备案。校长可以连任，连任不得超过两届。"
    assert seen == [(f"浙江省民办学校管理办法 {text}", "校长归董事会来聘。")]


@pytest.mark.parametrize(("heard", "passed"), [(9.0, True), (-9.0, False)])
def test_it_decides_where_the_rules_leave_a_doubt(heard, passed):
    sentence = "校长归董事会来聘，聘好了再向审批机关备案〔1〕。"
    verdict = check(sentence, [CLAUSE], lambda clause, said: heard)
    assert verdict.passed is passed
    assert ("unlike:encoder" in verdict.faults) is not passed


def test_it_never_speaks_for_a_wrong_number():
    sentence = "校长连任不得超过三届〔1〕。"
    assert check(sentence, [CLAUSE], lambda clause, said: 99.0).faults == ("number:3届",)


def test_where_a_number_stands_the_rules_decide_alone():
    sentence = "校长最多连任两届〔1〕。"
    assert check(sentence, [CLAUSE], lambda clause, said: -99.0) == check(sentence, [CLAUSE])
    assert check(sentence, [CLAUSE]).passed


def test_each_weighs_for_a_sentence():
    weights = json.loads(JOINT_FILE.read_text("utf-8"))
    assert weights["rules"] > 0 and weights["encoder"] > 0
    assert joint_logit(0, 0) == weights["bias"]


def test_no_sentence_of_the_written_pairs_stands_on_both_sides():
    rows = [json.loads(one) for one in PAIRS.read_text("utf-8").splitlines() if one[0] != "#"]
    assert {row["use"] for row in rows} == {"train", "fit"}
    for row in rows:
        wrong = [text for _, text in row["distorted"]]
        assert not set(row["faithful"]) & set(wrong), row["clause"]
    clauses = [{row["clause"] for row in rows if row["use"] == use} for use in ("train", "fit")]
    assert not clauses[0] & clauses[1]


def test_every_clause_of_the_written_pairs_is_held_or_public():
    if not (bench_data() / "laws").is_dir():
        pytest.skip(f"no public benchmark data in {bench_data() / 'laws'}")
    from tests.benchmarks.entailment_data import load_claims

    counts = [sum(map(len, load_claims(use))) for use in ("train", "fit")]
    assert counts == [14112, 8652]


@pytest.mark.parametrize(
    ("name", "passed", "caught"),
    [
        ("sentences.fresh3.jsonl", (33, 38), (41, 42)),
        ("sentences.fresh5.jsonl", (77, 104), (90, 98)),
        ("sentences.fresh8.jsonl", (89, 120), (113, 120)),
    ],
)
def test_pairs_that_nothing_was_fitted_on_hold_their_counts(encoder, name, passed, caught):
    """As measured on 2026-11-23, one less for rounding; each file says where its pairs are from."""
    rows = list(read_labelled(DATA / name))
    for label, (least, count) in ((True, passed), (False, caught)):
        asked = [(text, sources) for sources, text, faithful, _ in rows if faithful == label]
        right = [check(*one, encoder.logit).passed == label for one in asked]
        assert (len(right), sum(right) >= least - 1) == (count, True)
