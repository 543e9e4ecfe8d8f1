"""Signing in: cookies, tokens, waits, expiry, roles; each of them attacked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select

from bot.staff.accounts import change_password, set_disabled
from bot.staff.door import local
from bot.staff.passwords import TooBusy
from bot.staff.routes import ROUTERS
from bot.staff.signin import Member, SignInRefused, SignIns, csrf_token, digest
from bot.staff.store import Store
from bot.staff.tables import AuditEntry, Role, StaffSession
from tests.staff_toys import (
    CSRF,
    EDITOR,
    PASSWORD,
    REVIEWER,
    SITE,
    Browser,
    Clock,
    staff_app,
    toy_store,
    with_accounts,
)

WRONG = "不是这个口令-不是-不是"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return with_accounts(toy_store(tmp_path))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def browser(store: Store, clock: Clock) -> Browser:
    return Browser(staff_app(store, clock))


def cookies(reply) -> dict[str, set[str]]:
    """The attributes of each cookie that a reply sets, by its name."""
    rows = [row.split("; ") for row in reply.headers.get_list("set-cookie")]
    return {row[0].split("=")[0]: set(row[1:]) for row in rows if not row[0].endswith('=""')}


def audited(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.n)))


# ---- the session


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browser):
    reply = browser.sign_in()
    assert (reply.status_code, reply.headers["location"]) == (303, "/staff")
    assert cookies(reply) == {
        "wence_staff": {"HttpOnly", "SameSite=strict", "Secure", "Path=/staff", "Max-Age=43200"}
    }


@pytest.mark.parametrize(("setting", "secure"), [("false", False), ("true", True)])
def test_over_plain_http_the_cookie_is_secure_when_the_setting_says_so(store, setting, secure):
    app = staff_app(store, staff_secure_cookie=setting)
    reply = Browser(app, "http://wence.test").get("/staff/sign-in")
    assert ("Secure" in cookies(reply)["wence_sign_in"]) is secure


def test_only_the_digest_of_a_token_is_stored(browser, store):
    browser.sign_in()
    token = browser.cookies["wence_staff"]
    with store.reading() as session:
        held = [row.token_digest for row in session.scalars(select(StaffSession))]
    assert held == [digest(token)]
    assert token not in held


def test_signing_in_again_gives_a_new_token_and_ends_the_old_session(browser, store):
    browser.sign_in()
    first = browser.cookies["wence_staff"]
    browser.sign_in()
    second = browser.cookies["wence_staff"]
    sign_ins = browser.app.state.console.sign_ins
    assert first != second
    assert sign_ins.member(first) is None
    assert sign_ins.member(second) == Member(REVIEWER, Role.REVIEWER)


def test_a_token_planted_before_signing_in_is_never_taken_over(browser):
    browser.cookies.set("wence_staff", "planted", path="/staff")
    browser.sign_in()
    assert browser.app.state.console.sign_ins.member("planted") is None


def test_a_session_ends_after_half_an_hour_without_use(browser, clock):
    browser.sign_in()
    for _ in range(3):
        clock.turn(minutes=29)
        assert browser.get("/staff/audit").status_code == 200
    clock.turn(minutes=31)
    assert browser.get("/staff/audit").headers["location"] == "/staff/sign-in?next=/staff/audit"


def test_a_session_ends_after_twelve_hours_of_use(browser, clock):
    browser.sign_in()
    for _ in range(28):
        clock.turn(minutes=25)
        assert browser.get("/staff").status_code == 200
    clock.turn(minutes=25)
    assert browser.get("/staff").status_code == 303


def test_signing_out_ends_the_session_for_good(browser, store):
    browser.sign_in()
    token = browser.cookies["wence_staff"]
    browser.open("/staff")
    assert browser.submit("/staff/sign-out").headers["location"] == "/staff/sign-in?done=signed_out"
    assert browser.app.state.console.sign_ins.member(token) is None
    assert "已退出。" in browser.open("/staff/sign-in?done=signed_out").text
    assert audited(store)[-2:] == ["sign_in", "sign_out"]


def test_a_disabled_account_is_out_at_once_and_cannot_come_back(browser, store):
    browser.sign_in()
    set_disabled(store, REVIEWER, True, "命令行")
    assert browser.get("/staff").status_code == 303
    assert browser.sign_in().status_code == 403
    set_disabled(store, REVIEWER, False, "命令行")
    assert browser.sign_in().status_code == 303


def test_a_changed_password_signs_its_account_out(browser, store):
    browser.sign_in()
    change_password(store, REVIEWER, PASSWORD + "新", "命令行")
    assert browser.get("/staff").status_code == 303
    assert browser.sign_in().status_code == 403
    assert browser.sign_in(password=PASSWORD + "新").status_code == 303


# ---- waits


def test_after_five_failures_one_must_wait_longer_and_longer_even_with_the_right_password(
    store, clock
):
    sign_ins, waits = SignIns(store, clock), []
    for _ in range(4):
        with pytest.raises(SignInRefused):
            sign_ins.check(REVIEWER, WRONG)
    for _ in range(7):
        with pytest.raises(SignInRefused):
            sign_ins.check(REVIEWER, WRONG)
        with pytest.raises(SignInRefused) as refused:
            sign_ins.check(REVIEWER, PASSWORD)
        waits.append(refused.value.wait.total_seconds())
        clock.turn(seconds=waits[-1])
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    assert sign_ins.sign_in(REVIEWER, PASSWORD)


def test_the_right_password_starts_the_count_again(store, clock):
    sign_ins = SignIns(store, clock)
    for _ in range(4):
        with pytest.raises(SignInRefused):
            sign_ins.check(REVIEWER, WRONG)
    sign_ins.check(REVIEWER, PASSWORD)
    for _ in range(4):
        with pytest.raises(SignInRefused):
            sign_ins.check(REVIEWER, WRONG)
    sign_ins.check(REVIEWER, PASSWORD)


def test_guesses_made_at_one_moment_are_counted_before_they_are_compared(store, clock):
    sign_ins = SignIns(store, clock)

    def guess(n: int) -> timedelta | None:
        try:
            sign_ins.check(REVIEWER, f"{WRONG}{n}")
        except SignInRefused as refused:
            return refused.wait
        except TooBusy:
            return None
        raise AssertionError("a wrong password was taken")

    with ThreadPoolExecutor(12) as pool:
        waits = list(pool.map(guess, range(12)))
    assert sum(bool(wait) for wait in waits) == 7


def test_an_unknown_name_reads_the_same_and_is_made_to_wait_the_same(browser):
    replies = {
        name: [browser.sign_in(name, WRONG) for _ in range(6)] for name in (EDITOR, "nobody")
    }
    seen = {
        name: [(one.status_code, one.headers.get("retry-after")) for one in rows]
        for name, rows in replies.items()
    }
    assert seen[EDITOR] == seen["nobody"] == [(403, None)] * 5 + [(429, "30")]
    pages = [CSRF.sub("", rows[0].text.replace(name, "")) for name, rows in replies.items()]
    assert pages[0] == pages[1]


def test_an_unknown_name_costs_a_password_comparison_too(store, monkeypatch):
    compared = []
    monkeypatch.setattr(
        "bot.staff.passwords.PasswordHasher.verify",
        lambda self, hashed, password: compared.append(hashed[:9]),
    )
    sign_ins = SignIns(store)
    for name in (EDITOR, "nobody"):
        with suppress(SignInRefused):
            sign_ins.check(name, WRONG)
    assert compared == ["$argon2id", "$argon2id"]
    with pytest.raises(SignInRefused):  # even though the comparison above says yes to everything
        sign_ins.check("nobody", WRONG)


def test_guessing_at_an_account_is_audited_and_guessing_at_nobody_fills_no_log(store, clock):
    sign_ins, before = SignIns(store, clock), audited(store)
    for name in (EDITOR, "nobody"):
        for _ in range(5):
            with pytest.raises(SignInRefused):
                sign_ins.check(name, WRONG)
    assert audited(store)[len(before) :] == ["sign_in_locked"]


# ---- forged forms


def test_a_form_without_the_token_of_its_session_changes_nothing(browser, store):
    browser.sign_in()
    browser.open("/staff/switches")
    other = csrf_token("another session")
    for csrf in ("", "0" * 64, other, "错"):
        assert browser.submit("/staff/switches", csrf=csrf, banner="伪造").status_code == 403
    assert browser.app.state.console.switches.current().banner == ""
    assert "switch" not in audited(store)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": SITE + ".evil.example"},
        {"Referer": "https://evil.example/staff"},
        {"Origin": "https://[broken"},
        {},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_the_right_token(browser, headers):
    browser.sign_in()
    browser.open("/staff/switches")
    data = {"csrf": browser.csrf, "banner": "伪造"}
    assert browser.post("/staff/switches", data=data, headers=headers).status_code == 403
    good = browser.post("/staff/switches", data=data, headers={"Referer": f"{SITE}/staff/switches"})
    assert good.headers["location"] == "/staff/switches?done=saved"


def test_the_sign_in_form_itself_cannot_be_forged(browser):
    browser.open("/staff/sign-in")
    fields = {"name": REVIEWER, "password": PASSWORD}
    assert browser.submit("/staff/sign-in", csrf="0" * 64, **fields).status_code == 403
    browser.cookies.clear()
    assert browser.submit("/staff/sign-in", **fields).status_code == 403
    assert "wence_staff" not in browser.cookies


def test_a_form_that_is_too_large_or_hides_its_size_is_not_read(browser):
    browser.sign_in()
    headers = {"Origin": SITE, "Content-Type": "application/x-www-form-urlencoded"}
    browser.headers["Origin"] = SITE
    parts = browser.post("/staff/switches", content=iter([b"csrf=", b"x"]), headers=headers)
    assert parts.status_code == 411
    assert browser.submit("/staff/sign-in", name="x" * 70_000, password="y").status_code == 413


# ---- who may what


def test_every_page_but_the_door_asks_for_a_session_and_every_form_for_its_token(browser):
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    pairs = [(method, route.path) for route in routes for method in sorted(route.methods)]
    assert len(pairs) > 8
    for method, path in pairs:
        reply = browser.request(method, path.replace("{", "").replace("}", ""))
        if not path.startswith("/staff/sign-in"):
            assert reply.headers.get("location", "").startswith("/staff/sign-in"), (method, path)
    browser.sign_in()
    for method, path in pairs:
        if method != "GET":
            reply = browser.request(method, path.replace("{", "").replace("}", ""))
            assert reply.status_code == 403, (method, path)


def test_an_editor_reads_the_switches_and_may_not_change_them(browser):
    browser.sign_in(EDITOR)
    assert "改动要由“审核”账号来做" in browser.open("/staff/switches").text
    reply = browser.submit("/staff/switches", paused="on")
    assert reply.status_code == 403
    assert "您的账号是“编辑”，这一步要由“审核”来做。" in reply.text
    assert browser.app.state.console.switches.current().paused is False


def test_an_address_that_is_not_there_is_a_page_of_the_console(browser):
    assert browser.get("/staff/nothing").status_code == 303
    browser.sign_in()
    reply = browser.get("/staff/nothing")
    assert (reply.status_code, "没有这个页面。" in reply.text) == (404, True)
    assert browser.get("/staff/").headers["location"] == "/staff"


def test_no_page_of_the_console_is_kept_by_a_cache(browser):
    assert browser.get("/staff/sign-in").headers["cache-control"] == "no-store"
    browser.sign_in()
    assert browser.get("/staff").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/staff/audit", "/staff/audit"),
        ("", "/staff"),
        ("https://evil.example/", "/staff"),
        ("//evil.example", "/staff"),
        ("/staff.evil.example", "/staff"),
        ("/staff/\\evil.example", "/staff"),
        ("/staff/\r\nSet-Cookie: a=b", "/staff"),
        ("/staff/sign-in", "/staff"),
    ],
)
def test_after_signing_in_one_is_led_to_a_page_of_the_console_only(path, target):
    assert local(path) == target


def test_the_page_that_somebody_came_for_is_kept_over_a_wrong_password(browser):
    browser.open("/staff/sign-in?next=/staff/audit")
    wrong = browser.submit("/staff/sign-in", name=REVIEWER, password=WRONG, next="/staff/audit")
    assert 'name="next" value="/staff/audit"' in wrong.text
    right = browser.submit("/staff/sign-in", name=REVIEWER, password=PASSWORD, next="/staff/audit")
    assert right.headers["location"] == "/staff/audit"


def test_what_is_typed_as_a_name_is_shown_as_text(browser):
    assert "&lt;b&gt;" in browser.sign_in("<b>", WRONG).text
