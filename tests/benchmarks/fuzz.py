"""Ten thousand requests made to break the service, over the real corpus; counts are printed.

``python -m tests.benchmarks.fuzz [--examples 10000]``: half are made of every address that the
application has, half from the OpenAPI description, their replies held against it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

import schemathesis
from hypothesis import given

from bot.chain import load_chain
from bot.settings import load_settings
from tests.described import described
from tests.fuzzing import Wild, often, send, templates, wild
from tests.served import served
from tests.web_fake import web_app

KINDS = 8  # of checks that described() makes: four calls read, two are posted in two kinds


def main(examples: int) -> Counter[int]:
    """Send them all; the first reply that no reply may be stops it."""
    seen: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        place = {"index_dir": f"{temporary}/var/index", "corpus_dir": f"{temporary}/corpus"}
        Path(place["corpus_dir"]).mkdir()
        app = web_app(load_chain(load_settings({})), **place)
        known = templates(app)

        @often(examples // 2)
        @given(wild(known))
        def check(request: Wild) -> None:
            reply = send(address, request)
            seen[reply.status] += 1
            assert reply.faults == [], request

        with served(app) as address:
            check()
            schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
            # /documents and /healthz take nothing: a few requests are all that can be made
            for one in described(schema, examples // 2 // (KINDS - 2), seen):
                one()
    return seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    started = time.monotonic()
    counts = main(parser.parse_args().examples)
    print(f"{counts.total():,} requests in {time.monotonic() - started:,.0f} s, none failed")
    print(", ".join(f"{status} × {n:,}" for status, n in sorted(counts.items())))
