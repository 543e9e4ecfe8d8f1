"""One measurement in a process of its own: ``python -m bot.bench.worker JOB``, JSON lines out.

A process of its own, so that start-up and memory are those of one system alone.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import SecretStr

from bot.bench.systems import TUTORIAL, Ask, open_system, recall_at_ten, resident_mb
from bot.conversation import Question
from bot.memory import share_memory
from bot.settings import SECRETS, Settings

if TYPE_CHECKING:
    from index.embedder import Embedder

PASSES = 3
ASKERS = (1, 4, 16, 64)
ASKED_EACH = 4  # questions an asker, at least
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Job:
    """What to measure: ``task`` is one of TASKS.

    ``laws`` is the folder of laws, ``clauses`` how many to grow to, ``source`` the index whose
    vectors a grown corpus borrows.
    """

    task: str
    system: str
    settings: Settings
    questions: tuple[Question, ...]
    laws: Path | None = None
    clauses: int = 0
    source: Path | None = None

    def to_json(self) -> str:
        """For the command line of the worker."""
        told = set(Settings.__slots__) - SECRETS  # a command line is seen by everybody
        body = {
            "task": self.task,
            "system": self.system,
            "settings": {name: _plain(getattr(self.settings, name)) for name in sorted(told)},
            "questions": [[one.text, list(one.history)] for one in self.questions],
            "laws": _plain(self.laws),
            "clauses": self.clauses,
            "source": _plain(self.source),
        }
        return json.dumps(body, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The reverse."""
        body = json.loads(text)
        values: dict[str, Any] = {
            name: Path(value) if name.endswith("_dir") else value
            for name, value in body["settings"].items()
        }
        values |= {name: SecretStr("") for name in SECRETS}
        questions = tuple(
            Question(one, str(n), history=tuple(history))
            for n, (one, history) in enumerate(body["questions"])
        )
        return cls(
            body["task"],
            body["system"],
            Settings(**values),
            questions,
            _path(body["laws"]),
            body["clauses"],
            _path(body["source"]),
        )


def start(job: Job) -> dict[str, Any]:
    """Load and answer one question."""
    open_system(job.system, job.settings)(job.questions[0])
    return {"resident_mb": resident_mb()}


def serve(job: Job) -> dict[str, Any]:
    """Latency, its steps, throughput and memory."""
    share_memory()  # as the service does
    ask = open_system(job.system, job.settings)
    ask(job.questions[0])
    return {
        "loaded_mb": resident_mb(),
        **latency(ask, job.questions * PASSES),
        "per_second": {str(count): throughput(ask, job.questions, count) for count in ASKERS},
        "resident_mb": resident_mb(),
    }


def latency(ask: Ask, questions: Sequence[Question]) -> dict[str, Any]:
    """Milliseconds of whole answers at some percentiles, and of each step at the median.

    ``cpu_ms`` is the processor time of an answer: it hardly depends on what else is running.
    """
    totals: list[float] = []
    steps: dict[str, list[float]] = {}
    worked = process_time()
    for question in questions:
        started = perf_counter()
        timings = ask(question)
        totals.append((perf_counter() - started) * 1000)
        for name, value in timings.items():
            steps.setdefault(name, []).append(value)
    return {
        "cpu_ms": (process_time() - worked) * 1000 / len(questions),
        "ms": {str(one): float(np.percentile(totals, one)) for one in PERCENTILES},
        "steps": {name: float(np.median(values)) for name, values in steps.items()},
    }


def throughput(ask: Ask, questions: Sequence[Question], askers: int) -> float:
    """Questions a second answered to so many askers at once."""
    rounds = -(-max(2 * len(questions), ASKED_EACH * askers) // len(questions))
    wanted = list(questions) * rounds
    with ThreadPoolExecutor(askers) as pool:
        started = perf_counter()
        for _ in pool.map(ask, wanted):
            pass
        return len(wanted) / (perf_counter() - started)


def build(job: Job) -> dict[str, Any]:
    """A full build, one after a document has changed, and one without any change.

    The full one is of the corpus with that document changed, so that the second publishes the
    corpus as it is.
    """
    from bot.bench.corpora import changed, load_bench_corpus
    from index.build import build_index

    corpus = load_bench_corpus(job.settings, job.laws, job.clauses)
    embedder = _embedder(job)
    stages = {
        "full": changed(corpus.documents),
        "changed": corpus.documents,
        "unchanged": corpus.documents,
    }
    figures: dict[str, Any] = {"documents": len(corpus.documents)}
    for name, documents in stages.items():
        started, worked = perf_counter(), process_time()
        report = build_index(
            documents, corpus.asked, embedder, job.settings.index_dir, gaps=corpus.gaps
        )
        figures[name] = {
            "s": perf_counter() - started,
            "cpu_s": process_time() - worked,
            "embedded": report.embedded,
        }
        figures |= {"clauses": report.clauses, "passages": report.unchanged}
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return figures


def build_tutorial(job: Job) -> dict[str, Any]:
    """Split, embed and store the same texts the tutorial's way."""
    from bot.bench.corpora import load_bench_corpus
    from bot.bench.tutorial import build_store, raw_texts, tutorial_embeddings

    corpus = load_bench_corpus(job.settings, job.laws, job.clauses)
    texts = raw_texts(job.settings.corpus_dir)
    texts |= {one.id: one.text for one in corpus.documents if one.id not in texts}
    embeddings = tutorial_embeddings(job.settings)
    started = perf_counter()
    store = build_store(embeddings, texts, job.settings.index_dir / TUTORIAL)
    return {"s": perf_counter() - started, "chunks": len(store.get(include=[])["ids"])}


def recall(job: Job) -> dict[str, Any]:
    """Of the collection's graph."""
    return {"recall": recall_at_ten(job.settings, list(job.questions))}


TASKS: Mapping[str, Callable[[Job], dict[str, Any]]] = {
    "start": start,
    "serve": serve,
    "build": build,
    "build_tutorial": build_tutorial,
    "recall": recall,
}


def _embedder(job: Job) -> Embedder:
    """The model; for a grown corpus with the vectors of the laws' sentences at hand."""
    from bot.bench.corpora import RecombiningEmbedder, load_laws, sentence_vectors
    from index.embedder import load_embedder

    settings = job.settings
    embedder = load_embedder(
        settings.embedding_model, settings.embedding_precision, settings.cache_dir
    )
    if job.source is None or job.laws is None:
        return embedder
    titles = [law.title for law in load_laws(job.laws)]
    return RecombiningEmbedder(embedder, sentence_vectors(job.source), titles)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def main(argv: Sequence[str]) -> None:
    """Measure and write one JSON line."""
    job = Job.from_json(argv[0])
    sys.stdout.write(json.dumps(TASKS[job.task](job)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
