"""Metadata is read from the text; the sidecar confirms or overrides it, visibly."""

from datetime import date
from pathlib import Path

from index.clauses import parse_clauses
from index.corpus import load_documents
from index.metadata import Extracted, extract_metadata

ROOT = Path(__file__).parent.parent
DOCUMENTS = {document.id: document for document in load_documents(ROOT / "docs_corpus")}


def kinds(document_id):
    return {finding.kind for finding in DOCUMENTS[document_id].findings}


def test_a_notice_gives_its_title_number_issuer_and_date():
    text = (
        "某市人民政府办公厅关于规范招生的意见\n某政办〔2018〕4号\n各区人民政府:\n一、总体目标\n"
        "到2020年,择校热得到缓解。\n某市人民政府办公厅\n2018年1月17日"
    )
    found = extract_metadata(parse_clauses("d", text), ["浏览量: 时间:2018-07-07 07:06:03"])
    assert found == Extracted(
        title="某市人民政府办公厅关于规范招生的意见",
        number="某政办〔2018〕4号",
        issuer="某市人民政府办公厅",
        issued=date(2018, 1, 17),
        published=date(2018, 7, 7),
        validity=None,
        target_year=2020,
    )


def test_the_signature_date_of_wuhan_wins_over_the_date_of_the_web_page():
    wuhan = DOCUMENTS["wuhan-2018-4"]
    assert (wuhan.issued, wuhan.published) == (date(2018, 1, 17), date(2018, 7, 7))
    assert wuhan.number == "武政办〔2018〕4号"


def test_changzhou_was_issued_before_it_was_published():
    changzhou = DOCUMENTS["changzhou-2021"]
    assert (changzhou.issued, changzhou.published) == (date(2021, 10, 19), date(2021, 11, 12))


def test_jiaxing_is_known_to_be_continued_and_cut():
    jiaxing = DOCUMENTS["jiaxing-2019-25"]
    assert jiaxing.validity.status.startswith("继续有效")
    assert "嘉政发〔2021〕34号" in jiaxing.validity.basis
    assert "cut_ending" in kinds("jiaxing-2019-25")
    assert "规定,继续有效" in jiaxing.clause("note").text


def test_documents_without_a_number_say_why():
    without = [document for document in DOCUMENTS.values() if document.number is None]
    assert sorted(document.id for document in without) == [
        "changzhou-2021",
        "district-5yr",
        "songyang-2018",
    ]
    assert all(document.number_note for document in without)


def test_the_place_of_a_lost_bracket_and_an_odd_number_are_findings():
    assert {"bare_number", "unbalanced", "repair_note", "repair_move"} <= kinds("district-5yr")


def test_a_sidecar_that_contradicts_the_text_is_a_finding():
    finding = next(f for f in DOCUMENTS["district-5yr"].findings if f.kind == "metadata")
    assert finding.message.startswith("title：正文为“教育高质量发展五年行动实施方案”")
