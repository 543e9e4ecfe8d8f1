import os
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from bot.bench.corpora import (
    RecombiningEmbedder,
    body_of,
    changed,
    grow,
    load_laws,
    sentence_lines,
    sentence_vectors,
)
from bot.bench.page import machine, page
from bot.bench.run import Bench, BenchFailed, bench, bench_data, run_job
from bot.bench.worker import Job, latency, throughput
from bot.conversation import Question
from bot.settings import load_settings
from index.passages import passages_of
from tests.toys import ToyEmbedder, make_document, tiny_corpus

LAWS = bench_data() / "laws"


def statute():
    long = "学校应当公开收费的项目和标准并接受家长和社会各方面的监督检查。"
    return make_document(
        "law", "全国", [f"第一条 {long}\n", "第二条 教师每六年应当在不同的学校之间交流一次。\n"]
    )


def test_a_grown_corpus_is_of_real_sentences_in_the_outline_of_a_law():
    grown = grow([statute()], 5)
    assert [len(document.clauses) for document in grown] == [2, 2, 2]
    assert len({document.region for document in grown}) == 3
    assert len({document.id for document in grown}) == 3
    lines = set(sentence_lines([statute()]))
    assert lines == {clause.text.strip() for clause in statute().clauses}
    for document in grown:
        assert "".join(clause.text for clause in document.clauses) == document.text
        assert {line for line in document.text.split("\n") if line} <= lines
        for clause in document.clauses:
            assert document.text[clause.start : clause.end] == clause.text
            assert clause.path == ("主要任务",)


def test_a_grown_clause_has_as_many_sentences_as_the_one_that_it_stands_for():
    first, second = "学校应当公开收费的项目和标准。" * 3, "教师每六年应当交流一次。" * 4
    pattern = make_document("law", "全国", [f"{first}\n{second}\n", f"{first}\n"])
    counts = [clause.text.count("\n") for clause in grow([pattern], 2)[0].clauses]
    assert counts == [2, 1]


def test_growing_twice_gives_the_same_corpus():
    assert grow([statute()], 5) == grow([statute()], 5)


def test_a_grown_passage_gets_the_mean_of_its_sentences_moved_towards_its_title():
    known = {
        "甲。": np.array([1, *[0] * 7], np.float32),
        "乙。": np.array([0, 1, *[0] * 6], np.float32),
    }
    embedder = RecombiningEmbedder(ToyEmbedder(), known, ["城"])
    both, chapter, canteen, single = embedder.embed_documents_array(
        ["城\n甲。\n乙。", "城 一章\n甲。\n乙。", "食堂 一章\n甲。\n乙。", "城\n甲。"]
    )
    middle = np.array([1, 1, *[0] * 6], np.float32) / np.sqrt(2)
    assert both @ middle == pytest.approx(0.99, abs=0.01)
    assert single @ known["甲。"] == pytest.approx(0.99, abs=0.01)
    assert 0.99 < both @ chapter < 0.9999
    assert both @ canteen == pytest.approx(0.86, abs=0.02)
    assert np.linalg.norm([both, chapter, canteen, single], axis=1) == pytest.approx(1)


def test_a_passage_with_an_unknown_sentence_goes_through_the_model():
    toy = ToyEmbedder()
    embedder = RecombiningEmbedder(toy, {}, ["城"])
    toy.embedded.clear()
    assert embedder.identity == toy.identity
    found = embedder.embed_documents_array(["城一\n教师交流。"])
    assert np.array_equal(found, ToyEmbedder().embed_documents_array(["城一\n教师交流。"]))
    assert toy.embedded == ["城一\n教师交流。"]


def test_sentence_vectors_are_those_of_the_published_index(tiny_index):
    vectors = sentence_vectors(tiny_index)
    assert "一、免试就近入学。" in vectors
    passages = [p for d in tiny_corpus() for p in passages_of(d, {})]
    [text] = [p.text for p in passages if body_of(p.text) == "一、免试就近入学。"]
    assert vectors["一、免试就近入学。"] == pytest.approx(
        ToyEmbedder().embed_query_array([text])[0]
    )


def test_a_changed_document_has_new_passages_only():
    before, after = tiny_corpus(), changed(tiny_corpus())
    texts = [
        {p.digest for d in documents for p in passages_of(d, {})} for documents in (before, after)
    ]
    untouched = {p.digest for p in passages_of(before[1], {})}
    assert texts[0] & texts[1] == untouched


@pytest.mark.skipif(not LAWS.is_dir(), reason=f"the 75 laws are not at {LAWS}")
def test_every_law_is_read_for_a_region():
    laws = load_laws(LAWS)
    assert len(laws) == len(list(LAWS.glob("*.md")))
    assert [law.id for law in laws if not law.region.path] == []


