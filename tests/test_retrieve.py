"""Which sections answer: between the two thresholds, only what holds everywhere or was meant."""

from __future__ import annotations

import json

import pytest

from bot.chain import PolicyChain
from bot.conversation import Question
from bot.decide import DATA_FILE, UNNAMED
from bot.settings import load_settings
from index.build import build_index
from tests.toys import ToyEmbedder, make_document, open_searcher

QUESTION = "教师多久换一次学校"


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """One chain for each region, over a document of that region alone."""
    chains = {}
    for region in ("全国", "浙江省/嘉兴市"):
        folder = tmp_path_factory.mktemp("region")
        document = make_document(
            "one", region, ["一、教师每六年交流一次。\n", "二、食堂要公示。\n"]
        )
        build_index([document], {}, ToyEmbedder(), folder)
        chains[region] = PolicyChain(open_searcher(folder), load_settings({}))
    return chains


@pytest.fixture
def unsure(monkeypatch):
    """A chance that is enough where the region is meant, and too little where it is not."""
    threshold = json.loads(DATA_FILE.read_text("utf-8"))["plain"]["threshold"]
    chance = threshold + UNNAMED / 2
    monkeypatch.setattr("bot.retrieve.probability", lambda named: chance)


@pytest.mark.parametrize(
    ("region", "question", "status"),
    [
        ("全国", QUESTION, "answered"),
        ("浙江省/嘉兴市", QUESTION, "not_stated"),
        ("浙江省/嘉兴市", f"嘉兴的{QUESTION}", "answered"),
    ],
)
def test_what_holds_everywhere_needs_no_region_named_and_less_to_answer(
    chain, unsure, region, question, status
):
    assert chain[region].invoke(Question(question)).status == status


def test_one_places_rule_for_a_question_without_a_region_begins_by_saying_so(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.retrieve.probability", lambda named: 0.9)
    rules = make_document("one", "浙江省/嘉兴市", ["一、教师每六年交流一次。\n"])
    other = make_document("two", "湖北省/武汉市", ["一、食堂要公示。\n"])
    build_index([rules, other], {}, ToyEmbedder(), tmp_path)
    chain = PolicyChain(open_searcher(tmp_path), load_settings({}))
    monkeypatch.setattr("bot.retrieve.is_answered", lambda named, *more: named["keyword"] > 0)
    alone = chain.invoke(Question(QUESTION))
    assert [one.document.id for one in alone.citations] == ["one"]
    said = "您没有写地区。下面只是嘉兴市的规定，别处不能照用；想问别处，请写上地区。"
    assert alone.text.splitlines()[0] == said
    assert said not in chain.invoke(Question(f"嘉兴的{QUESTION}")).text
