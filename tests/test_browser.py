"""The web page in a real browser: asking, opening sources, keeping, reaching, and staying safe."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import uvicorn

from tests.web_fake import DOCUMENT, ID, QUOTE_TEXT, ScriptedChain, web_app

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium; apt-get install chromium")

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1440, "height": 900}
BOX = "#question textarea"
HOSTILE = (
    "<script>window.__xss=1</script><img src=x onerror='window.__xss=1'>"
    "<img src=https://evil.example/a.png>![p](https://evil.example/b.png)"
    "[l](javascript:window.__xss=1)<form action=https://evil.example><input></form>"
    "<div style='position:fixed'>x</div><svg onload='window.__xss=1'></svg>${window.__xss=1}"
)
Open = Callable[..., "sync_api.Page"]


@pytest.fixture(scope="module")
def chain() -> ScriptedChain:
    return ScriptedChain()


@pytest.fixture(scope="module")
def address(chain: ScriptedChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server on a free port."""
    app = web_app(chain, index_dir=str(tmp_path_factory.mktemp("var") / "index"))
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def contexts(browser: sync_api.Browser) -> dict[str, sync_api.BrowserContext]:
    """One context for each kind of reader, so that the browser's cache is used."""
    return {}


@pytest.fixture
def visit(
    browser: sync_api.Browser, contexts: dict[str, sync_api.BrowserContext], address: str
) -> Iterator[Open]:
    """Opens pages; afterwards no page may have sent a request to another host or run a script."""
    pages, requests, problems = [], [], []

    def open_page(path: str = "/", size: dict[str, int] = DESKTOP, **more: object) -> sync_api.Page:
        options = {"viewport": size, "locale": "zh-CN", **more}
        if str(options) not in contexts:
            contexts[str(options)] = browser.new_context(**options)
        page = contexts[str(options)].new_page()
        pages.append(page)
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address + path)
        if path.split("?")[0] == "/":
            page.wait_for_selector("#examples button:visible, #chat .wc-answer")
        return page

    yield open_page
    for page in pages:
        assert page.evaluate("window.__xss") is None
        page.evaluate("localStorage.clear()")
        page.close()
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []
    assert problems == []


def ask(page: sync_api.Page, text: str) -> sync_api.Locator:
    """Type a question, send it, and wait for its answer."""
    answers = page.locator("#chat .wc-answer")
    before = answers.count()
    page.fill(BOX, text)
    page.press(BOX, "Enter")
    answer = answers.nth(before)
    answer.wait_for()
    return answer


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_source_is_two_taps_away_and_its_quote_is_highlighted(
    visit: Open, size: dict[str, int]
) -> None:
    page = visit(size=size)
    answer = ask(page, "谁能报名")
    answer.locator("a.wc-cite").click()
    mark = page.locator("#evidence mark.wc-quote")
    mark.wait_for()
    assert mark.inner_text() == QUOTE_TEXT
    assert mark.is_visible()
    assert (
        page.locator("#evidence .wc-current").inner_text().strip()
        == DOCUMENT.clauses[2].text.strip()
    )
    assert "河政办〔2021〕7号" in page.locator("#evidence").inner_text()
    page.keyboard.press("Escape")
    page.locator("#evidence mark.wc-quote").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.className") == "wc-cite"


def test_an_older_answer_brings_its_own_source_back(visit: Open) -> None:
    page = visit()
    first = ask(page, "谁能报名")
    second = ask(page, "午餐多少钱")
    second.locator("a.wc-source").click()
    page.get_by_text("（二）每班不超过45人。").wait_for()
    first.locator("a.wc-cite").click()
    page.locator("#evidence mark.wc-quote").wait_for()
    assert page.locator("#evidence .wc-address").inner_text() == "一、招生办法（一）"


def test_a_follow_up_and_a_narrowing_button_send_the_earlier_questions(
    visit: Open, chain: ScriptedChain
) -> None:
    page = visit()
    ask(page, "谁能报名")
    page.locator("#chat .option").click()
    page.locator("#chat .wc-answer").nth(1).wait_for()
    assert chain.asked[-1].text == "初中呢"
    assert chain.asked[-1].history == ("谁能报名",)


def test_region_and_audience_are_sent_and_remembered(visit: Open, chain: ScriptedChain) -> None:
    page = visit()
    page.locator("#audience label", has_text="教师").click()
    page.get_by_role("button", name="武汉评中级职称").wait_for()
    page.locator("#region input").click()
    page.get_by_role("option", name="河阳市").click()
    page.wait_for_timeout(300)
    page.reload()
    page.wait_for_selector("#audience label.selected:has-text('教师')")
    ask(page, "谁能报名")
    assert (chain.asked[-1].region, chain.asked[-1].audience) == ("东江省/河阳市", "教师")


def test_the_conversation_survives_a_reload_until_it_is_deleted(visit: Open) -> None:
    page = visit()
    ask(page, "谁能报名")
    page.reload()
    page.locator("#chat .wc-answer").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#do-clear").click()
    page.locator("#chat .wc-answer").wait_for(state="detached")
    page.reload()
    page.wait_for_selector("#examples button:visible")
    assert page.locator("#chat .wc-answer").count() == 0


def test_a_question_that_fails_stays_in_the_box(visit: Open) -> None:
    page = visit()
    ask(page, "坏了")
    assert page.input_value(BOX) == "坏了"
    page.fill(BOX, "   ")
    page.press(BOX, "Enter")
    page.get_by_text("问题是空的").wait_for()


