"""``wence bench``: start, latency, throughput, memory, build, beside what one would pick instead.

Every figure of a table comes from one run on one machine; each system runs in a process of its
own, one after the other.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.bench_page import Bench, page
from bot.bench_systems import SYSTEMS
from bot.bench_worker import Job
from bot.conversation import Question
from bot.expectations import load_expectations
from bot.settings import ROOT, Settings, bench_data
from index.errors import WenceError
from index.prepare import prepare_model

QUESTIONS = ROOT / "tests" / "data" / "questions.jsonl"
RESULTS = ROOT / "tests" / "benchmarks" / "RESULTS.md"
STARTS = 3
SCALES = (10_000, 100_000)
LONGEST = 3 * 3600  # seconds of one measurement
PRODUCT, TUTORIAL = "WenCe", "tutorial RAG"

Echo = Callable[[str], None]


class BenchFailed(WenceError):
    """A measurement stopped; the message ends with what its process said."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build and ask for one row of the tables."""

    name: str
    job: Job
    systems: tuple[str, ...]


def run_bench(settings: Settings, scale: bool, echo: Echo) -> int:
    """Measure, print the tables and write RESULTS.md; raises BenchFailed."""
    table: list[Bench] = []
    for measured in bench(settings, scale, echo):
        table.append(measured)  # each corpus takes minutes: what is measured is written at once
        RESULTS.write_text(page(table) + "\n", encoding="utf-8")
    echo(page(table))
    return 0


def bench(settings: Settings, scale: bool, echo: Echo) -> Iterator[Bench]:
    """One Bench for the documents held, one with the laws beside them, and the grown ones."""
    for precision in ("int8", "fp32"):
        prepare_model(settings.embedding_model, precision, settings.cache_dir)
    questions = tuple(one.question for one in load_expectations(QUESTIONS))
    with tempfile.TemporaryDirectory(prefix="wence-bench-") as folder:
        plans = _plans(settings, Path(folder), questions, scale)
        if len(plans) == 1:
            echo(f"no laws in {bench_data() / 'laws'}: set WENCE_BENCH_DATA to measure more")
        yield from (measure(plan, echo) for plan in plans)


def measure(plan: Plan, echo: Echo) -> Bench:
    """Build, then measure one system after the other."""
    echo(f"{plan.name}: building")
    build = run_job(replace(plan.job, task="build"))
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
    command = [sys.executable, "-m", "bot.bench_worker", job.to_json()]
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


def _plans(
    settings: Settings, folder: Path, questions: Sequence[Question], scale: bool
) -> list[Plan]:
    def job(name: str) -> Job:
        placed = replace(settings, index_dir=folder / name)
        return Job("", "", placed, tuple(questions))

    everything = tuple(SYSTEMS)
    plans = [Plan("five documents", job("five"), everything)]
    laws = bench_data() / "laws"
    if not laws.is_dir():
        return plans
    plans.append(Plan("five documents and 75 laws", replace(job("laws"), laws=laws), everything))
    if scale:
        own = tuple(name for name in SYSTEMS if name != TUTORIAL)
        plans += [
            Plan(
                f"grown to {clauses:,} clauses",
                replace(job(str(clauses)), laws=laws, clauses=clauses, source=folder / "laws"),
                own,
            )
            for clauses in SCALES
        ]
    return plans
