"""文件, 发布, 发布记录, 新旧对照 and the jobs behind them, over a small library."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from bot.staff.compare_page import kind_of, pair
from bot.staff.documents_page import DocumentFilter, families, fits
from bot.staff.jobs import Busy, Jobs, Order
from bot.web.interface import Interface
from index.compare_versions import compare_versions
from index.documents import Region
from index.errors import WenceError
from index.library.changes import Changes
from index.library.intake import Received
from tests.library_staff import add_draft, audited, finished, library_browser
from tests.library_toys import apply, received
from tests.staff_toys import EDITOR, REVIEWER, Browser
from tests.toys import ToyEmbedder, make_document

OLD = received("嘉兴市", "学校不收午托费。", 2024)
NEW = received("嘉兴市", "学校每月收午托费120元。", 2025)
OTHER = received("武汉市", "学校不得收取课后服务费。")


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return library_browser(tmp_path, OLD)


def library(browser: Browser):
    return browser.app.state.workshop.library


def publish(browser: Browser, *drafts: str, note: str = "") -> object:
    fields = {"draft": [path.rsplit("/", 1)[-1] for path in drafts], "note": note}
    return finished(browser, browser.submit("/staff/publish", **fields))


# ---- publishing


def test_a_draft_is_published_after_its_effect_was_shown(browser):
    path = add_draft(browser, NEW)
    page = browser.open(f"/staff/publish?draft={path.rsplit('/', 1)[-1]}").text
    assert ">新增</span>" in page
    assert "1 份旧文件将被取代" in page
    done = publish(browser, path, note="2025年收费")
    title = "嘉兴市教育局关于做好义务教育入学工作的意见"
    assert f"第 2 次发布完成：新增 1 份（《{title}》）" in done.text
    assert "2 份文件" in done.text
    assert library(browser).drafts.all() == ()
    assert sorted(library(browser).held()) == ["jiaxing-2024", "jiaxing-2025"]
    assert audited(browser)[1:] == [
        (REVIEWER, "publish", f"《{title}》"),
        (REVIEWER, "published", "2"),
    ]
    record = library(browser).history()[0]
    assert (record.by, record.note) == (REVIEWER, "2025年收费")
    page = browser.get("/staff/publications").text
    assert page.index("第 2 次发布") < page.index("正在使用") < page.index("第 1 次发布")


def test_a_draft_with_open_issues_is_held_back_and_cannot_be_published(browser):
    path = add_draft(browser, received("松阳县", "学校收费每学期4 50元。"))
    page = browser.open(f"/staff/publish?draft={path.rsplit('/', 1)[-1]}").text
    assert "有 1 份还不能发布" in page
    assert '<button type="submit">发布' not in page
    failed = publish(browser, path)
    assert "没有办成，公众看到的内容没有变化。" in failed.text
    assert "还有问题没有处理，不能发布" in failed.text
    assert sorted(library(browser).held()) == ["jiaxing-2024"]
    assert [action for _, action, _ in audited(browser)][1:] == ["publish", "publish_failed"]


def test_an_editor_may_look_but_not_publish_retire_or_go_back(browser):
    path = add_draft(browser, NEW)
    browser.sign_in(EDITOR)
    draft = path.rsplit("/", 1)[-1]
    page = browser.open(f"/staff/publish?draft={draft}").text
    assert ("发布要由“审核”账号来做。" in page, "<textarea" in page) == (True, False)
    for address in (
        "/staff/publish",
        "/staff/documents/jiaxing-2024/retire",
        "/staff/documents/jiaxing-2024/withdraw",
        "/staff/publications/1/rollback",
    ):
        reply = browser.submit(address, draft=draft, confirm="on", reason="试试")
        assert (reply.status_code, "这一步要由“审核”来做" in reply.text) == (403, True), address
    assert "要由“审核”账号来做" in browser.get("/staff/documents/jiaxing-2024").text
    assert library(browser).current() == 1


def test_while_one_thing_is_done_another_is_refused_by_name_and_pages_go_on(browser):
    workshop, go_on = browser.app.state.workshop, Event()
    path = add_draft(browser, NEW)
    job = workshop.jobs.start(Order("publish", "", "李老师"), lambda progress: go_on.wait(20))
    try:
        reply = browser.submit(f"{path}/probe")
        said = "“李老师”正在发布文件。一次只能做一件，请等它完成后再试。"
        assert (reply.status_code, said in reply.text) == (409, True)
        page = browser.get(f"/staff/jobs/{job.id}")
        assert ("正在进行" in page.text, page.headers["refresh"]) == (True, "2")
        assert browser.get("/staff/documents").status_code == 200
        assert [action for _, action, _ in audited(browser)] == ["draft_add"]
    finally:
        go_on.set()


def test_a_job_that_fails_in_a_way_nobody_foresaw_has_a_reference(browser, caplog):
    def fail(progress):
        raise ZeroDivisionError

    jobs = browser.app.state.workshop.jobs
    job = jobs.start(Order("rollback", "1", REVIEWER), fail)
    while jobs.running:
        pass
    page = browser.get(f"/staff/jobs/{job.id}").text
    assert jobs.get(job.id).reference in page
    assert "ZeroDivisionError" not in page
    assert "没有这件事的进度记录" in browser.get("/staff/jobs/none").text


def test_jobs_run_one_at_a_time_and_tell_how_far_they_are():
    jobs, begun, go_on = Jobs(), Event(), Event()

    def work(progress):
        progress("embed", 3, 7)
        begun.set()
        go_on.wait(20)
        return "好"

    def fault(progress):
        raise WenceError("磁盘满了")

    job = jobs.start(Order("publish", "甲", "王"), work)
    begun.wait(20)
    assert (jobs.get(job.id).stage, jobs.get(job.id).done, jobs.get(job.id).total) == (
        "embed",
        3,
        7,
    )
    with pytest.raises(Busy):
        jobs.start(Order("retire", "乙", "李"), work)
    go_on.set()
    while jobs.running:
        pass
    assert (jobs.get(job.id).state, jobs.get(job.id).result) == ("done", "好")
    failed = jobs.start(Order("publish", "甲", "王"), fault)
    while jobs.running:
        pass
    assert (jobs.get(failed.id).state, jobs.get(failed.id).fault) == ("failed", "磁盘满了")


# ---- what is held


def test_a_document_is_retired_withdrawn_and_brought_back(browser):
    browser.open("/staff/documents/jiaxing-2024")
    path = "/staff/documents/jiaxing-2024"
    assert "请先勾选确认" in browser.submit(f"{path}/retire", reason="新文件").text
    assert "请写明理由" in browser.submit(f"{path}/retire", confirm="on").text
    bad = browser.submit(f"{path}/retire", confirm="on", reason="新文件", on="明天")
    assert "“明天”不是日期" in bad.text
    fields = {"confirm": "on", "reason": "被新文件废止", "on": "2025-01-01", "status": "repealed"}
    done = finished(browser, browser.submit(f"{path}/retire", **fields))
    assert "第 2 次发布完成：废止 1 份" in done.text
    held = library(browser).held()["jiaxing-2024"]
    assert (held.validity.status, held.expires) == ("废止", date(2024, 12, 31))
    apply(library(browser), Changes((library(browser).drafts.keep(OTHER, "甲").id,)))
    done = finished(browser, browser.submit(f"{path}/withdraw", confirm="on", reason="误传"))
    assert "撤下 1 份（jiaxing-2024）" in done.text
    assert browser.get(path).status_code == 404
    assert "请先勾选确认" in browser.submit("/staff/publications/1/rollback").text
    done = finished(browser, browser.submit("/staff/publications/1/rollback", confirm="on"))
    assert "第 5 次发布完成" in done.text
    assert library(browser).held()["jiaxing-2024"].validity.status == "效力未载明"
    assert [action for _, action, _ in audited(browser)] == [
        *("retire", "published", "withdraw", "published", "rollback", "published")
    ]


def test_a_publication_is_downloaded_as_files_that_can_be_uploaded_again(browser):
    reply = browser.get("/staff/publications/1/files")
    assert reply.headers["content-disposition"].startswith(
        'attachment; filename="wence-publication-1-'
    )
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        assert archive.read("raw/jiaxing-2024.txt") == OLD.data
    assert browser.get("/staff/publications/7/files").status_code == 404


def test_documents_are_listed_with_their_versions_and_filtered(browser):
    apply(library(browser), Changes((library(browser).drafts.keep(NEW, "甲").id,)))
    apply(library(browser), Changes((library(browser).drafts.keep(OTHER, "甲").id,)))
    page = browser.get("/staff/documents").text
    assert "找到 3 份，共收录 3 份" in page
    assert page.count("共 2 个版本") == 2
    found = {
        query: browser.get(f"/staff/documents?{query}").text.count('class="ws-card"')
        for query in (
            *("words=武汉", "version=superseded", "version=current", "version=several"),
            *("level=normative", "level=law", "region=湖北省/武汉市"),
        )
    }
    assert list(found.values()) == [1, 1, 2, 2, 3, 0, 1]
    page = browser.get("/staff/documents/jiaxing-2024").text
    assert "本库收有较新的" in page
    assert "/staff/compare?old=jiaxing-2024&amp;new=jiaxing-2025" in page


def test_a_filter_looks_at_words_region_level_validity_and_version():
    one = make_document("a-1", "浙江省/嘉兴市", ["第一条。"])
    versions = families([one])
    kept = [
        fits(one, wanted, versions)
        for wanted in (
            DocumentFilter(),
            DocumentFilter(words="A-1"),
            DocumentFilter(words="没有"),
            DocumentFilter(region="浙江省"),
            DocumentFilter(level=one.level, validity=one.validity.status, version="current"),
            DocumentFilter(version="several"),
        )
    ]
    assert kept == [True, True, False, False, True, False]
    newer = replace(one, id="a-2", effective=date(2025, 1, 1))
    [versions] = families([one, newer]).values()
    assert [version.id for version in versions] == ["a-2", "a-1"]
    assert len(families([one, replace(one, region=Region(("全国",)))])) == 2


# ---- two versions side by side


def test_two_versions_are_compared_with_their_changed_words_marked(browser):
    path = add_draft(browser, NEW)
    query = f"old=jiaxing-2024&new={path.rsplit('/', 1)[-1]}"
    page = browser.get(f"/staff/compare?{query}").text
    assert "<ins>" in page
    assert "<del>" in page
    assert "一、招生对象" not in page
    assert "一、招生对象" in browser.get(f"/staff/compare?{query}&all=1").text
    reply = browser.get(f"/staff/compare.csv?{query}")
    rows = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))
    assert rows[0] == ["变化", "旧", "旧文", "新", "新文"]
    [fees] = [row for row in rows if row[1] == "二、学校收费"]
    assert fees == [
        "修改",
        "二、学校收费",
        "二、学校收费。学校不收午托费。",
        "二、学校收费",
        "二、学校收费。学校每月收午托费120元。",
    ]
    assert browser.get("/staff/compare?old=jiaxing-2024&new=none").status_code == 404


def test_a_clause_under_another_number_says_so_beside_what_became_of_it():
    old = make_document(
        "old", "浙江省/嘉兴市", ["第一条 学校收费应当公示。\n", "第二条 学校不收午托费。\n"]
    )
    texts = [
        "第一条 本法自今日施行。\n",
        "第二条 学校收费应当公示。\n",
        "第三条 学校每月收午托费。\n",
    ]
    rows = compare_versions(old, make_document("new", "浙江省/嘉兴市", texts))
    words = Interface(
        "zh", {f"row_{kind}": kind for kind in ("added", "moved", "changed", "renumbered")}, {}
    )
    assert [kind_of(row, words) for row in rows] == [
        "added",
        "moved、renumbered",
        "changed、renumbered",
    ]
    assert [pair(row).is_renumbered for row in rows] == [False, True, True]


def test_the_page_and_the_table_of_two_versions_show_changed_numbers(browser):
    longer = Received(
        "jiaxing-2025.txt",
        NEW.data.replace(
            "一、招生对象".encode(), "一、总的要求。办好每所学校。\n二、招生对象".encode()
        ).replace("二、学校收费".encode(), "三、学校收费".encode()),
    )
    path = add_draft(browser, longer)
    query = f"old=jiaxing-2024&new={path.rsplit('/', 1)[-1]}"
    page = browser.get(f"/staff/compare?{query}").text
    assert page.count('<span class="ws-tag">条号变了</span>') == 2 and "条号变了 2" in page
    table = browser.get(f"/staff/compare.csv?{query}").content.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(table)) if "条号变了" in row[0]]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("移位、条号变了", "一、招生对象", "二、招生对象"),
        ("修改、条号变了", "二、学校收费", "三、学校收费"),
    ]


def test_the_embedder_is_loaded_once_and_documents_decoded_once_for_a_build(browser):
    workshop = browser.app.state.workshop
    assert workshop.embedder is workshop.embedder
    assert isinstance(workshop.embedder, ToyEmbedder)
    assert workshop.held() is workshop.held()
    before = workshop.held()
    apply(library(browser), Changes((library(browser).drafts.keep(OTHER, "甲").id,)))
    assert sorted(workshop.held()) == ["jiaxing-2024", "wuhan-2024"]
    assert sorted(before) == ["jiaxing-2024"]
