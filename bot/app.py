"""The chat page in Gradio: layout and wiring only; what is shown comes from ``bot.web.turns``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import gradio as gr
from gradio.events import Dependency

from bot.conversation import Audience
from bot.public.visits import current_visit, visit_of, within
from bot.settings import Settings
from bot.web import turns
from bot.web.exchanges import Exchange, read_exchanges, without_last
from bot.web.exports import export_file
from bot.web.interface import Interface, preferred_language
from bot.web.turns import Chain, View

EXAMPLES = 4
TOOLS = ("retry", "edit_last", "export_markdown", "export_docx", "print", "clear")
ASKING: dict[str, Any] = {"concurrency_id": "ask", "concurrency_limit": 16}
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AUDIENCES = {"家长": "audience_parent", "教师": "audience_teacher", "工作人员": "audience_staff"}
LOCALES = {"zh-CN": "zh", "zh": "zh", "zh-TW": "zh", "zh-HK": "zh", "en": "en"}
SETTLE_BOX = "(box, turn) => window.wence.settle(box, turn)"
SAVE_FILE = "(file) => window.wence.download(file)"


class ChatPage:
    """The widgets and what happens when they are used."""

    def __init__(
        self, blocks: gr.Blocks, chain: Chain, settings: Settings, interface: dict[str, Interface]
    ) -> None:
        self.chain, self.settings, self.interface = chain, settings, interface
        self.texts = gr.I18n(**{tag: dict(interface[lang].texts) for tag, lang in LOCALES.items()})
        self.stored = gr.BrowserState([], storage_key="wence-exchanges", secret="wence")
        self.choices = gr.BrowserState({}, storage_key="wence-choices", secret="wence")
        self.turn = gr.JSON(None, visible=False)
        self.file = gr.JSON(None, visible=False)
        self._lay_out_chat()
        with gr.Column(elem_id="composer"):
            self.notice = gr.Markdown("", elem_id="notice")
            self._lay_out_question()
            self._lay_out_choices()
        self._wire_questions(blocks)
        self._wire_rest()

    def _lay_out_chat(self) -> None:
        t = self.texts
        self.chat = gr.Chatbot(
            elem_id="chat",
            label=t("chat_label"),
            container=False,
            height=None,
            buttons=[],
            latex_delimiters=[],
            feedback_options=None,
            autoscroll=False,
        )
        with gr.Row(elem_id="tools"):
            self.tools = {key: gr.Button(t(key), size="sm", elem_id=f"do-{key}") for key in TOOLS}
        with gr.Row(elem_id="examples"):
            self.examples = [
                gr.Button("", size="sm", elem_classes="wc-example", visible=False)
                for _ in range(EXAMPLES)
            ]

    def _lay_out_question(self) -> None:
        t = self.texts
        with gr.Row(elem_id="ask-row"):
            self.box = gr.Textbox(
                elem_id="question",
                label=t("question_label"),
                placeholder=t("question_placeholder"),
                lines=1,
                max_lines=6,
                scale=8,
            )
            self.send = gr.Button(t("send"), variant="primary", elem_id="send", min_width=72)
            self.stop = gr.Button(t("stop"), elem_id="stop", min_width=72)

    def _lay_out_choices(self) -> None:
        t = self.texts
        with gr.Row(elem_id="choices"):
            self.region = gr.Dropdown(
                [(t("region_all"), ""), *turns.region_choices(self.chain.documents)],
                value="",
                label=t("region_label"),
                elem_id="region",
                filterable=False,
            )
            self.audience = gr.Radio(
                [(t(key), audience) for audience, key in AUDIENCES.items()],
                value=Audience.PARENT.value,
                label=t("audience_label"),
                elem_id="audience",
            )

    def _wire_questions(self, blocks: gr.Blocks) -> None:
        rest = [self.region, self.audience, self.stored]
        tools = self.tools
        asking = [
            self._on([self.box.submit, self.send.click], self._ask, [self.box, *rest], **ASKING),
            self._on([self.chat.option_select], self._ask_option, rest, **ASKING),
            self._on([tools["retry"].click], self._ask_again, rest, **ASKING),
            *(self._on([b.click], self._ask, [b, *rest], **ASKING) for b in self.examples),
        ]
        opening = blocks.load(
            self._open,
            [self.stored, self.choices],
            [*self._shown(), self.region, self.audience, *self.examples],
            **QUIET,
        )
        shared = [self.audience, self.stored]
        asking.append(opening.then(self._ask_link, shared, self._shown(), **QUIET, **ASKING))
        self._settle(asking[-1])
        self._on([self.stop.click], self._stop, [self.stored], cancels=asking)
        self._on([tools["edit_last"].click], self._edit, [self.stored])

    def _wire_rest(self) -> None:
        picked = [self.region, self.audience]
        changed = [self.region.input, self.audience.input]
        gr.on(changed, self._choose, picked, [self.choices, *self.examples], **QUIET)
        saving = {"export_markdown": self._save_markdown, "export_docx": self._save_docx}
        for key, save in saving.items():
            saved = self.tools[key].click(save, [self.stored], [self.file], **QUIET)
            saved.then(None, [self.file], None, js=SAVE_FILE)

    def _on(
        self,
        triggers: list[Any],
        work: Callable[..., Any],
        inputs: list[Any],
        **more: Any,  # noqa: ANN401
    ) -> Dependency:
        event: Dependency = gr.on(triggers, work, inputs, self._shown(), **QUIET, **more)
        self._settle(event)
        return event

    def _settle(self, event: Dependency) -> None:
        event.then(None, [self.box, self.turn], [self.box], js=SETTLE_BOX)

    def _shown(self) -> list[Any]:
        return [self.chat, self.turn, self.stored, self.notice]

    def _show(self, view: View, words: Interface) -> list[Any]:
        kept = [asdict(exchange) for exchange in view.exchanges]
        turn = {"asked": view.asked, "text": view.text, "force": view.force}
        return [turns.messages(view, words), turn, gr.skip() if view.working else kept, view.notice]

    def _words(self, request: gr.Request) -> Interface:
        return self.interface[preferred_language(request.headers.get("accept-language"))]

    def _kept(self, stored: object) -> tuple[Exchange, ...]:
        return read_exchanges(stored, self.settings)

    def _ask(
        self, text: str, region: str, audience: str, stored: object, request: gr.Request
    ) -> Iterator[list[Any]]:
        words, form = self._words(request), turns.read_form(text, region, audience)
        views = turns.respond(self.chain, self.settings, words, form, self._kept(stored))
        visit = visit_of(request.request.scope, "page") if request.request else current_visit()
        for view in within(visit, views):
            yield self._show(view, words)

    def _ask_option(
        self, region: str, audience: str, stored: object, chosen: gr.SelectData, request: gr.Request
    ) -> Iterator[list[Any]]:
        yield from self._ask(str(chosen.value), region, audience, stored, request)

    def _ask_again(
        self, region: str, audience: str, stored: object, request: gr.Request
    ) -> Iterator[list[Any]]:
        before, text = without_last(self._kept(stored))
        kept = [asdict(exchange) for exchange in before]
        yield from self._ask(text, region, audience, kept, request)

    def _ask_link(self, audience: str, stored: object, request: gr.Request) -> Iterator[list[Any]]:
        text, region = turns.read_link(request.query_params)
        if text:
            yield from self._ask(text, region, audience, stored, request)
        else:
            yield [gr.skip()] * len(self._shown())

    def _open(self, stored: object, choices: object, request: gr.Request) -> list[Any]:
        """What a reader finds on arrival: the conversation and choices kept in the browser."""
        words, chosen = self._words(request), turns.read_choices(choices)
        text, region = turns.read_link(request.query_params)
        offered = turns.region_choices(self.chain.documents)
        wanted = region or chosen.region
        value = next((path for name, path in offered if wanted in (name, path)), "")
        choices = [(words("region_all"), ""), *offered]
        self.region.choices = [*choices]  # also for readers whose own list has been forgotten
        return [
            *self._show(View(self._kept(stored), text), words),
            gr.update(choices=choices, value=value),
            chosen.audience,
            *self._offered(chosen.audience, words),
        ]

    def _offered(self, audience: str, words: Interface) -> list[Any]:
        texts = words.examples.get(audience, ())[:EXAMPLES]
        empty = [gr.update(visible=False)] * (EXAMPLES - len(texts))
        return [*(gr.update(value=text, visible=True) for text in texts), *empty]

    def _choose(self, region: str, audience: str, request: gr.Request) -> list[Any]:
        kept = {"region": region, "audience": audience}
        return [kept, *self._offered(audience, self._words(request))]

    def _stop(self, stored: object, request: gr.Request) -> list[Any]:
        words = self._words(request)
        return self._show(View(self._kept(stored), notice=words("stopped")), words)

    def _edit(self, stored: object, request: gr.Request) -> list[Any]:
        before, text = without_last(self._kept(stored))
        return self._show(View(before, text, force=True), self._words(request))

    def _save_markdown(self, stored: object, request: gr.Request) -> dict[str, str]:
        return export_file("markdown", self._kept(stored), self._words(request))

    def _save_docx(self, stored: object, request: gr.Request) -> dict[str, str]:
        return export_file("docx", self._kept(stored), self._words(request))
