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


# ---- how a value is known


def extracted(*lines, stem=""):
    text = "\n".join(
        ["某市招生办法", *lines, "第一条 为了规范招生。", "第二条 本办法由市教育局解释。"]
    )
    return extract_metadata(parse_clauses("d", text), (), stem)


def known(found, name):
    guess = found.guess(name)
    return guess.value, guess.confidence


NOTE = "2020年3月1日 某市第十六届人民代表大会常务委员会第三次会议通过"


def test_the_note_is_read_and_the_file_name_adds_the_publication():
    found = extracted(NOTE, stem="某市招生办法(2020-04-02)")
    assert known(found, "issued") == (date(2020, 3, 1), "read")
    assert known(found, "published") == (date(2020, 4, 2), "inferred")
    assert known(found, "level") == ("local_regulation", "read")
    assert known(found, "issuer") == ("某市人民代表大会常务委员会", "read")
    assert found.guess("issued").basis.startswith("题注：2020年3月1日")


def test_without_a_note_the_day_in_the_file_name_is_inferred():
    found = extracted(stem="某市招生办法(2020-04-02)")
    assert known(found, "issued") == (date(2020, 4, 2), "inferred")
    assert known(found, "published") == (None, "read")


def test_a_file_name_older_than_the_note_is_not_believed():
    found = extracted(NOTE, stem="某市招生办法(2004-05-28)")
    assert known(found, "issued") == (date(2020, 3, 1), "read")
    assert known(found, "published") == (None, "unsure")


def test_without_any_day_nothing_is_made_up():
    found = extracted()
    assert known(found, "issued") == (None, "unsure")
    assert known(found, "effective") == (None, "unsure")


def effective(note, words, stem=""):
    text = f"某市招生办法\n{note}\n第一条 为了规范招生。\n第二条 {words}"
    return known(extract_metadata(parse_clauses("d", text), (), stem), "effective")


def test_the_day_in_the_text_is_the_first_in_force():
    assert effective(NOTE, "本办法自2020年9月1日起施行。") == (date(2020, 9, 1), "read")


def test_an_amendment_after_that_day_begins_a_version_whose_day_is_inferred():
    amended = f"{NOTE}\n2023年5月6日 某市人大常委会第九次会议修正"
    assert effective(amended, "本办法自2020年9月1日起施行。") == (date(2023, 5, 6), "inferred")


def test_from_the_day_of_publication_means_the_day_it_was_published():
    published = f"{NOTE}\n2020年3月9日 某市人大常委会公告公布"
    assert effective(published, "本办法自公布之日起施行。") == (date(2020, 3, 9), "read")
    assert effective(NOTE, "本办法自公布之日起施行。") == (date(2020, 3, 1), "inferred")
    assert effective(NOTE, "本办法自公布之日起30日后施行。") == (date(2020, 3, 31), "inferred")
    assert effective("", "本办法自公布之日起施行。") == (None, "unsure")


def test_a_circular_takes_effect_when_it_was_signed_and_for_its_term():
    text = (
        "某市教育局关于规范招生的通知\n某教〔2024〕4号\n各学校:\n一、就近入学。\n"
        "二、本通知自印发之日起施行，有效期2年。\n某市教育局\n2024年5月6日"
    )
    found = extract_metadata(parse_clauses("d", text))
    assert (found.issued, found.effective, found.expires) == (
        date(2024, 5, 6),
        date(2024, 5, 6),
        date(2026, 5, 5),
    )
    assert {guess.confidence for guess in found.guesses} == {"read"}
