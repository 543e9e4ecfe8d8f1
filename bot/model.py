"""The one seam to a language model: a LangChain chat model, read as a stream of text.

Every failure is a :class:`ModelFailure` with a short name; what a server said is never passed on,
for it may repeat the key or the question.
"""

from __future__ import annotations

import queue
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from time import monotonic
from typing import Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig
from pydantic import SecretStr

from bot.breaker import Breaker
from bot.prompts import Messages
from bot.settings import Settings
from index.errors import WenceError

MOST_AT_ONCE = 16  # questions to the model
CHARACTERS_A_TOKEN = 4  # at most, so a text of more characters has no end
NO_KEY = SecretStr("none")  # the client wants one also where the server does not
ALIVE = frozenset({"endless", "filtered"})  # failures of an answer, not of the model
FINISHES = {"stop": "", "length": "endless", "content_filter": "filtered"}

Config = RunnableConfig | None  # callbacks, such as tracing, come in here


class ModelFailure(WenceError):
    """The model gave no usable text; the message is a short name such as ``http 429``."""


class LanguageModel(Protocol):
    """What composing needs of a language model."""

    def stream(self, messages: Messages, deadline: float, config: Config = None) -> Generator[str]:
        """The reply piece by piece; raises ModelFailure, at the latest when monotonic() says so."""

    def state(self) -> Mapping[str, object]:
        """For the health page and for staff."""


class ChatModel:
    """A LangChain chat model behind a circuit breaker and time limits."""

    def __init__(self, chat: BaseChatModel, settings: Settings, breaker: Breaker) -> None:
        self._chat, self._breaker = chat, breaker
        self._silence = settings.model_timeout
        self._longest = settings.model_tokens * CHARACTERS_A_TOKEN
        self._name = settings.model_name
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="model")

    def state(self) -> Mapping[str, object]:
        """The model's name and the state of its circuit."""
        return {"name": self._name, **self._breaker.state()}

    def stream(self, messages: Messages, deadline: float, config: Config = None) -> Generator[str]:
        """The reply piece by piece, within the time; a reader that stops early is no failure."""
        if not self._breaker.allows():
            raise ModelFailure("circuit open")
        failure = ""
        try:
            yield from self._read(messages, deadline, config)
        except ModelFailure as error:
            failure = "" if str(error) in ALIVE else str(error)
            raise
        finally:
            self._breaker.record(failure)

    def _read(self, messages: Messages, deadline: float, config: Config) -> Iterator[str]:
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        stopped = Event()

        def pump() -> str:
            finish = ""
            for chunk in self._chat.stream(list(messages), config=config):
                if stopped.is_set():
                    break
                pieces.put(chunk.text)
                finish = str(chunk.response_metadata.get("finish_reason") or finish)
            return finish

        reply = self._pool.submit(pump)
        reply.add_done_callback(lambda _: pieces.put(None))
        length = 0
        try:
            while (piece := self._next(pieces, deadline)) is not None:
                length += len(piece)
                if length > self._longest:
                    raise ModelFailure("endless")
                yield piece
        finally:
            stopped.set()
            reply.cancel()
        _require_finished(reply, length)

    def _next(self, pieces: queue.SimpleQueue[str | None], deadline: float) -> str | None:
        left = deadline - monotonic()
        if left <= 0:
            raise ModelFailure("over budget")
        try:
            return pieces.get(timeout=min(left, self._silence))
        except queue.Empty:
            raise ModelFailure("silent" if left > self._silence else "over budget") from None


def _require_finished(reply: Future[str], length: int) -> None:
    """Raises ModelFailure unless the reply came to its own end and says something."""
    error = reply.exception()
    if error is not None:
        status = getattr(error, "status_code", None)
        raise ModelFailure(f"http {status}" if status else type(error).__name__) from None
    failure = FINISHES.get(reply.result(), "cut")
    if failure or not length:
        raise ModelFailure(failure or "empty")


def open_model(settings: Settings) -> ChatModel:
    """The chat model of the settings; nothing is asked yet."""
    from langchain_openai import ChatOpenAI  # two seconds, which only those pay who use it

    chat = ChatOpenAI(
        base_url=settings.model_url,
        model=settings.model_name,
        api_key=settings.model_key if settings.model_key.get_secret_value() else NO_KEY,
        temperature=0,
        max_completion_tokens=settings.model_tokens,
        # some servers know one of the two names of the limit only
        extra_body={"max_tokens": settings.model_tokens},
        timeout=settings.model_timeout,
        max_retries=0,
        stream_usage=False,
        use_responses_api=False,
    )
    return ChatModel(chat, settings, Breaker())
