"""The web page in a real browser: asking, opening sources, keeping, reaching, and staying safe."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from docx import Document as WordDocument

from index.errors import ModelError
from tests.served import served
from tests.web_fake import (
    CLAUSES,
    DOCUMENT,
    ID,
    QUOTE_TEXT,
    SLOW,
    ScriptedChain,
    missing_index,
    web_app,
)

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium; apt-get install chromium")

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1440, "height": 900}
BOX = "#question textarea"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BOTH = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
RUN = "window.__xss=1"
INJECTIONS = (
    f"<script>{RUN}</script>",
    f"<ScRiPt src=data:text/javascript,{RUN}></sCrIpT>",
    f"<img src=x onerror={RUN}>",
    f'"><svg/onload={RUN}>',
    f"<details open ontoggle={RUN}>a</details>",
    f"<input autofocus onfocus={RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<a href=javascript:{RUN}>a</a><a href='java\tscript:{RUN}'>b</a>",
    f"[a](javascript:{RUN}) [b]( data:text/html,<script>{RUN}</script>)",
    "<img src=https://evil.example/a.png>![p](https://evil.example/b.png)",
    "<form action=https://evil.example><input><button>go</button></form>",
    "<div style='position:fixed;inset:0;background:url(https://evil.example/c.png)'>x</div>",
    "<link rel=stylesheet href=https://evil.example/d.css><base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    f"${{{RUN}}} {{{{{RUN}}}}} {{% {RUN} %}} $$\\href{{javascript:{RUN}}}{{a}}$$",
    f"</textarea></title></style><math><mtext><style><img src onerror={RUN}></style></mtext></math>",
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>">',
    f"`<b onmouseover={RUN}>`\n\n    <script>{RUN}</script>\n\n~~~\n<script>{RUN}</script>",
)
HOSTILE = "".join(INJECTIONS[:15]).replace("\n", " ")
FOREIGN = (
    "script, img, iframe, form, input, link, meta, base, svg, style, [style], [onload], [onerror]"
)
Open = Callable[..., "sync_api.Page"]


@pytest.fixture(scope="module")
def chain() -> ScriptedChain:
    return ScriptedChain()


@pytest.fixture(scope="module")
def address(chain: ScriptedChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server whose own files lie in a folder of this test."""
    app = web_app(chain, index_dir=str(tmp_path_factory.mktemp("var") / "index"))
    with served(app) as address:
        yield address


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


@BOTH
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
    first.locator(".wc-status").click()  # anywhere on the message
    page.locator("#evidence mark.wc-quote").wait_for()
    sync_api.expect(page.locator("#evidence .wc-address")).to_have_text("一、招生办法（一）")
    second.locator("a.wc-source").click()
    page.get_by_text("（二）每班不超过45人。").wait_for()
    first.locator("a.wc-cite").click()
    page.locator("#evidence mark.wc-quote").wait_for()


def test_the_back_button_of_a_phone_closes_the_sheet_and_stays_on_the_page(visit: Open) -> None:
    page = visit(size=PHONE)
    answer = ask(page, "谁能报名")
    answer.locator("a.wc-cite").click()
    page.locator("#evidence mark.wc-quote").wait_for()
    page.go_back()
    page.locator("#evidence mark.wc-quote").wait_for(state="hidden")
    assert answer.is_visible()
    answer.locator("a.wc-cite").click()
    page.locator("#evidence mark.wc-quote").wait_for()
    page.mouse.click(180, 90)  # above the sheet
    page.locator("#evidence mark.wc-quote").wait_for(state="hidden")


@BOTH
def test_a_narrowing_button_and_a_follow_up_send_the_earlier_questions(
    visit: Open, chain: ScriptedChain, size: dict[str, int]
) -> None:
    page = visit(size=size)
    ask(page, "谁能报名")
    page.get_by_role("button", name="看河阳市的规定").click()
    page.locator("#chat .wc-answer").nth(1).wait_for()
    assert (chain.asked[-1].text, chain.asked[-1].history) == ("河阳市", ("谁能报名",))
    ask(page, "那初中呢")
    assert chain.asked[-1].history == ("谁能报名", "河阳市")


