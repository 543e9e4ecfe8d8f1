"""What errors look like to those who meet them: JSON for programs, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.public.visits import current_visit
from bot.staff.routes import staff_error
from bot.web.interface import Interface
from bot.web.pages import Pages
from bot.web.turns import BadRequest, failure_sentence
from index.errors import IndexUnusable, WenceError

QUEUE_JOIN = "/gradio_api/queue/join"
Handler = Callable[[Request, Exception], Response]
logger = logging.getLogger(__name__)


class Problems:
    """Replies to errors; ``limited`` counts, by reason, what is refused at the door."""

    def __init__(self, pages: Pages, limited: Callable[[str], None]) -> None:
        self._pages, self._limited = pages, limited

    def handlers(self) -> Mapping[type[Exception], Handler]:
        """What answers each kind of error."""
        return {
            BadRequest: self._bad_request,
            WenceError: self._unusable,
            HTTPException: self._unknown,
            Exception: self._surprise,
        }

    def refuse(self, request: Request, problem: BadRequest) -> Response:
        """The reply to a request that does not get past the door."""
        self._limited(problem.name)
        return self._bad_request(request, problem)

    def nowhere(self, request: Request, error: Exception) -> Response:
        """The reply to an address that means nothing."""
        return self._bad_request(request, BadRequest("not_found", 404))

    def _bad_request(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, BadRequest)
        told = self._reply(request, error.name, error.sentence(self._words(request)), error.status)
        told.headers.update(error.headers)
        return told

    def _unusable(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, WenceError)
        sentence = failure_sentence(error, self._words(request))
        if isinstance(error, IndexUnusable):
            return self._reply(request, "index_missing", sentence, 503)
        return self._reply(request, "internal", sentence, 500)

    def _unknown(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code in {404, 405}:
            sentence = self._words(request)("error_not_found")
            return self._reply(request, "not_found", sentence, error.status_code)
        return self._internal(request, error.status_code)

    def _surprise(self, request: Request, error: Exception) -> Response:
        logger.error("request failed, reference %s", current_visit().reference, exc_info=error)
        return self._internal(request, 500)

    def _internal(self, request: Request, status: int) -> Response:
        sentence = self._words(request)("error_internal", reference=current_visit().reference)
        return self._reply(request, "internal", sentence, status)

    def _words(self, request: Request) -> Interface:
        return self._pages.words(request)

    def _reply(self, request: Request, key: str, sentence: str, status: int) -> Response:
        path = request.url.path
        if path.startswith("/staff"):
            return staff_error(request, sentence, status)
        if path == "/" or path.startswith(("/documents", "/answer")):
            context: dict[str, object] = {"message": sentence}
            return self._pages.page("error.html", self._words(request), context, status)
        # Gradio's page shows its reader the detail
        detail = {"detail": sentence} if path.rstrip("/") == QUEUE_JOIN else {}
        return JSONResponse({"error": {"code": key, "message": sentence}, **detail}, status)
