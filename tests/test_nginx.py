"""The shipped nginx before two scripted workers: what reaches the reader when one of them is dead,
when both say 503, and when nobody is there."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.programs import Program, nginx_command, program, write_nginx
from tests.served import free_port

PAUSED = {"error": "问策暂停服务，请稍后再来。"}
READY = {"status": "answered"}
WAYS = ["/api/v1/ask", "/gradio_api/queue/join", "/"]


class Reply(BaseHTTPRequestHandler):
    """One status with one text to everything."""

    protocol_version = "HTTP/1.1"
    status, told = 200, READY

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(self.told).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Paused(Reply):
    status, told = 503, PAUSED


class Hasty(Reply):
    """Closes each connection a moment after its first reply and does not say so beforehand."""

    def do_POST(self) -> None:
        super().do_POST()
        time.sleep(0.005)
        self.close_connection = True


@contextmanager
def front(folder: Path, *workers: type[Reply] | None) -> Iterator[httpx.Client]:
    """nginx before these workers, None for one that nobody listens for."""
    server = program("nginx")
    with ExitStack() as running:
        ports = []
        for reply in workers:
            ports.append(free_port())
            if reply is not None:
                listening = ThreadingHTTPServer(("127.0.0.1", ports[-1]), reply)
                threading.Thread(target=listening.serve_forever, daemon=True).start()
                running.callback(listening.server_close)
                running.callback(listening.shutdown)
        port = free_port()
        write_nginx(folder, port, [f"127.0.0.1:{one}" for one in ports])
        started = Program(nginx_command(server, folder), folder, port)
        running.callback(started.stop)
        yield running.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30))


def asked(client: httpx.Client, way: str, times: int = 40) -> Counter[tuple[int, str]]:
    """How often which reply came."""
    replies = (client.post(way, json={"question": "谁能报名"}) for _ in range(times))
    return Counter((reply.status_code, reply.text) for reply in replies)


@pytest.mark.parametrize("way", WAYS)
def test_what_two_paused_workers_say_reaches_every_reader(tmp_path: Path, way: str) -> None:
    with front(tmp_path, Paused, Paused) as client:
        assert asked(client, way) == {(503, json.dumps(PAUSED)): 40}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "workers", [(Reply, None), (None, Reply), (Reply, Paused), (Paused, Reply)]
)
def test_one_ready_worker_is_enough(tmp_path: Path, way: str, workers: tuple) -> None:
    with front(tmp_path, *workers) as client:
        assert asked(client, way) == {(200, json.dumps(READY)): 40}


@pytest.mark.parametrize("way", WAYS)
def test_a_worker_that_closes_its_connections_costs_no_question(tmp_path: Path, way: str) -> None:
    with front(tmp_path, Hasty, None) as client:
        assert asked(client, way) == {(200, json.dumps(READY)): 40}


@pytest.mark.parametrize("way", WAYS)
def test_with_no_worker_at_all_the_reader_is_told_to_come_back(tmp_path: Path, way: str) -> None:
    with front(tmp_path, None, None) as client:
        reply = client.post(way, json={"question": "谁能报名"})
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "10")
    assert reply.text.splitlines()[0] == "问策暂时连不上，请过一会儿再试。"
