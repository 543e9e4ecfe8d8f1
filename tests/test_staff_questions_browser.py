"""The questions board in a real browser: from sign-in to a pinned answer, on a phone and a desktop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.web.headers import STRICT
from tests.served import served
from tests.staff_toys import PASSWORD, REVIEWER, toy_store, with_accounts
from tests.test_staff_pages import CHROMIUM
from tests.test_staff_questions import asked, log_of
from tests.web_fake import ScriptedChain, web_app


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("var")
    log = log_of(with_accounts(toy_store(folder)))
    log(asked(reference="aa", at=datetime.now(UTC)))
    log(asked("午餐多少钱", reference="bb", at=datetime.now(UTC)))
    environ = {"index_dir": str(folder / "index"), "store_url": f"sqlite:///{folder}/wence.db"}
    with served(web_app(ScriptedChain(), **environ)) as address:
        yield address


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium; apt-get install chromium")
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser_a_question_is_looked_at_asked_again_and_its_gap_is_settled(address, width):
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe").Axe()
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": width, "height": 844}, locale="zh-CN")
        page.goto(f"{address}/staff/questions")
        page.fill("#name", REVIEWER)
        page.fill("#password", PASSWORD)
        page.click("main button")
        for path in ("questions", "questions/1", "gaps?state=all", "pinned/new", "statistics"):
            reply = page.goto(f"{address}/staff/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert reply.headers["content-security-policy"] == STRICT
            found = axe.run(page).response["violations"]
            assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
        page.goto(f"{address}/staff/questions/2")
        page.click("text=现在再问一次")
        assert page.inner_text("#question_now") == "现在的回答"
        page.goto(f"{address}/staff/gaps?state=all")
        page.click("text=标为已处理")
        page.fill("input[name=note]", f"已请示{width}")
        page.click("details button")
        assert page.inner_text("[role=status]") == "已标为处理。"
        chromium.close()