def test_when_the_server_is_gone_the_question_is_still_there(visit: Open) -> None:
    page = visit()
    page.route("**/gradio_api/queue/**", lambda route: route.abort())
    page.fill(BOX, "谁能报名")
    page.press(BOX, "Enter")
    page.wait_for_timeout(800)
    assert page.input_value(BOX) == "谁能报名"


def test_the_last_question_can_be_edited_and_answered_again(visit: Open) -> None:
    page = visit()
    ask(page, "谁能报名")
    page.locator("#do-edit_last").click()
    page.wait_for_function("document.querySelector('#question textarea').value === '谁能报名'")
    assert page.locator("#chat .wc-answer").count() == 0
    ask(page, "对比")
    assert page.locator("#chat .wc-table td").all_inner_texts() == ["河阳", "可以〔1〕"]


def test_a_shared_link_asks_its_question(visit: Open, chain: ScriptedChain) -> None:
    page = visit("/?q=谁能报名")
    page.locator("#chat .wc-answer").wait_for()
    assert chain.asked[-1].text == "谁能报名"


def test_the_conversation_is_saved_as_markdown_and_as_word(visit: Open) -> None:
    page = visit()
    ask(page, "谁能报名")
    with page.expect_download() as download:
        page.locator("#do-export_markdown").click()
    assert download.value.suggested_filename.endswith(".md")
    assert "> 年满6周岁的儿童可以报名。" in download.value.path().read_text("utf-8")
    with page.expect_download() as download:
        page.locator("#do-export_docx").click()
    assert download.value.suggested_filename.endswith(".docx")


def test_a_reader_can_say_what_was_wrong_with_an_answer(visit: Open) -> None:
    page = visit()
    answer = ask(page, "谁能报名")
    answer.get_by_role("button", name="没帮上").click()
    with page.expect_request("**/api/v1/feedback") as sent:
        answer.get_by_role("button", name="引用不对").click()
    assert sent.value.post_data_json == {
        "verdict": "down",
        "reason": "wrong_source",
        "status": "answered",
        "clauses": ["heyang-2021#1.1"],
    }
    answer.get_by_text("谢谢").wait_for()


def test_a_permalink_opens_the_document_at_the_clause(visit: Open) -> None:
    page = visit()
    ask(page, "谁能报名").locator("a.wc-cite").click()
    page.get_by_role("link", name="在全文中查看").click()
    page.locator("section[id='1.1'] mark.wc-quote").wait_for()
    assert page.url.endswith(f"/documents/{ID}?quote=35-48#1.1")


def test_document_pages_work_without_scripts(visit: Open) -> None:
    page = visit(f"/documents/{ID}", java_script_enabled=False)
    page.fill("#find", "报名")
    page.press("#find", "Enter")
    page.get_by_text("共 2 处“报名”。").wait_for()
    assert page.locator("mark.wc-found").count() == 2


def test_nothing_hostile_runs_or_is_fetched(visit: Open, chain: ScriptedChain) -> None:
    held = chain.documents
    chain.documents = {ID: replace(DOCUMENT, title=HOSTILE, short_title=HOSTILE, issuer=HOSTILE)}
    try:
        page = visit()
        answer = ask(page, HOSTILE)
        assert answer.locator(".wc-lead").inner_text() == f"您问的是：{HOSTILE}"
        visit("/documents")
        visit(f"/documents/{ID}")
        page.wait_for_timeout(300)
    finally:
        chain.documents = held


def test_the_whole_journey_works_from_the_keyboard(visit: Open) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "wc-skip"
    page.keyboard.press("Enter")
    page.focus(BOX)
    page.keyboard.type("谁能报名")
    page.keyboard.press("Enter")
    page.locator("#chat .wc-answer").wait_for()
    page.locator("#chat a.wc-cite").focus()
    page.keyboard.press("Enter")
    page.locator("#evidence mark.wc-quote").wait_for()
    assert page.evaluate("document.activeElement.id") == "evidence-heading"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "evidence-close"


def test_a_finished_answer_is_announced_once(visit: Open) -> None:
    page = visit()
    ask(page, "谁能报名")
    page.wait_for_function("document.getElementById('live').textContent.includes('原文有依据')")
    assert page.locator("#chat [aria-live=polite]").count() == 0


@pytest.mark.parametrize("path", ["/", f"/documents/{ID}", "/documents", "/answer?q=对比", "/docs"])
def test_a_320_pixel_phone_with_large_type_needs_no_sideways_scrolling(
    visit: Open, path: str
) -> None:
    page = visit(path, size={"width": 320, "height": 568})
    page.locator("[data-toggle=large]").click()
    if path == "/":
        ask(page, "对比")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "21px"


def test_english_readers_get_an_english_interface(visit: Open) -> None:
    page = visit(locale="en-US")
    page.get_by_role("button", name="Ask", exact=True).wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "Backed by the source" in ask(page, "谁能报名").inner_text()


@pytest.mark.parametrize(
    "path", ["/", f"/documents/{ID}?quote=35-48", "/documents", "/answer?q=谁能报名", "/docs"]
)
def test_axe_finds_no_serious_violation_in_light_or_dark(visit: Open, path: str) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    page = visit(path, bypass_csp=True, reduced_motion="reduce")
    if path == "/":
        ask(page, "谁能报名").locator("a.wc-cite").click()
        page.locator("#evidence mark.wc-quote").wait_for()
    for _ in ("light", "dark"):
        found = axe.Axe().run(page).response["violations"]
        serious = [v for v in found if v["impact"] in {"serious", "critical"}]
        assert [(v["id"], node["html"][:150]) for v in serious for node in v["nodes"]] == []
        page.locator("[data-toggle=dark]").click()
