"""The snippets of both READMEs, run as they are printed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client

from bot.conversation import Question
from bot.settings import SETTINGS
from bot.web.schemas import load_descriptions
from tests.web_fake import ScriptedChain

ROOT = Path(__file__).parent.parent
SECTIONS = {"README.md": "## For developers and agents", "README.zh-CN.md": "## 给开发者和智能体"}
DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
LOCAL = f"http://{DEFAULTS['host']}:{DEFAULTS['port']}"


@pytest.fixture(params=SECTIONS)
def section(request: pytest.FixtureRequest) -> str:
    """The part of a README that is for programs."""
    text = (ROOT / request.param).read_text(encoding="utf-8")
    _, _, rest = text.partition(SECTIONS[request.param] + "\n")
    return rest.partition("\n## ")[0]


def snippet(section: str, language: str) -> str:
    """The one block of a section in this language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return block


def run(command: list[str], web_address: str) -> str:
    """What a program prints when it is run with the address of the service in ``WENCE``."""
    environ = os.environ | {"WENCE": web_address, "PYTHONIOENCODING": "utf-8", "no_proxy": "*"}
    done = subprocess.run(
        command, env=environ, check=True, capture_output=True, encoding="utf-8", timeout=30
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl; apt-get install curl")
def test_the_curl_line_asks_and_prints_the_answer(
    section: str, web_address: str, web_chain: ScriptedChain
) -> None:
    printed = json.loads(run(["sh", "-c", snippet(section, "sh")], web_address))
    assert web_chain.asked[-1] == Question("嘉兴初中生均公用经费一年多少")
    assert printed["answer"] == "您问的是：嘉兴初中生均公用经费一年多少"


def test_the_python_lines_ask_and_print_an_answer_for_each_region(
    section: str, web_address: str, web_chain: ScriptedChain
) -> None:
    printed = run([sys.executable, "-W", "error", "-c", snippet(section, "python")], web_address)
    asked = "每年教师轮岗的比例是多少"
    assert web_chain.asked[-2:] == [Question(asked, region="武汉"), Question(asked, region="松阳")]
    assert printed.splitlines() == [
        f"{region} out_of_scope 您问的是：{asked}" for region in ("武汉", "松阳")
    ]


async def test_the_mcp_settings_lead_to_the_tools(section: str, web_address: str) -> None:
    server = json.loads(snippet(section, "json"))["mcpServers"]["wence"]
    assert server["type"] == "http"
    assert server["url"].startswith(LOCAL)
    async with Client(web_address + server["url"].removeprefix(LOCAL)) as agent:
        assert len((await agent.list_tools()).tools) == 4


def test_without_the_variable_the_snippets_ask_the_local_service(section: str) -> None:
    assert f'"${{WENCE:-{LOCAL}}}/' in snippet(section, "sh")
    assert f'os.environ.get("WENCE", "{LOCAL}")' in snippet(section, "python")


def test_the_table_names_every_tool_and_address(section: str) -> None:
    known = load_descriptions()
    rows = dict(re.findall(r"^\| .* \| `\w+ (/api\S+)` \| `(\w+)` \|$", section, re.MULTILINE))
    assert {path.replace("{id}", "{document_id}"): tool for path, tool in rows.items()} == {
        path: operation.tool for path, operation in known.operations.items() if operation.tool
    }
