"""The MCP server at ``/mcp``: the calls of ``bot.web.service`` as tools for agents.

Stateless and answered in plain JSON, so that nothing is kept between requests; only POST is served.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version

from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.failures import caught
from bot.web.ask import MAX_BODY
from bot.web.interface import Interface, preferred_language
from bot.web.schemas import load_descriptions
from bot.web.service import Json, Service, failed, problem_sentence
from bot.web.turns import BadRequest
from index.errors import WenceError

READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


class ToolServer:
    """ASGI application of the MCP endpoint; serves while its ``lifespan`` is entered."""

    def __init__(self, service: Service, interface: Mapping[str, Interface]) -> None:
        self.service, self.interface = service, interface
        self.descriptions = load_descriptions()
        self.server: Server[object] = Server(
            "wence",
            version=version("wence"),
            title=interface["zh"]("app_title"),
            instructions=self.descriptions.instructions,
            on_list_tools=self._list,
            on_call_tool=self._call,
        )
        self.endpoint: ASGIApp | None = None

    @asynccontextmanager
    async def lifespan(self, app: object) -> AsyncIterator[None]:
        """Serve until left."""
        manager = StreamableHTTPSessionManager(
            self.server, json_response=True, stateless=True, max_request_body_size=MAX_BODY
        )
        async with manager.run():
            self.endpoint = manager.asgi_app
            yield
            self.endpoint = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a POST on; there is no stream to open and no session to end."""
        if scope["method"] != "POST":
            raise BadRequest("method_not_allowed", 405, method=scope["method"], allowed="POST")
        if self.endpoint is None:
            raise WenceError("the application has not been started")
        await self.endpoint(scope, receive, send)

    async def _list(
        self, context: object, params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(
            tools=[
                Tool(
                    name=tool.name,
                    title=tool.title,
                    description=tool.description,
                    input_schema=self.descriptions.standalone(tool.input),
                    output_schema=self.descriptions.standalone(tool.output),
                    annotations=READS,
                )
                for tool in self.descriptions.tools
            ]
        )

    async def _call(self, context: object, params: CallToolRequestParams) -> CallToolResult:
        call = self.service.calls.get(params.name)
        if call is None:
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {params.name[:100]}")
        words = self._words(context)
        reply: Json | None = None
        try:  # the library would send the text of any other error to the caller
            with caught("tool", WenceError) as failure:
                reply = await self.service.in_turn(call, params.arguments or {})
        except WenceError as error:
            return _told(problem_sentence(error, words))
        if reply is None:
            return _told(words("error_internal", reference=failure.reference or ""))
        return _result(reply)

    def _words(self, context: object) -> Interface:
        headers = getattr(getattr(context, "request", None), "headers", {})
        return self.interface[preferred_language(headers.get("accept-language"))]


def _result(reply: Json) -> CallToolResult:
    """The reply as data, and as text for agents that read no data."""
    text = json.dumps(reply, ensure_ascii=False)
    return CallToolResult(
        content=[TextContent(text=text)], structured_content=reply, is_error=failed(reply)
    )


def _told(sentence: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=sentence)], is_error=True)
