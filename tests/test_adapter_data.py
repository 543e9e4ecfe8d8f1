"""The questions that the adapter was trained on."""

import json
from pathlib import Path

import pytest

from bot.settings import bench_data

FOLDER = Path(__file__).parent / "benchmarks"
STARD = bench_data() / "stard"


def rows(path: Path) -> list[dict]:
    """Lines that begin with # say where a file comes from."""
    lines = path.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(
    ("name", "texts", "questions"),
    [("asked.articles.jsonl", 1751, 3502), ("asked.laws.jsonl", 249, 498)],
)
def test_each_text_has_two_questions_of_its_own(name, texts, questions):
    written = rows(FOLDER / name)
    assert len({row["id"] for row in written}) == len(written) == texts
    assert {len(row["questions"]) for row in written} == {2}
    assert sum(len(set(row["questions"])) for row in written) == questions


def test_none_was_written_on_an_article_that_answers_a_dev_question():
    if not STARD.is_dir():
        pytest.skip(f"no public benchmark data in {STARD}")
    dev = {one for row in rows(STARD / "queries.dev.jsonl") for one in row["relevant"]}
    articles = {row["id"] for row in rows(STARD / "articles.jsonl")}
    written = {row["id"] for row in rows(FOLDER / "asked.articles.jsonl")}
    assert written <= articles
    assert written & dev == set()


def test_no_question_is_one_that_is_measured():
    asked = {
        question
        for name in ("asked.articles.jsonl", "asked.laws.jsonl")
        for row in rows(FOLDER / name)
        for question in row["questions"]
    }
    files = (FOLDER.parent / "data").glob("questions*.jsonl")
    measured = {row["question"] for path in files for row in rows(path)}
    assert len(measured) > 2000
    assert asked & measured == set()
