"""Signing in and out: the pages, the cookies, and where somebody who is not signed in is led."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.staff.pages import (
    COOKIE,
    NAVIGATION,
    SAFE,
    Editor,
    console_of,
    csrf_field,
    go,
    read_form,
    staff_page,
)
from bot.staff.passwords import TooBusy
from bot.staff.signin import LONGEST, SignInRefused

DOOR, HOME = "/staff/sign-in", NAVIGATION["overview"]
FORM_COOKIE = "wence_sign_in"  # guards the form of somebody who has no session yet
MAX_SIGN_IN = 64 * 1024  # bytes
router = APIRouter(include_in_schema=False)


@router.get(DOOR)
def sign_in_page(request: Request) -> Response:
    """The form."""
    token = secrets.token_urlsafe(32)
    page = _form(request, token, Typed(next=request.query_params.get("next", "")))
    _set_cookie(request, page, FORM_COOKIE, token)
    return page


@router.post(DOOR)
async def sign_in(request: Request) -> Response:
    """Start a session with a token of its own, or show the form again with the reason."""
    console, form_token = console_of(request), request.cookies.get(FORM_COOKIE, "")
    form = await read_form(request, form_token, MAX_SIGN_IN)
    typed = Typed(str(form.get("name", "")), str(form.get("next", "")))
    password, old_token = str(form.get("password", "")), request.cookies.get(COOKIE, "")
    try:
        token = await run_in_threadpool(console.sign_ins.sign_in, typed.name, password, old_token)
    except SignInRefused as refused:
        return _refused(request, form_token, typed, refused)
    except TooBusy as busy:
        return _form(request, form_token, typed, str(busy), 503)
    reply = go(local(typed.next))
    _set_cookie(request, reply, COOKIE, token)
    reply.delete_cookie(FORM_COOKIE, path=DOOR, httponly=True, samesite="strict")
    return reply


@router.post("/staff/sign-out")
def sign_out(visit: Editor) -> Response:
    """End the session."""
    visit.console.sign_ins.sign_out(visit.token)
    reply = go(DOOR, "signed_out")
    reply.delete_cookie(COOKIE, path=HOME, httponly=True, samesite="strict")
    return reply


def to_the_door(request: Request) -> Response:
    """Lead to the form, and back to the page afterwards."""
    path = request.url.path
    back = f"?next={path}" if request.method in SAFE and path != HOME else ""
    return RedirectResponse(f"{DOOR}{back}", 303, headers={"Cache-Control": "no-store"})


def local(path: str) -> str:
    """An address of the console; anything else leads home."""
    ours = path.startswith((f"{HOME}/", f"{HOME}?")) and path.isprintable()
    return path if ours and "\\" not in path and not path.startswith(DOOR) else HOME


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody has typed into the form, and the page that they came for."""

    name: str = ""
    next: str = ""


def _refused(request: Request, token: str, typed: Typed, refused: SignInRefused) -> Response:
    texts = console_of(request).texts
    if not refused.wait:
        return _form(request, token, typed, texts("sign_in_wrong"), 403)
    seconds = refused.wait.total_seconds()
    sentence = texts("sign_in_wait", minutes=math.ceil(seconds / 60))
    page = _form(request, token, typed, sentence, 429)
    page.headers["Retry-After"] = str(math.ceil(seconds))
    return page


def _form(
    request: Request, token: str, typed: Typed, problem: str = "", status: int = 200
) -> HTMLResponse:
    context = {
        "csrf_field": csrf_field(token),
        "name": typed.name[:100],
        "next": local(typed.next),
        "problem": problem,
        "home": HOME,
    }
    return staff_page(request, "sign_in.html", context, status)


def _set_cookie(request: Request, reply: Response, name: str, value: str) -> None:
    """A cookie that no script reads, no other site sends, and that stays in the console."""
    settings = console_of(request).settings
    reply.set_cookie(
        name,
        value,
        max_age=int(LONGEST.total_seconds()),
        path=DOOR if name == FORM_COOKIE else HOME,
        secure=request.url.scheme == "https" or settings.staff_secure_cookie,
        httponly=True,
        samesite="strict",
    )