@BOTH
def test_a_related_question_is_asked_with_one_tap(
    visit: Open, chain: ScriptedChain, size: dict[str, int]
) -> None:
    page = visit(size=size)
    ask(page, "谁能报名")
    page.locator("#chat .options[role=group][aria-label=接着问]").wait_for()
    page.get_by_role("button", name="河阳市一个班多少人").click()
    page.locator("#chat .wc-lead", has_text="这里没有写。").wait_for()
    assert chain.asked[-1].text == "河阳市一个班多少人"


@BOTH
def test_what_the_documents_do_not_say_names_the_nearest_clauses_and_their_issuer(
    visit: Open, size: dict[str, int]
) -> None:
    page = visit(size=size)
    answer = ask(page, "午餐多少钱")
    assert "没有找到依据" in answer.locator(".wc-status").inner_text()
    assert "河阳市人民政府办公室" in answer.locator(".wc-sources").inner_text()
    answer.locator("a.wc-source").click()
    page.locator("#evidence .wc-current").wait_for()
    sync_api.expect(page.locator("#evidence .wc-address")).to_have_text("一、招生办法（二）")
    assert page.locator("#evidence .wc-path a").all_inner_texts() == ["一、招生办法"]
    assert "45人" in page.locator("#evidence .wc-repair").inner_text()


@BOTH
def test_a_comparison_is_a_table_that_scrolls_inside_its_own_frame(
    visit: Open, size: dict[str, int]
) -> None:
    page = visit(size=size)
    table = ask(page, "对比").locator(".wc-table")
    assert table.locator("th").all_inner_texts() == ["地区", "规定"]
    wide = table.evaluate("frame => frame.scrollWidth > frame.clientWidth")
    assert wide is (size == PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    table.locator("a.wc-cite").click()
    page.locator("#evidence mark.wc-quote").wait_for()


@BOTH
def test_region_and_audience_are_sent_and_remembered(
    visit: Open, chain: ScriptedChain, size: dict[str, int]
) -> None:
    page = visit(size=size)
    page.locator("#audience label", has_text="教师").click()
    page.get_by_role("button", name="武汉评中级职称").wait_for()
    page.locator("#region input").click()
    page.wait_for_timeout(300)
    before = page.evaluate("JSON.stringify(localStorage)")  # what is kept there is encrypted
    page.get_by_role("option", name="河阳市").click()
    page.wait_for_function("before => JSON.stringify(localStorage) !== before", arg=before)
    page.reload()
    page.wait_for_selector("#audience label.selected:has-text('教师')")
    page.wait_for_function("document.querySelector('#region input').value.includes('河阳市')")
    ask(page, "谁能报名")
    assert (chain.asked[-1].region, chain.asked[-1].audience) == ("东江省/河阳市", "教师")


@BOTH
def test_the_conversation_survives_a_reload_until_it_is_deleted(
    visit: Open, size: dict[str, int]
) -> None:
    page = visit(size=size)
    page.locator("#audience label", has_text="教师").click()
    ask(page, "谁能报名")
    page.reload()
    page.locator("#chat .wc-answer").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#do-clear").click()
    page.locator("#chat .wc-answer").wait_for(state="detached")
    page.reload()
    page.wait_for_selector("#examples button:visible")
    assert page.locator("#chat .wc-answer").count() == 0
    page.wait_for_selector("#audience label.selected:has-text('家长')")


def test_a_question_that_fails_stays_in_the_box(visit: Open) -> None:
    page = visit()
    ask(page, "坏了")
    assert page.input_value(BOX) == "坏了"
    page.fill(BOX, "   ")
    page.press(BOX, "Enter")
    page.locator("#notice", has_text="问题是空的").wait_for()


@BOTH
@pytest.mark.parametrize(
    "failure", [ModelError("/secret"), missing_index()], ids=["model", "index"]
)
def test_when_the_model_or_the_index_fails_the_reader_is_told_and_loses_nothing(
    visit: Open, chain: ScriptedChain, failure: Exception, size: dict[str, int]
) -> None:
    page = visit(size=size)
    earlier = ask(page, "谁能报名")
    chain.failure = failure
    try:
        page.fill(BOX, "午餐多少钱")
        page.press(BOX, "Enter")
        notice = page.locator("#notice p")
        notice.wait_for()
        assert re.search(r"请稍后再试.*告诉管理员参考号 [0-9a-f]{8}", notice.inner_text())
        sync_api.expect(page.locator("#live")).to_have_text(notice.inner_text())
        assert "/secret" not in page.content()
        assert page.input_value(BOX) == "午餐多少钱"
        assert earlier.is_visible()
    finally:
        chain.failure = None
    page.press(BOX, "Enter")
    page.locator("#chat .wc-lead", has_text="收录的文件没有写这件事。").wait_for()
    sync_api.expect(notice).to_have_count(0)


def test_an_answer_can_be_stopped_and_its_question_stays(visit: Open) -> None:
    page = visit()
    page.fill(BOX, SLOW)
    page.press(BOX, "Enter")
    page.locator("#chat .wc-stages .wc-now", has_text="查找条款").wait_for()
    page.locator("#stop").click()
    page.locator("#notice", has_text="已停止").wait_for()
    assert page.input_value(BOX) == SLOW
    assert page.locator("#chat .wc-answer").count() == 0


def test_the_last_question_is_answered_again(visit: Open, chain: ScriptedChain) -> None:
    page = visit()
    ask(page, "谁能报名")
    before = len(chain.asked)
    page.evaluate("window.old = document.querySelector('#chat .wc-answer')")
    page.locator("#do-retry").click()
    page.wait_for_function(
        "[...document.querySelectorAll('#chat .wc-answer')].some(one => one !== window.old)"
    )
    assert [asked.text for asked in chain.asked[before:]] == ["谁能报名"]
    sync_api.expect(page.locator("#chat .wc-answer")).to_have_count(1)


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


def test_sharing_copies_a_link_with_the_question_and_the_region_alone(visit: Open) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = ask(page, "谁能报名")
    answer.get_by_role("button", name="分享这一问").click()
    answer.get_by_text("链接已复制").wait_for()
    link = urlsplit(page.evaluate("navigator.clipboard.readText()"))
    assert (link.path, parse_qs(link.query)) == (
        "/answer",
        {"q": ["谁能报名"], "audience": ["家长"]},
    )
    page.goto(link.geturl())
    page.get_by_text("年满6周岁的儿童可以报名。").wait_for()


def test_a_citation_is_copied_as_people_write_it(visit: Open) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "谁能报名").locator("a.wc-cite").click()
    page.get_by_role("button", name="复制引用").click()
    page.get_by_role("button", name="已复制").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "《河阳市义务教育<招生>意见》（河政办〔2021〕7号）一、招生办法（一）"


