"""The row of ``wence bench model``: with a scripted model, and without any."""

from __future__ import annotations

from bot.bench.worded import SKIPPED, Worded, row, run_bench_model, tally
from bot.conversation import Question
from bot.settings import load_settings
from tests.model_server import model_server, model_settings, saying

PRINCIPALS = "武汉的校长在一所学校最多能当几年？"
FAITHFUL = "校长在同一所学校连续任职一般不超过10年〔1〕。"
WRONG = "校长在同一所学校必须连续任职满30年〔1〕。"


def test_without_a_model_the_reason_is_printed():
    told: list[str] = []
    assert run_bench_model(load_settings({}), None, None, told.append) == 0
    assert told == [SKIPPED]


def test_sentences_are_counted_as_passed_replaced_and_dropped(real_chain):
    with model_server(saying(FAITHFUL, WRONG, "另外没有出处的话必须照办。")) as server:
        settings = model_settings(load_settings({}), server.url)
        found = tally(real_chain._searcher, settings, [Question(PRINCIPALS)])
    assert (found.asked, found.checked, found.passed) == (1, 3, 1)
    assert len(found.check_ms) == 3
    assert len(found.first) == 1


def test_the_row_tells_what_became_of_every_sentence():
    found = Worded(2, 1, (1500.0, 2500.0), 7, 3, 5, (4.0, 6.0, 5.0))
    assert row("small", found).splitlines()[-1] == "| small | 1/2 | 2.0 | 7 | 3 | 2 | 2 | 5.0 |"


def test_why_answers_were_quoted_stands_below_the_row():
    found = Worded(3, 1, (), 0, 0, 0, (), ("ModelFailure: empty", "ModelFailure: empty"))
    assert row("small", found).splitlines()[3:] == ["2 x ModelFailure: empty"]


def test_nothing_shown_is_told_as_none():
    assert row("small", Worded(1, 0, (), 0, 0, 0, ())).endswith(
        "| small | 0/1 | none | 0 | 0 | 0 | 0 | none |"
    )
