"""The question bank under the toy embedder, whose vectors count 入学, 教师, 收费 and a constant."""

from __future__ import annotations

import numpy as np
import pytest

from index.bank import BankTexts, bank_texts, load_bank, write_bank
from index.passages import passages_of
from tests.toys import TINY_ASKED, ToyEmbedder, tiny_corpus

GAPS = {"wu": {"时间": ["几点放学", "几点入学"]}, "nobody": {"价格": ["多少钱"]}}
TEXTS = BankTexts(
    texts=("教师交流吗", "教师教师", "收费多少", "入学年龄"),
    answered=(True, False, True, False),
    starts=(0, 2, 4),
)


@pytest.fixture
def folder(tmp_path):
    write_bank(tmp_path, TEXTS, ToyEmbedder(), None)
    return tmp_path


def vector(text: str):
    return ToyEmbedder().embed_query_array([text])[0]


def test_answered_questions_and_gaps_stand_document_by_document():
    documents = tiny_corpus()
    passages = [one for doc in documents for one in passages_of(doc, TINY_ASKED.get(doc.id, {}))]
    assert bank_texts(documents, passages, GAPS) == BankTexts(
        texts=("老师多久换一次学校", "几点放学", "几点入学"),
        answered=(True, False, False),
        starts=(0, 1, 3),
    )


def test_the_nearest_of_both_kinds_are_scored_by_hand(folder):
    bank = load_bank(folder)
    near = bank.neighbours([0], vector("教师"), {}, 2)
    # vectors (教师, constant): question (1, 1), answered (1, 1), gap (2, 1), all of length 1
    assert near.asked == pytest.approx((1.0,))
    assert near.gaps == pytest.approx((3 / np.sqrt(10),))
    weight = np.exp((3 / np.sqrt(10) - 1) / 0.02)
    assert near.vote == near.wide_vote == pytest.approx(1 / (1 + weight))
    assert near.known is True


def test_only_the_questions_of_the_given_documents_count(folder):
    bank = load_bank(folder)
    assert len(bank.neighbours([0, 1], vector("教师"), {}, 2).asked) == 2
    assert bank.neighbours([1], vector("收费"), {}, 2).asked == pytest.approx((1.0,))


def test_shared_words_bring_a_question_nearer(folder):
    bank = load_bank(folder)
    plain = bank.neighbours([1], vector("年龄"), {}, 2)
    worded = bank.neighbours([1], vector("年龄"), {"年龄": 1.0}, 2)
    assert worded.gaps[0] > plain.gaps[0]
    assert worded.asked == plain.asked


def test_without_questions_nothing_is_near(tmp_path):
    write_bank(tmp_path, BankTexts((), (), (0, 0)), ToyEmbedder(), None)
    near = load_bank(tmp_path).neighbours([0], vector("教师"), {}, 2)
    assert (near.asked, near.gaps, near.vote, near.known) == ((), (), 0.0, False)


def test_a_rebuild_embeds_only_new_questions_and_keeps_the_vectors(folder, tmp_path_factory):
    again = tmp_path_factory.mktemp("again")
    embedder = ToyEmbedder()
    changed = BankTexts(("收费多少", "教师教师", "午托在哪"), (True, False, False), (0, 3, 3))
    write_bank(again, changed, embedder, folder)
    assert embedder.embedded == ["午托在哪"]
    assert load_bank(again).vectors[:2].tolist() == load_bank(folder).vectors[[2, 1]].tolist()


def test_a_previous_bank_that_cannot_be_read_is_made_anew(tmp_path):
    embedder = ToyEmbedder()
    write_bank(tmp_path, TEXTS, embedder, tmp_path / "missing")
    assert embedder.embedded == list(TEXTS.texts)
