"""Questions about a document itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.about import Told, about_sources, section_about, without_dated
from bot.sections import Unsaid
from index.documents import Validity
from tests.toys import make_document

PLAN = make_document(
    "chang",
    "江苏省/常州市",
    ["常州市基础教育改革方案\n", "一、总则。\n", "市政府办公室\n2021年10月19日\n"],
)
PLAN = replace(
    PLAN,
    title="常州市基础教育改革方案",
    issuer="市政府办公室",
    issued=date(2021, 10, 19),
    clauses=(
        replace(PLAN.clauses[0], kind="title"),
        PLAN.clauses[1],
        replace(PLAN.clauses[2], kind="signature"),
    ),
)


def test_the_line_that_says_it_is_quoted_whole():
    [source] = about_sources(PLAN, ("date",))
    assert (source.key.text, source.clause.key) == ("2021年10月19日", "3")
    assert PLAN.text[source.key.start : source.key.end] == source.key.text


def test_one_source_a_clause_and_none_for_what_the_document_does_not_say():
    assert [one.key.text for one in about_sources(PLAN, ("date", "issuer"))] == ["2021年10月19日"]
    assert about_sources(PLAN, ("number",)) == ()
    assert [one.clause.key for one in about_sources(PLAN, ("title",))] == ["1"]


def test_two_things_that_stand_in_one_clause_are_both_quoted_the_first_asked_first():
    sources = about_sources(PLAN, ("issuer", "date"))
    assert [one.clause.kind for one in sources] == ["signature"]
    assert sources[0].key.text == "市政府办公室"
    assert [quote.text for quote in sources[0].context] == ["2021年10月19日"]
    assert [quote.text for quote in sources[0].quotes] == ["市政府办公室", "2021年10月19日"]


def test_what_a_document_leaves_out_of_itself_is_named_beside_what_it_says():
    told = Told(about_sources(PLAN, ("date",)), (Unsaid(PLAN, "number"),))
    section = section_about(PLAN.region, (PLAN,), [told, told])
    assert [one.key.text for one in section.sources] == ["2021年10月19日"]
    assert (section.unsaid, section.partly) == ((Unsaid(PLAN, "number"),), True)


def test_with_nothing_said_at_all_the_section_has_no_source_and_is_no_part():
    section = section_about(PLAN.region, (PLAN,), [Told(unsaid=(Unsaid(PLAN, "number"),))])
    assert (section.sources, section.partly, section.probability) == ((), False, 0.0)


def test_the_last_line_that_confirms_a_document_says_whether_it_holds():
    lines = "根据2019年清理结果,继续有效。\n根据2021年清理结果,继续有效。\n"
    kept = make_document("jia", "浙江省/嘉兴市", ["实施意见\n", lines])
    kept = replace(kept, validity=Validity("继续有效（截至2021年）", "题注"))
    [source] = about_sources(kept, ("valid",))
    assert source.key.text == "根据2021年清理结果,继续有效。"
    assert kept.text[source.key.start : source.key.end] == source.key.text
    assert about_sources(PLAN, ("valid",)) == ()


def test_of_a_document_with_known_dates_nobody_is_told_that_its_text_is_silent():
    asks = ("issuer", "valid")
    assert without_dated(asks, PLAN) == asks
    for known in (
        {"expires": date(2025, 12, 31)},
        {"effective": date(2021, 11, 1)},
        {"superseded_by": "newer"},
        {"validity": Validity("已废止", "清理结果")},
    ):
        assert without_dated(asks, replace(PLAN, **known)) == ("issuer",)
