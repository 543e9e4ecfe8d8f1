"""The text of an answer: every fixed sentence from messages.yaml, everything else a quote."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.compose import (
    compose_many,
    compose_one,
    force_notes,
    number_citations,
    reading_notes,
    region_name,
    standing_notes,
    urgent_notes,
    where,
)
from bot.conversation import Quote
from bot.messages import load_messages
from bot.scope import Scope
from bot.sections import Section, Source
from bot.tables import compose_table, table_row
from index.documents import Document, Finding, Region, Repair, Validity
from index.regions import Relation
from tests.toys import tiny_corpus

WORDS = load_messages(Path(__file__).parent.parent / "prompts").words("zh")
ENGLISH = load_messages(Path(__file__).parent.parent / "prompts").words("en")
JIA, WU = tiny_corpus()
HANGZHOU = Region.parse("浙江省/杭州市")
TODAY = date(2026, 8, 1)


def source(document: Document, key: str, quoted: str, context: str = "") -> Source:
    clause = document.clause(key)

    def quote(text: str) -> Quote:
        start = document.text.index(text, clause.start)
        return Quote(text, start, start + len(text))

    rest = (quote(context),) if context else ()
    return Source(document, clause, (quote(quoted), *rest), quote(quoted), rest, 0.5)


def section(document: Document, *sources: Source) -> Section:
    return Section(document.region, (document,), sources)


TEACHERS = source(JIA, "2", "教师每六年交流一次。")
FEES = source(JIA, "3", "收费要公示", "学校")
LUNCH = source(WU, "2", "学校办好午托和食堂。")


def composed(compose, *sections: Section) -> list[str]:
    return compose(sections, number_citations(sections), WORDS, TODAY)


def test_citations_are_numbered_through_all_sections():
    citations = number_citations([section(JIA, TEACHERS, FEES), section(WU, LUNCH)])
    assert [(one.n, one.clause.id) for one in citations] == [
        (1, "jia#2"),
        (2, "jia#3"),
        (3, "wu#2"),
    ]
    assert citations[0].quotes == TEACHERS.quotes


def test_one_region_begins_with_the_sentence_that_answers_and_ends_with_where_it_stands():
    one = section(JIA, FEES, TEACHERS)
    assert compose_one(one, number_citations([one]), WORDS, TODAY) == [
        f"{WORDS('lead_statement')}“收费要公示”〔1〕",
        f"{WORDS('lead_also')}“学校”〔1〕",
        f"{WORDS('lead_also')}“教师每六年交流一次。”〔2〕",
        "〔1〕出自《关于jia的通知》第3条",
        "〔2〕出自《关于jia的通知》第2条",
    ]


def test_the_lead_names_the_force_of_the_sentence():
    document = replace(JIA, text="鼓励" + JIA.text[2:])
    encouraged = replace(TEACHERS, document=document, key=Quote("鼓励教师交流。", 0, 7))
    one = section(document, encouraged)
    lines = compose_one(one, number_citations([one]), WORDS, TODAY)
    assert lines[0] == f"{WORDS('lead_encouragement')}“鼓励教师交流。”〔1〕"


def test_a_target_year_that_has_passed_is_the_second_line():
    old = replace(JIA, target_year=2020)
    one = section(old, replace(TEACHERS, document=old))
    lines = compose_one(one, number_citations([one]), WORDS, TODAY)
    assert lines[1] == WORDS("note_target_passed", year="2020")


@pytest.mark.parametrize(
    ("year", "noted"), [(None, False), (2025, True), (2026, False), (2027, False)]
)
def test_a_target_year_has_passed_when_it_is_before_this_year(year, noted):
    assert bool(urgent_notes(replace(JIA, target_year=year), WORDS, TODAY)) is noted


def test_an_anonymised_copy_says_so_at_once():
    hidden = replace(JIA, source_kind="anonymised")
    assert urgent_notes(hidden, WORDS, TODAY) == [WORDS("note_anonymised")]


def test_several_regions_stand_under_their_own_names_and_silent_ones_are_named():
    silent = Section(HANGZHOU, (), ())
    assert composed(compose_many, section(JIA, TEACHERS), silent, section(WU, LUNCH)) == [
        "【嘉兴市】",
        f"{WORDS('lead_statement')}“教师每六年交流一次。”〔1〕",
        "〔1〕出自《关于jia的通知》第2条",
        "【武汉市】",
        f"{WORDS('lead_statement')}“学校办好午托和食堂。”〔2〕",
        "〔2〕出自《关于wu的通知》第2条",
        WORDS("silent", regions="杭州市"),
    ]


def test_a_comparison_is_a_table_with_a_citation_in_every_filled_cell():
    silent = Section(HANGZHOU, (), ())
    lines = composed(compose_table, section(JIA, TEACHERS, FEES), section(WU, LUNCH), silent)
    assert lines == [
        WORDS("comparison_lead", regions="嘉兴市、武汉市、杭州市"),
        "| 要点 | 嘉兴市 | 武汉市 | 杭州市 |",
        "| --- | --- | --- | --- |",
        "| 规定一 | “教师每六年交流一次。”〔1〕 | “学校办好午托和食堂。”〔3〕 | 没有找到 |",
        "| 规定二 | “收费要公示”……“学校”〔2〕 | 没有更多 | 没有找到 |",
        "〔1〕出自《关于jia的通知》第2条",
        "〔2〕出自《关于jia的通知》第3条",
        "〔3〕出自《关于wu的通知》第2条",
    ]


def test_in_a_comparison_a_passed_target_year_names_its_region():
    old = replace(WU, target_year=2020)
    cited = section(old, replace(LUNCH, document=old))
    lines = composed(compose_table, section(JIA, TEACHERS), cited)
    targets = WORDS("target_of", region="武汉市", year="2020")
    assert lines[1] == WORDS("note_targets_passed", targets=targets)


def test_a_cell_cannot_break_its_table():
    assert table_row(["a|b", "c\nd"]) == "| a／b | c d |"


def test_the_place_of_a_clause_has_title_number_and_address():
    [citation] = number_citations([section(JIA, TEACHERS)])
    assert where(citation, WORDS) == "〔1〕出自《关于jia的通知》第2条"
    numbered = replace(citation, document=replace(JIA, number="嘉政〔2019〕2号"))
    assert where(numbered, WORDS) == "〔1〕出自《关于jia的通知》（嘉政〔2019〕2号）第2条"


def test_validity_source_and_gaps_of_a_document_are_noted_once():
    document = replace(
        JIA,
        validity=Validity("有效", "见官网"),
        source_kind="repost",
        completeness="在第3条之后缺失",
        findings=(Finding("cut_ending", "全文在句子中间结束", 9, 90, "校收"),),
        repairs=(
            Repair("replace", "六", "6", "看错的字", JIA.clause("2").start, JIA.clause("2").end),
            Repair("note", "年", "年", "应是哪一年", JIA.clause("2").start, JIA.clause("2").end),
            Repair("replace", "费", "fee", "别处的字", JIA.clause("3").start, JIA.clause("3").end),
        ),
    )
    cited = number_citations([section(document, replace(TEACHERS, document=document))])
    assert standing_notes([*cited, *cited], WORDS) == (
        WORDS("note_validity", title="《通知》", status="有效", basis="见官网"),
        WORDS("note_repost", title="《通知》"),
        WORDS("note_incomplete", title="《通知》", what="在第3条之后缺失"),
        WORDS("note_repair", address="第2条", reason="看错的字"),
        WORDS("note_doubt", address="第2条", reason="应是哪一年"),
    )


def test_an_english_answer_says_that_the_quotes_are_chinese():
    cited = number_citations([section(JIA, TEACHERS)])
    assert standing_notes(cited, ENGLISH)[0] == ENGLISH("note_chinese")
    assert standing_notes([], ENGLISH) == ()


@pytest.mark.parametrize(
    ("sentence", "notes"),
    [
        ("力争全部达标。", ["note_target"]),
        ("鼓励教师交流。", ["note_encouragement"]),
        ("教师应当交流。", []),
    ],
)
def test_a_target_and_an_encouragement_are_called_no_promise_and_no_duty(sentence, notes):
    said = replace(TEACHERS, key=Quote(sentence, 0, len(sentence)))
    assert force_notes([section(JIA, said)], WORDS) == tuple(WORDS(key) for key in notes)


def reading(corrections=(), **scope) -> SimpleNamespace:
    scope = Scope((JIA,), True, "", **scope)
    return SimpleNamespace(scope=scope, corrections=corrections, unheld=())


@pytest.mark.parametrize(
    ("read", "note"),
    [
        (
            reading(conflict=(WU.region, JIA.region)),
            WORDS("note_conflict", chosen="武汉市", asked="嘉兴市"),
        ),
        (
            reading(
                indirect=(
                    (Region.parse("浙江省/嘉兴市/南湖区"), Relation("inside_held", (JIA.region,))),
                )
            ),
            WORDS("note_inside", asked="南湖区", held="嘉兴市"),
        ),
        (
            reading(indirect=((Region(("浙江省",)), Relation("contains_held", (JIA.region,))),)),
            WORDS("note_contains", asked="浙江省", held="嘉兴市"),
        ),
        (
            reading(nickname="红船", asked=(JIA.region,)),
            WORDS("note_nickname", word="红船", region="嘉兴市"),
        ),
        (reading(unheld=(HANGZHOU,)), WORDS("note_unheld", regions="杭州市")),
        (
            reading(corrections=(("轮港", "轮岗"),)),
            WORDS("note_corrected", written="轮港", read="轮岗"),
        ),
    ],
)
def test_a_reading_that_is_not_plain_is_noted(read, note):
    assert reading_notes(read, WORDS) == (note,)


def test_a_plain_reading_needs_no_note():
    assert reading_notes(reading(asked=(JIA.region,)), WORDS) == ()


def test_people_say_the_last_step_of_a_region():
    assert region_name(Region.parse("浙江省/嘉兴市")) == "嘉兴市"
    assert region_name(Region(())) == ""


def test_requirements_are_a_checklist_each_with_its_clause():
    one = replace(section(JIA, FEES, TEACHERS), checklist=True)
    assert compose_one(one, number_citations([one]), WORDS, TODAY) == [
        WORDS("checklist_lead"),
        *(f"□ “{quote.text}”〔1〕" for quote in FEES.quotes),
        "□ “教师每六年交流一次。”〔2〕",
        "〔1〕出自《关于jia的通知》第3条",
        "〔2〕出自《关于jia的通知》第2条",
    ]


def test_the_requirement_that_answers_stands_first_in_a_checklist():
    key, before = FEES.quotes
    fees = replace(FEES, quotes=(before, key), key=key, context=(before,))
    one = replace(section(JIA, fees), checklist=True)
    assert compose_one(one, number_citations([one]), WORDS, TODAY)[1:3] == [
        "□ “收费要公示”〔1〕",
        "□ “学校”〔1〕",
    ]


def test_a_checklist_comes_before_the_warning_that_its_year_has_passed():
    passed = replace(JIA, target_year=2020)
    sources = [replace(one, document=passed) for one in (FEES, TEACHERS)]
    one = replace(section(passed, *sources), checklist=True)
    lines = compose_one(one, number_citations([one]), WORDS, TODAY)
    kinds = [line[:1] for line in lines]
    assert kinds.index("这") > max(at for at, kind in enumerate(kinds) if kind == "□")