def test_an_answer_is_read_aloud_without_its_markers(visit: Open) -> None:
    page = visit()
    page.evaluate("speechSynthesis.speak = (speech) => { window.spoken = speech; }")
    answer = ask(page, "谁能报名")
    answer.get_by_role("button", name="朗读").click()
    answer.get_by_role("button", name="停止朗读").wait_for()
    spoken = page.evaluate("[window.spoken.lang, window.spoken.text]")
    assert spoken[0] == "zh-CN"
    assert spoken[1].startswith("年满6周岁的儿童可以报名。")
    assert "〔1〕" not in spoken[1]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_printed_conversation_has_date_sources_and_digest_in_black(
    visit: Open, dark: bool
) -> None:
    page = visit()
    if dark:
        page.locator("[data-toggle=dark]").click()
    answer = ask(page, "谁能报名")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert "年" in page.locator("#printed").inner_text()
    printed = answer.inner_text()
    assert "ab" * 32 in printed
    assert "2021年3月5日 印发" in printed
    assert "有帮助" not in printed
    colour = answer.locator(".wc-lead").evaluate("part => getComputedStyle(part).color")
    assert colour == "rgb(0, 0, 0)"
    chip = answer.locator("a.wc-cite").evaluate("part => getComputedStyle(part).color")
    assert chip == "rgb(0, 0, 0)"
    assert not page.locator("#composer").is_visible()
    page.emulate_media(media="screen")


