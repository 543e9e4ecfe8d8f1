"""The pages of the console: overview, switches, own password; the command; and a real browser."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.requests import Request

from bot.cli import main
from bot.staff.overview import Counts, count, model_line
from bot.staff.pages import same_origin, with_query
from bot.staff.routes import ROUTERS
from bot.staff.switches import Switches, SwitchState
from bot.staff.tables import AskedQuestion, AuditEntry, PinnedAnswer, PinState, Role
from bot.staff.texts import load_texts
from bot.web.headers import STRICT
from index.errors import SettingsError
from tests.served import served
from tests.staff_toys import (
    EDITOR,
    PASSWORD,
    REVIEWER,
    Browser,
    staff_app,
    toy_store,
    with_accounts,
)
from tests.web_fake import ScriptedChain, missing_index, settings, web_app

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TEXTS = load_texts(settings().prompts_dir)


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    browser = Browser(staff_app(with_accounts(toy_store(tmp_path))))
    browser.sign_in()
    return browser


def asked(at: datetime, status: str) -> AskedQuestion:
    number = f"{at.timestamp()}{status}"
    return AskedQuestion(
        at=at, reference=number, channel="web", question="几岁", standalone="几岁", status=status
    )


def pin(state: PinState, review_on: date) -> PinnedAnswer:
    return PinnedAnswer(
        pattern="报名",
        text="请看第一条",
        owner=REVIEWER,
        review_on=review_on,
        state=state.value,
        created_at=NOW,
        changed_at=NOW,
    )


def test_the_overview_counts_a_week_by_status_and_the_pins_that_are_due(tmp_path):
    store = toy_store(tmp_path)
    with store.writing() as session:
        session.add_all([asked(NOW - timedelta(seconds=1), "answered")])
        session.add_all([asked(NOW - timedelta(days=n), "not_stated") for n in (3, 6, 8)])
        session.add_all([asked(NOW - timedelta(days=2), "refused")])
        session.add_all([pin(PinState.RECHECK, date(2030, 1, 1)), pin(PinState.ACTIVE, NOW.date())])
        session.add_all([pin(PinState.ACTIVE, date(2030, 1, 1)), pin(PinState.DRAFT, NOW.date())])
        session.flush()
        counts = count(session, NOW)
    assert counts == Counts(1, {"answered": 1, "not_stated": 2, "refused": 1}, 2, 0)
    assert (counts.week, counts.unanswered) == (4, 2)


def test_the_model_is_told_in_one_sentence():
    on, off = SwitchState(), SwitchState(model_paused=True)
    model = {"name": "qwen", "circuit": "closed"}
    assert model_line({}, on, TEXTS) == model_line(None, on, TEXTS) == "没有接入，回答直接引用原文"
    assert model_line({"model": model}, on, TEXTS) == "qwen，可用"
    assert "连续出错" in model_line({"model": model | {"circuit": "open"}}, on, TEXTS)
    assert model_line({"model": model}, off, TEXTS) == "已由工作人员暂停；回答直接引用原文"


def test_without_an_index_the_overview_says_what_to_do(tmp_path):
    app = staff_app(with_accounts(toy_store(tmp_path)))
    app.state.console.chain.failure = missing_index()
    browser = Browser(app)
    browser.sign_in()
    assert "公众暂时得不到回答：请检查索引" in browser.get("/staff").text


def test_the_navigation_names_the_pages_that_there_are(browser):
    page = browser.get("/staff").text
    paths = {route.path for router in ROUTERS for route in router.routes}
    for name, path in browser.app.state.console.sections.items():
        assert path in paths
        assert f">{TEXTS('nav_' + name)}</a>" in page
    assert 'href="/staff" aria-current="page"' in page


# ---- switches


def test_switches_are_set_and_each_change_is_audited(browser):
    browser.open("/staff/switches")
    fields = {"paused": "on", "paused_text": " 今晚\n维护 ", "banner": ""}
    assert browser.submit("/staff/switches", **fields).headers["location"].endswith("done=saved")
    assert browser.app.state.console.switches.current() == SwitchState(True, "今晚 维护")
    assert browser.submit("/staff/switches", **fields).headers["location"].endswith("unchanged")
    with browser.app.state.console.store.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "switch")).all()
    assert [(one.actor, one.subject, one.details) for one in entries] == [
        (REVIEWER, "paused", '{"after": true, "before": false}'),
        (REVIEWER, "paused_text", '{"after": "今晚 维护", "before": ""}'),
    ]
    assert "已暂停" in browser.get("/staff").text


def test_a_notice_that_is_too_long_is_refused_by_its_name(browser):
    browser.open("/staff/switches")
    reply = browser.submit("/staff/switches", banner="字" * 301)
    assert reply.status_code == 422
    assert "“页面通知”填得不对：最多 300 字，不能有控制字符。" in reply.text


def test_another_process_sees_a_switch_after_a_second(tmp_path):
    now = [100.0]
    mine = Switches(toy_store(tmp_path))
    other = Switches(toy_store(tmp_path), lambda: now[0])
    assert other.current() == SwitchState()
    mine.change(REVIEWER, SwitchState(model_paused=True))
    assert other.current() == SwitchState()
    now[0] += 1.1
    assert other.current() == SwitchState(model_paused=True)


# ---- accounts


def test_a_password_is_changed_with_the_old_one_and_signs_out(browser):
    new = PASSWORD + "新"
    browser.open("/staff/accounts")
    change = "/staff/accounts/password"
    wrong = browser.submit(change, now="不对", new=new, again=new)
    assert (wrong.status_code, "现在的口令不对。" in wrong.text) == (422, True)
    assert "不一样" in browser.submit(change, now=PASSWORD, new=new, again=PASSWORD).text
    assert "口令太短" in browser.submit(change, now=PASSWORD, new="a", again="a").text
    done = browser.submit(change, now=PASSWORD, new=new, again=new)
    assert done.headers["location"] == "/staff/sign-in?done=password"
    assert browser.get("/staff").status_code == 303
    assert browser.sign_in(password=new).status_code == 303


# ---- the command


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("WENCE_INDEX_DIR", str(tmp_path / "index"))

    def run(*arguments: str, typed: str = PASSWORD) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
        code = main(["staff", *arguments])
        shown = capsys.readouterr()
        return code, (shown.out + shown.err).strip()

    return run


def test_accounts_are_made_listed_and_disabled_from_the_command_line(run, tmp_path):
    add = ("add", EDITOR, "--role", "editor", "--password-stdin")
    assert run(*add) == (0, "已新建账号 li.hua（编辑）")
    assert run(*add) == (1, "wence：已有账号 li.hua，请换一个用户名，或用 password 改它的口令")
    assert run(*add, typed="short") == (1, "wence：口令太短，至少要 12 个字符")
    assert run("password", EDITOR, "--password-stdin", typed=PASSWORD + "新")[0] == 0
    assert run("disable", EDITOR) == (0, "已停用账号 li.hua")
    assert run("list") == (0, "li.hua  编辑  已停用  未登录过")
    assert run("enable", "nobody")[0] == 1
    code, said = run("audit", "--csv", str(tmp_path / "a.csv"))
    assert (code, said.startswith("3 条记录前后相连")) == (0, True)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").count("\n") == 4


def test_a_password_is_asked_for_twice_without_showing_it(run, monkeypatch):
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "另一个口令-另一个口令"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert run("add", REVIEWER, "--role", "reviewer") == (0, "已新建账号 王老师（审核）")
    assert run("password", REVIEWER) == (1, "wence：两次写的口令不一样，账号没有改动")


# ---- small things


def test_a_text_that_is_misshapen_is_named(tmp_path):
    (tmp_path / "staff.yaml").write_text("save: 保存 $\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="text save is not a valid sentence"):
        load_texts(tmp_path)


def test_an_address_keeps_what_is_not_empty():
    assert with_query("/staff/audit", page=2, actor="", words="招 生") == (
        "/staff/audit?page=2&words=%E6%8B%9B+%E7%94%9F"
    )


def test_a_role_covers_itself_and_a_reviewer_covers_an_editor():
    pairs = [(one, other) for one in Role for other in Role if one.covers(other)]
    assert pairs == [
        (Role.EDITOR, Role.EDITOR),
        (Role.REVIEWER, Role.EDITOR),
        (Role.REVIEWER, Role.REVIEWER),
    ]


def test_a_request_without_a_host_comes_from_nowhere():
    request = Request({"type": "http", "headers": [(b"origin", b"null")]})
    assert same_origin(request) is False


# ---- a real browser

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole application, public pages and security headers included."""
    folder = tmp_path_factory.mktemp("var")
    with_accounts(toy_store(folder))
    environ = {"index_dir": str(folder / "index"), "store_url": f"sqlite:///{folder}/wence.db"}
    with served(web_app(ScriptedChain(), **environ)) as address:
        yield address


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium; apt-get install chromium")
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser_one_signs_in_sets_a_notice_that_the_public_reads_and_signs_out(
    address, width
):
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": width, "height": 844}, locale="zh-CN")
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"{address}/staff/switches")
        for password in ("不对", PASSWORD):
            page.fill("#name", REVIEWER)
            page.fill("#password", password)
            page.click("main button")
        assert page.url == f"{address}/staff/switches"
        page.fill("#banner", f"今晚十点维护{width}")
        page.click("main button")
        assert page.inner_text("[role=status]") == "已保存。"
        for name in ("", "/switches", "/audit?verify=1", "/accounts", "/nowhere"):
            reply = page.goto(f"{address}/staff{name}")
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert reply.headers["content-security-policy"] == STRICT
            assert reply.headers["referrer-policy"] == "same-origin"
        for path in ("/", "/documents"):
            page.goto(address + path)
            assert page.inner_text(".wc-banner") == f"今晚十点维护{width}"
        page.goto(f"{address}/staff")
        page.click("text=退出")
        page.goto(f"{address}/staff/audit")
        assert "/staff/sign-in" in page.url
        chromium.close()
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []
