"""``wence bench``: start, latency, throughput, memory, build, beside what one would pick instead.

Every figure of a table comes from one run on one machine; each system runs in a process of its
own, one after the other.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.bench.page import Bench, machine, page
from bot.bench.systems import SYSTEMS
from bot.bench.worker import Job
from bot.conversation import Question
from bot.scoring.expectations import load_expectations
from bot.settings import ROOT, Settings, bench_data
from index.errors import WenceError
from index.prepare import as_published, prepare_model

QUESTIONS = ROOT / "tests" / "data" / "questions.jsonl"
RESULTS = ROOT / "tests" / "benchmarks" / "RESULTS.md"
FIGURES = RESULTS.with_name("speed.json")  # of every corpus, as they were last measured
STARTS = 3
FIVE, LAWS = "five", "laws"
LONGEST = 3 * 3600  # seconds of one measurement
TUTORIAL = "tutorial RAG"
NOTHING_KNOWN: Mapping[str, Any] = {}

Echo = Callable[[str], None]


class BenchFailed(WenceError):
    """A measurement stopped; the message ends with what its process said."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build and ask for one row of the tables; ``built`` are figures of what stands."""

    name: str
    job: Job
    systems: tuple[str, ...]
    built: Mapping[str, Any] | None = None


def run_bench(
    settings: Settings, sizes: Sequence[str], echo: Echo, keep: Path | None = None
) -> int:
    """Measure, print the tables and write RESULTS.md; raises BenchFailed.

    ``sizes`` are five, laws or numbers of clauses. Tables of other sizes stay as they are. The
    indexes stay in ``keep``, if given; one that stands there is asked, but not built again.
    """
    table: dict[str, Any] = {}
    with suppress(FileNotFoundError):
        table = json.loads(FIGURES.read_text(encoding="utf-8"))
    for name, measured in bench(settings, sizes, echo, keep, table):
        # each corpus takes minutes: what is measured is written at once
        table[name] = {**asdict(measured), "machine": machine()}
        FIGURES.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", "utf-8")
        order = sorted(table, key=lambda name: table[name]["build"]["clauses"])
        RESULTS.write_text(page([Bench(**table[name]) for name in order]) + "\n", "utf-8")
        echo(page([replace(measured, machine=machine())]))
    return 0


def bench(
    settings: Settings,
    sizes: Sequence[str],
    echo: Echo,
    keep: Path | None = None,
    known: Mapping[str, Any] = NOTHING_KNOWN,
) -> Iterator[tuple[str, Bench]]:
    """A Bench for each size, by name; ``known`` are the figures of earlier ones."""
    questions = tuple(one.question for one in load_expectations(QUESTIONS))
    if strange := [size for size in sizes if size not in {FIVE, LAWS} and not size.isdecimal()]:
        raise BenchFailed(f"a size is {FIVE}, {LAWS} or a number of clauses, not {strange[0]!r}")
    if set(sizes) != {FIVE} and not (bench_data() / "laws").is_dir():
        raise BenchFailed(f"no laws in {bench_data() / 'laws'}: set WENCE_BENCH_DATA")
    prepare_model(settings.embedding_model, "int8", settings.cache_dir)
    prepare_model(as_published(settings.embedding_model), "fp32", settings.cache_dir)
    with tempfile.TemporaryDirectory(prefix="wence-bench-") as temporary:
        folder = keep or Path(temporary)
        for size in sizes:
            plan = _plan(settings, folder, questions, size)
            index = plan.job.settings.index_dir
            if (index / "CURRENT").is_file():
                if size not in known:
                    raise BenchFailed(f"{index}: nobody measured how it was built; remove it")
                plan = replace(plan, built=known[size]["build"])
            elif plan.job.source and not plan.job.source.is_dir():
                echo("laws: building, for their vectors")
                laws = _plan(settings, folder, questions, LAWS)
                run_job(replace(laws.job, task="build"))
            yield size, measure(plan, echo)


def measure(plan: Plan, echo: Echo) -> Bench:
    """Build, then measure one system after the other."""
    if plan.built is None:
        echo(f"{plan.name}: building")
    build = plan.built or run_job(replace(plan.job, task="build"))
    tutorial = {}
    if TUTORIAL in plan.systems:
        tutorial = run_job(replace(plan.job, task="build_tutorial"))
    systems = {}
    for name in plan.systems:
        echo(f"{plan.name}: asking {name}")
        systems[name] = _measure_system(replace(plan.job, system=name))
    recall = run_job(replace(plan.job, task="recall"))["recall"]
    return Bench(plan.name, build, tutorial, recall, systems)


def run_job(job: Job) -> dict[str, Any]:
    """One measurement in a process of its own; raises BenchFailed."""
    command = [sys.executable, "-m", "bot.bench.worker", job.to_json()]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=LONGEST, check=False
    )
    if done.returncode:
        raise BenchFailed(f"{job.task} of {job.system} failed: {done.stderr[-2000:]}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _measure_system(job: Job) -> dict[str, Any]:
    started = []
    for _ in range(STARTS):
        at = perf_counter()
        run_job(replace(job, task="start"))
        started.append(perf_counter() - at)
    return {"start_s": sorted(started)[STARTS // 2], **run_job(replace(job, task="serve"))}


def _plan(settings: Settings, folder: Path, questions: Sequence[Question], size: str) -> Plan:
    job = Job("", "", replace(settings, index_dir=folder / size), tuple(questions))
    if size == FIVE:
        return Plan("five documents", job, tuple(SYSTEMS))
    job = replace(job, laws=bench_data() / "laws")
    if size == LAWS:
        return Plan("five documents and 75 laws", job, tuple(SYSTEMS))
    job = replace(job, clauses=int(size), source=folder / LAWS)
    own = tuple(name for name in SYSTEMS if name != TUTORIAL)
    return Plan(f"grown to {int(size):,} clauses", job, own)
