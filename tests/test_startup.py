"""The start: every fault in one clear line, all of them at once; the end: nothing cut off."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.public.startup import faults
from bot.serve import serve
from bot.setting import Setting, read_value, read_values
from bot.settings import ROOT, Settings, load_settings
from index.errors import SettingsError
from index.library.changes import Changes
from index.modelcache import MARKER
from index.prepare import ADAPTED, model_folder
from tests.library_toys import empty_library, publish, received, silent
from tests.served import free_port
from tests.toys import ToyEmbedder
from tests.web_fake import settings

DRAINED = """
import sys, threading, time
import bot.serve as serve
from tests.web_fake import ScriptedChain
from bot.settings import load_settings

class Slow(ScriptedChain):
    def warm_up(self): pass
    def invoke(self, question, /):
        time.sleep(2)
        return super().invoke(question)

serve.load_chain = lambda settings: Slow()
serve.faults = lambda settings: []
settings = load_settings()
sys.exit(serve.serve(settings, settings.host, settings.port, lambda text: print(text, flush=True)))
"""


@pytest.fixture
def prepared(tmp_path: Path, tiny_index: Path) -> dict[str, str]:
    """Settings with which nothing is wrong: an index and a model whose files nobody reads here."""
    shutil.copytree(tiny_index, tmp_path / "var" / "index")
    folder = model_folder(ADAPTED, "int8", tmp_path / "cache")
    folder.mkdir(parents=True)
    (folder / MARKER).write_text("{}")
    return {"index_dir": str(tmp_path / "var" / "index"), "cache_dir": str(tmp_path / "cache")}


def test_nothing_is_wrong_where_all_is_prepared(prepared: dict[str, str]) -> None:
    assert faults(settings(**prepared)) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("index_dir", "/nonexistent/index", "还没有建立索引，请先运行 wence index。"),
        ("cache_dir", "/nonexistent", "wence prepare"),
        ("prompts_dir", "/nonexistent", "找不到语句文件夹 /nonexistent，请检查 WENCE_PROMPTS_DIR"),
        ("embedding_model", "/nonexistent", "找不到向量模型文件夹 /nonexistent"),
        ("trusted_proxies", "10.0.0.0/8,内网", "WENCE_TRUSTED_PROXIES"),
    ],
)
def test_each_fault_is_one_line(prepared: dict[str, str], name: str, value: str, said: str) -> None:
    (found,) = faults(settings(**prepared | {name: value}))
    assert said in found
    assert "\n" not in found


def test_a_damaged_index_is_found_before_it_is_opened(prepared: dict[str, str]) -> None:
    for manifest in Path(prepared["index_dir"]).glob("builds/*/manifest.json"):
        manifest.write_text("{")
    (found,) = faults(settings(**prepared))
    assert "wence index" in found


def test_a_folder_that_cannot_be_written_is_named(prepared: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("")
    there = prepared | {"index_dir": str(tmp_path / "no folder" / "index")}
    _, line = faults(settings(**there))
    assert line.startswith(f"文件夹 {tmp_path / 'no folder'} 不能写入")
    (index_alone,) = faults(settings(**there, store_url="postgresql://db/wence"))
    assert "索引" in index_alone


def test_a_publication_that_was_stopped_half_way_is_made_good_before_anything_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index serves the new publication; the corpus folder is brought up to it at the start."""
    library = empty_library(tmp_path)
    publish(library, received("嘉兴市", "学校收费要公示。"))
    draft = library.drafts.keep(received("武汉市", "学校不得收取课后服务费。"), "甲")
    prepared = library.prepare(Changes((draft.id,)), ToyEmbedder(), silent)
    with monkeypatch.context() as stopped:
        stopped.setattr(type(library), "settle", lambda self: None)
        library.publish(prepared, silent)
    found: list[str] = []

    def load_chain(settings: Settings) -> None:
        found.extend(sorted(path.name for path in settings.corpus_dir.glob("raw/*")))
        raise SettingsError("stop")

    monkeypatch.setattr("bot.serve.load_chain", load_chain)
    monkeypatch.setattr("bot.serve.faults", lambda settings: [])
    assert not list(library.corpus_dir.glob("raw/wuhan-2024.txt"))
    with pytest.raises(SettingsError, match="stop"):
        serve(
            settings(corpus_dir=library.corpus_dir, index_dir=library.index_dir),
            "127.0.0.1",
            0,
            print,
        )
    assert found == ["jiaxing-2024.txt", "wuhan-2024.txt"]


