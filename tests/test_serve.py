"""What the service does with the memory of its process."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from bot.settings import ROOT

ARENAS = """
import ctypes, threading
from bot.memory import share_memory
{first}
library, together = ctypes.CDLL(None), threading.Barrier(12)
library.malloc.restype = ctypes.c_void_p
def work():
    together.wait()
    library.malloc(5000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
library.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, out)
library.fflush(out)
"""


def arenas(first: str) -> int:
    """In how many arenas the memory of a process with many threads lies."""
    command = [sys.executable, "-c", ARENAS.format(first=first)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return told.count("<heap nr=")


def test_threads_share_two_arenas_of_memory() -> None:
    if not hasattr(ctypes.CDLL(None), "mallopt"):
        pytest.skip("the C library has no arenas")
    assert arenas("") > 2
    assert arenas("share_memory()") == 2
