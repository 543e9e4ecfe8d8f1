"""Two hundred askers at once against ``wence serve`` and against the tutorial RAG, on one machine.

``python -m tests.benchmarks.load --write`` runs all of it, the short soak included, in less than
eight minutes and writes LOAD.md. With ``--seconds 10 --askers 50`` it is over sooner.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psutil

from tests.benchmarks import soak
from tests.benchmarks.driver import Line, Reply, Served, percentile, questions, running

REPORT = Path(__file__).parent / "LOAD.md"
SHARE_WHO_READ = 0.3  # of the answered open a cited clause
POLITE = {429, 503}
PACKAGES = ("fastapi", "uvicorn", "gradio", "onnxruntime", "langchain-chroma", "chromadb")
QUESTIONS = questions()


@dataclass
class Seen:
    """What the askers of one run saw."""

    answers: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def take(self, kind: str, reply: Reply) -> None:
        """Count one reply; a fault is anything but an answer or a polite refusal."""
        self.statuses[f"{kind} {reply.status}"] += 1
        polite = reply.status in POLITE and reply.headers.get("retry-after", "").isdigit()
        if reply.status == 200:
            (self.answers if kind == "ask" else self.pages).append(reply.seconds)
        elif not polite:
            self.faults.append(f"{kind} {reply.status}")


@dataclass(frozen=True, slots=True)
class Plan:
    """How the askers behave: seconds of thought between questions, whether they open pages."""

    askers: int
    seconds: float
    think: tuple[float, float]
    reads: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    plan: Plan
    seen: Seen
    memory: tuple[float, float]
    cpu: float


async def asker(n: int, server: Served, plan: Plan, seen: Seen) -> None:
    """One person at an address of their own: opens the page, asks, reads, thinks, asks again."""
    chance = random.Random(n)
    line = Line(server.port, f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}")
    until = time.monotonic() + plan.seconds
    await asyncio.sleep(chance.uniform(0, plan.think[1]))
    if plan.reads:
        seen.take("page", await line.send("GET", "/"))
    while time.monotonic() < until:
        reply = await line.send("POST", "/api/v1/ask", chance.choice(QUESTIONS))
        seen.take("ask", reply)
        if plan.reads and reply.status == 200 and chance.random() < SHARE_WHO_READ:
            for address in evidence(reply.body)[:1]:
                seen.take("page", await line.send("GET", address))
        left = until - time.monotonic()
        await asyncio.sleep(min(max(left, 0), chance.uniform(*plan.think)))
    line.close()


def evidence(body: bytes) -> list[str]:
    """The addresses of the clauses that an answer cites."""
    ids = [one["clause_id"].split("#", 1) for one in json.loads(body).get("citations", [])]
    return [f"/documents/{quote(owner)}/evidence/{quote(key, safe='')}" for owner, key in ids]


async def crowd(server: Served, plan: Plan, seen: Seen) -> float:
    """Everybody at once; the highest memory, MiB."""
    highest = [server.memory]

    async def watch() -> None:
        while True:
            highest[0] = max(highest[0], server.memory)
            await asyncio.sleep(0.5)

    watching = asyncio.create_task(watch())
    people: list[Coroutine[None, None, None]] = [
        asker(n + 1, server, plan, seen) for n in range(plan.askers)
    ]
    await asyncio.gather(*people)
    watching.cancel()
    return highest[0]


def measure(name: str, server: Served, plan: Plan) -> Row:
    """One run of all askers."""
    seen, before, spent = Seen(), server.memory, server.cpu
    highest = asyncio.run(crowd(server, plan, seen))
    row = Row(name, plan, seen, (before, highest), server.cpu - spent)
    print(line_of(row), flush=True)
    return row


def line_of(row: Row) -> str:
    """A row of the table."""
    seen, seconds = row.seen, row.plan.seconds
    times = [f"{percentile(seen.answers, share) * 1000:,.0f}" for share in (0.5, 0.95, 0.99)]
    refused = sum(count for kind, count in seen.statuses.items() if int(kind.split()[1]) in POLITE)
    cells = [
        row.name,
        f"{len(seen.answers):,}",
        f"{len(seen.answers) / seconds:,.1f}",
        *times,
        f"{len(seen.pages):,}",
        f"{refused:,}",
        f"{len(seen.faults):,}",
        f"{row.memory[0]:,.0f} → {row.memory[1]:,.0f}",
        f"{row.cpu / seconds * 100:,.0f} %",
    ]
    return f"| {' | '.join(cells)} |"


HEAD = (
    "| run | answers | a second | p50 ms | p95 ms | p99 ms | pages | 429 and 503 | other errors "
    "| memory MiB | processor |"
)


def product(folder: Path) -> Mapping[str, str]:
    """Settings of the service as it is run behind a proxy on this machine."""
    return {
        "WENCE_TRUSTED_PROXIES": "127.0.0.0/8",
        "WENCE_STORE_URL": f"sqlite:///{folder / 'wence.db'}",
        "WENCE_LOG_FORMAT": "json",
    }


def run(askers: int, seconds: float, rush: float) -> list[Row]:
    """Both servers, each with thinking askers and with a rush."""
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, command, environ, reads in (
            ("wence serve", ["bot.cli", "serve"], product(folder), True),
            ("tutorial RAG", ["tests.benchmarks.tutorial_server"], {}, False),
        ):
            calm = Plan(askers, seconds, (5.0, 15.0), reads)
            stormy = Plan(askers, rush, (0.0, 0.0), False)
            with running(command, environ, folder / "log") as server:
                rows.append(measure(f"{name}, {askers} askers thinking", server, calm))
                rows.append(measure(f"{name}, {askers} askers in a rush", server, stormy))
    return rows


def report(rows: list[Row], soaked: soak.Soaked, minutes: float) -> str:
    """LOAD.md."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    memory = psutil.virtual_memory().total / 2**30
    statuses = "\n".join(
        f"- {row.name}: "
        + ", ".join(f"{kind} × {count:,}" for kind, count in sorted(row.seen.statuses.items()))
        for row in rows
    )
    return "\n".join(
        (
            INTRODUCTION.format(
                day=time.strftime("%Y-%m-%d"),
                cores=psutil.cpu_count(),
                machine=f"{platform.machine()}, {memory:.0f} GiB, Python {platform.python_version()}",
                packages=packages,
                questions=len(QUESTIONS),
                calm=rows[0].plan.seconds,
                rush=rows[1].plan.seconds,
                minutes=minutes,
            ),
            HEAD,
            "|" + " --- |" * HEAD.count(" | ") + " --- |",
            *map(line_of, rows),
            "\nWhat came back, by kind of request and HTTP status:\n",
            statuses,
            "\n## Soak\n",
            soaked.text,
            FAULTS.read_text("utf-8"),
        )
    )