def test_all_faults_are_said_at_once_the_port_among_them() -> None:
    wrong = settings(index_dir="/nonexistent/index", cache_dir="/nonexistent", trusted_proxies="x")
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SettingsError) as stopped:
        port = taken.getsockname()[1]
        serve(wrong, "127.0.0.1", port, print)
    starts = (
        f"端口 {port} 已被占用",
        "还没有建立索引",
        f"向量模型 {ADAPTED} 还没有准备好",
        "WENCE_TRUSTED_PROXIES 应为",
    )
    for line, start in zip(str(stopped.value).splitlines(), starts, strict=True):
        assert line.startswith(start)


# ---- values


def test_every_wrong_setting_has_its_line() -> None:
    with pytest.raises(SettingsError) as wrong:
        load_settings(
            {
                "WENCE_PORT": "70000",
                "WENCE_FOO": "1",
                "WENCE_LOG_FORMAT": "xml",
                "WENCE_MODEL_URL": "ftp://model",
                "WENCE_MODEL_NAME": "m",
                "WENCE_QUEUE_SECONDS": "bald",
            }
        )
    assert str(wrong.value).splitlines() == [
        "WENCE_FOO：没有这个设置，请对照 README 的设置表检查拼写",
        "WENCE_PORT 应不小于 0、不大于 65535，不能是 '70000'",
        "WENCE_MODEL_URL 应为以 http://、https:// 开头的地址",
        "WENCE_QUEUE_SECONDS 应为数字，不能是 'bald'",
        "WENCE_LOG_FORMAT 应为 text 或 json，不能是 'xml'",
    ]


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "1e999", "zwei", ""])
def test_a_number_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        read_value(Setting("x", 1.0, "help"), text)


@pytest.mark.parametrize(
    "text", ["http://", "//host", "host:80", "http://host:port", "http://host:0", "http://[::1"]
)
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        read_value(Setting("x", "", "help", schemes=("http",)), text)


@pytest.mark.parametrize("text", ["", "http://host", "http://user:p@[::1]:80/v1?a=b"])
def test_an_address_may_be_empty_or_whole(text: str) -> None:
    assert read_value(Setting("x", "", "help", schemes=("http",)), text) == text


def test_values_have_the_type_of_their_default() -> None:
    table = (Setting("a", 1, ""), Setting("b", 1.0, ""), Setting("c", False, ""))
    given = {"WENCE_A": "7", "WENCE_B": "7", "WENCE_C": "1"}
    assert read_values(table, given) == ({"a": 7, "b": 7.0, "c": True}, [])
    assert read_values(table, {}) == ({"a": 1, "b": 1.0, "c": False}, [])


# ---- leaving


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of the service whose answers take two seconds."""
    port = free_port()
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "WENCE_PORT": str(port),
        "WENCE_INDEX_DIR": str(tmp_path / "var" / "index"),
        "WENCE_DRAIN_NOTICE": "0.7",
        "WENCE_LOG_FORMAT": "json",
    }
    with subprocess.Popen(
        [sys.executable, "-c", DRAINED],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout
        assert "问策已启动" in process.stdout.readline()
        yield process, f"http://127.0.0.1:{port}"
        process.kill()


def until_served(address: str) -> None:
    for _ in range(200):
        try:
            assert httpx.get(f"{address}/healthz").status_code == 200
            return
        except httpx.ConnectError:
            time.sleep(0.05)


def test_on_sigterm_the_balancer_is_told_and_the_answer_in_hand_is_finished(
    service: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = service
    until_served(address)
    replies: list[httpx.Response] = []

    def ask() -> None:
        body = {"question": "谁能报名"}
        replies.append(httpx.post(f"{address}/api/v1/ask", json=body, timeout=20))

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    health = httpx.get(f"{address}/healthz")
    assert (health.status_code, health.json()["error"]["code"]) == (503, "draining")
    assert httpx.get(f"{address}/livez").status_code == 200
    asking.join(20)
    assert [reply.json()["status"] for reply in replies] == ["answered"]
    _, log = process.communicate(timeout=20)
    assert process.returncode == 0
    assert '"event": "answered"' in log
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/livez")


def test_a_second_sigterm_waits_for_nobody(service: tuple[subprocess.Popen[str], str]) -> None:
    process, address = service
    until_served(address)
    started = time.monotonic()
    for _ in range(2):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
    process.wait(10)
    assert (process.returncode, time.monotonic() - started < 8) == (0, True)


def test_a_head_that_never_ends_is_cut_off(
    service: tuple[subprocess.Popen[str], str],
) -> None:
    _, address = service
    until_served(address)
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        try:
            line.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000)
            assert line.recv(1000) == b""
        except ConnectionError:
            pass  # the service closed before everything was sent
    assert httpx.get(f"{address}/livez").status_code == 200
