"""Subwords of a question beside those of clauses: by hand, carried over, and none at all."""

from __future__ import annotations

import numpy as np
import pytest

from bot.settings import load_settings
from index.build import build_index
from index.embedder import load_embedder
from index.fusion import unexpanded_bonus
from index.modelcache import is_intact
from index.prepare import ADAPTED, model_folder
from index.publish import current_build
from index.search import Query, Searcher
from index.static_match import StaticMatch, Subwords, build_static, open_static
from tests.toys import ToyEmbedder, make_document, open_searcher

LETTERS = "学校教师收费午托"


class LetterEmbedder(ToyEmbedder):
    """Every character is a subword with an axis of its own, and two large ones that all share."""

    identity = "letters:1"

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def subwords(self, text):
        self.read.append(text)
        return np.unique([LETTERS.index(one) for one in text if one in LETTERS]).astype(np.int64)

    def subword_vectors(self, ids):
        count = len(LETTERS)
        shared = [[5.0, 4.0 if n % 2 else -4.0] for n in range(count)]
        rows = np.hstack([np.eye(count), shared]).astype(np.float32)
        return rows[ids]


def by_hand() -> StaticMatch:
    """Three subwords on two axes, nothing taken out; clauses have 0 and 1, none, and 2."""
    return StaticMatch(
        starts=np.array([0, 2, 2, 3]),
        places=np.array([0, 1, 2], np.int32),
        ids=np.array([5, 7, 9]),
        idfs=np.array([1, 3, 1], np.float32),
        vectors=np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32),
        mean=np.zeros(2, np.float32),
        axes=np.eye(2, dtype=np.float32),
    )


def question(*ids: int) -> Subwords:
    vectors = {5: (3, 0), 7: (0, 2), 9: (3, 4), 8: (0, 1)}
    return Subwords(np.array(ids), np.array([vectors[one] for one in ids], np.float32))


def test_the_best_cosine_of_each_subword_counts_by_its_rarity():
    table = by_hand()
    sought = table.seek(question(5, 7))
    assert sought.shares.tolist() == [0.25, 0.75]
    assert table.held(np.array([0, 1, 2])).tolist() == [True, False, True]
    found = table.match(sought, np.array([0, 2]))
    assert found.tolist() == pytest.approx([1.0, 0.25 * 0.6 + 0.75 * 0.8])


def test_a_subword_that_no_clause_has_is_the_rarest_and_finds_what_is_near():
    table = by_hand()
    sought = table.seek(question(7, 8))
    highest = np.log1p(3.5 / 0.5)
    assert sought.shares.tolist() == pytest.approx([3 / (3 + highest), highest / (3 + highest)])
    assert table.match(sought, np.array([2, 0])).tolist() == pytest.approx([0.8, 1.0])


def test_without_subwords_nothing_is_sought():
    assert by_hand().seek(Subwords(np.zeros(0, np.int64), np.zeros((0, 2), np.float32))) is None
    empty = build_static([np.zeros(0, np.int64)], ToyEmbedder())
    assert empty.seek(question(5)) is None


def test_what_all_subwords_share_is_taken_out():
    letters = LetterEmbedder()
    static = build_static([letters.subwords("学校教师"), letters.subwords("收费午托")], letters)
    first, _, third = letters.subword_vectors(np.arange(3))
    assert first @ third / (first @ first) > 0.9  # two letters that have just that in common
    assert static.vectors[0] @ static.vectors[2] < 0.5
    assert np.linalg.norm(static.vectors, axis=1).tolist() == pytest.approx([1.0] * 8)


def test_a_clause_with_the_words_of_the_question_scores_higher(tmp_path):
    documents = [make_document("wu", "湖北省/武汉市", ["学校食堂", "午托安排"])]
    build_index(documents, {}, LetterEmbedder(), tmp_path)
    searcher = Searcher.open(tmp_path, LetterEmbedder())
    first, second = searcher.search(Query("午托", terms=(("无", 1.0),))).hits
    static = searcher.snapshot.static
    match = static.match(static.seek(searcher.subwords("午托")), np.array([1, 0]))
    gap = np.array([first.scores["dense"] - first.scores["dense_clause"]], np.float32)
    assert [first.clause.id, second.clause.id] == ["wu#2", "wu#1"]
    assert match[0] == pytest.approx(1.0)
    bonus = float(unexpanded_bonus(gap, match[:1])[0])
    assert first.score - bonus == pytest.approx(0.7 * first.scores["dense"])


