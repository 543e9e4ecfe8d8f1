"""What a build takes over from the one before, against one that is made anew."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.before import DIGESTS, Before
from index.build import build_index
from index.passages import passages_of
from tests.broken import flip
from tests.toys import TINY_ASKED, ToyEmbedder, changed_corpus, make_document, tiny_corpus

JIA, WU = tiny_corpus()
MORE = make_document("ka", "全国", ["一、食堂。\n", "二、宿舍。\n"])
GAPS = {"wu": {"document": ["几点入学"]}}


@pytest.fixture
def built(tiny_index, tmp_path):
    """A copy of the tiny index that a test may change."""
    return Path(shutil.copytree(tiny_index, tmp_path / "index"))


def contents(index_dir: Path) -> dict[str, bytes]:
    """Every file of the newest build but the collection, the log and the manifest."""
    folder = max((index_dir / "builds").iterdir())
    files = [path for path in folder.rglob("*") if path.is_file() and "chroma" not in path.parts]
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in files
        if path.suffix != ".log" and path.name != "manifest.json"
    }


@pytest.mark.parametrize(
    "documents",
    [
        [JIA, MORE, WU],
        [WU],
        [make_document("aa", "全国", ["高考。"]), JIA, WU],
        [replace(JIA, short_title="办法"), MORE, WU],
        changed_corpus(),
    ],
)
def test_a_build_that_takes_over_equals_one_made_anew(built, tmp_path, documents):
    build_index(documents, TINY_ASKED, ToyEmbedder(), built, gaps=GAPS)
    build_index(documents, TINY_ASKED, ToyEmbedder(), tmp_path / "anew", gaps=GAPS)
    assert contents(built) == contents(tmp_path / "anew")


def test_documents_that_are_the_same_are_not_cut_into_passages_again(built, monkeypatch):
    cut = []

    def spied(document, asked):
        cut.append(document.id)
        return passages_of(document, asked)

    monkeypatch.setattr("index.planning.passages_of", spied)
    build_index([JIA, MORE, WU], TINY_ASKED, ToyEmbedder(), built)
    assert cut == ["ka"]


def test_other_questions_of_a_document_are_a_change_of_it(built, monkeypatch):
    asked = {**TINY_ASKED, "wu": {"1": ["谁来收费"]}}
    report = build_index([JIA, WU], asked, ToyEmbedder(), built)
    assert (report.added, report.changed, report.removed) == (1, 0, 0)


def test_other_code_makes_everything_anew(built, monkeypatch):
    monkeypatch.setattr("index.planning._recipe", lambda model: b"other")
    embedder = ToyEmbedder()
    report = build_index(tiny_corpus(), TINY_ASKED, embedder, built)
    assert (report.published, report.unchanged, embedder.embedded) == (True, 6, [])


def test_the_served_build_says_where_its_documents_stand(built):
    before = Before.open(built)
    assert before is not None
    places = {name: place for (name, _), place in before.places.items()}
    assert places == {"jia": 0, "wu": 1}
    assert (before.clauses_of(1), before.passages_of(0)) == (range(3, 5), slice(0, 4))
    assert before.counts_of(0).tolist() == [1, 2, 1]
    assert [one.digest for one in before.read(slice(0, 6))] == [
        bytes(one).hex() for one in before.digests
    ]


def test_digests_that_were_not_written_apart_are_read_from_the_passages(built, tmp_path):
    before = Before.open(built)
    (before.folder / DIGESTS).rename(tmp_path / "away.npy")
    monkey = Before._open(before.folder, {"embedder": "toy:1", "documents": []})
    assert np.array_equal(monkey.digests, before.digests)


def test_nothing_is_taken_over_from_a_build_that_was_changed_where_it_lies(built):
    flip(built / "builds" / "000001" / "passages.jsonl")
    assert Before.open(built) is None
    assert Before.open(built / "nowhere") is None
