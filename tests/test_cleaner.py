"""Cleaning: noise goes, digits stay, and every character knows where it came from."""

from pathlib import Path

import pytest

from index.cleaner import clean
from index.corpus import load_document, load_documents
from index.errors import BadSidecar, CorpusError, RepairMismatch, UnreadableFile
from index.reader import read_file
from index.repairs import apply_repairs
from index.sidecar import MoveRule, NoteRule, ReplaceRule
from index.textmap import MappedText

ROOT = Path(__file__).parent.parent
DOCUMENTS = load_documents(ROOT / "docs_corpus")
LONG = (
    "各级人民政府应当依法保障适龄儿童少年接受义务教育的权利,合理设置学校,均衡配置教师和经费,不得举办重点班,并接受社会监督。"
    * 2
)


def cleaned(raw):
    return clean(raw).mapped.text


@pytest.mark.parametrize(
    "noise",
    [
        "加盟电话:133-3505-7288",
        "浏览次数: 120",
        "扫描二维码 关注我们",
        "本文链接://www.example.com/1.html",
        "本文关键词: 武汉市, 规范性文件",
        "某某服务中心微信公众号",
        "发布日期: 2021-11-12  来源:某市人民政府办公室",
        "首页 工作动态 政策文件 金融支持",
        "《某方案.docx》由会员分享,可在线阅读,请在某文库上搜索。",
    ],
)
def test_a_line_of_web_noise_is_dropped_and_reported(noise):
    result = clean(f"{noise}\n{LONG}")
    assert result.mapped.text == LONG
    assert [finding.kind for finding in result.findings] == ["noise"]


def test_a_sentence_that_mentions_a_telephone_stays():
    text = f"{LONG}\n学校应当公布举报电话,并安排专人接听。"
    assert cleaned(text) == text


def test_page_marks_that_cut_words_and_numbers_are_removed():
    raw = "1、推进学前教育普惠发展、义\n2、务教育均衡发展,应当配套建设1所3\n3、6班规模的初中,规\n4、模不超过2000人。"
    assert (
        cleaned(raw)
        == "推进学前教育普惠发展、义务教育均衡发展,应当配套建设1所36班规模的初中,规模不超过2000人。"
    )


def test_two_numbers_parted_by_a_page_mark_and_a_blank_are_never_joined():
    raw = "1、加快建\n2、设,确保举办3\n3、 5所幼儿园,每镇办\n4、好1所。"
    assert cleaned(raw) == "加快建设,确保举办3 5所幼儿园,每镇办好1所。"


def test_a_numbered_list_is_not_taken_for_page_marks():
    raw = "1、招生对象。\n2、招生时间。\n3、招生办法。"
    assert cleaned(raw) == raw


def test_stray_spaces_go_only_where_a_file_is_full_of_them():
    assert cleaned("办好 人民满意 的教育,建设 教育强区。") == "办好人民满意的教育,建设教育强区。"
    assert cleaned(f"{LONG}{LONG}中共某县委办公室 某县人民政府办公室") == (
        f"{LONG}{LONG}中共某县委办公室 某县人民政府办公室"
    )


def test_a_space_between_two_digits_is_never_dropped():
    assert cleaned("每镇 办好 1 2所 公办 幼儿园。") == "每镇办好1 2所公办幼儿园。"


