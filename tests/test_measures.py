import json

import pytest

from bot.conversation import Answer, AnswerStatus, Citation, Question, Quote
from bot.scoring.expectations import (
    BadExpectation,
    Expectation,
    GoldQuote,
    check_gold,
    load_expectations,
)
from bot.scoring.measures import MEASURES, Ratio, measure_answer, total
from tests.toys import make_document

JIA = make_document(
    "jia", "浙江省/嘉兴市", ["一、免试就近入学。\n", "二、每６年交流一次。\n", "三、收费公示。\n"]
)
WU = make_document("wu", "湖北省/武汉市", ["一、凭居住证入学。\n"])
ASKED = Question("老师多久换一次学校", id="q1")


def cite(document, *keys, shift=0):
    """Citations of whole clauses; ``shift`` moves the stated offsets."""
    return tuple(
        Citation(
            n,
            document,
            clause := document.clause(key),
            (Quote(clause.text, clause.start + shift, clause.end + shift),),
        )
        for n, key in enumerate(keys, start=1)
    )


def answer(status="answered", text="", citations=(), notes=(), related=()):
    return Answer(
        ASKED, ASKED.text, AnswerStatus(status), text, citations=citations, notes=notes,
        related=related,
    )  # fmt: skip


def expected(
    kind="single", expect=("answered",), regions=("浙江省/嘉兴市",), gold=("交流一次",), **more
):
    quotes = tuple(GoldQuote("jia", quote) for quote in gold)
    return Expectation(ASKED, kind, tuple(map(AnswerStatus, expect)), regions, quotes, **more)


def counted(expectation, given):
    """The measures that counted anything."""
    measures = measure_answer(expectation, given)
    return {name: (one.count, one.total) for name, one in measures.items() if one.total}


def test_a_good_answer_scores_full_marks():
    good = answer(text="每6年一次〔1〕", citations=cite(JIA, "2"))
    assert counted(expected(facts=("6年",), forbidden=("3年",)), good) == {
        "evidence_recall": (1, 1),
        "first_citation": (1, 1),
        "citation_precision": (1, 1),
        "wrong_region": (0, 1),
        "status": (1, 1),
        "fact_recall": (1, 1),
        "forbidden": (0, 1),
        "verbatim": (1, 1),
        "numbers": (1, 1),
        "false_abstention": (0, 1),
    }


def test_evidence_counts_only_inside_a_cited_clause_of_its_own_document():
    gold = (GoldQuote("jia", "交流一次"), GoldQuote("wu", "交流一次"), GoldQuote("wu", "居住证"))
    both = Expectation(ASKED, "single", (AnswerStatus.ANSWERED,), (), gold)
    found = counted(both, answer(citations=cite(JIA, "2")))
    assert found["evidence_recall"] == (1, 3)


def test_an_acceptable_clause_is_precise_but_no_evidence():
    given = answer(citations=cite(JIA, "1", "2", "3"))
    accepting = expected(acceptable=(GoldQuote("jia", "就近入学"),))
    found = counted(accepting, given)
    assert found["citation_precision"] == (2, 3)
    assert found["first_citation"] == (0, 1)
    assert found["evidence_recall"] == (1, 1)


def test_nothing_cited_is_a_miss_of_evidence_but_not_imprecise():
    found = counted(expected(), answer(status="not_stated"))
    assert (found["evidence_recall"], found["first_citation"]) == ((0, 1), (0, 1))
    assert "citation_precision" not in found
    assert found["false_abstention"] == (1, 1)


def test_a_citation_of_a_region_not_asked_about_is_wrong():
    assert counted(expected(), answer(citations=cite(WU, "1")))["wrong_region"] == (1, 1)
    nowhere = expected(kind="clarify", expect=("clarify",), regions=(), gold=())
    assert counted(nowhere, answer(citations=cite(WU, "1")))["wrong_region"] == (1, 1)
    assert counted(nowhere, answer(status="clarify"))["wrong_region"] == (0, 1)


@pytest.mark.parametrize(
    ("fact", "text", "count"),
    [("50万元", "每校５０万元", 1), ("1:220", "达1：220", 1), ("10%", "不低于1%", 0)],
)
def test_facts_are_found_in_full_and_half_width(fact, text, count):
    assert counted(expected(facts=(fact,)), answer(text=text))["fact_recall"] == (count, 1)


def test_a_forbidden_string_is_found_in_text_and_notes():
    strict = expected(forbidden=("7月7日", "8月"))
    assert counted(strict, answer(text="1月17日"))["forbidden"] == (0, 1)
    assert counted(strict, answer(text="７月７日"))["forbidden"] == (1, 1)
    assert counted(strict, answer(notes=("发布于7月7日",)))["forbidden"] == (1, 1)


def test_a_quote_away_from_its_offsets_is_not_verbatim_also_among_the_related():
    given = answer(citations=cite(JIA, "2"), related=cite(JIA, "1", "3", shift=1))
    assert counted(expected(), given)["verbatim"] == (1, 3)


def test_every_number_of_an_answer_must_stand_in_a_source():
    six = answer(text="每６年交流一次", citations=cite(JIA, "2"))
    assert counted(expected(), six)["numbers"] == (1, 1)
    five = answer(text="每5年交流一次", citations=cite(JIA, "2"))
    assert counted(expected(), five)["numbers"] == (0, 1)
    assert "numbers" not in counted(expected(), answer(status="not_stated", text="12345"))


