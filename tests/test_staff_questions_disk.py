"""A name and a mobile number typed in a question are found nowhere on disk, whichever way in."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from bot.chain import PolicyChain
from bot.settings import load_settings
from bot.staff.tables import AskedQuestion
from tests.served import served
from tests.test_every_way_in import MCP
from tests.toys import open_searcher
from tests.web_fake import web_app

NAME, NUMBER = "李晓梅", "13857391264"
QUESTION = f"我叫{NAME}，手机号{NUMBER}，嘉兴的教师多久交流一次"
SPACED = f"我是{NAME}，电话 138 5739 1264，嘉兴学校收费要公示吗"
EARLIER = f"我的孩子叫{NAME}，我的电话是{NUMBER}，嘉兴怎么入学"


def ask_every_way(address: str) -> None:
    """Through the API with and without a history, MCP, the Gradio API, the two pages, feedback."""
    with httpx.Client(base_url=address, timeout=60) as client:
        asked = client.post("/api/v1/ask", json={"question": QUESTION})
        asked.raise_for_status()
        client.post("/api/v1/ask", json={"question": SPACED, "history": [EARLIER, QUESTION]})
        client.post("/api/v1/ask", json={"question": "那武汉呢", "history": [EARLIER]})
        regions = ["浙江省/嘉兴市", "湖北省/武汉市"]
        client.post("/api/v1/compare", json={"question": QUESTION, "regions": regions})
        called = {"name": "ask", "arguments": {"question": QUESTION, "history": [EARLIER]}}
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": called}
        client.post("/mcp", json=call, headers=MCP).raise_for_status()
        event = client.post("/gradio_api/call/v2/ask", json={"question": QUESTION}).json()
        client.get(f"/gradio_api/call/ask/{event['event_id']}").raise_for_status()
        client.get("/answer", params={"q": QUESTION, "region": NAME}).raise_for_status()
        on_the_chat_page(client)
        opinion = {"verdict": "down", "status": "answered", "clauses": [], "question": QUESTION}
        number = asked.json()["reference"]
        client.post("/api/v1/feedback", json=opinion | {"reference": number, "reason": "other"})
        client.post("/api/v1/feedback", json=opinion)


def on_the_chat_page(client: httpx.Client) -> None:
    known = client.get("/config").json()
    send = next(one["id"] for one in known["components"] if one["props"].get("elem_id") == "send")
    event = next(one["id"] for one in known["dependencies"] if [send, "click"] in one["targets"])
    before = {"question": EARLIER, "html": "", "markdown": "", "status": "answered"}
    before |= {"region": "", "audience": ""}
    body = {"data": [QUESTION, "", "家长", [before]], "fn_index": event, "session_hash": "abc"}
    client.post("/gradio_api/queue/join", json=body).raise_for_status()
    with client.stream("GET", "/gradio_api/queue/data?session_hash=abc") as reply:
        "".join(reply.iter_lines())


def occurrences(folder: Path, words: tuple[str, ...]) -> dict[str, list[str]]:
    """The words that the bytes of each file hold, as text or escaped as in JSON."""
    found: dict[str, list[str]] = {}
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        forms = {word: (word.encode(), json.dumps(word)[1:-1].encode()) for word in words}
        held = [word for word, ways in forms.items() if any(way in data for way in ways)]
        if held:
            found[path.name] = held
    return found


def test_a_name_and_a_number_are_found_nowhere_on_disk(
    tiny_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "tmp"))
    caplog.set_level("DEBUG", "bot")
    chain = PolicyChain(open_searcher(tiny_index), load_settings({}))
    app = web_app(chain, index_dir=str(tmp_path / "index"), store_url="")
    with served(app) as address:
        ask_every_way(address)
        app.state.desk.watch.wait()
        with app.state.console.store.reading() as session:
            rows = session.query(AskedQuestion).all()
        assert {row.channel for row in rows} == {"api", "mcp", "answer", "page", "gradio"}
        assert len(rows) == 9
        assert {"wence.db", "wence.db-wal"} <= {path.name for path in tmp_path.iterdir()}
        words = (NAME, NUMBER, NUMBER[3:], "138 5739 1264", "晓梅")
        assert occurrences(tmp_path, words) == {}
        assert [word for word in words if word in caplog.text] == []
    app.state.console.store.close()
    assert occurrences(tmp_path, words) == {}
    kept = occurrences(tmp_path, ("教师多久交流一次",))
    assert any(name.startswith("wence.db") for name in kept)  # the search itself would find it
