"""What every staff page stands on: who is signed in, forms that cannot be forged, the shell.

A page is a FastAPI route on an APIRouter that ``bot.staff.routes.ROUTERS`` lists:

    @router.get("/staff/drafts")
    def drafts(visit: Editor) -> Response:                # Reviewer: only who may approve
        return staff_page(visit.request, "drafts.html", {"drafts": …})

    @router.post("/staff/drafts/publish")
    def publish(visit: Reviewer) -> Response:
        draft = visit.text("draft")                       # a field of the form, stripped
        with visit.console.store.writing() as session:
            …
            record(session, visit.member.name, "publish", draft, {…})   # bot.staff.audit
        return go("/staff/drafts", "published")           # shows text done_published

Take ``Editor`` or ``Reviewer`` and nothing else from the form: they check the session, the role
and, for every method but GET and HEAD, the origin and the form's token BEFORE the form is read.
Form() and File() in a signature would read it earlier; use ``visit.text`` and ``visit.files``.
A template extends ``shell.html``, sets ``{% set section = "drafts" %}`` (a key of NAVIGATION),
and puts ``{{ csrf_field }}`` into every form with method="post". Raise StaffProblem to refuse.
``t`` are the texts of ``prompts/staff.yaml``; ``t('action_' ~ name)`` names audit actions.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.settings import Settings
from bot.staff.signin import Member, SignIns, csrf_matches, csrf_token
from bot.staff.store import Store
from bot.staff.switches import Switches
from bot.staff.tables import Role
from bot.web.interface import Interface
from bot.web.turns import BadRequest, Chain
from index.errors import WenceError

COOKIE = "wence_staff"
CSRF_FIELD = "csrf"
MOST_FIELDS, MOST_FILES = 2000, 200
SAFE = ("GET", "HEAD")
NAVIGATION = {
    "overview": "/staff",
    "documents": "/staff/documents",
    "drafts": "/staff/drafts",
    "publications": "/staff/publications",
    "questions": "/staff/questions",
    "gaps": "/staff/gaps",
    "pinned": "/staff/pinned",
    "statistics": "/staff/statistics",
    "switches": "/staff/switches",
    "audit": "/staff/audit",
    "accounts": "/staff/accounts",
}
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Console:
    """What the staff pages work with; ``sections`` are those of NAVIGATION that have a page."""

    chain: Chain
    settings: Settings
    texts: Interface
    store: Store
    switches: Switches
    sign_ins: SignIns
    sections: Mapping[str, str]


class SignInNeeded(WenceError):
    """Nobody is signed in, or no longer."""


class StaffProblem(BadRequest):
    """What staff asked for cannot be done: text ``error_NAME`` of staff.yaml says why."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in."""

    request: Request
    member: Member
    token: str
    form: FormData

    @property
    def console(self) -> Console:
        """What the page works with."""
        return console_of(self.request)

    def text(self, field: str) -> str:
        """A field of the form, stripped; empty when there is none."""
        value = self.form.get(field)
        return value.strip() if isinstance(value, str) else ""

    def files(self, field: str) -> list[UploadFile]:
        """The files of a field; read them with ``file.file`` in a page that is no coroutine."""
        given = self.form.getlist(field)
        return [one for one in given if isinstance(one, UploadFile) and one.filename]


def console_of(request: Request) -> Console:
    """The console of the application."""
    console: Console = request.app.state.console
    return console


def signed_in(role: Role) -> Callable[[Request], Coroutine[Any, Any, Visit]]:
    """A dependency: the visit of somebody who is signed in and has this role."""

    async def check(request: Request) -> Visit:
        console, token = console_of(request), request.cookies.get(COOKIE, "")
        member = await run_in_threadpool(console.sign_ins.member, token)
        if member is None:
            raise SignInNeeded
        visit = Visit(request, member, token, FormData())
        request.state.visit = visit
        form = await read_form(request, token, console.settings.max_upload_mb * 2**20)
        if not member.role.covers(role):
            names = {"role": member.role, "needed": role}
            values = {name: console.texts(f"role_{one}") for name, one in names.items()}
            raise StaffProblem("not_allowed", 403, **values)
        return Visit(request, member, token, form)

    return check


Editor = Annotated[Visit, Depends(signed_in(Role.EDITOR))]
Reviewer = Annotated[Visit, Depends(signed_in(Role.REVIEWER))]


async def read_form(request: Request, token: str, limit: int) -> FormData:
    """The form that came from our own page with the token of this session; StaffProblem if not."""
    if request.method in SAFE:
        return FormData()
    if not same_origin(request):
        raise StaffProblem("forged", 403)
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise StaffProblem("no_length", 411)
    if int(length) > limit:
        raise StaffProblem("too_large", 413, limit=limit // 2**20 or 1)
    form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    given = form.get(CSRF_FIELD)
    if not isinstance(given, str) or not csrf_matches(token, given):
        raise StaffProblem("forged", 403)
    return form


def same_origin(request: Request) -> bool:
    """Whether the browser says that one of our own pages sent this."""
    source = request.headers.get("origin") or request.headers.get("referer") or ""
    try:
        return urlsplit(source).netloc == request.headers.get("host")
    except ValueError:
        return False


def csrf_field(token: str) -> Markup:
    """The hidden field of a form."""
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return field.format(CSRF_FIELD, csrf_token(token))


def staff_page(
    request: Request, template: str, context: Mapping[str, object], status: int = 200
) -> HTMLResponse:
    """A template in the shell; it also knows t, member, csrf_field, notice, sections and url."""
    console = console_of(request)
    visit: Visit | None = getattr(request.state, "visit", None)
    values = {
        "t": console.texts,
        "member": visit.member if visit else None,
        "csrf_field": csrf_field(visit.token) if visit else "",
        "notice": done_notice(request, console.texts),
        "sections": console.sections,
        "url": with_query,
    }
    html = TEMPLATES.get_template(template).render({**values, **context})
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})


def done_notice(request: Request, texts: Interface) -> str:
    """What has just been done, when ``go`` led here."""
    done = f"done_{request.query_params.get('done', '')}"
    known = done in texts.texts and "$" not in texts.texts[done]
    return texts(done) if known else ""


def with_query(path: str, **values: object) -> str:
    """An address with those values that are not empty."""
    kept = {name: value for name, value in values.items() if value not in {"", None}}
    return f"{path}?{urlencode(kept)}" if kept else path


def go(path: str, done: str = "") -> Response:
    """Lead to a page after a change; text ``done_DONE`` is shown there."""
    target = quote(path, safe="/?=&%#")
    mark = f"{'&' if '?' in target else '?'}{urlencode({'done': done})}" if done else ""
    return RedirectResponse(target + mark, 303, headers={"Cache-Control": "no-store"})
