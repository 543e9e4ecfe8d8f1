"""The chat page in Gradio: layout and wiring only; what is shown comes from ``bot.turns``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import gradio as gr
from fastapi import FastAPI

from bot.conversation import Audience
from bot.exports import export_file
from bot.interface import Interface, preferred_language
from bot.settings import Settings
from bot.turns import (
    Chain,
    View,
    messages,
    read_choices,
    read_exchanges,
    read_form,
    read_link,
    region_names,
    respond,
    without_last,
)

EXAMPLES = 4
PARALLEL_ANSWERS = 4
WAITING_ANSWERS = 64
NEVER = 10**12
HEAD = """
<link rel="icon" href="/site/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/site/base.css">
<link rel="stylesheet" href="/site/chat.css">
<script src="/site/early.js"></script>
<script src="/site/page.js" defer></script>
<script src="/site/chat.js" defer></script>
"""
FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif")
AUDIENCES = (
    (Audience.PARENT, "audience_parent"),
    (Audience.TEACHER, "audience_teacher"),
    (Audience.STAFF, "audience_staff"),
)
LOCALES = {"zh-CN": "zh", "zh": "zh", "zh-TW": "zh", "zh-HK": "zh", "en": "en"}


class ChatPage:
    """The widgets and what happens when they are used."""

    def __init__(
        self, blocks: gr.Blocks, chain: Chain, settings: Settings, interface: dict[str, Interface]
    ) -> None:
        self.chain, self.settings, self.interface = chain, settings, interface
        self.texts = translations(interface)
        self.stored = gr.BrowserState([], storage_key="wence-exchanges", secret="wence")
        self.choices = gr.BrowserState({}, storage_key="wence-choices", secret="wence")
        self.file = gr.JSON(None, visible=False)
        self._lay_out()
        self._wire(blocks)

    def _lay_out(self) -> None:
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
            layout="bubble",
        )
        with gr.Row(elem_id="tools"):
            self.retry, self.edit, self.markdown, self.word, self.clear = (
                gr.Button(t(key), size="sm", elem_id=f"do-{key.replace('_', '-')}", visible=False)
                for key in ("retry", "edit_last", "export_markdown", "export_docx", "clear")
            )
        with gr.Row(elem_id="examples") as self.examples_row:
            self.examples = [
                gr.Button("", size="sm", elem_classes="wc-example", visible=False)
                for _ in range(EXAMPLES)
            ]
        with gr.Column(elem_id="composer"):
            self.notice = gr.Markdown("", elem_id="notice", sanitize_html=True)
            self._lay_out_question()

    def _lay_out_question(self) -> None:
        t = self.texts
        with gr.Row(elem_id="ask-row"):
            self.box = gr.Textbox(
                elem_id="question",
                label=t("question_label"),
                placeholder=t("question_placeholder"),
                lines=1,
                max_lines=6,
                max_length=self.settings.max_question_chars,
                scale=8,
            )
            self.send = gr.Button(t("send"), variant="primary", elem_id="send", min_width=72)
            self.stop = gr.Button(t("stop"), elem_id="stop", min_width=72, visible=False)
        with gr.Row(elem_id="choices"):
            self.region = gr.Dropdown(
                [(t("region_all"), ""), *region_choices(self.chain)],
                value="",
                label=t("region_label"),
                elem_id="region",
                filterable=False,
            )
            self.audience = gr.Radio(
                [(t(key), audience.value) for audience, key in AUDIENCES],
                value=Audience.PARENT.value,
                label=t("audience_label"),
                elem_id="audience",
            )

    def _wire(self, blocks: gr.Blocks) -> None:
        form = [self.box, self.region, self.audience, self.stored]
        rest = form[1:]
        asking = [
            self._on([self.box.submit, self.send.click], self._ask, form),
            self._on([self.chat.option_select], self._ask_option, rest),
            self._on([self.retry.click], self._ask_again, rest),
            *(self._on([b.click], self._ask, [b, *rest]) for b in self.examples),
        ]
        opening = blocks.load(
            self._open,
            [self.stored, self.choices],
            [*self._outputs(), self.region, self.audience, *self.examples],
            api_visibility="private",
            show_progress="hidden",
        )
        asking.append(
            opening.then(
                self._ask_link,
                [self.audience, self.stored],
                self._outputs(),
                show_progress="hidden",
                api_visibility="private",
            )
        )
        self._on([self.stop.click], self._stop, [self.box, self.stored], cancels=asking)
        self._on([self.edit.click], self._edit, [self.stored])
        self._on([self.clear.click], self._clear, [])
        gr.on(
            [self.region.input, self.audience.input],
            self._choose,
            [self.region, self.audience],
            [self.choices, *self.examples],
            show_progress="hidden",
            api_visibility="private",
        )
        for button, kind in ((self.markdown, "markdown"), (self.word, "docx")):
            button.click(
                self._exporter(kind),
                [self.stored],
                [self.file],
                show_progress="hidden",
                api_visibility="private",
            ).then(None, [self.file], None, js="(file) => window.wence.download(file)")

    def _outputs(self) -> list[Any]:
        tools = [self.retry, self.edit, self.markdown, self.word, self.clear]
        shown = [self.chat, self.box, self.stored, self.notice, self.send, self.stop]
        return [*shown, self.examples_row, *tools]

    def _on(
        self,
        triggers: list[Any],
        work: Callable[..., Any],
        inputs: list[Any],
        **more: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        return gr.on(
            triggers,
            work,
            inputs,
            self._outputs(),
            show_progress="hidden",
            api_visibility="private",
            **more,
        )

    def _show(self, view: View, words: Interface) -> list[Any]:
        kept = gr.skip() if view.working else [asdict(exchange) for exchange in view.exchanges]
        tools = gr.update(visible=bool(view.exchanges) and not view.working)
        return [
            messages(view, words),
            view.text,
            kept,
            view.notice,
            gr.update(visible=not view.working),
            gr.update(visible=view.working),
            gr.update(visible=not view.exchanges and not view.working),
            *[tools] * 5,
        ]

    def _words(self, request: gr.Request) -> Interface:
        return self.interface[preferred_language(request.headers.get("accept-language"))]

    def _ask(
        self, text: str, region: str, audience: str, stored: object, request: gr.Request
    ) -> Iterator[list[Any]]:
        words = self._words(request)
        before = read_exchanges(stored, self.settings)
        form = read_form(text, region, audience)
        for view in respond(self.chain, self.settings, words, form, before):
            yield self._show(view, words)

    def _ask_option(
        self,
        region: str,
        audience: str,
        stored: object,
        chosen: gr.SelectData,
        request: gr.Request,
    ) -> Iterator[list[Any]]:
        yield from self._ask(str(chosen.value), region, audience, stored, request)

    def _ask_again(
        self, region: str, audience: str, stored: object, request: gr.Request
    ) -> Iterator[list[Any]]:
        before, text = without_last(read_exchanges(stored, self.settings))
        kept = [asdict(exchange) for exchange in before]
        yield from self._ask(text, region, audience, kept, request)

    def _ask_link(
        self, audience: str, stored: object, request: gr.Request
    ) -> Iterator[list[Any]]:
        text, region = read_link(request.query_params)
        if text:
            yield from self._ask(text, region, audience, stored, request)
        else:
            yield [gr.skip()] * len(self._outputs())

    def _open(self, stored: object, choices: object, request: gr.Request) -> list[Any]:
        """What a reader finds on arrival: the conversation and choices kept in the browser."""
        words = self._words(request)
        text, region = read_link(request.query_params)
        names = region_names(self.chain.documents)
        chosen = read_choices(choices)
        form = replace(chosen, text=text, region=region or chosen.region)
        view = View(read_exchanges(stored, self.settings), text)
        options = [(words("region_all"), ""), *region_choices(self.chain)]
        return [
            *self._show(view, words),
            gr.update(choices=options, value=form.region if form.region in names else ""),
            form.audience,
            *self._examples(form.audience, words),
        ]

    def _examples(self, audience: str, words: Interface) -> list[Any]:
        offered = words.examples.get(audience, ())[:EXAMPLES]
        empty = [gr.update(visible=False)] * (EXAMPLES - len(offered))
        return [*(gr.update(value=text, visible=True) for text in offered), *empty]

    def _choose(self, region: str, audience: str, request: gr.Request) -> list[Any]:
        kept = {"region": region, "audience": audience}
        return [kept, *self._examples(audience, self._words(request))]

    def _stop(self, text: str, stored: object, request: gr.Request) -> list[Any]:
        words = self._words(request)
        view = View(read_exchanges(stored, self.settings), text, notice=words("stopped"))
        return self._show(view, words)

    def _edit(self, stored: object, request: gr.Request) -> list[Any]:
        before, text = without_last(read_exchanges(stored, self.settings))
        return self._show(View(before, text), self._words(request))

    def _clear(self, request: gr.Request) -> list[Any]:
        return self._show(View(()), self._words(request))

    def _exporter(self, kind: str) -> Callable[[object, gr.Request], dict[str, str]]:
        def export(stored: object, request: gr.Request) -> dict[str, str]:
            exchanges = read_exchanges(stored, self.settings)
            return export_file(kind, exchanges, self._words(request))

        return export


def region_choices(chain: Chain) -> list[tuple[str, str]]:
    """The regions held, by their own name."""
    return [(path.split("/")[-1], path) for path in region_names(chain.documents)]


def translations(interface: dict[str, Interface]) -> gr.I18n:
    """The interface texts for Gradio, which picks the reader's language in the browser."""
    return gr.I18n(**{tag: dict(interface[lang].texts) for tag, lang in LOCALES.items()})


def mount_chat(
    app: FastAPI, chain: Chain, settings: Settings, interface: dict[str, Interface]
) -> None:
    """Serve the chat page at ``/``; routes added to the application later are not reached."""
    title = interface["zh"]("app_title")
    with gr.Blocks(title=title, analytics_enabled=False) as blocks:
        page = ChatPage(blocks, chain, settings, interface)
    blocks.queue(default_concurrency_limit=PARALLEL_ANSWERS, max_size=WAITING_ANSWERS)
    # Its usage statistics are off, yet each event would still summarise all earlier ones.
    blocks._queue.ANAYLTICS_CACHE_FREQUENCY = NEVER
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        max_file_size="1kb",
        i18n=page.texts,
        theme=gr.themes.Base(font=FONTS, font_mono=("monospace",)),
        head=HEAD,
    )