@BOTH
def test_the_conversation_is_saved_as_markdown_and_as_word(
    visit: Open, size: dict[str, int]
) -> None:
    page = visit(size=size)
    ask(page, "谁能报名")
    with page.expect_download() as download:
        page.locator("#do-export_markdown").click()
    assert download.value.suggested_filename.endswith(".md")
    assert "> 年满6周岁的儿童可以报名。" in download.value.path().read_text("utf-8")
    with page.expect_download() as download:
        page.locator("#do-export_docx").click()
    assert download.value.suggested_filename.endswith(".docx")
    lines = [line.text for line in WordDocument(str(download.value.path())).paragraphs]
    assert lines[:2] == ["问策问答记录", lines[1]]
    assert lines[1].startswith("生成时间：")
    assert "年满6周岁的儿童可以报名。" in lines
    assert f"原始文件 SHA-256：{'ab' * 32}" in lines


def test_a_reader_can_say_what_was_wrong_with_an_answer(visit: Open) -> None:
    page = visit()
    answer = ask(page, "谁能报名")
    answer.get_by_role("button", name="没帮上").click()
    with page.expect_request("**/api/v1/feedback") as sent:
        answer.get_by_role("button", name="引用不对").click()
    told = sent.value.post_data_json
    assert re.fullmatch(r"[0-9a-f]{10}", told.pop("reference"))
    assert told == {
        "verdict": "down",
        "reason": "wrong_source",
        "status": "answered",
        "clauses": ["heyang-2021#1.1"],
    }
    answer.get_by_text("谢谢").wait_for()


@BOTH
def test_a_permalink_opens_the_document_at_the_clause(visit: Open, size: dict[str, int]) -> None:
    page = visit(size=size)
    ask(page, "谁能报名").locator("a.wc-cite").click()
    page.get_by_role("link", name="在全文中查看").click()
    page.locator("section[id='1.1'] mark.wc-quote").wait_for()
    assert page.url.endswith(f"/documents/{ID}?quote=35-48#1.1")
    assert page.locator("section[id='1.1'] mark.wc-quote").inner_text() == QUOTE_TEXT
    assert page.locator("section[id='1.1']").evaluate("part => part.matches(':target')")


def test_document_pages_work_without_scripts(visit: Open) -> None:
    page = visit(f"/documents/{ID}", java_script_enabled=False)
    page.fill("#find", "报名")
    page.press("#find", "Enter")
    page.get_by_text("共 2 处“报名”。").wait_for()
    assert page.locator("mark.wc-found").count() == 2
    page.locator(".wc-places a").click()
    assert page.url.endswith("#1.1")
    assert page.locator("[hidden]:visible").count() == 0


def test_on_a_slow_network_there_is_a_plain_box_to_ask_in(visit: Open) -> None:
    page = visit("/documents")
    page.route("**/assets/**", lambda route: route.abort())
    page.goto(page.url.removesuffix("documents"))
    page.fill("#slow-question", "谁能报名", timeout=8000)
    page.press("#slow-question", "Enter")
    page.get_by_text("年满6周岁的儿童可以报名。").wait_for()
    assert "/answer?q=" in page.url


def test_nothing_hostile_runs_or_is_fetched(visit: Open, chain: ScriptedChain) -> None:
    held = chain.documents
    bad = replace(DOCUMENT, title=HOSTILE, short_title=HOSTILE, issuer=HOSTILE, text=HOSTILE)
    whole = replace(CLAUSES[0], text=HOSTILE, start=0, end=len(HOSTILE), heading="", path=())
    chain.documents = {ID: replace(bad, clauses=(whole,), repairs=())}
    try:
        page = visit()
        visit("/documents")
        document = visit(f"/documents/{ID}?quote=0-9&find={quote('<script>')}")
        assert document.locator(".wc-clause-text").inner_text().startswith(HOSTILE[:60])
        evidence = visit(f"/documents/{ID}/evidence/title?quote=0-9")
        assert evidence.locator(FOREIGN).count() == 0
        page.wait_for_timeout(300)
    finally:
        chain.documents = held