def test_latency_tells_percentiles_and_the_median_of_each_step():
    asked = []

    def ask(question):
        asked.append(question.text)
        return {"embed": float(len(asked)), "search": 1.0}

    figures = latency(ask, [Question(str(n)) for n in range(3)])
    assert asked == ["0", "1", "2"]
    assert figures["steps"] == {"embed": 2.0, "search": 1.0}
    assert 0 <= figures["ms"]["50"] <= figures["ms"]["95"] <= figures["ms"]["99"]


def test_throughput_has_as_many_asking_at_the_same_time_as_there_are_askers():
    together = Barrier(4, timeout=30)

    def ask(question):
        together.wait()  # goes on only when four are here
        return {}

    assert throughput(ask, [Question("？")] * 8, 4) > 0


def test_one_asker_asks_one_question_after_the_other():
    here, most = [], []

    def ask(question):
        here.append(question)
        most.append(len(here))
        here.pop()
        return {}

    assert throughput(ask, [Question("？")] * 8, 1) > 0
    assert max(most) == 1


def test_a_job_survives_its_way_to_the_worker():
    questions = (Question("那初中呢", "0", history=("小学呢",)), Question("收费", "1"))
    job = Job("build", "WenCe", load_settings({}), questions, Path("/laws"), 10, Path("/index"))
    assert Job.from_json(job.to_json()) == job
    bare = replace(job, laws=None, source=None)
    assert Job.from_json(bare.to_json()) == bare


def test_a_measurement_that_stops_says_why(tmp_path):
    settings = replace(load_settings({}), index_dir=tmp_path / "none")
    job = Job("start", "bare BM25", settings, (Question("收费"),))
    with pytest.raises(BenchFailed, match=r"start of bare BM25 failed: [\s\S]*IndexMissing"):
        run_job(job)


def test_a_size_that_is_none_is_named():
    with pytest.raises(BenchFailed, match="a size is five, laws or a number of clauses, not '1e4'"):
        next(bench(load_settings({}), ["five", "1e4"], print))


def test_an_index_that_stands_is_asked_again_but_not_built(tmp_path, monkeypatch):
    tasks = []

    def run(job):
        tasks.append(job.task)
        return {"recall": 1.0} if job.task == "recall" else {"s": 1.0}

    monkeypatch.setattr("bot.bench.run.run_job", run)
    monkeypatch.setattr("bot.bench.run.prepare_model", lambda *_: None)
    (tmp_path / "five").mkdir()
    (tmp_path / "five" / "CURRENT").write_text("1")
    known = {"five": {"build": {"full": {"s": 31.0}}}}
    [(name, measured)] = bench(load_settings({}), ["five"], print, tmp_path, known)
    assert (name, measured.build) == ("five", {"full": {"s": 31.0}})
    assert "build" not in tasks
    assert {"start", "serve", "recall"} <= set(tasks)
    with pytest.raises(BenchFailed, match="nobody measured how it was built"):
        next(bench(load_settings({}), ["five"], print, tmp_path))


def test_the_page_has_a_row_for_each_figure_and_a_column_for_each_system():
    system = {
        "start_s": 1.234, "ms": {"50": 9.87, "95": 20.01, "99": 0.123}, "cpu_ms": 7.0,
        "steps": {"retrieve": 6.5}, "per_second": {"1": 99.6, "4": 1, "16": 2, "64": 3},
        "loaded_mb": 250.4, "resident_mb": 300.6,
    }  # fmt: skip
    build = {
        "documents": 5, "clauses": 164, "passages": 2012, "peak_mb": 900.0,
        "full": {"s": 20.0, "embedded": 2000}, "changed": {"s": 4.0, "cpu_s": 2.0, "embedded": 100},
        "unchanged": {"s": 1.0, "embedded": 0},
    }  # fmt: skip
    systems = {"WenCe": system, "tutorial RAG": system}
    measured = Bench("five documents", build, {"s": 30.0, "chunks": 70}, 0.99, systems, machine())
    text = page([measured])
    assert "## five documents: 5 documents, 164 clauses, 2,012 passages" in text
    assert "|  | WenCe | tutorial RAG |" in text
    assert "| start to first answer, s | 1.23 | 1.23 |" in text
    assert "| one question, p99, ms | 0.12 | 0.12 |" in text
    assert "| 1 asking at once, questions/s | 100 | 100 |" in text
    assert (
        "Full build 20.0 s (100 passages/s, 8 clauses/s); one changed document 4.0 s, 2.0 s of "
        "processor (100 passages embedded); nothing changed 1.0 s;" in text
    )
    assert "The tutorial RAG embeds 70 chunks in 30.0 s" in text
    assert f"{len(os.sched_getaffinity(0))} cores, load average" in text
