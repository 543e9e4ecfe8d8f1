"""The figures of ``wence bench`` as a Markdown page."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = (
    "chromadb",
    "langchain-core",
    "langchain-chroma",
    "langchain-huggingface",
    "numpy",
    "onnxruntime",
    "sentence-transformers",
    "torch",
)
INTRODUCTION = (
    "# Speed",
    "Written by `wence bench`; every figure of a table comes from one run "
    "(with `--keep` an index that stands is asked again, and its build figures stay). The "
    "questions are those of `tests/data/questions.jsonl`. Each system runs in a process of its "
    "own on the same machine: WenCe gives the whole verified answer, bare vectors the ten nearest "
    "passages of the same collection, bare BM25 the ten best clauses of the same keyword index, "
    "and the tutorial RAG (RecursiveCharacterTextSplitter 500/50, HuggingFaceEmbeddings on the "
    "published model in fp32, Chroma) its four nearest chunks, without any answer.",
    "Start is from the start of the process to the first answer, median of three. Askers at once "
    "are threads of one process. A changed document is one all of whose passages are new. Grown "
    "corpora hold sentences of the laws recombined into the laws' outlines, for one city after the "
    "other, with as many passages a clause as the laws. Their vectors are the mean of the "
    "sentences' vectors moved towards the document's title, as far as the model moves them "
    "(cosine .960 with the model's own, over 400), so their build time is that of everything but "
    "embedding. What is linear at 200,000 clauses, and what is not any more, is in "
    "[scale.md](scale.md).",
)


@dataclass(frozen=True, slots=True)
class Bench:
    """The figures of one corpus: of the builds, and by system."""

    name: str
    build: Mapping[str, Any]
    tutorial_build: Mapping[str, Any]
    recall: float
    systems: Mapping[str, Mapping[str, Any]]
    machine: str = ""


def page(benches: Sequence[Bench]) -> str:
    """The whole page."""
    blocks = list(INTRODUCTION)
    for bench in benches:
        title, text = f"## {_title(bench)}", f"{build_text(bench)}\n{bench.machine}".rstrip()
        blocks += [title, systems_table(bench.systems), text]
    return "\n\n".join(blocks)


def machine() -> str:
    """Day, processor, cores, load and versions."""
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    lines = [
        f"- {date.today()}, {_processor()}, {cores} cores, load average {load:.1f} at the end",
        f"- {platform.system()} {platform.machine()}, Python {sys.version.split()[0]}, "
        f"{', '.join(f'{name} {_version(name)}' for name in LIBRARIES)}",
    ]
    return "\n".join(lines)


def systems_table(systems: Mapping[str, Mapping[str, Any]]) -> str:
    """A row for each figure, a column for each system."""
    rows = [
        ("start to first answer, s", *(f"{one['start_s']:.2f}" for one in systems.values())),
        *(
            (
                f"one question, p{percent}, ms",
                *(_ms(one["ms"][percent]) for one in systems.values()),
            )
            for percent in ("50", "95", "99")
        ),
        ("one question, processor time, ms", *(_ms(one["cpu_ms"]) for one in systems.values())),
        *(
            (f"{count} asking at once, questions/s", *_each(systems, count))
            for count in ("1", "4", "16", "64")
        ),
        ("resident when loaded, MB", *(f"{one['loaded_mb']:.0f}" for one in systems.values())),
        ("resident at the end, MB", *(f"{one['resident_mb']:.0f}" for one in systems.values())),
    ]
    head = ("", *systems)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def build_text(bench: Bench) -> str:
    """Steps of an answer, the builds, and the recall of the graph."""
    full, changed = bench.build["full"], bench.build["changed"]
    steps = bench.systems["WenCe"]["steps"].items()
    lines = [
        f"- Steps of a WenCe answer at the median: "
        f"{', '.join(f'{name} {_ms(value)} ms' for name, value in steps)}",
        f"- Full build {_time(full)} ({full['embedded'] / full['s']:.0f} passages/s, "
        f"{bench.build['clauses'] / full['s']:.0f} clauses/s); one changed document "
        f"{_time(changed)} ({changed['embedded']} passages embedded); nothing changed "
        f"{_time(bench.build['unchanged'])}; peak resident {bench.build['peak_mb']:.0f} MB",
        f"- The collection's graph finds {bench.recall:.3f} of the ten exactly nearest passages",
    ]
    if bench.tutorial_build:
        lines.append(
            f"- The tutorial RAG embeds {bench.tutorial_build['chunks']} chunks in "
            f"{bench.tutorial_build['s']:.1f} s"
        )
    return "\n".join(lines)


def _time(stage: Mapping[str, Any]) -> str:
    """Of a build, with its processor time, which hardly depends on what else is running."""
    worked = f", {stage['cpu_s']:.1f} s of processor" if "cpu_s" in stage else ""
    return f"{stage['s']:.1f} s{worked}"


def _title(bench: Bench) -> str:
    counts = {name: bench.build[name] for name in ("documents", "clauses", "passages")}
    return f"{bench.name}: {', '.join(f'{count:,} {name}' for name, count in counts.items())}"


def _each(systems: Mapping[str, Mapping[str, Any]], count: str) -> tuple[str, ...]:
    return tuple(f"{one['per_second'][count]:.0f}" for one in systems.values())


def _ms(value: float) -> str:
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
