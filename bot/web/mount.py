"""Put the chat page and the public Gradio API (``bot.web.service``) on the application."""

# no postponed annotations: Gradio reads the types of what is returned
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import gradio as gr
from fastapi import FastAPI
from gradio.context import LocalContext
from gradio.events import api

from bot.app import ChatPage
from bot.failures import caught
from bot.public.visits import visit_of, visiting
from bot.settings import Settings
from bot.web.interface import Interface
from bot.web.markup import TEMPLATES
from bot.web.schemas import Tool, load_descriptions
from bot.web.service import Service, problem_sentence
from bot.web.sessions import keep_little
from index.errors import WenceError

PARALLEL_CALLS = 16  # in threads that pages need too; how many are answered is the desk's affair
Reply = dict[str, Any]


class PublicCalls:
    """The calls as typed functions; Gradio reads their signatures."""

    def __init__(self, service: Service, words: Interface) -> None:
        self.service, self.words = service, words

    def ask(
        self,
        question: str,
        region: str | None = None,
        audience: Literal["家长", "教师", "工作人员"] | None = None,
        history: list[str] | None = None,
    ) -> Reply:
        """Answer one question."""
        return self._call(
            "ask", question=question, region=region, audience=audience, history=history
        )

    def get_clause(self, clause_id: str) -> Reply:
        """One clause word for word."""
        return self._call("get_clause", clause_id=clause_id)

    def list_documents(self) -> Reply:
        """The documents held."""
        return self._call("list_documents")

    def compare_regions(
        self,
        question: str,
        regions: list[str],
        audience: Literal["家长", "教师", "工作人员"] | None = None,
    ) -> Reply:
        """One question answered for several regions."""
        return self._call("compare_regions", question=question, regions=regions, audience=audience)

    def _call(self, name: str, **data: object) -> Reply:
        request = LocalContext.request.get(None)
        scope = request.request.scope if request and request.request else {}
        try:
            with visiting(visit_of(scope, "gradio")):
                return self.service.calls[name](data)
        except WenceError as error:
            sentence = problem_sentence(error, self.words)
            raise gr.Error(sentence, print_exception=False) from None


class Guarded:
    """What Gradio does at an event; what nobody foresaw, it would print with what was typed."""

    def __init__(self, work: Callable[..., Awaitable[Reply]], words: Interface) -> None:
        self.work, self.words = work, words

    async def __call__(self, **arguments: object) -> Reply:
        """The outcome; gr.Error says in our words that it failed, the log says where."""
        try:
            with caught("an event of the page", gr.Error) as failure:
                return await self.work(**arguments)
        except gr.Error as error:
            error.print_exception = False
            raise
        sentence = self.words("error_internal", reference=failure.reference or "")
        raise gr.Error(sentence, print_exception=False)


def mount_chat(
    app: FastAPI, service: Service, settings: Settings, interface: dict[str, Interface]
) -> None:
    """Serve the chat page at ``/``; routes added to the application later are not reached."""
    with gr.Blocks(title=interface["zh"]("app_title"), analytics_enabled=False) as blocks:
        page = ChatPage(blocks, service.chain, settings, interface)
        calls = PublicCalls(service, interface["zh"])
        for tool in load_descriptions().tools:
            api(
                getattr(calls, tool.name),
                api_name=tool.name,
                api_description=describe(tool),
                concurrency_id="api",
            )
    blocks.queue(default_concurrency_limit=PARALLEL_CALLS)  # how long it is: bot.web.narrow
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        max_file_size="1kb",
        mcp_server=False,  # ours is bot.web.agents
        i18n=page.texts,
        theme=gr.themes.Base(font="sans-serif", font_mono="monospace"),
        head=TEMPLATES.get_template("head.html").render(),
    )
    keep_little(app.routes[-1], blocks)
    blocks.process_api = Guarded(blocks.process_api, interface["zh"])


def describe(tool: Tool) -> str:
    """A tool and its parameters in words, as Gradio's API page shows them."""
    fields: Mapping[str, Mapping[str, Any]] = load_descriptions().schemas[tool.input]["properties"]
    lines = (f"{name}：{field['description']}" for name, field in fields.items() if name != "id")
    return "\n".join((tool.description, *lines))
