"""The service over a small real index in a folder of its own, and ways to break what it stands on."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.chain import PolicyChain
from bot.settings import load_settings
from tests.served import served
from tests.toys import open_searcher
from tests.web_fake import web_app

QUESTION = {"question": "嘉兴的教师多久交流一次"}
KNOWN = "教师每六年交流一次"


@dataclass(frozen=True, slots=True)
class Service:
    """A running service and the folder that it stands on."""

    address: str
    var: Path

    @property
    def index(self) -> Path:
        return self.var / "index"

    @property
    def build(self) -> Path:
        return self.index / "builds" / (self.index / "CURRENT").read_text().strip()

    def ask(self) -> httpx.Response:
        return httpx.post(f"{self.address}/api/v1/ask", json=QUESTION, timeout=30)

    def answers(self) -> bool:
        """Whether a question is answered as ever."""
        reply = self.ask()
        return reply.status_code == 200 and KNOWN in reply.json()["answer"]

    def like(self) -> int:
        """The status of a reader's feedback."""
        liked = {"verdict": "up", "status": "answered", "clauses": ["jia#2"]}
        return httpx.post(f"{self.address}/api/v1/feedback", json=liked).status_code


@contextmanager
def running(tiny_index: Path, var: Path, **environ: str) -> Iterator[Service]:
    """The service in this process, over a copy of the index."""
    shutil.copytree(tiny_index, var / "index", dirs_exist_ok=True)
    chain = PolicyChain(open_searcher(var / "index"), load_settings({}))
    given = {"index_dir": str(var / "index"), "store_url": f"sqlite:///{var / 'wence.db'}"}
    with served(web_app(chain, **given | environ)) as address:
        yield Service(address, var)


@contextmanager
def small_disk(folder: Path, kibibytes: int) -> Iterator[Path]:
    """A real file system of this size; skips where none may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    command = [mount or "", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", str(folder)]
    if not mount or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(folder: Path) -> Path:
    """Take the last byte of a disk."""
    path = folder / "full"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return path


def flip(path: Path) -> None:
    """One bit in the middle of a file is another."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    """A file has lost its second half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
