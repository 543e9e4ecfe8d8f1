import json
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from index.build import build_index
from index.codec import decode_document, encode_document
from index.corpus import load_documents
from index.documents import Region
from index.errors import IndexCorrupt, IndexMissing
from index.fusion import (
    DENSE_WEIGHT,
    KEYWORD_WEIGHT,
    fold,
    fuse,
    reciprocal_rank_fusion,
)
from index.order import best
from index.ranking import BEYOND_LIMIT, OUT_OF_SCOPE
from index.retriever import PolicyRetriever
from index.scope import applies
from index.search import Query
from tests.toys import TINY_ASKED, ToyEmbedder, make_document, open_searcher, tiny_corpus

JIAXING = Region(("浙江省", "嘉兴市"))
WUHAN = Region(("湖北省", "武汉市"))
CORPUS = Path(__file__).parent.parent / "docs_corpus"


def ids(hits) -> list[str]:
    return [hit.clause.id for hit in hits]


def test_every_clause_is_ranked_by_what_it_shares_with_the_question(tiny_searcher):
    result = tiny_searcher.search(Query("教师交流", limit=2))
    assert ids(result.hits) == ["jia#2", "jia#1"]
    assert [hit.rejected for hit in result.hits] == [None, None]
    assert set(ids(result.rejected)) == {"jia#3", "wu#1", "wu#2"}
    assert {hit.rejected for hit in result.rejected} == {BEYOND_LIMIT}


def test_a_hit_keeps_every_score_that_led_to_it(tiny_searcher):
    [hit] = tiny_searcher.search(Query("教师", limit=1)).hits
    # 教师 once beside the constant axis, in question and clause alike; 老师多久… has neither
    assert hit.scores["dense_clause"] == pytest.approx(1.0)
    assert hit.scores["dense_asked"] == pytest.approx(1 / np.sqrt(2))
    assert hit.scores["dense"] == pytest.approx(0.9 + 0.1 / np.sqrt(2))
    assert hit.scores["coverage"] == 1.0
    assert hit.scores["keyword"] == pytest.approx(
        float(tiny_searcher.snapshot.keywords.scores({"教师": 1.0})[1])
    )
    highest = np.log(1 + 5.5 / 0.5)  # the idf of a token that none of five clauses has
    keyword = hit.scores["keyword"] / highest / np.sqrt(2)
    expected = DENSE_WEIGHT * hit.scores["dense"] + KEYWORD_WEIGHT * keyword
    assert hit.score == hit.scores["fused"] == pytest.approx(expected)
    assert [(p.passage.id, p.dense) for p in hit.passages] == [
        ("jia#2/clause0", pytest.approx(1.0)),
        ("jia#2/asked0", pytest.approx(1 / np.sqrt(2))),
    ]


def test_equal_scores_stand_in_the_order_of_the_corpus(tiny_searcher):
    result = tiny_searcher.search(Query("？？"))
    dense = [hit.scores["dense"] for hit in result.hits]
    assert ids(result.hits)[0] == "jia#2"
    assert dense == sorted(dense, reverse=True)
    assert ids(result.hits)[1:] == ["jia#1", "jia#3", "wu#1", "wu#2"]


def test_a_region_keeps_other_regions_out_and_shows_what_was_kept_out(tiny_searcher):
    result = tiny_searcher.search(Query("学校收费和入学", regions=(WUHAN,)))
    assert {hit.document.id for hit in result.hits} == {"wu"}
    outside = [hit for hit in result.rejected if hit.rejected == OUT_OF_SCOPE]
    assert ids(outside) == ["jia#3", "jia#1", "jia#2"]
    assert all(set(hit.scores) == {"keyword"} for hit in outside)


def test_a_search_can_be_kept_to_documents_and_to_both(tiny_searcher):
    assert ids(tiny_searcher.search(Query("入学", documents=("wu",))).hits) == ["wu#1", "wu#2"]
    both = Query("入学", regions=(JIAXING,), documents=("wu",))
    assert tiny_searcher.search(both).hits == ()
    assert tiny_searcher.search(Query("入学", regions=())).hits == ()


@pytest.mark.parametrize(
    ("document", "asked", "expected"),
    [
        ("浙江省/嘉兴市", "浙江省/嘉兴市", True),
        ("浙江省/嘉兴市", "浙江省/嘉兴市/南湖区", True),
        ("浙江省/嘉兴市", "浙江省", True),
        ("浙江省/嘉兴市", "浙江省/丽水市", False),
        ("", "浙江省", False),
        ("浙江省", "", False),
        ("", "", True),
    ],
)
def test_a_document_speaks_for_its_region_and_those_around_and_inside_it(document, asked, expected):
    assert applies(Region.parse(document), Region.parse(asked)) is expected


def test_weighted_terms_take_the_place_of_the_text_on_the_keyword_side(tiny_searcher):
    own = tiny_searcher.search(Query("吃饭")).hits
    synonym = tiny_searcher.search(Query("吃饭", terms=(("吃饭", 1.0), ("食堂", 0.5)))).hits
    assert [hit.clause.id for hit in own if hit.scores["keyword"] > 0] == []
    [found] = [hit for hit in synonym if hit.scores["keyword"] > 0]
    assert (found.clause.id, found.scores["coverage"]) == ("wu#2", 0.0)


def test_a_vector_made_before_is_not_made_again(tiny_index):
    searcher = open_searcher(tiny_index)
    vector = searcher.embed("教师")
    assert searcher.search(Query("？", vector=vector)).hits[0].clause.id == "jia#2"


