"""待发布: uploading, the page of a draft, its fields, settling what was found, trying it."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from index.library.intake import Received
from tests.library_staff import (
    FAULTY,
    HELD,
    add_draft,
    audited,
    finished,
    issue_id,
    library_browser,
    send,
)
from tests.library_toys import policy, received
from tests.policy_files import docx_of, zip_of
from tests.staff_toys import EDITOR, REVIEWER, Browser

WUHAN = received("武汉市", "学校不得收取课后服务费。")
BAD = received("松阳县", FAULTY)
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'"


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return library_browser(tmp_path)


def library(browser: Browser):
    return browser.app.state.workshop.library


def test_files_of_several_kinds_become_drafts_and_the_faulty_are_told_one_by_one(browser):
    word = docx_of(policy("松阳县", "学校不收费。").split("\n"))
    reply = send(
        browser,
        ("武汉.zip", zip_of({"wuhan-2024.txt": WUHAN.data})),
        ("songyang-2024.docx", word),
        ("坏的.pdf", b"%PDF-1.7 nothing"),
        ("程序.exe", b"MZ"),
    )
    assert reply.status_code == 200
    assert "有 2 个文件没有收下" in reply.text
    assert "收下 2 份，请逐份核对。" in reply.text
    faults = re.findall(r"<li>(?:<b>)?(坏的\.pdf|程序\.exe)", reply.text)
    assert faults == ["坏的.pdf", "程序.exe"]
    assert [one.document_id for one in library(browser).drafts.all()] == [
        "songyang-2024",
        "wuhan-2024",
    ] or [one.document_id for one in library(browser).drafts.all()] == [
        "wuhan-2024",
        "songyang-2024",
    ]
    assert sorted(action for _, action, _ in audited(browser)) == [
        "draft_add",
        "draft_add",
        "draft_refused",
        "draft_refused",
    ]


def test_without_a_file_nothing_is_taken_in(browser):
    reply = browser.submit("/staff/drafts")
    assert (reply.status_code, "还没有选择文件。" in reply.text) == (422, True)


def test_an_upload_over_the_limit_is_refused(tmp_path):
    browser = library_browser(tmp_path, max_upload_mb="1")
    reply = send(browser, ("wuhan-2024.txt", WUHAN.data + b" " * 2**20))
    assert (reply.status_code, "提交的内容太大，最多 1 MB。" in reply.text) == (413, True)
    assert library(browser).drafts.all() == ()


def test_the_list_says_what_is_open_and_offers_what_is_ready(browser):
    send(browser, (WUHAN.filename, WUHAN.data), (BAD.filename, BAD.data))
    page = browser.get("/staff/drafts").text
    assert (page.count("可以发布</b>"), page.count("1 处待处理</b>")) == (1, 1)
    assert page.count('name="draft"') == 1
    browser.sign_in(EDITOR)
    page = browser.get("/staff/drafts").text
    assert page.count('name="draft"') == 0
    assert "发布要由“审核”账号来做。" in page


def test_drafts_that_time_did_not_reach_are_looked_at_on_the_next_visit(browser, monkeypatch):
    monkeypatch.setattr("bot.staff.workshop.LOOKING", -1.0)
    send(browser, (WUHAN.filename, WUHAN.data))
    page = browser.get("/staff/drafts")
    assert ("正在检查" in page.text, page.headers["refresh"]) == (True, "2")
    monkeypatch.setattr("bot.staff.workshop.LOOKING", 9.0)
    page = browser.get("/staff/drafts")
    assert ("可以发布</b>" in page.text, page.headers.get("refresh")) == (True, None)


def test_a_draft_is_shown_with_numbered_lines_the_place_of_its_issue_and_its_clauses(browser):
    page = browser.get(add_draft(browser, BAD)).text
    issue = issue_id(page)
    assert f'<a class="ws-mark" href="#issue-{issue}"' in page
    [line] = re.findall(r'id="line-(\d+)"><span class="ws-number">\d+</span>.*?ws-mark', page)[-1:]
    assert f'<a href="#line-{line}">看第 {line} 行</a>' in page
    assert "<b>二、学校收费</b>" in page
    assert "标题行" in page


def test_a_warning_is_settled_by_putting_the_text_right(browser):
    path = add_draft(browser, BAD)
    page = browser.open(path).text
    find = unescape(re.search(r'name="find" value="([^"]+)"', page)[1])
    assert "4 50元" in find
    fields = {"find": find, "put": find.replace("4 50", "450"), "reason": "转换多了空格"}
    reply = browser.submit(f"{path}/repair", **fields)
    assert reply.headers["location"] == f"{path}?done=repaired#issues"
    page = browser.get(reply.headers["location"]).text
    assert "没有要处理的问题，可以发布。" in page
    assert "已保存。问题和条款已按改正后的文字重新检查。" in page
    assert "<del>" in page
    [draft] = library(browser).drafts.all()
    assert "450元" in library(browser).drafts.document(draft.id).text
    browser.submit(f"{path}/repairs/1/remove")
    assert "4 50元" in library(browser).drafts.document(draft.id).text
    assert [action for _, action, _ in audited(browser)] == [
        "draft_add",
        "draft_repair",
        "draft_unrepair",
    ]


def test_words_are_taken_out_by_leaving_the_new_ones_empty(browser):
    path = add_draft(browser, BAD)
    reply = browser.submit(f"{path}/repair", find="每学期4 50元", put="", reason="误贴")
    assert reply.status_code == 303
    [draft] = library(browser).drafts.all()
    assert "学校收费。" in library(browser).drafts.document(draft.id).text


@pytest.mark.parametrize(
    ("find", "put", "reason", "said"),
    [
        ("没有这几个字", "有", "核对", "全文里没有找到要改的文字"),
        ("学校", "校", "核对", "在全文里出现了"),
        ("4 50元", "4 50元", "核对", "改正前后没有区别"),
        ("4 50元", "450元", "改", "请写明理由"),
    ],
)
def test_a_repair_that_cannot_be_made_is_refused_in_words(browser, find, put, reason, said):
    path = add_draft(browser, BAD)
    reply = browser.submit(f"{path}/repair", find=find, put=put, reason=reason)
    assert (reply.status_code, said in reply.text) == (422, True)
    [draft] = library(browser).drafts.all()
    assert not draft.sidecar.exists()


def test_a_note_explains_a_place_without_changing_it(browser):
    path = add_draft(browser, BAD)
    browser.submit(f"{path}/repair", find="4 50元", kind="note", reason="原件如此")
    page = browser.get(path).text
    assert "没有要处理的问题，可以发布。" in page
    assert "只加说明" in page


def test_a_warning_is_accepted_with_a_reason_and_by_name(browser):
    path = add_draft(browser, BAD)
    issue = issue_id(browser.open(path).text)
    assert browser.submit(f"{path}/accept", issue=issue, reason=" ").status_code == 422
    reply = browser.submit(f"{path}/accept", issue=issue, reason="已对照原件")
    page = browser.get(reply.headers["location"]).text
    assert "没有要处理的问题，可以发布。" in page
    assert re.search(f"{REVIEWER} 于 [0-9-]+ 接受：已对照原件", page)
    assert browser.submit(f"{path}/accept", issue=issue, reason="再来一次").status_code == 404


def test_an_error_cannot_be_accepted(browser):
    path = add_draft(browser, Received("jiaxing-copy.txt", HELD.data))
    page = browser.open(path).text
    assert "内容完全相同" in page
    assert 'name="issue"' not in page
    [draft] = library(browser).drafts.all()
    [issue] = browser.app.state.workshop.look(draft).open_issues
    reply = browser.submit(f"{path}/accept", issue=issue.id, reason="就是要发")
    assert (reply.status_code, "这是错误，不能接受，必须改正。" in reply.text) == (422, True)
    assert "/staff/compare?old=jiaxing-2024" in page


# ---- the form


def form(browser: Browser, path: str) -> dict[str, str]:
    """The form of a draft as it stands."""
    page = browser.open(path).text.split('action="' + path + '/fields"')[1].split("</form>")[0]
    inputs = re.findall(r'<input id="f-\w+" name="(\w+)" value="([^"]*)"', page)
    areas = re.findall(r'<textarea id="f-\w+" name="(\w+)"[^>]*>([^<]*)</textarea>', page)
    chosen = re.findall(
        r'<select id="f-\w+" name="(\w+)">.*?<option value="(\w+)" selected>', page, re.DOTALL
    )
    return {name: unescape(value) for name, value in (*inputs, *areas, *chosen)}


def test_a_form_sent_back_as_it_was_changes_nothing(browser):
    path = add_draft(browser, WUHAN)
    reply = browser.submit(f"{path}/fields", **form(browser, path))
    assert reply.headers["location"] == f"{path}?done=unchanged#fields"
    [draft] = library(browser).drafts.all()
    assert not draft.sidecar.exists()


def test_what_somebody_changes_is_kept_and_what_is_cleared_is_read_from_the_text_again(browser):
    path = add_draft(browser, WUHAN)
    before = form(browser, path)
    changed = before | {
        "title": "武汉市招生规定",
        "effective": "2024-09-01",
        "region": "武汉市江岸区",
        "repeals": " 旧通知甲 \n\n旧通知乙",
        "validity_status": "现行有效",
        "validity_basis": "市教育局来函",
    }
    assert browser.submit(f"{path}/fields", **changed).headers["location"].endswith("#fields")
    [draft] = library(browser).drafts.all()
    document = library(browser).drafts.document(draft.id)
    assert (document.title, document.effective) == ("武汉市招生规定", date(2024, 9, 1))
    assert str(document.region) == "湖北省/武汉市/江岸区"
    assert document.repeals == ("旧通知甲", "旧通知乙")
    assert document.validity.status == "现行有效"
    assert "工作人员填写" in browser.get(path).text
    browser.submit(
        f"{path}/fields",
        **form(browser, path) | {"title": "", "validity_status": "", "validity_basis": ""},
    )
    again = library(browser).drafts.document(draft.id)
    assert (again.title, again.validity.status) == (before["title"], "效力未载明")


def test_a_day_that_was_read_wrongly_can_be_taken_away(browser):
    path = add_draft(browser, WUHAN)
    fields = form(browser, path)
    assert fields["issued"] == "2024-05-01"
    browser.submit(f"{path}/fields", **fields | {"issued": ""})
    [draft] = library(browser).drafts.all()
    assert library(browser).drafts.document(draft.id).issued is None
    assert form(browser, path)["issued"] == ""


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("issued", "去年", "请写成 2026-01-31 这样的日期"),
        ("level", "king", "请从列出的项目里选择"),
        ("region", "没这地方", "认不出是哪个地区"),
        ("title", "长" * 201, "最多 200 个字"),
        ("title", "", "这一项不能留空"),
        ("number", "", "没有文号时，请在“没有文号的原因”里说明"),
        ("target_year", "明年", "请写四位数字的年份"),
        ("validity_status", "有效", "要一起填"),
        ("document_id", "中文", "文件编号要以小写字母或数字开头"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_name_and_nothing_is_kept(
    browser, field, value, said
):
    path = add_draft(browser, WUHAN)
    reply = browser.submit(f"{path}/fields", **form(browser, path) | {field: value})
    assert (reply.status_code, said in reply.text) == (422, True)
    [draft] = library(browser).drafts.all()
    assert not draft.sidecar.exists()
    assert [action for _, action, _ in audited(browser)] == ["draft_add"]


def test_a_file_of_unknown_region_asks_for_it_in_the_form(browser):
    text = policy("武汉市", "不收费。").replace("武汉市", "").replace("武教", "教")
    path = add_draft(browser, Received("unknown-2024.txt", text.encode()))
    page = browser.get(path).text
    assert "看不出这份文件适用于哪个地区" in page
    assert ".yaml" not in page
    browser.submit(f"{path}/fields", region="湖北省/武汉市")
    assert "看不出这份文件适用于哪个地区" not in browser.get(path).text


# ---- trying, removing, safety


def test_probe_questions_are_answered_by_the_preview_and_the_public_sees_nothing(browser):
    path = add_draft(browser, WUHAN)
    page = browser.open(path).text
    assert "试答" in page
    done = finished(browser, browser.submit(f"{path}/probe"))
    assert done.headers["location"] == f"{path}#probes"
    page = browser.get(path).text
    assert page.count("引到") >= 1
    assert sorted(library(browser).held()) == ["jiaxing-2024"]
    browser.submit(f"{path}/fields", **form(browser, path) | {"short_title": "武汉规定"})
    assert "请重新试答" in browser.get(path).text


def test_a_draft_is_deleted_once_it_was_confirmed(browser):
    path = add_draft(browser, WUHAN)
    assert "请先勾选确认" in browser.submit(f"{path}/remove").text
    assert browser.submit(f"{path}/remove", confirm="on").status_code == 303
    gone = browser.get(path)
    assert (gone.status_code, "没有这份草稿" in gone.text) == (404, True)


def test_the_file_is_given_back_as_it_came_and_never_shown(browser):
    path = add_draft(browser, WUHAN)
    reply = browser.get(f"{path}/source")
    assert reply.content == WUHAN.data
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-disposition"].startswith("attachment")


def test_no_word_of_a_file_or_of_its_name_runs_on_any_page(browser):
    text = policy("武汉市", f"{FAULTY}{HOSTILE}").replace("关于做好", HOSTILE)
    path = add_draft(browser, Received("wuhan'><script>alert(1)<img src=x>.txt", text.encode()))
    fields = form(browser, path) | {"issuer": HOSTILE, "source_note": HOSTILE}
    browser.submit(f"{path}/fields", **fields)
    [draft] = library(browser).drafts.all()
    addresses = (
        path,
        "/staff/drafts",
        f"/staff/publish?draft={draft.id}",
        f"/staff/compare?old=jiaxing-2024&new={draft.id}&all=1",
        "/staff/audit",
    )
    for address in addresses:
        page = browser.get(address)
        assert page.status_code == 200, address
        assert "<script>alert" not in page.text
        assert "<img" not in page.text
        assert "alert(1)" in page.text, address


def test_every_change_needs_the_token_and_a_page_of_ours(browser):
    path = add_draft(browser, WUHAN)
    for action in ("fields", "accept", "repair", "remove", "probe", "repairs/1/remove"):
        assert browser.post(f"{path}/{action}", data={"csrf": browser.csrf}).status_code == 403
        forged = browser.post(
            f"{path}/{action}", data={"csrf": "0" * 64}, headers={"Origin": browser.site}
        )
        assert forged.status_code == 403
    assert [action for _, action, _ in audited(browser)] == ["draft_add"]


def test_a_scanned_pdf_is_refused_with_the_reason(browser):
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.rect(10, 10, 300, 300, fill=1)
    canvas.showPage()
    canvas.save()
    reply = send(browser, ("扫描.pdf", out.getvalue()))
    assert (reply.status_code, "扫描.pdf" in reply.text, "有 1 个文件没有收下" in reply.text) == (
        422,
        True,
        True,
    )


def test_a_repair_that_undoes_an_earlier_one_is_taken_back(browser):
    path = add_draft(browser, BAD)
    browser.submit(f"{path}/repair", find="4 50元", put="450元", reason="空格")
    reply = browser.submit(f"{path}/repair", find="每学期450元", put="每学期", reason="误改")
    assert (reply.status_code, "与别处的改正冲突" in reply.text) == (422, True)
    [draft] = library(browser).drafts.all()
    assert "450元" in library(browser).drafts.document(draft.id).text
    assert len(re.findall(r"/repairs/\d+/remove", browser.get(path).text)) == 1
