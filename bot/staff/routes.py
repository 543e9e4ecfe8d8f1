"""The staff console on the application: its routers, and what its errors look like."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from bot.settings import Settings
from bot.staff import (
    accounts_page,
    audit_page,
    control,
    document_routes,
    door,
    overview,
    question_routes,
)
from bot.staff.pages import NAVIGATION, Console, Editor, SignInNeeded, StaffProblem, staff_page
from bot.staff.signin import SignIns
from bot.staff.store import Store, StoreDown
from bot.staff.switches import Switches
from bot.staff.texts import load_texts
from bot.web.turns import Chain

HOME = NAVIGATION["overview"]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROUTERS = (  # a new page: its router here
    door.router,
    overview.router,
    control.router,
    audit_page.router,
    accounts_page.router,
    *question_routes.ROUTERS,
    *document_routes.ROUTERS,
)


def add_staff(
    app: FastAPI, chain: Chain, settings: Settings, store: Store, switches: Switches
) -> None:
    """Put the console on the application; nothing is read from the store yet."""
    paths = {getattr(route, "path", "") for router in ROUTERS for route in router.routes}
    app.state.console = Console(
        chain=chain,
        settings=settings,
        texts=load_texts(settings.prompts_dir),
        store=store,
        switches=switches,
        sign_ins=SignIns(store),
        sections={name: path for name, path in NAVIGATION.items() if path in paths},
    )
    document_routes.add_workshop(app, settings)
    for router in ROUTERS:
        app.include_router(router)
    app.add_api_route(
        f"{HOME}/{{rest:path}}", _nowhere, methods=[*METHODS], include_in_schema=False
    )
    app.add_exception_handler(SignInNeeded, _sign_in_first)
    app.add_exception_handler(StaffProblem, _problem)
    app.add_exception_handler(StoreDown, _store_down)


def staff_error(request: Request, sentence: str, status: int) -> Response:
    """The page of an error."""
    return staff_page(request, "problem.html", {"message": sentence}, status)


def _nowhere(visit: Editor, rest: str) -> Response:
    """Anything else below /staff never reaches the public pages."""
    if not rest:
        return RedirectResponse(HOME, 303)
    raise StaffProblem("no_page", 404)


def _sign_in_first(request: Request, error: Exception) -> Response:
    return door.to_the_door(request)


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, StaffProblem)
    texts = request.app.state.console.texts
    return staff_error(request, error.sentence(texts), error.status)


def _store_down(request: Request, error: Exception) -> Response:
    return staff_error(request, str(error), 503)
