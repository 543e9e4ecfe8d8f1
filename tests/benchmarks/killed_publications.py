"""``python -m tests.benchmarks.killed_publications [ROUNDS]``: publishing killed at random moments.

Each round adds a policy, publishes it in another process and kills that process at a random
moment between its start and the time that the first, unkilled one took. Afterwards the index must
answer, with the old publication or the new one, and the next publication must work.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from index.library.changes import Changes
from index.search import Query, Searcher
from tests.library_toys import apply, empty_library, publish, received
from tests.toys import ToyEmbedder

SEED = 7
RULES = ("学校收费要公示。", "学校收费一律公示。")


def run(folder: Path, seconds: float | None) -> tuple[float, int]:
    """Go back to the first publication in another process; its seconds and exit status."""
    command = [sys.executable, "-m", "tests.killed_publish", str(folder), "never"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()  # everything is imported
    ready = time.perf_counter()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    return time.perf_counter() - ready, process.returncode


def fees(folder: Path) -> str:
    """What the index answers about fees, opened anew."""
    searcher = Searcher.open(empty_library(folder).index_dir, ToyEmbedder())
    [hit, *_] = searcher.search(Query("嘉兴学校收费", documents=("jiaxing-2024",))).hits
    searcher.snapshot.store.close()
    return hit.clause.text


def main(rounds: int) -> None:
    """Print how the rounds ended; raises AssertionError when one did not end well."""
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        library = empty_library(folder)
        for rule in RULES:
            publish(library, received("嘉兴市", rule))
        whole, status = run(folder, None)
        assert status == 0
        ends: Counter[str] = Counter()
        for number in range(1, rounds + 1):
            library.recover()
            apply_rule(library, number)
            served = library.current()
            moment = dice.uniform(0, whole)
            _, status = run(folder, moment)
            new = library.current() != served
            assert ("要公示" in fees(folder)) == new, number
            ends["new" if new else "old"] += 1
            ends["killed" if status == -signal.SIGKILL else "finished"] += 1
            print(f"{number:3} killed after {moment:5.2f} s of {whole:.2f}: {ends}", flush=True)
        apply_rule(library, 0)
        assert library.unpublished() == ()


def apply_rule(library, number: int) -> None:
    """Publish the policy again, with a rule that no earlier round had."""
    rule = f"学校收费一律公示，第{number}版。"
    draft = library.drafts.keep(received("嘉兴市", rule), "甲")
    made = apply(library, Changes((draft.id,)))
    assert made.changed == ("jiaxing-2024",) and library.unpublished() == ()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
