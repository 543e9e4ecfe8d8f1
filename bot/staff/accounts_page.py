"""The page of the accounts: who there is, and a new password for oneself."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from bot.staff.accounts import accounts, change_password
from bot.staff.audit_page import show_time
from bot.staff.door import DOOR
from bot.staff.pages import NAVIGATION, Editor, Visit, go, staff_page
from bot.staff.passwords import SHORTEST, TooBusy, WeakPassword
from bot.staff.signin import SignInRefused

PATH = NAVIGATION["accounts"]
router = APIRouter(include_in_schema=False)


@router.get(PATH)
def accounts_page(visit: Editor) -> Response:
    """Every account."""
    return _page(visit)


@router.post(f"{PATH}/password")
def own_password(visit: Editor) -> Response:
    """Change one's own password; wrong tries count as tries to sign in."""
    texts, name = visit.console.texts, visit.member.name
    now, new = (str(visit.form.get(field, "")) for field in ("now", "new"))
    if new != visit.form.get("again"):
        return _page(visit, texts("password_differs"))
    try:
        visit.console.sign_ins.check(name, now)
        change_password(visit.console.store, name, new, name)
    except SignInRefused:
        return _page(visit, texts("password_wrong"))
    except (WeakPassword, TooBusy) as problem:
        return _page(visit, str(problem))
    return go(DOOR, "password")


def _page(visit: Visit, problem: str = "") -> Response:
    found = [
        (one.name, f"role_{one.role}", one.disabled, show_time(one.signed_in_at))
        for one in accounts(visit.console.store)
    ]
    context = {"accounts": found, "problem": problem, "shortest": SHORTEST}
    return staff_page(visit.request, "accounts.html", context, 422 if problem else 200)
