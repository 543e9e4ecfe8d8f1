"""Findings of the text stand at their places in the raw file; the sidecar's word is shown."""

from __future__ import annotations

from datetime import date

from index.clauses import parse_clauses
from index.cleaner import clean
from index.documents import Finding
from index.lint import disagreements, lint
from index.metadata import extract_metadata
from index.sidecar import Sidecar
from tests.checked import STATUTE


def found(raw: str) -> list[Finding]:
    mapped = clean(raw).mapped
    return list(lint(raw, mapped, parse_clauses("d", mapped.text)))


def test_a_clean_file_has_no_findings():
    assert found(STATUTE) == []


def test_a_finding_stands_at_its_line_of_the_raw_file():
    raw = "首页\n\n" + STATUTE.replace("三至五年", "三五年")
    (finding,) = found(raw)
    assert (finding.kind, finding.line) == ("lost_range", 18)
    assert raw[finding.raw_start :].startswith("三五年")
    assert finding.message == "数字之间可能丢了范围号或顿号：“校长任期为三五年，可以连任”"
    assert finding.excerpt == "三五年，可以连任。⏎第九条 社会组织和个人可以依"


def test_notes_are_no_findings():
    assert found(STATUTE.replace("图书", "图书（网址www.edu.cn）")) == []


def test_a_cut_ending_keeps_the_name_that_answers_look_for():
    cut = STATUTE[: STATUTE.index("公布的办法")]
    assert [finding.kind for finding in found(cut)] == ["cut_ending"]


def test_where_the_sidecar_says_otherwise_both_are_shown():
    text = "某市教育局关于收费的通知\n一、收费\n按标准收取。\n某市教育局\n2023年4月20日\n"
    extracted = extract_metadata(parse_clauses("d", text))
    sidecar = Sidecar(issued=date(2023, 4, 21), issuer="某市教育局")
    assert list(disagreements(extracted, sidecar)) == [
        Finding(
            "metadata", "issued：正文为“2023-04-20”，附注文件为“2023-04-21”", 0, 0, "2023-04-20"
        )
    ]
