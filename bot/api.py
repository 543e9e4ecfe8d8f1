"""The HTTP service: JSON API, document pages and the Gradio page, in one FastAPI application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.background import BackgroundTask
from starlette.routing import Route

from bot.public.desk import Answering, Desk
from bot.public.door import Door, house_of
from bot.public.figures import Figures
from bot.public.logs import log_asked, log_refused
from bot.public.metrics import Metrics
from bot.public.traces import open_traces
from bot.public.turnstile import Turnstile
from bot.settings import Settings
from bot.staff.pins import PinBoard, hand_out
from bot.staff.questions import QuestionLog, open_log
from bot.staff.routes import add_staff
from bot.staff.store import open_store
from bot.staff.switches import Switches
from bot.web.agents import ToolServer
from bot.web.api_docs import OPERATIONS, complete_openapi, docs_page
from bot.web.ask import read_body, read_json
from bot.web.events import event_reply, wants_events
from bot.web.feedback import Feedback, FeedbackFile, read_feedback, read_reference
from bot.web.headers import SecurityHeaders
from bot.web.interface import Interface, load_interface
from bot.web.mount import mount_chat
from bot.web.narrow import narrow
from bot.web.pages import Pages, pages_router
from bot.web.problems import Problems
from bot.web.service import Json, Service, failed
from bot.web.turns import BadRequest, Chain


def create_app(chain: Answering, settings: Settings) -> FastAPI:
    """The whole web application over one answering chain."""
    store = open_store(settings)
    switches = Switches(store)
    hand_out(PinBoard(store, lambda: chain.documents), chain)
    desk, interface = Desk(chain, settings, switches.current), load_interface(settings.prompts_dir)
    turnstile = Turnstile(settings, desk.turn_away)
    service = Service(desk, settings, turnstile)
    tools = ToolServer(service, interface)
    app = FastAPI(title="问策 WenCe", version="1", openapi_url=None, lifespan=tools.lifespan)
    app.state.desk = desk
    pages = Pages(desk, settings, interface, lambda: switches.current().banner, turnstile)
    metrics = _observe(desk, settings)
    log = open_log(store, settings, desk)
    desk.watch.add(log)
    problems = Problems(pages, metrics.limited)
    _add_errors(app, problems)
    app.add_middleware(Door, house=house_of(settings), limits=desk.limits, refuse=problems.refuse)
    app.add_middleware(SecurityHeaders, frame=pages.frame)  # the outermost: for refusals too
    _add_api(app, service, pages.words)
    _add_feedback(app, desk, settings, log)
    _add_description(app, pages)
    app.include_router(pages_router(pages))
    app.router.routes.extend(Figures(metrics, settings).routes())
    add_staff(app, desk, settings, store, switches)
    site = Path(__file__).parent / "web" / "static"
    app.mount("/site", StaticFiles(directory=site), name="site")

    _add_unknown_calls(app)
    app.router.routes.extend(Route(path, tools) for path in ("/mcp", "/mcp/"))
    mount_chat(app, service, settings, interface)  # last: it takes every address that is left
    narrow(app, problems, desk.turn_away)
    return app


def _add_unknown_calls(app: FastAPI) -> None:
    @app.api_route(
        "/api/{rest:path}",
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        include_in_schema=False,
    )
    def no_such_call(request: Request, rest: str) -> Response:
        """Anything else under /api is a clear error and never reaches the chat page."""
        allowed = OPERATIONS.get(f"/api/{rest}")
        if allowed:
            raise BadRequest("method_not_allowed", 405, method=request.method, allowed=allowed)
        raise BadRequest("not_found", 404)


def _observe(desk: Desk, settings: Settings) -> Metrics:
    """Figures, log lines and, with a collector, traces of everything that is asked at the desk."""
    metrics, traces = Metrics(desk), open_traces(settings.trace_url)
    for observer in (metrics, log_asked, traces):
        if observer:
            desk.watch.add(observer)

    def refused(reason: str, channel: str) -> None:
        metrics.turned_away(reason, channel)
        log_refused(reason, channel)

    desk.refused = refused
    return metrics


def _add_api(app: FastAPI, service: Service, words: Callable[[Request], Interface]) -> None:
    @app.post("/api/v1/ask", response_model=None)
    async def ask(request: Request) -> Response:
        """Every statement in the answer is backed by a verbatim quote from a clause held."""
        data = read_json(await read_body(request))
        if wants_events(request):
            return await event_reply(partial(service.told_in_turn, data), words(request))
        return _answered(await service.in_turn(service.ask, data))

    @app.post("/api/v1/compare")
    async def compare(request: Request) -> JSONResponse:
        """Each region is answered from its own documents alone."""
        data = read_json(await read_body(request))
        return _answered(await service.in_turn(service.compare_regions, data))

    @app.get("/api/v1/documents")
    def documents() -> JSONResponse:
        """What is known about every document held."""
        return JSONResponse(service.list_documents({}))

    @app.get("/api/v1/documents/{document_id}")
    def document(document_id: str) -> JSONResponse:
        """The canonical text, repairs and clause tree."""
        return JSONResponse(service.document(document_id))

    @app.get("/api/v1/documents/{document_id}/clauses/{key}")
    def clause(document_id: str, key: str) -> JSONResponse:
        """One clause word for word, with its offsets into the canonical text."""
        return JSONResponse(service.clause(document_id, key))

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        """200 when questions can be answered, 503 when not."""
        return JSONResponse({"status": "ok", **service.chain.ready()})


def _add_description(app: FastAPI, pages: Pages) -> None:
    """The API described for programs and for people, without anything from another host."""
    description = app.openapi()
    complete_openapi(description, pages.interface["zh"])

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> JSONResponse:
        return JSONResponse(description)

    @app.get("/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        words = pages.words(request)
        return pages.page("api.html", words, {"operations": docs_page(description, words)})


def _answered(reply: Json) -> JSONResponse:
    return JSONResponse(reply, 500 if failed(reply) else 200)


def _add_feedback(app: FastAPI, chain: Chain, settings: Settings, log: QuestionLog) -> None:
    kept = FeedbackFile(settings.index_dir.parent / "feedback.jsonl")

    def keep(feedback: Feedback, reference: str) -> None:
        joined = reference and log.judge(reference, feedback.verdict, feedback.reason)
        if not joined:
            kept.add(feedback)

    @app.post("/api/v1/feedback", status_code=204, include_in_schema=False)
    async def feedback(request: Request) -> Response:
        """Whether an answer helped: joined to it by its reference number, else kept by itself."""
        data = read_json(await read_body(request))
        feedback = read_feedback(data, chain, datetime.now(UTC).astimezone().date())
        later = BackgroundTask(keep, feedback, read_reference(data))
        return Response(status_code=204, background=later)


def _add_errors(app: FastAPI, problems: Problems) -> None:
    for kind, handler in problems.handlers().items():
        app.add_exception_handler(kind, handler)
    app.add_exception_handler(RequestValidationError, problems.nowhere)
