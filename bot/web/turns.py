"""One chat turn as plain values: check the question, run the chain, give what the page shows."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from bot.conversation import Answer, AnswerStatus, Audience, Draft, Question
from bot.public.visits import current_visit
from bot.settings import Settings
from bot.web.exchanges import KEPT_EXCHANGES, Exchange, exchange_of
from bot.web.interface import Interface
from bot.web.markup import STAGES, question_html, stages_html
from index.documents import Document
from index.errors import IndexUnusable, WenceError

HISTORY = 6
logger = logging.getLogger(__name__)


class Chain(Protocol):
    """What the web needs of the answering chain."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents held, by id."""

    def invoke(self, question: Question, /) -> Answer:
        """Answer one question."""

    def stream(self, question: Question, /) -> Generator[object]:
        """Stage names (str) and Drafts while working, then the Answer."""

    def ready(self) -> Mapping[str, object]:
        """What is loaded; raises IndexUnusable when nothing can be answered."""


class BadRequest(WenceError):
    """A request that cannot be used: the key of its sentence, the values in it, the HTTP status."""

    def __init__(self, name: str, status: int = 400, **values: object) -> None:
        super().__init__(name)
        self.name, self.status, self.values = name, status, values

    @property
    def headers(self) -> dict[str, str]:
        """How long to wait, where that is known."""
        return {"Retry-After": str(self.values["seconds"])} if "seconds" in self.values else {}

    def sentence(self, words: Interface) -> str:
        """What its reader sees."""
        values = dict(self.values)
        if "detail" in values:
            values["detail"] = words(str(values["detail"]), **values)
        return words(f"error_{self.name}", **values)


@dataclass(frozen=True, slots=True)
class Form:
    """What the reader has filled in."""

    text: str
    region: str = ""
    audience: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows after an event.

    ``text`` goes into the question box, unless something else than ``asked`` has been typed there
    meanwhile; with ``force`` it goes there anyway. ``draft`` is what can be read already.
    """

    exchanges: tuple[Exchange, ...]
    text: str = ""
    stage: str = ""
    asked: str = ""
    notice: str = ""
    force: bool = False
    draft: str = ""

    @property
    def working(self) -> bool:
        """Whether an answer is still being made."""
        return bool(self.stage)


def check_question(text: str, limit: int) -> None:
    """Raise BadRequest unless the text is a question of at most ``limit`` characters."""
    if not readable(text):
        raise BadRequest("control_characters")
    if not text.strip():
        raise BadRequest("empty_question")
    if len(text) > limit:
        raise BadRequest("question_too_long", 413, length=len(text), limit=limit)


def readable(text: str) -> bool:
    """Whether there are no control characters (but line ends and tabs) and no lone surrogates."""
    return not any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t" for c in text)


def without_controls(text: str) -> str:
    """Text as pasted by a person, with control characters turned into spaces."""
    return "".join(c if readable(c) else " " for c in text)


def region_names(documents: Mapping[str, Document]) -> tuple[str, ...]:
    """The regions held, as paths, each once, in order."""
    return tuple(dict.fromkeys(str(document.region) for document in documents.values()))


def region_choices(documents: Mapping[str, Document]) -> list[tuple[str, str]]:
    """The regions held for a picker: their own name and their path."""
    return [(path.split("/")[-1], path) for path in region_names(documents)]


def respond(
    chain: Chain, settings: Settings, words: Interface, form: Form, before: tuple[Exchange, ...]
) -> Iterator[View]:
    """The views of one turn: stages, then the answer; a problem keeps what was typed."""
    text = without_controls(form.text)
    try:
        check_question(text, settings.max_question_chars)
        question = question_of(replace(form, text=text), before, settings.max_question_chars)
        yield View(before, form.text, STAGES[0], text)
        answer = None
        for item in chain.stream(question):
            if isinstance(item, Answer):
                answer = item
            elif isinstance(item, Draft):
                yield View(before, form.text, STAGES[-1], text, draft=item.text)
            elif item in STAGES:
                yield View(before, form.text, str(item), text)
        if answer is None:
            raise WenceError("the chain ended without an answer")
    except BadRequest as problem:
        yield View(before, form.text, asked=form.text, notice=problem.sentence(words))
    except WenceError as error:
        yield View(before, form.text, asked=form.text, notice=failure_sentence(error, words))
    else:
        exchange = exchange_of(answer, words)
        failed = answer.status is AnswerStatus.ERROR
        kept = (*before, exchange)[-KEPT_EXCHANGES:]
        yield View(kept, form.text if failed else "", asked=form.text)


def failure_sentence(error: WenceError, words: Interface) -> str:
    """A sentence for the reader; the detail goes to the log under the same reference."""
    reference = current_visit().reference
    if isinstance(error, IndexUnusable):
        logger.error("index unusable, reference %s: %s", reference, error)
        return words("error_index_missing", reference=reference)
    logger.error("request failed, reference %s", reference, exc_info=error)
    return words("error_internal", reference=reference)


def question_of(form: Form, before: tuple[Exchange, ...], limit: int) -> Question:
    """What the chain is asked: the form and the last questions of the conversation."""
    audience = Audience(form.audience) if form.audience in set(Audience) else None
    history = tuple(exchange.question[:limit] for exchange in before[-HISTORY:])
    return Question(form.text.strip(), "", form.region[:100] or None, audience, history)


def messages(view: View, words: Interface) -> list[dict[str, object]]:
    """The view as chat messages; only the newest answer offers what to ask next."""
    shown: list[dict[str, object]] = []
    for exchange in view.exchanges:
        shown.append({"role": "user", "content": question_html(exchange.question)})
        shown.append({"role": "assistant", "content": exchange.html})
    if view.working:
        shown.append({"role": "user", "content": question_html(view.asked)})
        shown.append({"role": "assistant", "content": stages_html(view.stage, words, view.draft)})
    elif view.exchanges and view.exchanges[-1].offers:
        shown[-1]["options"] = [
            {"value": text, "label": label} for label, text in view.exchanges[-1].offers
        ]
    return shown


def read_form(text: object, region: object, audience: object) -> Form:
    """What came from the page, with anything that is not text left out."""
    fields = [value if isinstance(value, str) else "" for value in (text, region, audience)]
    return Form(*fields)


def read_choices(stored: object) -> Form:
    """The region and audience kept in the browser; parents, when nothing is."""
    kept = stored if isinstance(stored, dict) else {}
    form = read_form("", kept.get("region"), kept.get("audience"))
    known = form.audience in {audience.value for audience in Audience}
    return form if known else replace(form, audience=Audience.PARENT.value)


def read_link(query: Mapping[str, str]) -> tuple[str, str]:
    """The question and region of a shared link."""
    return query.get("q", ""), query.get("region", "")