@pytest.mark.parametrize(
    ("status", "count"), [("not_stated", 1), ("clarify", 1), ("answered", 0), ("partial", 0)]
)
def test_abstaining_is_giving_no_rule(status, count):
    silent = expected(kind="not_stated", expect=("not_stated",), gold=())
    assert counted(silent, answer(status=status))["abstained"] == (count, 1)


def test_abstaining_is_not_asked_of_questions_that_may_be_answered_or_are_not_ours():
    assert "abstained" not in counted(expected(expect=("not_stated", "partial")), answer())
    abuse = expected(kind="abuse", expect=("refused",), gold=())
    assert "abstained" not in counted(abuse, answer())


def test_an_ending_that_was_expected_is_no_false_abstention():
    either = expected(expect=("answered", "not_covered"))
    assert counted(either, answer(status="not_covered"))["false_abstention"] == (0, 1)
    assert counted(either, answer(status="not_stated"))["false_abstention"] == (1, 1)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (answer(status="refused"), 1),
        (answer(status="out_of_scope"), 0),
        (answer(status="refused", related=cite(JIA, "1")), 0),
        (answer(citations=cite(JIA, "1")), 0),
    ],
)
def test_what_is_not_ours_ends_right_without_any_policy(given, count):
    injection = expected(kind="injection", expect=("refused",), regions=(), gold=())
    assert counted(injection, given)["handled"] == (count, 1)


def test_a_comparison_counts_the_regions_that_are_cited():
    gold = (GoldQuote("jia", "就近"), GoldQuote("jia", "公示"), GoldQuote("wu", "居住证"))
    regions = ("浙江省/嘉兴市", "湖北省/武汉市")
    both = Expectation(ASKED, "comparison", (AnswerStatus.ANSWERED,), regions, gold)
    assert counted(both, answer(citations=cite(JIA, "3")))["region_recall"] == (1, 2)
    assert "region_recall" not in counted(expected(), answer(citations=cite(JIA, "3")))


def test_ratios_add_by_their_counts():
    assert Ratio(1, 2) + Ratio(2, 6) == Ratio(3, 8)
    assert Ratio(3, 8).value == 0.375
    assert Ratio().value is None
    rows = [{"a": Ratio(1, 1), "b": Ratio(0, 2)}, {"a": Ratio(0, 1), "b": Ratio(1, 1)}]
    assert total(rows) == {"a": Ratio(1, 2), "b": Ratio(1, 3)}


def test_every_measure_is_taken_of_every_answer():
    assert tuple(measure_answer(expected(), answer())) == MEASURES


LINE = {
    "id": "q1", "question": "老师多久换一次学校", "region": "嘉兴", "audience": "教师",
    "history": ["随迁子女呢"], "kind": "followup", "expect": ["answered", "partial"],
    "regions": ["浙江省/嘉兴市"], "gold": [{"document": "jia", "quote": "交流一次"}],
    "acceptable": [{"document": "jia", "quote": "公示"}], "facts": ["6年"], "forbidden": ["3年"],
}  # fmt: skip


def write_lines(path, *rows):
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n\n")
    return path


def test_a_line_of_a_question_file_becomes_an_expectation(tmp_path):
    [loaded] = load_expectations(write_lines(tmp_path / "q.jsonl", LINE))
    assert loaded == Expectation(
        question=Question("老师多久换一次学校", "q1", "嘉兴", "教师", ("随迁子女呢",)),
        kind="followup",
        expect=(AnswerStatus.ANSWERED, AnswerStatus.PARTIAL),
        regions=("浙江省/嘉兴市",),
        gold=(GoldQuote("jia", "交流一次"),),
        acceptable=(GoldQuote("jia", "公示"),),
        facts=("6年",),
        forbidden=("3年",),
    )
    assert (loaded.answerable, loaded.abstains) == (True, False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"expect": ["answred"]}, "q.jsonl line 2: 'answred' is not a valid AnswerStatus"),
        ({"audience": "学生"}, "q.jsonl line 2: '学生' is not a valid Audience"),
        ({"golden": []}, "q.jsonl line 2: missing or unknown fields golden"),
        ({"gold": [{"doc": "jia"}]}, "q.jsonl line 2: 'document'"),
    ],
)
def test_a_faulty_line_is_named(tmp_path, change, message):
    path = write_lines(tmp_path / "q.jsonl", LINE, {**LINE, **change})
    with pytest.raises(BadExpectation) as caught:
        load_expectations(path)
    assert str(caught.value) == message


def test_a_file_that_is_missing_or_empty_is_named(tmp_path):
    with pytest.raises(BadExpectation, match=r"none\.jsonl: cannot be read as UTF-8 text"):
        load_expectations(tmp_path / "none.jsonl")
    with pytest.raises(BadExpectation, match=r"q\.jsonl: holds no question"):
        load_expectations(write_lines(tmp_path / "q.jsonl"))


def test_a_quote_that_no_clause_holds_is_named():
    documents = {"jia": JIA}
    check_gold([expected()], documents)
    with pytest.raises(BadExpectation, match="q1: '学。二、' lies in no clause of jia"):
        check_gold([expected(gold=("学。二、",))], documents)
    with pytest.raises(BadExpectation, match="q1: '交流一次' lies in no clause of jia"):
        check_gold([expected()], {})
