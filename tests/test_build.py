import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from index.build import build_index, prepare_build, publish_build
from index.corpus import Corpus
from index.errors import BadSidecar, BuildFailed
from index.keywords import load_keywords
from index.publish import build_lock, current_build, read_manifest
from index.search import Query, Searcher
from index.tokens import tokens
from tests.toys import (
    TINY_ASKED,
    ToyEmbedder,
    changed_corpus,
    make_document,
    open_searcher,
    tiny_corpus,
)

ROOT = Path(__file__).parent.parent


@pytest.fixture
def built(tiny_index, tmp_path):
    """A copy of the tiny index that a test may change."""
    return Path(shutil.copytree(tiny_index, tmp_path / "index"))


def builds(index_dir: Path) -> list[str]:
    return sorted(folder.name for folder in (index_dir / "builds").iterdir())


def first_hit(index_dir: Path, text: str) -> str:
    searcher = open_searcher(index_dir)
    hit = searcher.search(Query(text)).hits[0]
    searcher.snapshot.store.close()
    return hit.clause.text


def run_build(index_dir: Path, stage: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.killed_build", str(index_dir), stage]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_first_build_adds_everything_and_says_so(tmp_path):
    report = build_index(tiny_corpus(), TINY_ASKED, ToyEmbedder(), tmp_path)
    assert str(report) == (
        "索引已更新：2 份文件，5 条条款；片段新增 6、变更 0、未变 0、移除 0，重新计算向量 6 个。"
    )
    assert builds(tmp_path) == ["000001"]


def test_a_build_of_the_same_corpus_does_nothing(built):
    embedder = ToyEmbedder()
    report = build_index(tiny_corpus()[::-1], TINY_ASKED, embedder, built)
    assert (report.published, report.unchanged, report.embedded) == (False, 6, 0)
    assert (builds(built), embedder.embedded) == (["000001"], [])


def test_only_changed_passages_are_embedded_and_the_report_counts_them(built):
    jia, _ = tiny_corpus()
    texts = [jia.clauses[0].text, "二、教师每三年交流一次。\n", jia.clauses[2].text]
    embedder = ToyEmbedder()
    changed = make_document("jia", "浙江省/嘉兴市", texts)
    report = build_index([changed], TINY_ASKED, embedder, built)
    assert (report.added, report.changed, report.unchanged, report.removed) == (0, 1, 3, 2)
    assert embedder.embedded == ["通知 主要任务\n二、教师每三年交流一次。"]
    assert first_hit(built, "教师多久交流一次") == "二、教师每三年交流一次。\n"
    assert first_hit(built, "随迁子女入学") == "一、免试就近入学。\n"


def test_a_text_that_only_moved_is_not_embedded_again(built):
    jia, wu = tiny_corpus()
    texts = ["序。\n", *(clause.text for clause in jia.clauses)]
    embedder = ToyEmbedder()
    build_index([make_document("jia", "浙江省/嘉兴市", texts), wu], {}, embedder, built)
    assert embedder.embedded == ["通知 主要任务\n序。"]
    searcher = open_searcher(built)
    [hit] = searcher.search(Query("教师交流", limit=1)).hits
    passage = hit.passages[0].passage
    assert hit.document.text[passage.start : passage.end] == "二、教师每六年交流一次。"


def test_a_change_of_metadata_alone_publishes_without_embedding(built):
    jia, wu = tiny_corpus()
    embedder = ToyEmbedder()
    report = build_index([replace(jia, number="嘉教〔2019〕1号"), wu], TINY_ASKED, embedder, built)
    assert (report.published, report.unchanged, embedder.embedded) == (True, 6, [])
    assert open_searcher(built).documents["jia"].number == "嘉教〔2019〕1号"


def test_another_model_embeds_everything_again(built):
    embedder = ToyEmbedder()
    embedder.identity = "toy:2"
    report = build_index(tiny_corpus(), TINY_ASKED, embedder, built)
    assert (report.unchanged, report.embedded) == (6, 6)


def test_the_served_build_and_the_one_before_it_are_kept(built):
    for number in range(2):
        documents = [*tiny_corpus(), make_document("zz", "全国", [f"第{number}版。"])]
        build_index(documents, TINY_ASKED, ToyEmbedder(), built)
    assert builds(built) == ["000002", "000003"]


def test_a_second_build_at_the_same_time_is_turned_away(built):
    with build_lock(built), pytest.raises(BuildFailed, match="正在进行"):
        build_index(changed_corpus(), {}, ToyEmbedder(), built)


def test_no_documents_and_questions_for_no_clause_are_clear_errors(tmp_path):
    with pytest.raises(BuildFailed, match="没有可以建立索引的政策文件"):
        build_index([], {}, ToyEmbedder(), tmp_path)
    with pytest.raises(BadSidecar, match=r"jia\.asked\.yaml 里的条款 9\.9 在文件中不存在"):
        build_index(tiny_corpus(), {"jia": {"9.9": ["?"]}}, ToyEmbedder(), tmp_path)
    with pytest.raises(BadSidecar, match=r"条款 1 没有的字 在文件中不存在"):
        build_index(tiny_corpus(), {"jia": {"1 没有的字": ["?"]}}, ToyEmbedder(), tmp_path)


@pytest.mark.parametrize("stage", ["embed", "store", "verify", "publish"])
def test_a_killed_build_leaves_the_old_index_serving_and_the_next_one_cleans_up(built, stage):
    result = run_build(built, stage)
    assert result.returncode == -signal.SIGKILL
    assert builds(built) == ["000001", "000002"]
    assert first_hit(built, "教师交流") == "二、教师每六年交流一次。\n"
    embedder = ToyEmbedder()
    build_index(changed_corpus(), {}, embedder, built)
    assert builds(built) == ["000001", "000002"]
    assert first_hit(built, "高考") == "二、高考。\n"
    resumed = {"embed": 87}.get(stage, 0)
    assert len(embedder.embedded) == resumed


def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(built):
    result = run_build(built, "full")
    assert (result.returncode, result.stderr) == (0, "")
    assert "磁盘空间不足，索引没有更新，原有索引不受影响" in result.stdout
    assert builds(built) == ["000001"]
    assert first_hit(built, "教师交流") == "二、教师每六年交流一次。\n"


def test_a_damaged_index_is_built_anew_although_nothing_changed(built):
    (built / "builds" / "000001" / "vectors.npy").write_bytes(b"")
    report = build_index(tiny_corpus(), TINY_ASKED, ToyEmbedder(), built)
    assert report.published
    assert first_hit(built, "教师交流") == "二、教师每六年交流一次。\n"


def test_a_vector_store_that_lost_its_rows_is_built_anew_although_nothing_changed(built):
    shutil.rmtree(built / "builds" / "000001" / "chroma")
    embedder = ToyEmbedder()
    report = build_index(tiny_corpus(), TINY_ASKED, embedder, built)
    assert (report.published, embedder.embedded) == (True, [])
    assert first_hit(built, "教师交流") == "二、教师每六年交流一次。\n"


def test_only_changed_documents_are_cut_into_words_again(built, monkeypatch):
    seen: list[str] = []

    def spied(text):
        seen.append(text)
        return tokens(text)

    monkeypatch.setattr("index.keywords.tokens", spied)
    build_index(changed_corpus(), TINY_ASKED, ToyEmbedder(), built)
    wuhan = {clause.text for clause in tiny_corpus()[1].clauses}
    assert "二、高考。\n" in seen and not wuhan & set(seen)
    carried = load_keywords(built / "builds" / "000002" / "keywords")
    monkeypatch.undo()
    (built / "builds" / "000002" / "tokens" / "counts.npy").unlink()  # damaged: everything anew
    build_index(changed_corpus(), {}, ToyEmbedder(), built)
    build_index(changed_corpus(), TINY_ASKED, ToyEmbedder(), built)
    anew = load_keywords(built / "builds" / "000004" / "keywords")
    for name in ("terms", "indptr", "clauses", "weights", "idfs"):
        assert getattr(carried, name).tolist() == getattr(anew, name).tolist()


def prepared_from(documents, embedder, index_dir, publication=None):
    corpus = Corpus(documents, TINY_ASKED, {})
    with build_lock(index_dir):
        return prepare_build(corpus, embedder, index_dir, lambda *_: None, publication)


def test_a_prepared_build_can_be_asked_while_the_old_one_is_served(built):
    more = [*tiny_corpus(), make_document("zz", "全国", ["高考。"])]
    prepared = prepared_from(more, ToyEmbedder(), built)
    preview = Searcher.open(built, ToyEmbedder(), prepared.folder)
    assert preview.search(Query("高考")).hits[0].clause.text == "高考。"
    assert (current_build(built).name, prepared.folder.name) == ("000001", "000002")
    assert set(open_searcher(built).documents) == {"jia", "wu"}
    report = publish_build(prepared, built, lambda *_: None)
    assert (report.published, set(open_searcher(built).documents)) == (True, {"jia", "wu", "zz"})
    assert not preview.reopen_if_published()


def test_a_build_names_its_publication_and_a_new_number_is_a_new_build(built):
    first = prepared_from(tiny_corpus(), ToyEmbedder(), built, 1)
    publish_build(first, built, lambda *_: None)
    assert read_manifest(current_build(built))["publication"] == 1
    for same in (1, None):
        assert not prepared_from(tiny_corpus(), ToyEmbedder(), built, same).changed
    assert prepared_from(tiny_corpus(), ToyEmbedder(), built, 2).changed


def test_what_left_the_index_long_ago_comes_back_without_being_embedded(built):
    gaps = {"jia": {"2": ["教师有宿舍吗"]}}
    build_index(tiny_corpus(), TINY_ASKED, ToyEmbedder(), built, gaps=gaps)
    for number in range(3):
        other = [make_document("zz", "全国", [f"第{number}版。"])]
        build_index(other, {}, ToyEmbedder(), built)
    [kept] = built.glob("kept.*.log")
    with kept.open("ab") as file:
        file.write(b"torn")
    build_index([make_document("yy", "全国", ["食堂。"])], {}, ToyEmbedder(), built)
    embedder = ToyEmbedder()
    build_index(tiny_corpus(), TINY_ASKED, embedder, built, gaps=gaps)
    assert embedder.embedded == []
    assert first_hit(built, "教师交流") == "二、教师每六年交流一次。\n"


def test_the_progress_of_embedding_ends_with_the_last_vector_and_counts_characters(tmp_path):
    """Questions that no passage answers are embedded too, and before the bar is full."""
    told, embedder = [], ToyEmbedder()

    def progress(stage: str, done: int, total: int) -> None:
        if stage == "embed":
            told.append((done, total, len(embedder.embedded)))

    corpus = Corpus(
        tuple(tiny_corpus()), TINY_ASKED, {"jia": {"2": ["食堂几点开门"] * 2 + ["宿舍要不要钱"]}}
    )
    with build_lock(tmp_path):
        prepared = prepare_build(corpus, embedder, tmp_path, progress)
    texts = embedder.embedded
    assert texts[-2:] != ["食堂几点开门", "宿舍要不要钱"] and {
        "食堂几点开门",
        "宿舍要不要钱",
    } < set(texts)
    size = sum(map(len, texts))
    assert told == [(size, size, len(texts))]
    assert prepared.report.embedded == len(texts) == len(set(texts)) == 8


def test_time_goes_with_characters_and_so_does_the_progress(tmp_path):
    told = []
    texts = [f"{n}、{'教' * (n % 90 + 1)}{n}。\n" for n in range(150)]
    corpus = Corpus((make_document("jia", "浙江省/嘉兴市", texts),), {}, {})
    with build_lock(tmp_path):
        prepare_build(corpus, ToyEmbedder(), tmp_path, lambda *row: told.append(row))
    done = [done for stage, done, _ in told if stage == "embed"]
    steps = [after - before for before, after in zip([0, *done], done, strict=False)]
    assert len(steps) == 3 and steps[0] < steps[1]  # 64 short texts, 64 longer ones, the rest
