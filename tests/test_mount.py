"""The public Gradio API: exactly the calls meant for programs, the same as over HTTP."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import get_args

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from bot.conversation import Audience, Question
from bot.web.mount import PublicCalls
from bot.web.schemas import load_descriptions
from tests.served import served
from tests.web_fake import ID, ScriptedChain, unnumbered, web_app


@pytest.fixture(scope="module")
def program(web_address: str) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
        yield Client(web_address, verbose=False, analytics_enabled=False)


def test_only_the_four_calls_are_listed_with_typed_parameters_and_descriptions(
    web_address: str,
) -> None:
    listed = httpx.get(f"{web_address}/gradio_api/info").json()
    assert listed["unnamed_endpoints"] == {}
    parameters = {
        name: [(one["parameter_name"], one["python_type"]["type"]) for one in call["parameters"]]
        for name, call in listed["named_endpoints"].items()
    }
    audience = "None | Literal['家长', '教师', '工作人员']"
    assert parameters == {
        "/ask": [
            ("question", "str"),
            ("region", "None | str"),
            ("audience", audience),
            ("history", "None | list[str]"),
        ],
        "/get_clause": [("clause_id", "str")],
        "/list_documents": [],
        "/compare_regions": [
            ("question", "str"),
            ("regions", "list[str]"),
            ("audience", audience),
        ],
    }
    description = listed["named_endpoints"]["/get_clause"]["description"]
    assert "\nclause_id：文件编号#条款编号" in description
    assert listed["named_endpoints"]["/ask"]["returns"][0]["type"]["type"] == "object"


def test_the_signatures_follow_the_schemas() -> None:
    known = load_descriptions()
    for tool in known.tools:
        names = list(inspect.signature(getattr(PublicCalls, tool.name)).parameters)[1:]
        assert names == [name for name in known.schemas[tool.input]["properties"] if name != "id"]
    annotation = inspect.signature(PublicCalls.ask).parameters["audience"].annotation
    assert get_args(get_args(annotation)[0]) == tuple(one.value for one in Audience)


def test_a_program_gets_what_the_http_api_gives(program: Client, web_address: str) -> None:
    assert program.predict(api_name="/list_documents") == (
        httpx.get(f"{web_address}/api/v1/documents").json()
    )
    assert program.predict(f"{ID}#1.2", api_name="/get_clause") == (
        httpx.get(f"{web_address}/api/v1/documents/{ID}/clauses/1.2").json()
    )
    compared = {"question": "谁能报名", "regions": ["河阳", "武汉"]}
    assert unnumbered(program.predict(**compared, api_name="/compare_regions")) == unnumbered(
        httpx.post(f"{web_address}/api/v1/compare", json=compared).json()
    )


def test_every_argument_of_a_question_reaches_the_chain(
    program: Client, web_chain: ScriptedChain
) -> None:
    reply = program.predict("谁能报名", "河阳", "教师", ["几岁上学"], api_name="/ask")
    assert reply["citations"][0]["clause_id"] == f"{ID}#1.1"
    assert web_chain.asked[-1] == Question("谁能报名", "", "河阳", Audience.TEACHER, ("几岁上学",))


@pytest.mark.parametrize(
    ("question", "sentence"), [("", "问题是空的"), ("长" * 2001, "问题太长了（2001 字）")]
)
def test_a_question_that_cannot_be_used_is_explained(
    program: Client, question: str, sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence):
        program.predict(question, api_name="/ask")


def test_a_surprise_is_told_without_its_detail() -> None:
    with served(web_app(ScriptedChain(RuntimeError("/secret/path")))) as address:
        called = httpx.post(f"{address}/gradio_api/call/v2/ask", json={"question": "谁能报名"})
        told = httpx.get(f"{address}/gradio_api/call/ask/{called.json()['event_id']}").text
    assert "event: error" in told
    assert "secret" not in told
