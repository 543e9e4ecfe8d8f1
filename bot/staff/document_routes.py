"""The pages about documents on the application, the workshop behind them, and their errors."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.settings import Settings
from bot.staff import (
    compare_page,
    document_page,
    documents_page,
    draft_page,
    drafts_page,
    jobs_page,
    probing,
    publications_page,
    publish_page,
)
from bot.staff.pages import staff_page
from bot.staff.workshop import Workshop
from index.errors import BuildFailed, CorpusError

ROUTERS = (
    documents_page.router,
    document_page.router,
    drafts_page.router,
    draft_page.router,
    probing.router,
    publish_page.router,
    publications_page.router,
    compare_page.router,
    jobs_page.router,
)


def add_workshop(app: FastAPI, settings: Settings) -> None:
    """What the pages work with; nothing is read yet."""
    app.state.workshop = Workshop(settings)
    for kind in (CorpusError, BuildFailed):
        app.add_exception_handler(kind, _told)


def _told(request: Request, error: Exception) -> Response:
    """The library says in Chinese what failed and what to do."""
    return staff_page(request, "problem.html", {"message": str(error)}, 422)