def test_no_question_runs_or_draws_anything(visit: Open) -> None:
    page, linked = visit(), visit("/answer")
    for text in INJECTIONS:
        shown = ask(page, text).locator(".wc-lead, .wc-text").all_inner_texts()
        assert "".join("".join(shown).split()) == "".join(f"您问的是：{text}".split())
        linked.goto(f"{page.url}answer?q={quote(text)}")
        assert linked.locator(".wc-answer").locator(FOREIGN).count() == 0
    page.reload()
    page.locator("#chat .wc-answer").nth(len(INJECTIONS) - 1).wait_for()
    said = page.locator("#chat .wc-answer, #chat .wc-question")
    assert said.locator(FOREIGN).count() == 0


def test_the_whole_journey_works_from_the_keyboard(visit: Open) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "wc-skip"
    page.keyboard.press("Enter")
    tab_to(page, BOX, most=2)
    page.keyboard.type("谁能报名")
    page.keyboard.press("Enter")
    page.locator("#chat .wc-answer").wait_for()
    tab_to(page, "a.wc-cite", "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator("#evidence mark.wc-quote").wait_for()
    assert page.evaluate("document.activeElement.id") == "evidence-heading"
    tab_to(page, "#evidence .wc-copy")
    tab_to(page, "#evidence-close", "Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "wc-cite"
    tab_to(page, "#chat .option")
    page.keyboard.press("Enter")
    page.locator("#chat .wc-answer").nth(1).wait_for()
    tab_to(page, "#audience input")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#audience label.selected:has-text('教师')")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#audience label.selected:has-text('工作人员')")
    tab_to(page, "#do-edit_last", "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#question textarea').value === '河阳市'")


def tab_to(page: sync_api.Page, selector: str, key: str = "Tab", most: int = 30) -> None:
    """Press the key until what is looked for has the focus; every stop on the way is visible."""
    for _ in range(most):
        page.keyboard.press(key)
        focused = page.locator(":focus")
        box = focused.bounding_box() if focused.count() else None
        assert box is None or box["width"] * box["height"] > 0
        if page.evaluate("part => document.activeElement.matches(part)", selector):
            return
    raise AssertionError(f"{selector} is not within {most} steps of the keyboard")


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


def test_large_type_dark_and_high_contrast_are_remembered_on_every_page(visit: Open) -> None:
    page = visit()
    for name in ("large", "dark", "contrast"):
        page.locator(f"[data-toggle={name}]").click()
    page.goto(page.url + "documents")
    assert page.evaluate("document.documentElement.className") == "wc-dark wc-large wc-contrast"
    pressed = page.locator(".wc-toggle").evaluate_all("all => all.map((one) => one.ariaPressed)")
    assert pressed == ["true", "true", "true"]
    colours = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_english_readers_get_an_english_interface(visit: Open) -> None:
    page = visit(locale="en-US")
    page.get_by_role("button", name="Ask", exact=True).wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "Backed by the source" in ask(page, "谁能报名").inner_text()


PAGES = {
    "answer": ("/", "谁能报名"),
    "comparison": ("/", "对比"),
    "not-stated": ("/", "午餐多少钱"),
    "first-screen": ("/", ""),
    "document": (f"/documents/{ID}?quote=35-48&find=%E6%8A%A5%E5%90%8D", ""),
    "documents": ("/documents", ""),
    "plain-answer": ("/answer?q=谁能报名", ""),
    "api": ("/docs", ""),
    "not-found": ("/documents/none", ""),
}


@BOTH
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_violation_in_light_dark_or_high_contrast(
    visit: Open, name: str, size: dict[str, int]
) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    path, question = PAGES[name]
    page = visit(path, size=size, bypass_csp=True, reduced_motion="reduce")
    if question:
        ask(page, question).locator("a.wc-cite, a.wc-source").first.click()
        page.locator("#evidence .wc-current").wait_for()
    for toggle in ("dark", "contrast", ""):
        found = axe.Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        serious = [v for v in found if v["impact"] in {"serious", "critical"}]
        assert [(v["id"], node["html"][:150]) for v in serious for node in v["nodes"]] == []
        if toggle and page.locator(f"[data-toggle={toggle}]").count():
            page.locator(f"[data-toggle={toggle}]").click(force=True)
