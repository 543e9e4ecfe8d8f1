"""A staff console over a scripted chain, with two accounts, a clock to turn, and a browser of sorts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import Response

from bot.staff.accounts import add_account
from bot.staff.routes import add_staff
from bot.staff.signin import SignIns
from bot.staff.store import Store, open_store
from bot.staff.switches import Switches
from bot.staff.tables import Role
from tests.web_fake import ScriptedChain, settings

PASSWORD = "骑马-电池-订书钉-正确-9"
REVIEWER, EDITOR = "王老师", "li.hua"
SITE = "https://wence.test"
CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


def toy_store(folder: Path, **environ: str) -> Store:
    """A new store beside an index that is not there."""
    return open_store(settings(index_dir=str(folder / "index"), **environ))


def with_accounts(store: Store) -> Store:
    for name, role in ((REVIEWER, Role.REVIEWER), (EDITOR, Role.EDITOR)):
        add_account(store, name, role, PASSWORD, "命令行")
    return store


class Browser(TestClient):
    """Keeps cookies, fills in the token of the last page, and says where a form came from."""

    def __init__(self, app: FastAPI, site: str = SITE) -> None:
        super().__init__(app, base_url=site, follow_redirects=False)
        self.site, self.csrf = site, ""

    def open(self, path: str) -> Response:
        reply = self.get(path)
        found = CSRF.search(reply.text)
        self.csrf = found[1] if found else self.csrf
        return reply

    def submit(self, path: str, **fields: str) -> Response:
        data = {"csrf": self.csrf} | fields
        return self.post(path, data=data, headers={"Origin": self.site})

    def sign_in(self, name: str = REVIEWER, password: str = PASSWORD) -> Response:
        self.open("/staff/sign-in")
        return self.submit("/staff/sign-in", name=name, password=password)


def staff_app(store: Store, clock: Clock | None = None, **environ: str) -> FastAPI:
    """The console alone; no public page stands beside it."""
    app = FastAPI()
    add_staff(app, ScriptedChain(), settings(**environ), store, Switches(store))
    if clock:
        app.state.console = replace(app.state.console, sign_ins=SignIns(store, clock))
    return app
