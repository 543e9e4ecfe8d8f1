"""Three questions for each document, made from its clauses and spread over it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.checks.probes import Probe, probes
from index.clauses import parse_clauses
from index.corpus import load_documents
from index.documents import Region
from tests.checked import STATUTE, document_of

ROOT = Path(__file__).parent.parent
FIVE = load_documents(ROOT / "docs_corpus")


def asked(article: str) -> list[str]:
    """What is asked of a statute whose only clause with a question is this."""
    text = f"某市学校条例\n第一条 {article}\n"
    document = replace(document_of(text), clauses=parse_clauses("d", text))
    return [probe.question for probe in probes(document)]


def test_a_statute_is_asked_about_limits_duties_and_permissions():
    assert probes(document_of(STATUTE)) == (
        Probe("嘉兴市规定里说的学校是指什么？", "a2"),
        Probe("嘉兴市学校有哪些职责？", "a5"),
        Probe("嘉兴市学校能不能分设重点班和非重点班？", "a7"),
    )


@pytest.mark.parametrize(
    ("article", "question"),
    [
        ("学校不得分设重点班和非重点班。", "嘉兴市学校能不能分设重点班和非重点班？"),
        ("校车安全管理由教育部门负责。", "嘉兴市校车安全管理由谁负责？"),
        ("担任督学应当符合下列条件：\n（一）身体健康。", "嘉兴市担任督学要符合什么条件？"),
        ("生均公用经费标准不低于600元。", "嘉兴市生均公用经费标准最少是多少？"),
        ("学前三年毛入园率达到93%。", "嘉兴市学前三年毛入园率要达到多少？"),
        ("本条例所称校车，是指接送学生的车辆。", "嘉兴市规定里说的校车是指什么？"),
        ("校长连续任职不超过十年。", "嘉兴市校长连续任职的年限是怎么规定的？"),
        ("任何组织和个人不得侵占学校用地。", "嘉兴市组织和个人能不能侵占学校用地？"),
    ],
)
def test_each_form_of_a_rule_has_its_question(article, question):
    assert asked(article) == [question]


def test_what_cannot_be_understood_alone_is_not_asked():
    assert asked("违反前款规定的，由教育部门责令改正。") == []


def test_a_national_document_is_asked_about_without_a_place():
    national = replace(document_of(STATUTE), region=Region(("全国",)))
    assert probes(national)[1] == Probe("学校有哪些职责？", "a5")


@pytest.mark.parametrize("document", FIVE, ids=lambda document: document.id)
def test_each_of_the_five_policies_has_three_in_different_clauses(document):
    found = probes(document)
    keys = [probe.clause_key for probe in found]
    assert (len(found), len(set(keys))) == (3, 3)
    starts = [document.clause(key).start for key in keys]
    assert starts == sorted(starts)
    assert starts[2] - starts[0] > len(document.text) / 3
    assert all(document.region.name in probe.question for probe in found)
