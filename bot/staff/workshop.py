"""What the pages about documents work with: the library, its jobs, drafts as they were reviewed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any

from bot.settings import Settings
from bot.staff.jobs import Busy, Job, Jobs, Order, Work
from bot.staff.pages import StaffProblem, Visit
from index.build import explained
from index.documents import Document
from index.embedder import Embedder, load_embedder
from index.errors import IndexUnusable
from index.library.draft import Draft
from index.library.library import Library
from index.library.look import Look, look_at
from index.prepare import prepare_model
from index.publish import current_build

MOST_LOOKS = 500
LOOKING = 3.0  # seconds that a page spends on reviewing drafts


@dataclass(frozen=True, slots=True)
class Probed:
    """A probe question with the answer of the preview index; ``found``: it cites the clause."""

    question: str
    clause: str
    status: str
    answer: str
    cites: tuple[str, ...]
    found: bool


class Workshop:
    """The library of one index, and what was found out about it since the start."""

    def __init__(
        self, settings: Settings, open_embedder: Callable[[], Embedder] | None = None
    ) -> None:
        self.settings = settings
        self.jobs = Jobs()
        self.probed: dict[str, tuple[object, tuple[Probed, ...]]] = {}
        self._open_embedder = open_embedder or (lambda: _embedder(settings))
        self._held: tuple[Path | None, Mapping[str, Document]] = (None, {})
        self._looks: dict[object, Look] = {}

    @cached_property
    def library(self) -> Library:
        """The library, after making good what an earlier stop left undone."""
        library = Library(self.settings.corpus_dir, self.settings.index_dir)
        with explained():
            library.recover()
        return library

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, loaded when it is first needed."""
        return self._open_embedder()

    def held(self) -> Mapping[str, Document]:
        """The documents that are served, by id; decoded once for each build."""
        build = self.build()
        if self._held[0] != build or build is None:
            self._held = (build, self.library.held())
        return self._held[1]

    def build(self) -> Path | None:
        """The build that is served; None before the first publication."""
        try:
            return current_build(self.settings.index_dir)
        except IndexUnusable:
            return None

    def look(self, draft: Draft) -> Look:
        """A draft beside what is held; reviewed anew when either has changed."""
        key = self.state_of(draft)
        if key not in self._looks:
            if len(self._looks) >= MOST_LOOKS:
                self._looks.clear()
            self._looks[key] = look_at(self.library.drafts, draft, self.held())
        return self._looks[key]

    def looks(self, drafts: tuple[Draft, ...]) -> dict[str, Look]:
        """Looks by draft id; of those that were not reviewed yet, as many as time allows."""
        deadline = monotonic() + LOOKING
        return {
            draft.id: self.look(draft)
            for draft in drafts
            if monotonic() < deadline or self.state_of(draft) in self._looks
        }

    def state_of(self, draft: Draft) -> object:
        """What tells this state of a draft and of what is held from every other."""
        files = sorted(path for path in draft.folder.rglob("*") if path.is_file())
        times = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)
        return (draft.id, times, self.build())

    def start(self, order: Order, work: Work) -> Job:
        """Begin a job; StaffProblem names the one that is running."""
        try:
            return self.jobs.start(order, work)
        except Busy as busy:
            running = busy.job.order
            kind = f"job_{running.kind}"
            raise StaffProblem("busy", 409, by=running.by, detail=kind) from None


def workshop_of(visit: Visit) -> Workshop:
    """The workshop of the application."""
    state: Any = visit.request.app.state
    workshop: Workshop = state.workshop
    return workshop


def _embedder(settings: Settings) -> Embedder:
    name, precision = settings.embedding_model, settings.embedding_precision
    prepare_model(name, precision, settings.cache_dir)
    return load_embedder(name, precision, settings.cache_dir)
