"""Questions that tests and benchmarks read: those of the documents, of the evaluation, of lay people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from bot.settings import bench_data, load_settings

DATA = Path(__file__).parent / "data"


def questions_in(path: Path) -> list[str]:
    """Every question of a YAML file: a mapping of lists, or lists in lists."""
    found, left = [], [yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)]
    while left:
        one = left.pop()
        if isinstance(one, str):
            found.append(one)
        else:
            left.extend(one.values() if isinstance(one, dict) else one)
    return found


def questions_of_documents(*endings: str) -> list[str]:
    """The everyday questions beside the documents: those answered (asked) and not (gaps)."""
    corpus = load_settings({}).corpus_dir
    paths = [path for ending in endings for path in corpus.glob(f"*.{ending}.yaml")]
    return [text for path in sorted(paths) for text in questions_in(path)]


def evaluation_rows() -> list[dict]:
    """Every row of the evaluation files."""
    paths = sorted(DATA.glob("questions*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def lay_questions(name: str = "queries.*.jsonl") -> list[str]:
    """What lay people asked about the law (STARD); empty where it is not there."""
    paths = sorted((bench_data() / "stard").glob(name))
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line)["question"] for line in lines]


def needed_lay_questions(name: str = "queries.*.jsonl") -> list[str]:
    """The same; the test is skipped where they are not there."""
    found = lay_questions(name)
    if not found:
        pytest.skip(f"no public benchmark data in {bench_data() / 'stard'}; set WENCE_BENCH_DATA")
    return found
