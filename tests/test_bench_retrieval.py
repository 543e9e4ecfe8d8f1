"""The retrieval benchmark on articles and questions small enough to rank by hand."""

import argparse
import json
from dataclasses import replace

import numpy as np
import pytest
from toys import ToyEmbedder

import bot.bench.retrieval as bench
from bot.bench.data import Article, Asked, read_articles, read_questions, to_documents
from bot.settings import load_settings
from index.errors import CorpusError, SettingsError
from index.passages import passages_of
from index.prepare import ADAPTED, CARRIED

METHODS = ("bm25", "vectors", "rrf", "product")
ARTICLES = [
    {"id": "办法第一条", "text": "入学年龄为六周岁。"},
    {"id": "办法第二条", "text": "教师应当交流轮岗。"},
    {"id": "办法第三条", "text": "收费项目和标准应当公示。"},
]
QUERIES = [
    {"id": 1, "question": "几岁入学", "relevant": ["办法第一条"]},
    {"id": 2, "question": "收费公示吗", "relevant": ["办法第三条", "办法第二条"]},
]


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def files(tmp_path):
    return write(tmp_path / "articles.jsonl", ARTICLES), write(tmp_path / "queries.jsonl", QUERIES)


@pytest.fixture
def settings(monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "prepare_model", lambda *_: tmp_path)
    monkeypatch.setattr(bench, "load_embedder", lambda *_: ToyEmbedder())
    return replace(load_settings({}), embedding_model=CARRIED)


def test_a_chinese_id_is_the_title_where_there_is_none(files):
    assert read_articles(files[0])[0] == Article("办法第一条", "办法第一条", "入学年龄为六周岁。")


def test_beir_files_read_like_our_own(tmp_path):
    corpus = write(tmp_path / "c.jsonl", [{"_id": "d1", "title": "", "text": "入学"}])
    queries = write(
        tmp_path / "q.jsonl", [{"_id": "7", "text": "几岁"}, {"_id": "8", "text": "谁"}]
    )
    qrels = tmp_path / "test.tsv"
    qrels.write_text("query-id\tcorpus-id\tscore\n7\td1\t1\n7\td2\t0\n8\td2\t0\n", "utf-8")
    assert read_articles(corpus) == [Article("d1", "", "入学")]
    assert read_questions(queries, qrels) == [Asked("几岁", frozenset({"d1"}))]


def test_beir_questions_without_their_answers_are_an_error(tmp_path):
    queries = write(tmp_path / "q.jsonl", [{"_id": "7", "text": "几岁"}])
    with pytest.raises(CorpusError, match="--qrels"):
        read_questions(queries)


def test_a_file_that_is_no_json_is_named(tmp_path):
    (tmp_path / "a.jsonl").write_text("{", "utf-8")
    with pytest.raises(CorpusError, match=r"a\.jsonl：读不了"):
        read_articles(tmp_path / "a.jsonl")


def test_an_article_becomes_a_document_that_gives_its_title_and_text_as_one_passage():
    (document,) = to_documents([Article("x", "办法第一条", "入学年龄为六周岁。")])
    assert [passage.text for passage in passages_of(document, {})] == [
        "办法第一条\n入学年龄为六周岁。"
    ]


def test_figures_count_relevant_articles_up_to_each_place():
    question = Asked("q", frozenset({"b", "z"}))
    assert bench.figures(["a", "b", "c", "d", "e", "z"], question) == [0, 0.5, 1, 1, 1, 0.5]
    assert bench.figures([], question) == [0, 0, 0, 0, 0, 0]


def test_a_first_hit_behind_the_tenth_place_has_no_reciprocal_rank():
    ranking = [f"n{i}" for i in range(10)] + ["b"]
    assert bench.figures(ranking, Asked("q", frozenset("b"))) == [0, 0, 0, 1, 1, 0]


def test_the_interval_of_equal_values_is_that_value_and_others_lie_around_the_mean():
    assert bench.interval(np.full(5, 0.25)) == [0.25, 0.25]
    low, high = bench.interval(np.array([0.0, 1.0] * 50))
    assert 0.38 < low < 0.42 and 0.58 < high < 0.62


def test_every_method_is_measured_and_unseen_questions_on_their_own(files, settings, tmp_path):
    seen = write(tmp_path / "seen.jsonl", [{"question": "教师", "relevant": ["办法第二条"]}])
    report = bench.bench_retrieval(*files, settings, seen=seen)
    assert (report["embedder"], report["articles"]) == ("toy:1", 3)
    assert (report["all"]["questions"], report["unseen"]["questions"]) == (2, 1)
    for name in METHODS:
        assert report["all"][name]["R@1"]["mean"] == 0.75  # one of one, one of two
        assert report["all"][name]["MRR@10"] == {"mean": 1.0, "ci95": [1.0, 1.0]}
        assert report["unseen"][name]["R@1"]["mean"] == 1.0
    assert report["all"]["product / rrf"]["MRR@10"] == 1.0
    assert report["all"]["product - rrf"]["R@1"] == {"mean": 0.0, "ci95": [0.0, 0.0]}


def test_the_baselines_of_an_adapted_model_are_measured_on_the_published_one_too(
    files, settings, monkeypatch
):
    chosen = []
    monkeypatch.setattr(
        bench, "load_embedder", lambda name, *_: chosen.append(name) or ToyEmbedder()
    )
    report = bench.bench_retrieval(*files, replace(settings, embedding_model=ADAPTED))
    assert chosen == [ADAPTED, CARRIED]
    assert set(report["all"]) == {
        *METHODS,
        *("adapted vectors", "adapted rrf", "questions"),
        *("product / rrf", "product - rrf", "product / adapted rrf", "product - adapted rrf"),
    }
    assert report["all"]["adapted vectors"] == report["all"]["vectors"]  # one toy model for both


def test_no_unseen_question_leaves_its_line_without_figures(files, settings):
    report = bench.bench_retrieval(*files, settings, seen=files[1])
    assert report["unseen"] == {"questions": 0}


def test_the_command_prints_json_and_asks_for_its_files(files, settings):
    shown = []
    arguments = argparse.Namespace(articles=files[0], queries=files[1], qrels=None, seen=None)
    assert bench.run_bench_retrieval(arguments, settings, shown.append) == 0
    assert sorted(json.loads(shown[0])["all"]) == sorted(
        [*METHODS, "questions", "product / rrf", "product - rrf"]
    )
    with pytest.raises(SettingsError, match="--articles"):
        arguments.articles = None
        bench.run_bench_retrieval(arguments, replace(settings), shown.append)
