"""The whole way in a real browser: from sign-in to publication, retirement and going back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.chain import PolicyChain
from bot.staff.workshop import Workshop
from bot.web.headers import STRICT
from index.embedder import load_embedder
from index.library.changes import Changes
from index.library.intake import Received
from index.modelcache import is_intact
from index.prepare import ADAPTED, model_folder
from index.search import Searcher
from tests.library_staff import HELD, folders
from tests.library_toys import apply, empty_library, policy
from tests.policy_files import docx_of
from tests.served import served
from tests.staff_toys import PASSWORD, REVIEWER, toy_store, with_accounts
from tests.test_browser import HOSTILE, WCAG
from tests.web_fake import settings, web_app

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium; apt-get install chromium")
WIDTHS = (390, 1280)
QUESTION = "武汉市随迁子女凭什么登记"
WORD = ("武汉市2024年入学.docx", docx_of(policy("武汉市", "学校收费每学期4 50元。").split("\n")))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole application over a small library, public pages included."""
    folder = tmp_path_factory.mktemp("library")
    environ = folders(folder)
    chosen = settings(**environ)
    if not is_intact(model_folder(ADAPTED, "int8", chosen.cache_dir)):
        pytest.skip("the embedding model is not prepared; run make install")
    embedder = load_embedder(ADAPTED, "int8", chosen.cache_dir)
    library = empty_library(folder)
    apply(library, Changes((library.drafts.keep(HELD, "甲").id,)), embedder)
    with_accounts(toy_store(folder))
    chain = PolicyChain(Searcher.open(Path(environ["index_dir"]), embedder), chosen)
    app = web_app(chain, store_url=f"sqlite:///{folder}/wence.db", **environ)
    app.state.workshop = Workshop(chosen, lambda: embedder)
    with served(app) as address:
        yield address


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[sync_api.Page]:
    """A reviewer who is signed in; nothing may have been fetched elsewhere or have run."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(locale="zh-CN")
        page.set_default_timeout(20_000)
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"{address}/staff/drafts")
        page.fill("#name", REVIEWER)
        page.fill("#password", PASSWORD)
        page.click("main button")
        yield page
        assert page.evaluate("window.__xss") is None
        browser.close()
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []


def inspect(page: sync_api.Page) -> None:
    """No sideways scrolling, no serious fault for those who cannot see or use a mouse."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == width, page.url
        found = axe.Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        serious = [one for one in found if one["impact"] in {"serious", "critical"}]
        faults = [(one["id"], node["html"][:120]) for one in serious for node in one["nodes"]]
        assert faults == [], page.url


def done(page: sync_api.Page) -> str:
    """What the page of a job says when it is finished."""
    page.locator(".ws-done, .wc-problem, .ws-probes").first.wait_for()
    return page.inner_text("main")


def ask(address: str) -> dict[str, object]:
    reply = httpx.post(f"{address}/api/v1/ask", json={"question": QUESTION}, timeout=60)
    return reply.json()


def cited(address: str) -> list[str]:
    return [citation["document_id"] for citation in ask(address)["citations"]]


def test_from_sign_in_to_publication_retirement_and_back(page, address):
    name, data = WORD
    files = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": data},
        {"name": "坏的.pdf", "mimeType": "application/pdf", "buffer": b"%PDF nothing"},
    ]
    page.set_input_files("#files", files)
    page.click("text=上传 >> nth=-1")
    assert "有 1 个文件没有收下" in page.inner_text("main")
    inspect(page)

    page.click(".ws-card-head a")
    assert "还有 1 处要处理" in page.inner_text("main")
    inspect(page)
    page.click("text=/^看第/")
    assert page.locator(".ws-line:target .ws-mark").inner_text().strip() == "4 50"
    page.click("text=改正原文")
    box = page.locator(".ws-issue-item textarea")
    box.fill(box.input_value().replace("4 50", "450"))
    page.fill(".ws-issue-item input[name=reason] >> nth=0", "转换多了空格")
    page.click("text=保存改正 >> nth=0")
    assert "没有要处理的问题，可以发布。" in page.inner_text("main")

    page.click("#probes ~ form button")
    assert "试答" in done(page)
    page.wait_for_url("**/staff/drafts/*")
    assert "引到" in page.inner_text(".ws-probes")
    inspect(page)

    assert cited(address) == []
    page.click("text=去发布")
    inspect(page)
    page.fill("#note", "2024年入学文件")
    page.click("main form button")
    assert "第 2 次发布完成：新增 1 份" in done(page)
    inspect(page)
    [document_id, *_] = cited(address)
    assert "450" in httpx.get(f"{address}/documents/{document_id}").text

    page.goto(f"{address}/staff/documents")
    inspect(page)
    page.click("text=武汉市教育局")
    inspect(page)
    page.click("text=标为废止或失效")
    page.fill("#on", "2024-12-31")
    page.fill("#retire-reason", "被新文件废止")
    page.check("form[action$=retire] [name=confirm]")
    page.click("form[action$=retire] button")
    assert "第 3 次发布完成：废止 1 份" in done(page)
    assert "废止" in httpx.get(f"{address}/documents/{document_id}").text

    page.goto(f"{address}/staff/publications")
    inspect(page)
    page.click("text=回退到第 1 次")
    page.check("form[action$='/1/rollback'] [name=confirm]")
    page.click("form[action$='/1/rollback'] button")
    assert "第 4 次发布完成：撤下 1 份" in done(page)
    assert cited(address) == []
    assert httpx.get(f"{address}/documents/{document_id}").status_code == 404


def test_two_versions_side_by_side_on_a_phone_and_on_a_desktop(page, address):
    page.goto(f"{address}/staff/drafts")
    newer = policy("嘉兴市", "学校每月收午托费120元。", 2025).encode()
    page.set_input_files(
        "#files", [{"name": "jiaxing-2025.txt", "mimeType": "text/plain", "buffer": newer}]
    )
    page.click("text=上传 >> nth=-1")
    page.click("a[href^='/staff/drafts/'] >> nth=-1")
    page.click("text=/^备查/")
    page.click("text=/^与《.*对照$/")
    assert page.locator("ins").count() > 0
    inspect(page)
    left, right = (
        page.locator(".ws-pair").first.locator(".ws-side").nth(side).bounding_box()
        for side in (0, 1)
    )
    assert left["y"] == right["y"]
    page.set_viewport_size({"width": 390, "height": 844})
    left, right = (
        page.locator(".ws-pair").first.locator(".ws-side").nth(side).bounding_box()
        for side in (0, 1)
    )
    assert left["x"] == right["x"]


def test_a_hostile_file_runs_nothing_on_any_page(page, address):
    text = policy("松阳县", HOSTILE).replace("关于做好", "关于<img src=x onerror=window.__xss=1>")
    hostile = Received("songyang-2024.txt", text.encode())
    page.goto(f"{address}/staff/drafts")
    page.set_input_files(
        "#files", [{"name": hostile.filename, "mimeType": "text/plain", "buffer": hostile.data}]
    )
    page.click("text=上传 >> nth=-1")
    page.click(".ws-card-head a >> nth=-1")
    draft = page.url.rsplit("/", 1)[-1]
    for path in (
        f"/staff/drafts/{draft}",
        f"/staff/publish?draft={draft}",
        f"/staff/compare?old=jiaxing-2024&new={draft}&all=1",
        "/staff/audit",
    ):
        reply = page.goto(address + path)
        assert reply.status == 200
        assert reply.headers["content-security-policy"] == STRICT
        assert page.locator("main img, main script, main iframe, main [onerror]").count() == 0
        assert page.evaluate("window.__xss") is None