def test_every_character_leads_back_to_the_raw_file():
    raw = "加盟电话:133-3505-7288\n\n  第一条 为了 学生。\r\n".replace("\r", "")
    mapped = clean(raw).mapped
    assert "".join(raw[place] for place in mapped.offsets) == mapped.text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_outside_repairs_each_document_is_its_raw_file_character_by_character(document):
    raw = read_file(ROOT / "docs_corpus" / "raw" / f"{document.id}.txt").text
    repaired = {
        place
        for repair in document.repairs
        if repair.kind == "replace"
        for place in range(repair.start, repair.end)
    }
    assert all(
        raw[offset] == char
        for place, (char, offset) in enumerate(zip(document.text, document.offsets, strict=True))
        if place not in repaired
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_no_digit_of_a_raw_file_is_lost_outside_noise_and_page_marks(document):
    raw = read_file(ROOT / "docs_corpus" / "raw" / f"{document.id}.txt").text
    kept = set(document.offsets)
    lost = [place for place, char in enumerate(raw) if char.isdigit() and place not in kept]
    lines = {
        finding.line for finding in document.findings if finding.kind in {"noise", "page_mark"}
    }
    assert {raw.count("\n", 0, place) + 1 for place in lost} <= lines


@pytest.mark.parametrize(
    "words",
    ["133-3505-7288", "浏览量", "淘文阁", "二维码", "0798ci", "USHUI", "精确检索", "微信公众号"],
)
def test_no_web_noise_is_in_any_clause(words):
    assert [d.id for d in DOCUMENTS for c in d.clauses if words in c.text] == []


def test_the_passage_out_of_place_stands_in_the_safeguards():
    district = next(document for document in DOCUMENTS if document.id == "district-5yr")
    assert "特殊教育等各类教育生均拨款制度,健全非义务教育" in district.clause("4.2").text
    assert district.clause("4.3").heading == "强化监督落实机制"
    assert "学前教育布局规划。稳步扩充学前教育资源" in district.clause("3.1").text
    for words in ("3~5所标准化公办幼儿园", "1~2所公办中心幼儿园", "1所36班规模的初中"):
        assert words in district.text


def test_a_repair_moves_replaces_and_notes():
    rules = [
        MoveRule(move_from="乙", move_to="丙。", after="丁", reason="错位"),
        ReplaceRule(replace="1 2", **{"with": "1~2"}, reason="丢了范围号"),
        NoteRule(note="甲", reason="存疑"),
    ]
    mapped, repairs = apply_repairs("d", MappedText.of("甲乙1 2丙。丁"), rules)
    assert mapped.text == "甲丁乙1~2丙。"
    assert [(repair.kind, repair.start, repair.end) for repair in repairs] == [
        ("move", 2, 8),
        ("replace", 3, 6),
        ("note", 0, 1),
    ]
    assert mapped.offsets == (0, 7, 1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("text", ["没有这句话", "重复的话,重复的话"])
def test_a_repair_that_does_not_match_exactly_once_stops_ingestion(text):
    rule = ReplaceRule(replace="重复的话", **{"with": "改了"}, reason="试")
    with pytest.raises(RepairMismatch, match="必须恰好 1 次"):
        apply_repairs("d", MappedText.of(text), [rule])


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "文件是空的"),
        ("a.txt", b"\x00\x01\x02\xff\xfe\x00\x9f" * 50, "认不出文字编码"),
        ("a.exe", b"MZ", "不支持这种文件类型"),
        ("a.docx", b"not a zip", "不是完好的 Word 文件"),
        ("a.pdf", b"%PDF-broken", "不是完好的 PDF 文件"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(tmp_path, name, data, reason):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match=reason):
        read_file(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_of_a_file_is_detected(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(LONG.encode(encoding))
    assert read_file(path).text == LONG


@pytest.mark.parametrize(
    ("sidecar", "reason"),
    [
        ("titel: 打错的字段", "不认识的字段 titel"),
        ("issued: 去年", "issued 不对"),
        ("number: null", "number_note"),
        ("- 一列", "字段: 值"),
        ("title: [未闭合", "不是合法的 UTF-8 YAML"),
    ],
)
def test_a_sidecar_with_a_fault_names_the_key(tmp_path, sidecar, reason):
    (tmp_path / "a.txt").write_text(f"嘉兴市关于招生的意见\n{LONG}", encoding="utf-8")
    (tmp_path / "a.yaml").write_text(sidecar, encoding="utf-8")
    with pytest.raises(BadSidecar, match=reason):
        load_document(tmp_path / "a.txt", tmp_path / "a.yaml")


def test_all_faulty_files_are_reported_together(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_bytes(b"")
    (tmp_path / "raw" / "b.exe").write_bytes(b"MZ")
    (tmp_path / "c.yaml").write_text("title: 孤儿", encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        load_documents(tmp_path)
    assert [line.split("：")[0] for line in str(caught.value).splitlines()] == [
        "a.txt",
        "b.exe",
        "c.yaml",
    ]


def test_a_file_without_a_sidecar_is_understood_from_its_text(tmp_path):
    text = f"嘉兴市教育局关于做好招生工作的通知\n嘉教〔2020〕5号\n各学校:\n一、对象\n{LONG}\n嘉兴市教育局\n2020年3月1日"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    document = load_document(tmp_path / "a.txt", tmp_path / "a.yaml")
    assert (document.title, document.number, document.issuer, str(document.region)) == (
        "嘉兴市教育局关于做好招生工作的通知",
        "嘉教〔2020〕5号",
        "嘉兴市教育局",
        "浙江省/嘉兴市",
    )
    assert document.issued is not None
    assert document.issued.isoformat() == "2020-03-01"
