"""Addresses for those who run the service: /metrics for Prometheus, /livez for a supervisor."""

from __future__ import annotations

from hmac import compare_digest

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.public.clients import Networks, is_within, read_networks
from bot.public.metrics import MEDIA_TYPE, Metrics
from bot.settings import Settings
from bot.web.turns import BadRequest

LOOPBACK = read_networks("127.0.0.0/8, ::1")
FORWARDED = ("x-forwarded-for", "x-real-ip", "forwarded")


class Figures:
    """Shows the metrics to those who may read them; for anybody else there is no such page."""

    def __init__(self, metrics: Metrics, settings: Settings) -> None:
        self._metrics = metrics
        self._token = settings.metrics_token.get_secret_value()
        self._near: Networks = LOOPBACK + read_networks(settings.trusted_proxies)

    def routes(self) -> list[Route]:
        """The addresses."""
        return [Route("/metrics", self._page), Route("/livez", _alive)]

    async def _page(self, request: Request) -> Response:
        if not self._allowed(request):
            raise BadRequest("not_found", 404)
        return Response(await run_in_threadpool(self._metrics.page), media_type=MEDIA_TYPE)

    def _allowed(self, request: Request) -> bool:
        if self._token:
            given = request.headers.get("authorization", "")
            return compare_digest(given.encode(), f"Bearer {self._token}".encode())
        # what a proxy passes on comes from outside, though the proxy itself is near
        passed_on = any(name in request.headers for name in FORWARDED)
        return not passed_on and is_within(
            request.client.host if request.client else "", self._near
        )


async def _alive(request: Request) -> Response:
    """200 as long as the process answers at all, whatever it can answer."""
    return JSONResponse({"status": "ok"})
