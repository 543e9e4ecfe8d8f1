"""The statistical backstop: a small model by hand, what it yields to, and what it costs."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest

from bot import suspicion
from bot.conversation import AnswerStatus, Question
from bot.suspicion import Model, load_model, suspected

CRISIS, INJECTION, INVENT, NONE = np.eye(4, dtype=np.float32)
TOY = Model(
    embedder="toy:1",
    classes=("abuse", "crisis", "injection", "invent", "none"),
    weights=np.array(
        [[0, 0, 0, 0], [9, 0, 0, 0], [0, 9, 0, 0], [0, 0, 9, 0], [0, 0, 0, 9]], np.float32
    ),
    bias=np.zeros(5, np.float32),
    crisis=0.5,
    crisis_sure=0.9,
    harm=0.5,
)


@pytest.fixture
def toy(monkeypatch) -> None:
    monkeypatch.setattr(suspicion, "load_model", lambda: TOY)


def test_the_chances_are_a_softmax_over_the_classes():
    chances = TOY.chances(np.zeros(4, np.float32))
    assert chances == pytest.approx(dict.fromkeys(TOY.classes, 0.2))
    assert TOY.chances(CRISIS)["crisis"] == pytest.approx(np.e**9 / (np.e**9 + 4))


@pytest.mark.parametrize(
    ("vector", "reason"),
    [(CRISIS, "crisis"), (INJECTION, "injection"), (INVENT, "invent"), (NONE, "")],
)
def test_a_kind_of_harm_is_named_above_its_threshold(toy, vector, reason):
    assert suspected(vector, "toy:1", is_sure=False) == reason


def test_a_sure_answer_yields_to_nothing_but_clear_danger(toy):
    assert suspected(INJECTION, "toy:1", is_sure=True) == ""
    assert suspected(CRISIS, "toy:1", is_sure=True) == "crisis"
    assert suspected(CRISIS * 0.25, "toy:1", is_sure=False) == "crisis"
    assert suspected(CRISIS * 0.25, "toy:1", is_sure=True) == ""


def test_another_embedding_model_is_not_judged(toy):
    assert suspected(CRISIS, "other:1", is_sure=False) == ""


def test_the_committed_model_fits_the_shipped_embedder(real_chain):
    model = load_model()
    assert model.embedder == real_chain.retriever.embedder
    assert model.weights.shape == (5, 384)
    assert model.crisis < model.crisis_sure


def test_it_costs_less_than_a_tenth_of_a_millisecond(real_chain):
    vector = real_chain.retriever.vector("孩子怎么入学")
    suspected(vector, real_chain.retriever.embedder, is_sure=False)
    start = process_time()
    for _ in range(1000):
        suspected(vector, real_chain.retriever.embedder, is_sure=False)
    assert process_time() - start < 0.1


def test_what_reads_like_another_field_is_still_looked_at_for_danger(real_chain):
    answer = real_chain.invoke(Question("我妈拿开水烫我，说我没考好"))
    assert answer.status is AnswerStatus.REFUSED
    assert real_chain.invoke(Question("今天天气怎么样")).status is AnswerStatus.OUT_OF_SCOPE
