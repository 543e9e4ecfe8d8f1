"""The front desk: every way in asks here, and here it is decided who is answered now.

It wraps the answering chain and looks like one: page, HTTP, Gradio API and MCP cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

from bot.conversation import Answer, Question
from bot.failures import caught
from bot.public.clients import Pseudonyms
from bot.public.gate import SOON, Gate, Load
from bot.public.limits import Limits
from bot.public.visits import Visit, current_visit, visiting
from bot.public.watch import Asked, Observer, Watch
from bot.settings import Settings
from bot.web.turns import BadRequest, Chain
from index.documents import Document
from index.errors import WenceError

LATER = 60  # seconds after which a paused service is worth another try


class Answering(Chain, Protocol):
    """What the desk needs of the chain behind it."""

    def quoted(self) -> Chain:
        """The same chain without its language model."""


class SwitchState(Protocol):
    """What staff have switched; empty texts mean the usual sentence, or no banner."""

    @property
    def paused(self) -> bool:
        """Nothing is answered."""

    @property
    def paused_text(self) -> str:
        """What readers see instead."""

    @property
    def model_paused(self) -> bool:
        """Answers are quotes, no language model is asked."""

    @property
    def banner(self) -> str:
        """A notice on every page."""


@dataclass(frozen=True, slots=True)
class Switches:
    """Nothing switched, unless it says so."""

    paused: bool = False
    paused_text: str = ""
    model_paused: bool = False
    banner: str = ""


Refused = Callable[[str, str], None]  # reason, channel


class Desk:
    """A chain that keeps order: switches, limits, queue, reference numbers, observers."""

    def __init__(
        self,
        chain: Answering,
        settings: Settings,
        switches: Callable[[], SwitchState] = Switches,
        observers: tuple[Observer, ...] = (),
    ) -> None:
        self.limits, self.gate = Limits(settings), Gate(settings)
        self.watch = Watch(observers)
        self.switches = switches
        self.refused: Refused = lambda reason, channel: None
        self.draining = self.closed = False
        self._chain, self._quoted = chain, chain.quoted()
        self._longest = settings.answer_seconds
        self._pseudonym = Pseudonyms()

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents held, by id."""
        return self._chain.documents

    @property
    def load(self) -> Load:
        """The work in hand."""
        return self.gate.load

    @property
    def busy(self) -> bool:
        """Whether somebody is still being answered, or an answer has not been noted."""
        return self.load != Load(0, 0) or not self.watch.idle

    def ready(self) -> Mapping[str, object]:
        """What is loaded; raises IndexUnusable, and BadRequest once the service is stopping."""
        if self.draining:
            raise BadRequest("draining", 503, seconds=LATER)
        return self._chain.ready()

    def invoke(self, question: Question, /) -> Answer:
        """Answer one question; BadRequest when it is not its turn."""
        visit, started = current_visit(), monotonic()
        with visiting(visit), self._admitted(visit) as chain:
            return self._finished(chain.invoke(question), visit, started)

    def stream(self, question: Question, /) -> Generator[object]:
        """What the chain streams; BadRequest when it is not its turn or takes too long."""
        visit, started = current_visit(), monotonic()
        with self._admitted(visit) as chain:
            for item in chain.stream(question):
                if isinstance(item, Answer):
                    item = self._finished(item, visit, started)
                elif monotonic() - started > self._longest:
                    raise BadRequest("too_slow", 503, seconds=LATER)
                yield item

    def turn_away(self, problem: BadRequest) -> BadRequest:
        """Count a refusal of the running visit; give it back to be raised."""
        self.refused(problem.name, current_visit().channel)
        return problem

    @contextmanager
    def _admitted(self, visit: Visit) -> Iterator[Chain]:
        """The chain to ask, for one whose turn it is; what nobody foresaw becomes a WenceError."""
        try:
            state = self.switches()
            if self.closed:
                raise BadRequest("draining", 503, seconds=SOON)
            if state.paused:
                name = "paused_because" if state.paused_text else "paused"
                raise BadRequest(name, 503, seconds=LATER, text=state.paused_text)
            with self.gate.turn(visit.client):  # a question that comes too early costs nothing
                self.limits.take("question", visit.client)
                with self.gate.place(), caught("answering", WenceError) as failure:
                    yield self._quoted if state.model_paused else self._chain
        except BadRequest as refusal:
            self.turn_away(refusal)
            raise
        if failure.reference:
            raise WenceError(f"answering failed, reference {failure.reference}")

    def _finished(self, answer: Answer, visit: Visit, started: float) -> Answer:
        """The answer under its reference number, told to the observers."""
        answer = replace(answer, reference=visit.reference)
        asker = self._pseudonym(visit.client)
        seconds = monotonic() - started
        now = datetime.now(UTC)
        self.watch.tell(Asked(visit.reference, visit.channel, now, asker, seconds, answer))
        return answer