def test_a_clause_gains_by_subwords_and_loses_by_what_its_best_passage_leaves_out():
    gap, match = np.array([0.01, 0.01, 0.11], np.float32), np.array([0.55, 0.75, 0.55], np.float32)
    assert unexpanded_bonus(gap, match).tolist() == pytest.approx([0.0, 0.006, -0.021])


def test_a_document_with_everyday_questions_keeps_its_scores(tmp_path):
    documents = [
        make_document("jia", "浙江省/嘉兴市", ["学校收费", "午托教师"]),
        make_document("wu", "湖北省/武汉市", ["学校食堂", "午托安排"]),
    ]
    build_index(documents, {"wu": {"2": ["午托谁管"]}}, LetterEmbedder(), tmp_path)
    searcher = Searcher.open(tmp_path, LetterEmbedder())
    assert searcher.snapshot.static.held(np.arange(4)).tolist() == [True, True, False, False]
    [hit] = searcher.search(Query("午托", documents=("wu",), limit=1)).hits
    keyword = hit.score - 0.7 * hit.scores["dense"]
    weight = 0.02 / (searcher.snapshot.keywords.highest_idf * 2**0.5)
    assert keyword == pytest.approx(weight * hit.scores["keyword"], abs=1e-6)


def test_only_a_changed_document_is_read_again(tmp_path):
    one = make_document("jia", "浙江省/嘉兴市", ["学校收费", "教师"])
    build_index(
        [one, make_document("wu", "湖北省/武汉市", ["午托"])], {}, LetterEmbedder(), tmp_path
    )
    letters = LetterEmbedder()
    build_index([one, make_document("wu", "湖北省/武汉市", ["学校午托"])], {}, letters, tmp_path)
    assert [text for text in letters.read if "主要任务" in text] == ["通知 主要任务 学校午托"]
    whole = tmp_path / "whole"
    build_index(
        [one, make_document("wu", "湖北省/武汉市", ["学校午托"])], {}, LetterEmbedder(), whole
    )
    carried, fresh = (open_static(current_build(folder)) for folder in (tmp_path, whole))
    assert carried.ids[carried.places].tolist() == fresh.ids[fresh.places].tolist()
    assert np.array_equal(carried.vectors, fresh.vectors)


def test_a_model_without_subwords_of_its_own_searches_as_before(tiny_index):
    searcher = open_searcher(tiny_index)
    assert searcher.subwords("教师").ids.tolist() == []
    assert searcher.snapshot.static.ids.tolist() == []
    assert searcher.search(Query("教师交流", limit=1)).hits[0].clause.id == "jia#2"


def test_the_carried_model_knows_words_alike_without_context():
    settings = load_settings({})
    if not is_intact(model_folder(ADAPTED, "int8", settings.cache_dir)):
        pytest.skip("the embedding model is not prepared; run make install")
    embedder = load_embedder(ADAPTED, "int8", settings.cache_dir)
    texts = [
        "幼儿园孩子的老师",
        "教师工资按月发放",
        "道路交通信号灯",
        "消防设施每年检查",
        "医院住院",
    ]
    static = build_static([embedder.subwords(text) for text in texts], embedder)
    ids = embedder.subwords("老师")
    sought = static.seek(Subwords(ids, embedder.subword_vectors(ids)))
    found = static.match(sought, np.arange(5))
    assert np.argmax(found) == 0
    assert found[1] > found[3]
    assert build_static([np.zeros(0, np.int64)], embedder).vectors.shape == (0, 384)
    assert len(embedder.subwords("教师" * 600 + "收费")) == len(embedder.subwords("教师收费"))
