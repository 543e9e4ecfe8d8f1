"""Other programs as plain processes on loopback, each in a temporary folder, ended by the test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.served import free_port

PATIENCE = 240  # seconds in which a program must be there
BINARIES = [Path(sys.executable).parent, *Path("/usr/lib/postgresql").glob("*/bin"), "/usr/sbin"]


def program(name: str) -> str:
    """Where a program is; the test is skipped where it is not."""
    path = os.pathsep.join([*map(str, BINARIES), os.environ["PATH"]])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


class Program:
    """One program that listens on a port of this machine."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        port: int,
        environ: Mapping[str, str] = {},
        wait: bool = True,
    ) -> None:
        self.command, self.folder, self.port = command, folder, port
        self.environ = {**os.environ, "ANONYMIZED_TELEMETRY": "False", **environ}
        folder.mkdir(parents=True, exist_ok=True)
        self.log, self.interrupt = folder / "log.txt", signal.SIGTERM
        self.launch()
        if wait:
            self.wait()

    def start(self) -> None:
        """Start again, until somebody listens on the port."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start, and wait for nothing."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env=self.environ, stdout=log, stderr=log
            )

    def wait(self) -> None:
        """Until somebody listens on the port."""
        deadline = time.monotonic() + PATIENCE
        while not self.listens():
            assert self.process.poll() is None, self.log.read_text(errors="replace")
            assert time.monotonic() < deadline, f"{self.command[0]} does not listen"
            time.sleep(0.05)

    def listens(self) -> bool:
        """Whether a connection is taken."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self, by: signal.Signals | None = None) -> None:
        """End the program, and wait for it."""
        self.process.send_signal(by or self.interrupt)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=30)


def chroma(folder: Path, port: int | None = None) -> Program:
    """``chroma run`` over a folder."""
    port = port or free_port()
    options = ["run", "--host", "127.0.0.1", "--port", str(port), "--path", str(folder / "data")]
    return Program([program("chroma"), *options], folder, port)


def redis(folder: Path) -> Program:
    """A Redis that keeps nothing on the disk."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    return Program([program("redis-server"), *options], folder, port)


def postgres(folder: Path) -> Program:
    """A PostgreSQL with a user and a database of the name wence; as root it runs as nobody."""
    initdb, server = program("initdb"), program("postgres")
    folder.mkdir(parents=True)
    runner: list[str] = []
    if not os.getuid():
        runner = [program("setpriv"), "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        shutil.chown(folder, "nobody", "nogroup")
        for part in folder.parents[:3]:
            part.chmod(part.stat().st_mode | 0o055)
    data = folder / "data"
    options = ["-D", data, "-U", "wence", "-A", "trust", "-E", "UTF8", "--no-sync"]
    made = subprocess.run([*runner, initdb, *options], capture_output=True, cwd=folder)
    if made.returncode:
        pytest.skip(f"initdb does not run here: {made.stderr.decode()[-200:]}")
    port = free_port()
    given = ["-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
    running = Program([*runner, server, *given], folder, port)
    running.interrupt = signal.SIGINT  # the fast way to stop: connections are ended
    return running


def nginx(folder: Path, workers: Sequence[Program]) -> Program:
    """The shipped configuration, with the addresses of this machine in it."""
    server, port = program("nginx"), free_port()
    write_nginx(folder, port, [f"127.0.0.1:{worker.port}" for worker in workers])
    return Program(nginx_command(server, folder), folder, port)


def nginx_command(server: str, folder: Path) -> list[str]:
    """How nginx is started over a folder that :func:`write_nginx` filled."""
    return [server, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]


def write_nginx(folder: Path, port: int, workers: Sequence[str], tls_port: int = 0) -> None:
    """deploy/nginx with this machine's ports and folders."""
    shipped = Path(__file__).parent.parent / "deploy" / "nginx"
    (folder / "tls").mkdir(parents=True, exist_ok=True)
    names = [f"wence-{n}:7860" for n in (1, 2)]
    changes = {
        "/etc/nginx/wence-site.conf": str(folder / "site.conf"),
        "/etc/nginx/wence-tls": str(folder / "tls"),
        "/tmp/nginx": str(folder / "nginx"),
        "/dev/stdout": str(folder / "access.log"),
        "/dev/stderr": str(folder / "error.log"),
        "listen 8080": f"listen 127.0.0.1:{port}",
        "listen 8443": f"listen 127.0.0.1:{tls_port}",
        **dict(zip(names, workers, strict=True)),
    }
    files = {"nginx.conf": "nginx.conf", "site.conf": "site.conf"}
    for name, target in (files | ({"tls.conf": "tls/tls.conf"} if tls_port else {})).items():
        text = (shipped / name).read_text(encoding="utf-8")
        for old, new in changes.items():
            text = text.replace(old, new)
        (folder / target).write_text(text, encoding="utf-8")