def test_timings_name_the_steps(tiny_searcher):
    timings = tiny_searcher.search(Query("教师")).timings_ms
    assert list(timings) == ["embed", "tokens", "compare", "select"]
    assert all(0 < value < 1000 for value in timings.values())


def test_many_threads_get_the_answer_that_one_gets(tiny_searcher):
    expected = ids(tiny_searcher.search(Query("入学收费")).hits)
    seen: list[list[str]] = []

    def ask() -> None:
        seen.extend(ids(tiny_searcher.search(Query("入学收费")).hits) for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [expected] * 160


def test_equal_texts_of_many_documents_are_all_found(tmp_path):
    documents = [make_document(f"d{n:02}", f"省{n}", ["一、教师交流。\n"]) for n in range(60)]
    build_index(documents, {}, ToyEmbedder(), tmp_path)
    found = open_searcher(tmp_path).search(Query("教师", limit=100)).hits
    assert ids(found) == [f"d{n:02}#1" for n in range(60)]


def test_a_searcher_follows_what_is_published(tmp_path):
    build_index(tiny_corpus(), TINY_ASKED, ToyEmbedder(), tmp_path)
    searcher = open_searcher(tmp_path)
    assert searcher.reopen_if_published() is False
    for text in ("高考一。", "高考二。", "高考三。"):
        build_index([make_document("new", "全国", [text])], {}, ToyEmbedder(), tmp_path)
        assert searcher.reopen_if_published() is True
        assert [hit.clause.text for hit in searcher.search(Query("高考")).hits] == [text]


def test_without_an_index_the_error_says_what_to_run(tmp_path):
    with pytest.raises(IndexMissing, match="还没有建立索引，请先运行 wence index"):
        open_searcher(tmp_path)


@pytest.mark.parametrize(
    "damage",
    ["pointer", "manifest", "format", "size", "keywords", "chroma", "graph", "model"],
)
def test_a_damaged_index_is_named_as_such(tiny_index, tmp_path, damage):
    shutil.copytree(tiny_index, tmp_path, dirs_exist_ok=True)
    build = tmp_path / "builds" / "000001"
    manifest = json.loads((build / "manifest.json").read_text())
    match damage:
        case "pointer":
            (tmp_path / "CURRENT").write_text("../000001")
        case "manifest":
            (build / "manifest.json").write_text("{")
        case "format":
            (build / "manifest.json").write_text(json.dumps({**manifest, "format": 0}))
        case "size":
            os.truncate(build / "documents.jsonl", 10)
        case "keywords":
            (build / "keywords" / "terms.npy").unlink()
        case "chroma":
            (build / "chroma" / "chroma.sqlite3").unlink()
        case "graph":
            (build / "chroma" / "chroma.sqlite3").write_bytes(b"no database")
        case "model":
            (build / "manifest.json").write_text(json.dumps({**manifest, "embedder": "x"}))
    with pytest.raises(IndexCorrupt, match="请运行 wence index 重新建立索引"):
        open_searcher(tmp_path)


def test_the_fused_score_by_hand():
    fused = fuse(np.array([0.8, 0.9], np.float32), np.array([12.0, 0.0], np.float32), 9, 5)
    expected = [DENSE_WEIGHT * 0.8 + KEYWORD_WEIGHT * 12 / (5 * 3), DENSE_WEIGHT * 0.9]
    assert fused.tolist() == pytest.approx(expected)


def test_passages_fold_to_the_best_and_a_tenth_of_the_way_to_the_second_best():
    cosines = np.array([0.5, 0.9, 0.7, 0.6, 0.8, 0.8], np.float32)
    folded = fold(cosines, np.array([0, 3, 4]))
    assert folded.tolist() == pytest.approx([0.88, 0.6, 0.8])


def test_rank_fusion_by_hand():
    scores = reciprocal_rank_fusion([[7, 8], [8, 9]])
    assert scores == {7: 1 / 61, 8: 1 / 62 + 1 / 61, 9: 1 / 62}


def test_the_best_places_come_highest_first_and_equal_ones_in_order():
    scores = np.array([1, 3, 2, 3, 0], np.float32)
    assert best(scores, 3).tolist() == [1, 3, 2]
    assert best(scores, 9).tolist() == [1, 3, 2, 0, 4]
    assert best(scores, 1).tolist() == [1]


def test_documents_read_back_from_the_index_are_the_same(tiny_searcher):
    assert list(tiny_searcher.documents.values()) == tiny_corpus()


def test_a_real_document_survives_being_written_and_read():
    for document in load_documents(CORPUS):
        written = json.dumps(encode_document(document), ensure_ascii=False)
        assert decode_document(json.loads(written)) == document


class TestPolicyRetriever(RetrieversIntegrationTests):
    """The standard tests of langchain-tests."""

    @pytest.fixture(autouse=True)
    def _searcher(self, tiny_searcher):
        type(self).searcher = tiny_searcher

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return PolicyRetriever

    @property
    def retriever_constructor_params(self) -> dict:
        return {"searcher": self.searcher, "k": 2}

    @property
    def retriever_query_example(self) -> str:
        return "教师多久交流一次"

    def test_a_document_carries_text_and_address(self, retriever):
        found = retriever.invoke("教师交流")[0]
        assert (found.id, found.page_content) == ("jia#2", "二、教师每六年交流一次。\n")
        assert found.metadata.pop("score") > 0.5
        assert found.metadata == {
            "address": "第2条",
            "title": "关于jia的通知",
            "number": None,
            "region": "浙江省/嘉兴市",
            "document_id": "jia",
            "start": 10,
            "end": 23,
        }
