"""Six hours of questions through the whole service at full speed, its memory watched.

``python -m tests.benchmarks.soak`` asks 43,200 questions (two a second for six hours) over HTTP, by
every way in, while publications alternate, staff sign in and every question is logged.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from bot.settings import load_settings
from index.publish import current_build, publish
from tests.benchmarks.driver import Line, Served, questions, running

SIX_HOURS = 43_200
CLIENTS = 8
SAMPLES = 60
PUBLISH_EVERY, SIGN_IN_EVERY = 500, 100  # questions
SETTLED = 1 / 2  # of the questions, after which caches are full
MCP = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
QUESTIONS = questions()


@dataclass
class Soaked:
    """Memory over questions, and what came back."""

    asked: int
    seconds: float = 0.0
    memory: list[tuple[int, float]] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    published: int = 0
    faults: list[str] = field(default_factory=list)  # what else came back than an answer

    @property
    def slope(self) -> float:
        """MiB for 10,000 questions, once caches are full."""
        settled = [row for row in self.memory if row[0] >= self.asked * SETTLED]
        at, mebibytes = np.array(settled, dtype=float).T
        return float(np.polyfit(at, mebibytes, 1)[0] * 10_000)

    @property
    def text(self) -> str:
        """What is reported."""
        places = [self.memory[round(part * (len(self.memory) - 1) / 6)] for part in range(7)]
        line = ", ".join(f"{mebibytes:,.0f} after {at:,}" for at, mebibytes in places)
        kinds = ", ".join(f"{kind} × {n:,}" for kind, n in sorted(self.statuses.items()))
        return (
            f"{self.asked:,} questions in {self.seconds:,.0f} s ({self.asked / self.seconds:,.0f} a "
            f"second; six hours at two a second are {SIX_HOURS:,}), {self.published} publications "
            f"meanwhile, each question from an address of its own. Memory in MiB: {line}. Slope of "
            f"the second half: {self.slope:+.1f} MiB for 10,000 questions.\nReplies: {kinds}.\n"
            + "".join(f"- {one}\n" for one in self.faults[:5])
        )


async def client(n: int, server: Served, numbers: Iterator[int], soaked: Soaked) -> None:
    """One of a few connections that share the questions; each question comes from a new address."""
    chance = random.Random(n)
    for number in numbers:
        line = Line(server.port, f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
        asked = chance.choice(QUESTIONS)
        kind, method, target, data = way_in(number, asked)
        reply = await line.send(method, target, data)
        if kind == "gradio" and reply.status == 200:
            event = json.loads(reply.body)["event_id"]
            reply = await line.send("GET", f"/gradio_api/call/ask/{event}")
        soaked.statuses[f"{kind} {reply.status}"] += 1
        if reply.status != 200:
            soaked.faults.append(f"{kind} {reply.status}: {reply.body[:300].decode()}")
        if number % SIGN_IN_EVERY == 0:
            page = await line.send("GET", "/staff/sign-in")
            soaked.statuses[f"staff {page.status}"] += 1
        line.close()


def way_in(number: int, asked: dict[str, object]) -> tuple[str, str, str, object]:
    """A question by one of the ways in, in turn: what it is, method, address, body."""
    match number % 8:
        case 0:
            query = urlencode({"q": asked["question"], "region": asked["region"] or ""})
            return "page", "GET", f"/answer?{query}", None
        case 1:
            call = {"name": "ask", "arguments": {"question": asked["question"]}}
            return "mcp", "POST", "/mcp", {**MCP, "params": call}
        case 2:
            return "first page", "GET", "/", None
        case 3:
            return "gradio", "POST", "/gradio_api/call/v2/ask", {"question": asked["question"]}
        case _:
            return "ask", "POST", "/api/v1/ask", asked


async def ask_all(server: Served, soaked: Soaked, index_dir: Path) -> None:
    """All questions, the memory sampled and the publication changed in between."""
    numbers = iter(range(1, soaked.asked + 1))
    done = count()
    builds = sorted((index_dir / "builds").iterdir())
    every = max(1, soaked.asked // SAMPLES)

    def watched() -> Iterator[int]:
        for number in numbers:
            if next(done) % every == 0:
                soaked.memory.append((number, server.memory))
            if number % PUBLISH_EVERY == 0:
                soaked.published += 1
                publish(index_dir, builds[soaked.published % len(builds)])
            yield number

    shared = watched()
    await asyncio.gather(*(client(n, server, shared, soaked) for n in range(CLIENTS)))
    soaked.memory.append((soaked.asked, server.memory))


def two_builds(folder: Path) -> Path:
    """An index of two equal builds, between which publications can alternate."""
    source = current_build(load_settings({}).index_dir)
    for name in ("000001", "000002"):
        shutil.copytree(source, folder / "builds" / name)
    publish(folder, folder / "builds" / "000001")
    return folder


def run(asked: int) -> Soaked:
    """Ask so many questions and report."""
    soaked = Soaked(asked)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        index_dir = two_builds(folder / "var" / "index")
        environ = {
            "WENCE_INDEX_DIR": str(index_dir),
            "WENCE_TRUSTED_PROXIES": "127.0.0.0/8",
            "WENCE_LOG_FORMAT": "json",
        }
        with running(["bot.cli", "serve"], environ, folder / "log") as server:
            started = time.monotonic()
            asyncio.run(ask_all(server, soaked, index_dir))
            soaked.seconds = time.monotonic() - started
    return soaked


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=SIX_HOURS)
    print(run(parser.parse_args().questions).text)
