"""The question bank under the toy embedder, whose vectors count 入学, 教师, 收费 and a constant."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pytest

from index.bank import OTHER_TYPE, BankQuestion, type_bits
from index.bank_files import BankTexts, bank_texts, load_bank, write_bank
from index.question_types import QuestionType
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


def neighbours(bank, places, text, tokens, types=()):
    question = BankQuestion(text, vector(text), tokens, types)
    return bank.compare([question]).neighbours(0, places)


def test_answered_questions_and_gaps_stand_document_by_document():
    documents = tiny_corpus()
    assert bank_texts(documents, TINY_ASKED, GAPS) == BankTexts(
        texts=("老师多久换一次学校", "几点放学", "几点入学"),
        answered=(True, False, False),
        starts=(0, 1, 3),
    )


def test_the_nearest_of_both_kinds_are_scored_by_hand(folder):
    bank = load_bank(folder)
    near = neighbours(bank, [0], "教师", {})
    # vectors (教师, constant): question (1, 1), answered (1, 1), gap (2, 1), all of length 1
    assert near.asked == pytest.approx((1.0,))
    assert near.gaps == pytest.approx((3 / np.sqrt(10),))
    weight = np.exp((3 / np.sqrt(10) - 1) / 0.02)
    assert near.vote == near.wide_vote == pytest.approx(1 / (1 + weight))
    assert near.known is True


def test_words_of_answered_questions_speak_for_an_answer(folder):
    bank = load_bank(folder)
    # 交流 stands in 1 of 1 answered questions of the first document and in 0 of 1 gaps
    assert neighbours(bank, [0], "交流", {}).odds == pytest.approx(np.log((1.5 / 2) / (0.5 / 2)))
    assert neighbours(bank, [1], "交流", {}).odds == pytest.approx(0.0)


def test_only_the_questions_of_the_given_documents_count(folder):
    bank = load_bank(folder)
    assert len(neighbours(bank, [0, 1], "教师", {}).asked) == 2
    assert neighbours(bank, [1], "收费", {}).asked == pytest.approx((1.0,))


def test_shared_words_bring_a_question_nearer(folder):
    bank = load_bank(folder)
    plain = neighbours(bank, [1], "年龄", {})
    worded = neighbours(bank, [1], "年龄", {"年龄": 1.0})
    assert worded.gaps[0] > plain.gaps[0]
    assert worded.asked == plain.asked


def test_a_question_that_asks_for_something_else_is_a_little_farther(folder):
    bank = load_bank(folder)
    types = {one: neighbours(bank, [0], "教师", {}, [one]) for one in QuestionType}
    assert type_bits([QuestionType.COMPARISON, QuestionType.NEGATION]) == 0
    assert types[QuestionType.YES_NO].asked == pytest.approx((1.0,))  # 教师交流吗 asks that too
    assert types[QuestionType.AMOUNT].asked == pytest.approx((1.0 - OTHER_TYPE,))
    assert types[QuestionType.AMOUNT].gaps == types[QuestionType.YES_NO].gaps  # asks for nothing


def test_questions_of_one_turn_are_compared_as_if_alone(folder):
    bank = load_bank(folder)
    texts = ("教师", "年龄")
    tokens = ({"教师": 1.0}, {"年龄": 1.0})
    both = bank.compare(
        [BankQuestion(a, vector(a), b, ()) for a, b in zip(texts, tokens, strict=True)]
    )
    for row, (text, words) in enumerate(zip(texts, tokens, strict=True)):
        for places in ([0], [1], [0, 1]):
            alone = neighbours(bank, places, text, words)
            assert both.neighbours(row, places).asked == pytest.approx(alone.asked)
            assert both.neighbours(row, places).vote == pytest.approx(alone.vote, abs=1e-4)


def test_without_questions_nothing_is_near(tmp_path):
    write_bank(tmp_path, BankTexts((), (), (0, 0)), ToyEmbedder(), None)
    near = neighbours(load_bank(tmp_path), [0], "教师", {})
    assert (near.asked, near.gaps, near.vote, near.known) == ((), (), 0.0, False)


def test_a_rebuild_embeds_only_new_questions_and_keeps_the_vectors(folder, tmp_path_factory):
    again = tmp_path_factory.mktemp("again")
    embedder = ToyEmbedder()
    changed = BankTexts(("收费多少", "教师教师", "午托在哪"), (True, False, False), (0, 3, 3))
    write_bank(again, changed, embedder, folder)
    assert embedder.embedded == ["午托在哪"]
    assert load_bank(again).vectors[:2].tolist() == load_bank(folder).vectors[[2, 1]].tolist()


def test_a_question_that_is_a_passage_too_is_embedded_once(tmp_path):
    embedder = ToyEmbedder()
    text = TEXTS.texts[0]
    passages = {blake2b(text.encode(), digest_size=16).digest(): vector(text)}
    write_bank(tmp_path, TEXTS, embedder, None, passages)
    assert embedder.embedded == list(TEXTS.texts[1:])
    assert load_bank(tmp_path).vectors[0].tolist() == vector(text).tolist()


def test_a_previous_bank_that_cannot_be_read_is_made_anew(tmp_path):
    embedder = ToyEmbedder()
    write_bank(tmp_path, TEXTS, embedder, tmp_path / "missing")
    assert embedder.embedded == list(TEXTS.texts)
