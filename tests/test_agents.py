"""The MCP server: what an agent sees, calls and is told, in a real session over the loopback."""

from __future__ import annotations

import json
import socket

import httpx
import pytest
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.shared.exceptions import MCPError

from bot.conversation import Audience, Question
from bot.web.ask import MAX_BODY
from tests.served import served, strict
from tests.web_fake import ID, ScriptedChain, missing_index, unnumbered, web_app

TOOLS = ["ask", "get_clause", "list_documents", "compare_regions"]
ASKED = {"question": "谁能报名", "region": "河阳", "audience": "家长", "history": ["几岁上学"]}


@pytest.fixture(params=["legacy", "auto"])
def agent(request: pytest.FixtureRequest, web_address: str) -> Client:
    """A session opened by handshake, as of 2025, and one without, as of 2026."""
    return Client(f"{web_address}/mcp", mode=request.param)


async def test_an_agent_finds_exactly_four_tools_that_only_read(agent: Client) -> None:
    async with agent:
        tools = (await agent.list_tools()).tools
        assert "不要自己补充" in (agent.instructions or "")
    assert [tool.name for tool in tools] == TOOLS
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)


async def test_every_parameter_has_a_type_and_a_description(agent: Client) -> None:
    async with agent:
        tools = (await agent.list_tools()).tools
    undescribed = []
    for tool in tools:
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator.check_schema(tool.output_schema)
        for name, field in tool.input_schema["properties"].items():
            if not ({"type", "enum"} & set(field) and field.get("description")):
                undescribed.append((tool.name, name))
    assert undescribed == []
    assert [tool.input_schema.get("required", []) for tool in tools] == [
        ["question"], ["clause_id"], [], ["question", "regions"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "arguments", "method", "path"),
    [
        ("ask", ASKED, "POST", "/api/v1/ask"),
        ("get_clause", {"clause_id": f"{ID}#1.1"}, "GET", f"/api/v1/documents/{ID}/clauses/1.1"),
        ("list_documents", {}, "GET", "/api/v1/documents"),
        (
            "compare_regions",
            {"question": "谁能报名", "regions": ["河阳", "武汉"]},
            "POST",
            "/api/v1/compare",
        ),
    ],
)
async def test_a_tool_returns_what_the_http_api_returns_and_keeps_to_its_schema(
    agent: Client, web_address: str, name: str, arguments: dict[str, object], method: str, path: str
) -> None:
    async with agent:
        schemas = {tool.name: tool.output_schema for tool in (await agent.list_tools()).tools}
        result = await agent.call_tool(name, arguments)
    body = arguments if method == "POST" else None
    reply = httpx.request(method, web_address + path, json=body).json()
    assert unnumbered(result.structured_content) == unnumbered(reply)
    assert json.loads(result.content[0].text) == result.structured_content
    assert not result.is_error
    Draft202012Validator(strict(schemas[name])).validate(result.structured_content)


async def test_every_argument_reaches_the_chain(agent: Client, web_chain: ScriptedChain) -> None:
    async with agent:
        await agent.call_tool("ask", ASKED)
        await agent.call_tool(
            "compare_regions", {"question": "谁", "regions": ["甲", "乙", "甲"], "audience": "教师"}
        )
    assert web_chain.asked[-3:] == [
        Question("谁能报名", "", "河阳", Audience.PARENT, ("几岁上学",)),
        Question("谁", "", "甲", Audience.TEACHER),
        Question("谁", "", "乙", Audience.TEACHER),
    ]


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("ask", {}, "问题是空的"),
        ("ask", {"question": "长" * 2001}, "问题太长了（2001 字），最多 2000 字"),
        ("ask", {"question": "甲", "history": ["长" * 2001]}, "问题太长了（2001 字）"),
        ("ask", {"question": "甲", "city": "河阳"}, "不认识的字段 city"),
        ("get_clause", {"clause_id": f"{ID}#9"}, "没有编号为“9”的条款"),
        ("get_clause", {"clause_id": "none#1"}, "没有编号为“none”的文件"),
        ("get_clause", {"clause_id": ID}, "应为“文件编号#条款编号”"),
        ("list_documents", {"region": "河阳"}, "不认识的字段 region"),
        ("compare_regions", {"question": "谁", "regions": ["河阳"]}, "应为 2 到 8 个"),
    ],
)
async def test_a_call_that_cannot_be_used_is_explained_in_plain_words(
    agent: Client, name: str, arguments: dict[str, object], sentence: str
) -> None:
    async with agent:
        result = await agent.call_tool(name, arguments)
    assert result.is_error
    assert sentence in result.content[0].text


async def test_an_answer_that_failed_is_an_error_with_the_whole_answer(agent: Client) -> None:
    async with agent:
        result = await agent.call_tool("ask", {"question": "坏了"})
    assert result.is_error
    assert result.structured_content["answer"] == "出了点问题，参考号 abc。"


async def test_an_unknown_tool_is_refused(agent: Client) -> None:
    async with agent:
        with pytest.raises(MCPError, match="Unknown tool: search"):
            await agent.call_tool("search", {})


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [(missing_index(), "wence index"), (RuntimeError("/secret/path"), "参考号")],
)
async def test_a_failure_is_told_without_its_detail(failure: Exception, sentence: str) -> None:
    with served(web_app(ScriptedChain(failure))) as address:
        async with Client(f"{address}/mcp") as agent:
            result = await agent.call_tool("ask", {"question": "谁能报名"})
    assert result.is_error
    assert sentence in result.content[0].text
    assert "secret" not in result.content[0].text


async def test_a_session_looks_up_no_other_host(
    web_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts, look_up = [], socket.getaddrinfo

    def noted(host: object, *rest: object, **more: object) -> object:
        hosts.append(host)
        return look_up(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    async with Client(f"{web_address.replace('127.0.0.1', 'localhost')}/mcp") as agent:
        await agent.call_tool("ask", ASKED)
    assert {host if isinstance(host, str) else host.decode() for host in hosts} == {"localhost"}


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_nothing_but_post_is_served(web_address: str, method: str, path: str) -> None:
    reply = httpx.request(method, web_address + path, headers={"Accept": "text/event-stream"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (405, "method_not_allowed")


def test_a_long_body_is_refused(web_address: str) -> None:
    headers = {"Content-Type": "application/json"}
    reply = httpx.post(f"{web_address}/mcp", content=b" " * (MAX_BODY + 1), headers=headers)
    assert reply.status_code == 413
