"""The 75 laws of the benchmark folder, ingested bare beside the five policies of the corpus."""

import re
import shutil
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.as_of import AsOf, AsOfKind
from bot.in_force import choose
from bot.settings import bench_data
from index.compare_versions import compare_versions
from index.corpus import load_corpus, load_documents
from index.cross_references import references
from index.naming import document_id
from index.title_index import TitleIndex

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "docs_corpus"
LAWS = bench_data() / "laws"
EXPECTED = yaml.safe_load((ROOT / "tests/data/laws.expected.yaml").read_text(encoding="utf-8"))
NAMES = list(EXPECTED["laws"])
FIELDS = ("region", "level", "issued", "effective", "articles")

pytestmark = pytest.mark.skipif(not LAWS.is_dir(), reason=f"the 75 laws are not at {LAWS}")


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """All 80 documents, loaded from one folder, by id."""
    folder = tmp_path_factory.mktemp("corpus")
    shutil.copytree(CORPUS, folder, dirs_exist_ok=True)
    for path in LAWS.glob("*.md"):
        shutil.copy(path, folder / "raw")
    return {document.id: document for document in load_corpus(folder).documents}


def law(held, name):
    return held[document_id(name)]


def found(document):
    """What was found, by the names of the table."""
    return {
        "region": str(document.region),
        "level": document.level,
        "issued": document.issued,
        "effective": document.effective,
        "articles": sum(bool(re.fullmatch(r"a\d+", clause.key)) for clause in document.clauses),
    }


def is_flagged(document, label):
    return any(
        finding.kind.startswith("metadata_") and finding.message.startswith(label)
        for finding in document.findings
    )


def faults(document, name):
    """Where what was found differs from the table, or an open value is not flagged."""
    expected = dict(zip(FIELDS, EXPECTED["laws"][name], strict=True))
    title = EXPECTED["titles"].get(name, name.partition("(")[0])
    wrong = [] if document.title == title else ["title"]
    labels = {"level": "效力层级", "issued": "发布日期", "effective": "施行日期"}
    for field, value in found(document).items():
        if expected[field] == "-":
            wrong += [] if is_flagged(document, labels[field]) else [f"{field} is not flagged"]
        elif expected[field] != value:
            wrong.append(f"{field}: {value}")
    return wrong


def test_the_table_names_the_laws_that_are_there():
    assert sorted(NAMES) == sorted(path.stem for path in LAWS.glob("*.md"))


def test_eighty_bare_files_load_from_one_folder_under_safe_ids(held):
    assert len(held) == 80
    assert [one for one in held if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", one)] == []


def test_title_region_level_days_and_articles_are_right(held):
    assert {name: bad for name in NAMES if (bad := faults(law(held, name), name))} == {}


def test_a_day_that_only_the_file_name_gives_is_flagged(held):
    named = [name for name in NAMES if is_flagged(law(held, name), "发布日期：推定")]
    assert named == [
        "上海市实施《教师法》办法(1997-11-03)",
        "上海市终身教育促进条例(2011-01-05)",
        "普通高等学校设置暂行条例(1986-12-15)",
        "未成年人网络保护条例(2023-10-16)",
        "高等教育管理职责暂行规定(1986-03-12)",
    ]


def test_each_old_version_leads_to_its_successor_and_no_other_law_does(held):
    ids = {document_id(old): document_id(new) for old, new in EXPECTED["versions"].items()}
    assert {one.id: one.superseded_by for one in held.values() if one.superseded_by} == ids


def test_a_superseded_law_says_so_and_the_current_one_does_not(held):
    old, new = (law(held, f"职业教育法({day})") for day in ("1996-05-15", "2022-04-20"))
    assert old.validity.status == "已有新版本，自2022年5月1日起"
    assert new.validity.status == "自2022年5月1日起施行"


def test_the_version_in_force_is_chosen_by_day(held):
    old, new = (law(held, f"职业教育法({day})") for day in ("1996-05-15", "2022-04-20"))
    days = [old.effective.replace(year=1995), old.effective, old.effective.replace(year=2020)]
    wanted = [AsOf(AsOfKind.DAY, "", day) for day in (*days, new.effective)]
    chosen = [choose([old, new], as_of, date(2026, 11, 22)).documents for as_of in wanted]
    assert chosen == [(), (old,), (old,), (new,)]


def test_clauses_joined_give_each_law_back(held):
    for name in NAMES:
        document = law(held, name)
        assert "".join(clause.text for clause in document.clauses) == document.text


def test_the_five_policies_are_the_same_beside_the_laws(held):
    for alone in load_documents(CORPUS):
        for field in fields(alone):
            assert getattr(held[alone.id], field.name) == getattr(alone, field.name), field.name


@pytest.mark.parametrize(("old", "new"), EXPECTED["versions"].items())
def test_every_clause_of_two_versions_stands_in_their_comparison_once(held, old, new):
    before, after = law(held, old), law(held, new)
    rows = compare_versions(before, after)
    for document, clauses in (
        (before, [row.old for row in rows if row.old]),
        (after, [row.new for row in rows if row.new]),
    ):
        compared = [clause for clause in document.clauses if clause.kind != "note"]
        assert sorted(clauses, key=lambda clause: clause.start) == compared
    assert [row.new for row in rows if row.new] == [c for c in after.clauses if c.kind != "note"]


def test_the_amendment_of_2024_changed_one_article_of_the_minors_law(held):
    old, new = (law(held, f"未成年人保护法({day})") for day in ("2020-10-17", "2024-04-26"))
    changed = [row for row in compare_versions(old, new) if row.kind != "same"]
    assert [(row.kind, row.old.address, row.new.address) for row in changed] == [
        ("changed", "第九条", "第九条")
    ]


def test_references_within_a_law_are_all_found_and_lead_to_what_is_there(held):
    titles = TitleIndex.of(held.values())
    found = {
        (document.id, one)
        for document in held.values()
        for clause in document.clauses
        for one in references(document, clause, titles)
    }
    own = [one for _, one in found if re.match(r"本[法条规办]|前[条款]", one.text)]
    assert [one.text for one in own if one.target_clause_key is None] == []
    for name, one in found:
        assert held[name].text[one.start : one.end] == one.text
        if one.target_clause_key:
            target = held[one.target_document_id]
            clause = target.clause(one.target_clause_key)
            parts = {part.address for part in clause.parts}
            assert one.target_part is None or one.target_part in parts


def test_a_law_named_in_a_local_regulation_is_its_current_version(held):
    titles = TitleIndex.of(held.values())
    local = law(held, "河南省实施《职业教育法》办法(2010-07-30)")
    named = references(local, local.clause("title"), titles)
    assert [one.target_document_id for one in named] == [document_id("职业教育法(2022-04-20)")]
