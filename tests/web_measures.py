"""Measures of the served page in a real browser: ``python -m tests.web_measures [--shots FOLDER]``.

Serves the product with the published index on a free port and prints one line a measure; with
``--shots`` it draws the six pictures of the README.
"""

from __future__ import annotations

import argparse
import io
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bot.api import create_app
from bot.chain import load_chain
from bot.conversation import Question
from bot.settings import load_settings
from tests.served import served

PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
BOX = "#question textarea"
QUESTIONS = (
    "外地户口的孩子能在松阳读书吗？",
    "武汉的校长在一所学校最多当几年？",
    "嘉兴小学生均公用经费是多少？",
    "常州怎么管学生作业？",
    "残疾孩子在松阳怎么上学？",
    "对比武汉和松阳的教师轮岗",
    "松阳的午餐多少钱一顿？",
)
ROUNDS = 3
FIRST_WORDS = """() => new Promise((done) => {
  const before = document.querySelectorAll('#chat .wc-answer').length, start = performance.now();
  let stage = 0;
  const watch = new MutationObserver(() => {
    stage ||= document.querySelector('#chat .wc-working') ? performance.now() - start : 0;
    if (document.querySelectorAll('#chat .wc-answer').length === before) return;
    watch.disconnect();
    requestAnimationFrame(() => done([stage, performance.now() - start]));
  });
  watch.observe(document.querySelector('#chat'), { childList: true, subtree: true });
  document.querySelector('#send').click();
})"""
PAGES = (
    "/",
    "/documents",
    "/documents/songyang-2018",
    "/answer?q=对比武汉和松阳的教师轮岗",
    "/docs",
)


@contextmanager
def product() -> Iterator[str]:
    """The product's address while it runs."""
    settings = load_settings({})
    chain = load_chain(settings)
    chain.invoke(Question(QUESTIONS[0]))
    with served(create_app(chain, settings)) as address:
        yield address


def home(browser: Browser, address: str, size: dict[str, int], locale: str = "zh-CN") -> Page:
    """The first screen in a context of its own."""
    page = browser.new_context(
        viewport=size, locale=locale, bypass_csp=True, reduced_motion="reduce"
    ).new_page()
    page.goto(address)
    page.wait_for_selector("#examples button:visible")
    return page


def ask(page: Page, text: str) -> None:
    """Ask and wait until the answer stands still."""
    answers = page.locator("#chat .wc-answer")
    before = answers.count()
    page.fill(BOX, text)
    page.press(BOX, "Enter")
    answers.nth(before).wait_for()
    page.wait_for_timeout(900)


def waits(page: Page) -> tuple[list[float], list[float]]:
    """Milliseconds from sent to the first stage and to the answer's first words, each question."""
    stages, answers = [], []
    for text in QUESTIONS * ROUNDS:
        page.fill(BOX, text)
        page.wait_for_timeout(400)
        stage, answer = page.evaluate(FIRST_WORDS)
        stages.append(stage)
        answers.append(answer)
        page.wait_for_timeout(600)
    return stages, answers


def assets(browser: Browser, address: str) -> tuple[float, float, int]:
    """kB of our own files, kB of everything, and requests to other hosts, on the first page."""
    own, whole, foreign = 0, 0, 0
    page = browser.new_context(locale="zh-CN").new_page()
    replies = []
    page.on("response", lambda reply: replies.append(reply))
    page.goto(address)
    page.wait_for_selector("#examples button:visible")
    for reply in list(replies):
        if not reply.url.startswith((address, "data:", "blob:")):
            foreign += 1
        elif "/queue/" not in reply.url:
            size = len(reply.body())
            whole += size
            own += size if "/site/" in reply.url or reply.url == f"{address}/" else 0
    return own / 1000, whole / 1000, foreign


def violations(browser: Browser, address: str) -> int:
    """Serious and critical findings of axe on every kind of page, light and dark."""
    count = 0
    for path in PAGES:
        page = browser.new_context(
            locale="zh-CN", bypass_csp=True, reduced_motion="reduce"
        ).new_page()
        page.goto(address + path)
        if path == "/":
            page.wait_for_selector("#examples button:visible")
            ask(page, QUESTIONS[0])
        for _ in ("light", "dark"):
            found = Axe().run(page).response["violations"]
            count += sum(one["impact"] in {"serious", "critical"} for one in found)
            page.locator("[data-toggle=dark]").click()
    return count


def keep(page: Page, path: Path) -> None:
    """A picture with few colours, so that it stays small."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def draw(browser: Browser, address: str, folder: Path) -> None:
    """The six pictures of the README."""
    page = home(browser, address, PHONE)
    keep(page, folder / "screenshot-first.png")
    ask(page, QUESTIONS[5])
    keep(page, folder / "screenshot-comparison.png")
    page = home(browser, address, PHONE)
    ask(page, QUESTIONS[6])
    keep(page, folder / "screenshot-not-stated.png")
    page = home(browser, address, DESKTOP)
    ask(page, QUESTIONS[0])
    keep(page, folder / "screenshot-answer.png")
    page.locator(".wc-permalink").click()
    page.wait_for_selector("mark.wc-quote")
    page.wait_for_timeout(500)
    keep(page, folder / "screenshot-document.png")
    page = home(browser, address, DESKTOP, "en-GB")
    for name in ("dark", "large"):
        page.locator(f"[data-toggle={name}]").click()
    page.locator("#audience label").nth(2).click()
    ask(page, "How long may a principal stay at one school in Wuhan?")
    keep(page, folder / "screenshot-english.png")


def main() -> None:
    """Print the measures, or draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=Path)
    shots = parser.parse_args().shots
    with product() as address, sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if shots:
            draw(browser, address, shots)
            return
        stages, answers = waits(home(browser, address, DESKTOP))
        own, whole, foreign = assets(browser, address)
        lines = (
            f"sent to first stage, ms, median of {len(stages)}: {statistics.median(stages):.0f}",
            f"sent to first words of the answer, ms, median: {statistics.median(answers):.0f}",
            f"own assets of the first page, kB: {own:.0f} (with Gradio's {whole:.0f})",
            f"requests to other hosts: {foreign}",
            f"axe serious or critical: {violations(browser, address)}",
        )
        print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    main()
