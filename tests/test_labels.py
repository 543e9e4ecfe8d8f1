"""Generated text says that it is AI-generated and quoted text that it is quoted, at every door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from bot.chain import PolicyChain
from bot.settings import ROOT, load_settings
from tests.model_server import Script, model_server, model_settings, saying
from tests.test_compose_model import FAITHFUL, LABEL, PRINCIPALS, QUOTED
from tests.test_events import ASK, EVENTS, told
from tests.web_fake import web_app

PAGE = "/answer"


@pytest.fixture(params=["llm", "extractive"])
def door(request: pytest.FixtureRequest, real_chain: PolicyChain) -> Iterator[tuple]:
    """The application over a model that words the answer, or over one that fails."""
    good = request.param == "llm"
    script: Script = saying(FAITHFUL) if good else (lambda wire: wire.status(500))
    with model_server(script) as server:
        settings = model_settings(load_settings({}), server.url)
        with TestClient(web_app(PolicyChain(real_chain._searcher, settings))) as client:
            yield client, request.param, LABEL if good else QUOTED


def test_the_plain_call_carries_the_label_and_names_the_composer(door):
    client, composer, label = door
    reply = client.post(ASK, json={"question": PRINCIPALS}).json()
    assert reply["composer"] == composer
    assert reply["answer"].endswith(label)


def test_every_event_with_words_of_a_model_carries_the_label(door):
    client, composer, label = door
    events = told(client.post(ASK, json={"question": PRINCIPALS}, headers=EVENTS).text)
    drafts = [data["answer"] for name, data in events if name == "draft"]
    assert len(drafts) == (composer == "llm")
    assert all(draft.endswith(label) for draft in drafts)
    name, answer = events[-1]
    assert (name, answer["composer"]) == ("answer", composer)
    assert answer["answer"].endswith(label)


def test_the_page_without_scripts_shows_the_label(door):
    client, _, label = door
    assert label in client.get(PAGE, params={"q": PRINCIPALS}).text


def test_the_two_labels_say_what_they_are():
    assert "人工智能生成" in LABEL
    assert "没有经过人工智能改写" in QUOTED
    assert (ROOT / "prompts" / "messages.yaml").read_text(encoding="utf-8").count(LABEL) == 1
