"""The steps of an answer in their order, as one LangChain Runnable: invoke, stream, batch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from threadpoolctl import threadpool_limits

from bot.answering import Answerer
from bot.compose_model import Writer, open_writer
from bot.conversation import Answer, Draft, Question
from bot.failures import caught
from bot.messages import load_messages
from bot.pinned import Matcher, Pin
from bot.resolve import Resolver
from bot.retrieve import Retriever
from bot.settings import Settings
from bot.understand import Reading
from index.documents import Document
from index.embedder import load_embedder
from index.errors import IndexUnusable
from index.prepare import prepare_model
from index.search import Searcher
from index.snapshot import Snapshot

WARM_UP = "小学怎么报名"


@dataclass(frozen=True, slots=True)
class View:
    """What one build of the index answers with; a turn keeps to one view from end to end."""

    snapshot: Snapshot
    resolver: Resolver
    retriever: Retriever


@dataclass(slots=True)
class Held:
    """The view of the newest build, one for a chain and its copies, so that no older one stays."""

    view: View


class PolicyChain(Runnable[Question, Answer]):
    """Question -> screened, resolved, retrieved, decided, composed, verified Answer."""

    def __init__(
        self, searcher: Searcher, settings: Settings, writer: Writer | None = None
    ) -> None:
        self._searcher = searcher
        self._settings = settings
        self._messages = load_messages(settings.prompts_dir)
        self._writer = writer or open_writer(settings, self._messages)
        self._rewriter = self._writer.rewriter() if self._writer else None
        self._held = Held(self._open())
        self._pins: Callable[[], tuple[Pin, ...]] = tuple
        self._matcher = Matcher()

    def use_pins(self, pins: Callable[[], tuple[Pin, ...]]) -> None:
        """Give the answers that staff have approved; asked for the pins in use at every turn."""
        self._pins = pins

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents held, by id."""
        return self._current.snapshot.documents

    def quoted(self) -> PolicyChain:
        """The same chain, whose answers are quotes: no language model is asked."""
        other = copy.copy(self)
        other._writer = other._rewriter = None
        return other

    @property
    def resolver(self) -> Resolver:
        """Reads regions against the documents held."""
        return self._current.resolver

    @property
    def retriever(self) -> Retriever:
        """Finds and judges evidence."""
        return self._current.retriever

    def ready(self) -> Mapping[str, object]:
        """What is loaded; raises IndexUnusable when nothing can be answered."""
        snapshot = self._view().snapshot
        model = {"model": self._writer.model.state()} if self._writer else {}
        return {
            "documents": len(self.documents),
            "clauses": int(snapshot.catalog.clause_starts[-1]),
            "index": snapshot.folder.name,
            "composer": "llm" if self._writer else "extractive",
            **snapshot.state(),
            **model,
        }

    @property
    def _current(self) -> View:
        return self._held.view

    @_current.setter
    def _current(self, view: View) -> None:
        self._held.view = view

    def _open(self) -> View:
        snapshot = self._searcher.snapshot
        retriever = Retriever(self._searcher, snapshot, self._settings.max_citations)
        return View(snapshot, Resolver(snapshot.documents), retriever)

    def _view(self) -> View:
        """The view of the newest build; follows what was published."""
        self._searcher.reopen_if_published()
        if self._current.snapshot is not self._searcher.snapshot:
            self._current = self._open()
        return self._current

    def invoke(
        self, input: Question, config: RunnableConfig | None = None, **kwargs: object
    ) -> Answer:
        """Answer one question; what goes wrong becomes an Answer with status error."""
        answer: Answer | None = None
        for step in self._steps(input, config, self._writer):
            if isinstance(step, Answer):
                answer = step
        assert answer is not None
        return answer

    def stream(
        self, input: Question, config: RunnableConfig | None = None, **kwargs: object
    ) -> Generator[Any]:
        """Stage names (resolve, retrieve, verify), Drafts of a worded answer, then the Answer."""
        yield from self._steps(input, config, self._writer)

    def _steps(
        self, question: Question, config: RunnableConfig | None, writer: Writer | None
    ) -> Iterator[str | Draft | Answer]:
        started = perf_counter()
        answerer = self._answerer(config)
        answer: Answer | None = None
        with caught("answering", IndexUnusable) as failure:
            for step in _worded(answerer.steps(question), writer, config):
                if isinstance(step, Answer):
                    answer = step
                else:
                    yield step
        if failure.reference:
            answer = answer or answerer.failed(question, failure.reference)
        assert answer is not None
        total = (perf_counter() - started) * 1000
        times = {**answer.timings_ms, "total": total}
        yield replace(answer, timings_ms=times)

    def warm_up(self) -> None:
        """Load what the first questions load; no language model is asked."""
        self.retriever.scorer.prepare()
        for _ in self._steps(Question(WARM_UP), None, None):
            pass

    def _answerer(self, config: RunnableConfig | None) -> Answerer:
        """What answers one turn with the newest build."""
        view = self._view()
        return Answerer(
            self._settings,
            self._messages,
            view.resolver,
            view.retriever,
            date.today(),
            self._reread(view, config),
            self._matched(view.resolver),
        )

    def _matched(self, resolver: Resolver) -> Matcher:
        """What finds the pin of a question; made again when pins or documents have changed."""
        pins, matcher = self._pins(), self._matcher
        if pins is not matcher.pins or (pins and resolver is not matcher.resolver):
            self._matcher = matcher = Matcher(pins, resolver)
        return matcher

    def _reread(self, view: View, config: RunnableConfig | None) -> Callable[[Reading], Reading]:
        """How a follow-up that the rules have read is read again."""
        rewriter = self._rewriter
        if rewriter is None:
            return lambda reading: reading
        return lambda reading: rewriter.read_again(reading, view.resolver, config)


def _worded(
    steps: Iterator[str | Answer], writer: Writer | None, config: RunnableConfig | None
) -> Iterator[str | Draft | Answer]:
    """The steps as they are; with a language model, then Drafts and the worded Answer."""
    deadline = writer.deadline() if writer else 0.0
    for step in steps:
        yield step
        if writer and isinstance(step, Answer):
            yield from writer.steps(step, deadline, config)


def load_chain(settings: Settings, build: Path | None = None) -> PolicyChain:
    """Open the published index and the embedder; raises IndexMissing, IndexCorrupt, ModelError.

    With ``build``, the folder of a prepared build: answers come from that one.
    """
    # products of one question are small: BLAS threads cost more than they bring
    threadpool_limits(1, user_api="blas")
    prepare_model(settings.embedding_model, settings.embedding_precision, settings.cache_dir)
    embedder = load_embedder(
        settings.embedding_model, settings.embedding_precision, settings.cache_dir
    )
    return PolicyChain(Searcher.open(settings.index_dir, embedder, build), settings)