FAULTS = Path(__file__).parent / "faults.md"
INTRODUCTION = """# Load, soak and faults

Written by `python -m tests.benchmarks.load --write` on {day} in {minutes:.1f} minutes; do not edit.
Machine: {cores} cores, {machine}; {packages}.
The driver is a process of its own on the same cores, so the figures are lower bounds.

Each asker has an address of their own (X-Forwarded-For behind a trusted proxy), so that the limits
of a client are real. They ask one of {questions:,} questions of the evaluation files at random.
*Thinking*: {calm:.0f} s, each opens the first page, asks, opens a cited clause after three answers
of ten, thinks 5 to 15 s and asks again. *In a rush*: {rush:.0f} s without thought or patience, also
after a refusal, which is more than the limits allow. The tutorial RAG (LangChain, Chroma, the same
model in fp32, four chunks, no language model) stands behind FastAPI; it has no page and no limits,
so all it ever does is search. Times are of answers (HTTP 200), seen by the asker.
"""


def main(after: Callable[[str], object] = print) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--askers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--rush", type=float, default=20.0)
    parser.add_argument("--soak", type=int, default=6_000, help="questions of the short soak")
    parser.add_argument("--write", action="store_true", help="write LOAD.md")
    given = parser.parse_args()
    started = time.monotonic()
    print(HEAD)
    rows = run(given.askers, given.seconds, given.rush)
    soaked = soak.run(given.soak)
    text = report(rows, soaked, (time.monotonic() - started) / 60)
    if given.write:
        REPORT.write_text(text, "utf-8")
    else:
        after(text)


if __name__ == "__main__":
    main()
