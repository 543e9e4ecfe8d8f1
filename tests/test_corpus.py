"""A folder of bare files: loaded under safe ids, with every doubt named; a sidecar settles it."""

import json
from datetime import date

import pytest

from index.codec import decode_document, encode_document
from index.corpus import load_corpus, load_documents
from index.documents import Region
from index.errors import CorpusError
from index.naming import document_id

LAW = """# 某市幼儿园条例

2020年3月1日 杭州市第十六届人民代表大会常务委员会第三次会议通过

<!-- INFO END -->

## 第一章 总则

第一条 为了发展学前教育，制定本条例。

## 第二章 附则

第二条 本条例自{start}起施行。{more}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "raw").mkdir()
    return tmp_path


def put(folder, name, start="2020年9月1日", more="", title="杭州市幼儿园条例"):
    text = LAW.format(start=start, more=more).replace("某市幼儿园条例", title)
    (folder / "raw" / f"{name}.md").write_text(text, encoding="utf-8")
    return document_id(name)


def findings(document):
    return [f.message for f in document.findings if f.kind.startswith(("metadata", "version"))]


def test_a_bare_file_needs_no_sidecar(folder):
    name = put(folder, "杭州市幼儿园条例", more="《杭州市托幼办法》同时废止。")
    (document,) = load_documents(folder)
    assert (document.id, document.title, str(document.region), document.level) == (
        name,
        "杭州市幼儿园条例",
        "浙江省/杭州市",
        "local_regulation",
    )
    assert (document.issued, document.effective) == (date(2020, 3, 1), date(2020, 9, 1))
    assert document.repeals == ("杭州市托幼办法",)
    assert document.validity.status == "自2020年9月1日起施行"
    assert document.clause("note").text.startswith("2020年3月1日")
    assert [clause.key for clause in document.clauses] == ["title", "note", "c1", "a1", "c2", "a2"]
    assert findings(document) == []


def test_an_inferred_value_is_a_finding_until_the_sidecar_says_it(folder):
    put(folder, "条例(2023-05-06)")
    (document,) = load_documents(folder)
    assert [message.partition("（")[0] for message in findings(document)] == [
        "公开日期：推定为“2023-05-06”",
        "施行日期：推定为“2023-05-06”",
    ]
    assert document.validity.status == "2023年5月6日的版本（推定）"
    sidecar = "published: 2023-05-06\neffective: 2023-06-01\n"
    (folder / "条例(2023-05-06).yaml").write_text(sidecar, encoding="utf-8")
    (document,) = load_documents(folder)
    assert document.effective == date(2023, 6, 1)
    assert not [message for message in findings(document) if "推定" in message]


def test_a_sidecar_overrides_level_family_term_and_repeals(folder):
    put(folder, "a", more="《杭州市托幼办法》同时废止。")
    (folder / "a.yaml").write_text(
        "level: local_rule\nfamily: 幼儿园\nexpires: 2025-08-31\nrepeals: []\n", encoding="utf-8"
    )
    (document,) = load_documents(folder)
    assert (document.level, document.family, document.expires, document.repeals) == (
        "local_rule",
        "幼儿园",
        date(2025, 8, 31),
        (),
    )


def test_versions_in_one_folder_are_linked_and_the_sidecar_may_forbid_it(folder):
    put(folder, "old")
    put(folder, "new", start="2024年9月1日")
    old = {one.id: one for one in load_documents(folder)}["old"]
    assert (old.superseded_by, old.validity.status) == ("new", "已有新版本，自2024年9月1日起")
    (folder / "old.yaml").write_text('superseded_by: ""\n', encoding="utf-8")
    old = {one.id: one for one in load_documents(folder)}["old"]
    assert (old.superseded_by, old.validity.status) == ("", "自2020年9月1日起施行")


def test_a_successor_that_is_not_held_is_a_fault(folder):
    put(folder, "old")
    (folder / "old.yaml").write_text("superseded_by: nothing\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="superseded_by 写的 nothing 没有收录"):
        load_corpus(folder)


def test_a_wrong_level_is_told_with_its_file(folder):
    put(folder, "a")
    (folder / "a.yaml").write_text("level: 法律\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.yaml：level 不对"):
        load_corpus(folder)


def test_two_files_of_one_name_are_a_fault(folder):
    put(folder, "a")
    (folder / "raw" / "a.txt").write_text("杭州市通知\n一、甲。", encoding="utf-8")
    with pytest.raises(CorpusError, match="已有同名文件"):
        load_corpus(folder)


def test_sidecars_of_names_with_dots_and_brackets_find_their_file(folder):
    name = put(folder, "条例v1.2(2020-03-01)")
    for end in (".yaml", ".asked.yaml", ".gaps.yaml"):
        (folder / f"条例v1.2(2020-03-01){end}").write_text("{}", encoding="utf-8")
    assert [one.id for one in load_documents(folder)] == [name]
    (folder / "别的.gaps.yaml").write_text("{}", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"别的\.gaps\.yaml：没有对应的原文 raw/别的"):
        load_corpus(folder)


def test_questions_are_kept_by_clause_and_by_words_of_it_and_others_are_a_fault(folder):
    name = put(folder, "a")
    clause = load_documents(folder)[0].clauses[-1]
    key, asked = f"{clause.key} {clause.text[:2]}", folder / "a.asked.yaml"
    asked.write_text(f'"{key}": [谁来办]\n', encoding="utf-8")
    assert load_corpus(folder).asked == {name: {key: ("谁来办",)}}
    asked.write_text(f'"{clause.key} 别的字": [谁来办]\n', encoding="utf-8")
    with pytest.raises(CorpusError, match=f"没有这样的条款 {clause.key} 别的字，.*一字不差"):
        load_corpus(folder)


def test_a_national_text_without_a_place_in_its_title_is_national(folder):
    text = (
        "# 教育事业暂行规定\n\n一、各省、自治区、直辖市统筹安排。\n二、学校落实。\n三、家长配合。"
    )
    (folder / "raw" / "a.md").write_text(text, encoding="utf-8")
    (document,) = load_documents(folder)
    assert str(document.region) == "全国"
    assert "地区：推定为“全国”（标题没有地名，正文面向各省、自治区、直辖市），请核对" in findings(
        document
    )


def test_a_text_of_an_unknown_place_is_refused_with_what_to_do(folder):
    text = "# 教育事业暂行规定\n\n一、我市各学校统筹安排，参照各省、自治区、直辖市做法。\n二、甲。\n三、乙。"
    (folder / "raw" / "a.md").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"看不出适用于哪个地区，请在 a\.yaml 里写 region"):
        load_corpus(folder)


LIMITED = "region: 浙江省/嘉兴市\napplies_to: [{names}]\n"
PLACES = ("浙江省/嘉兴市", "浙江省/嘉兴市/南湖区", "浙江省/嘉兴市/桐乡市", "湖北省/武汉市")


def test_the_sidecar_may_limit_a_policy_to_divisions_of_its_region(folder):
    put(folder, "a")
    (folder / "a.yaml").write_text(LIMITED.format(names="南湖区, 秀洲区"), encoding="utf-8")
    (document,) = load_documents(folder)
    assert document.applies_to == ("南湖区", "秀洲区")
    spoken = [document.speaks_for(Region.parse(place)) for place in PLACES]
    assert spoken == [True, True, False, True]  # of a region elsewhere it has nothing to say
    assert decode_document(json.loads(json.dumps(encode_document(document)))) == document


def test_a_division_outside_its_region_is_a_fault(folder):
    put(folder, "a")
    (folder / "a.yaml").write_text(LIMITED.format(names="南湖区, 武昌区, 西乡"), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.yaml：applies_to 里的 武昌区、西乡 不在嘉兴市下面"):
        load_corpus(folder)
