"""The console over a small library: documents, drafts and publications of a few lines."""

from __future__ import annotations

import re
import time
from pathlib import Path

from starlette.responses import Response

from bot.staff.workshop import Workshop
from index.library.intake import Received
from tests.library_toys import empty_library, publish, received
from tests.staff_toys import REVIEWER, SITE, Browser, staff_app, toy_store, with_accounts
from tests.toys import ToyEmbedder
from tests.web_fake import settings

HELD = received("嘉兴市", "学校不收午托费。")
FAULTY = "学校收费每学期4 50元。"


def folders(folder: Path) -> dict[str, str]:
    return {"corpus_dir": str(folder / "corpus"), "index_dir": str(folder / "var" / "index")}


def library_browser(folder: Path, *held: Received, **environ: str) -> Browser:
    """A reviewer signed in to a console whose library holds these files."""
    publish(empty_library(folder), *(held or (HELD,)))
    environ = folders(folder) | environ
    app = staff_app(with_accounts(toy_store(folder)), **environ)
    app.state.workshop = Workshop(settings(**environ), ToyEmbedder)
    browser = Browser(app)
    browser.sign_in(REVIEWER)
    browser.open("/staff/drafts")
    return browser


def send(browser: Browser, *files: tuple[str, bytes]) -> Response:
    """Upload files."""
    return browser.post(
        "/staff/drafts",
        data={"csrf": browser.csrf},
        files=[("files", one) for one in files],
        headers={"Origin": SITE},
    )


def add_draft(browser: Browser, file: Received) -> str:
    """Upload one file; the address of its draft."""
    send(browser, (file.filename, file.data))
    [draft] = [
        one
        for one in browser.app.state.workshop.library.drafts.all()
        if one.filename == file.filename
    ]
    return f"/staff/drafts/{draft.id}"


def finished(browser: Browser, reply: Response) -> Response:
    """The page of a job that a form has started, once it is done."""
    assert reply.status_code == 303, reply.text
    for _ in range(400):
        page = browser.get(reply.headers["location"])
        if page.headers.get("refresh") is None:
            return page
        time.sleep(0.02)
    raise AssertionError("the job does not end")


def issue_id(page: str) -> str:
    """The first open issue on the page of a draft."""
    return re.search(r'name="issue" value="([0-9a-f]+)"', page)[1]


def audited(browser: Browser) -> list[tuple[str, str, str]]:
    """Who did what to what, the oldest first, without signing in."""
    from sqlalchemy import select

    from bot.staff.tables import AuditEntry

    with browser.app.state.console.store.reading() as session:
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.n)).all()
    return [
        (one.actor, one.action, one.subject)
        for one in found
        if one.action not in {"account_add", "sign_in"}
    ]
