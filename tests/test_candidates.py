"""A large corpus finds by its candidates what a small one finds by comparing everything."""

import numpy as np
import pytest

from index.build import build_index
from index.candidates import Nearest, dense_clauses
from index.search import Query, Searcher
from tests.toys import ToyEmbedder, make_document, open_searcher

DOCUMENTS = (
    ("chang", "江苏省/常州市", ("一、教师收费午托。\n", "二、高考入学。\n")),
    ("jia", "浙江省/嘉兴市", ("一、教师入学培训。\n", "二、食堂收费公示。\n")),
    ("wu", "湖北省/武汉市", ("一、教师宿舍收费。\n", "二、食堂午托。\n")),
)


@pytest.fixture
def searchers(tmp_path, monkeypatch) -> tuple[Searcher, Searcher]:
    """The same three documents, compared in full and by candidates."""
    documents = [make_document(*one) for one in DOCUMENTS]
    build_index(documents, {}, ToyEmbedder(), tmp_path)
    small = open_searcher(tmp_path)
    monkeypatch.setattr("index.snapshot.EXACT_PASSAGES", 0)
    return small, open_searcher(tmp_path)


@pytest.mark.parametrize(
    "documents",
    [("jia",), ("jia", "chang"), ("jia", "wu"), ("wu", "chang"), ("jia", "wu", "chang"), None],
)
@pytest.mark.parametrize("question", ["教师收费", "食堂午托", "高考"])
def test_documents_side_by_side_or_apart_are_ranked_alike_in_both_ways(
    searchers, documents, question
):
    small, large = (one.search(Query(question, documents=documents)) for one in searchers)
    assert searchers[1].snapshot.layout is None
    assert [hit.clause.id for hit in large.hits] == [hit.clause.id for hit in small.hits]
    np.testing.assert_allclose(
        [hit.score for hit in large.hits], [hit.score for hit in small.hits], rtol=1e-6
    )


@pytest.mark.parametrize(
    ("question", "rows", "clause"),
    [("高考入学", [0, 2], 1), ("食堂午托", [0, 2], 5), ("教师宿舍", [1, 2], 4), ("食堂", [1], 3)],
)
def test_the_nearest_clause_is_found_in_documents_that_do_not_stand_side_by_side(
    searchers, monkeypatch, question, rows, clause
):
    monkeypatch.setattr("index.candidates.DENSE_DEPTH", 1)
    vector = searchers[1].embed(question)
    found = dense_clauses(Nearest(searchers[1].snapshot, vector), np.array(rows), 0)
    assert found.tolist() == [clause]  # numbered through the corpus, two a document


def test_the_store_is_asked_again_only_for_more(searchers, monkeypatch):
    snapshot, asked = searchers[1].snapshot, []
    found = snapshot.store.nearest

    def nearest(vector, count):
        asked.append(count)
        return found(vector, count)

    monkeypatch.setattr(snapshot.store, "nearest", nearest)
    near = Nearest(snapshot, searchers[1].embed("食堂午托"))
    assert near.clauses(2).tolist() == near.clauses(2).tolist()
    assert set(near.clauses(1)) <= set(near.clauses(2))
    assert asked == [2]
    assert near.clauses(6).tolist() == [0, 1, 2, 3, 4, 5]
    assert asked == [2, 6]
