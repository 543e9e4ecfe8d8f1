"""A PDF file -> text, in a process of its own with bounded time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from index.errors import UnreadableFile
from index.reading.limits import LIMITS, Limits, Reading

ROOT = Path(__file__).parent.parent.parent


def read_pdf(name: str, data: bytes, limits: Limits = LIMITS) -> Reading:
    """The text of a PDF; raises UnreadableFile for scans, passwords, damage and endless files."""
    bound = "r.setrlimit(r.RLIMIT_AS, ({0},) * 2); r.setrlimit(r.RLIMIT_CPU, ({1},) * 2); "
    limited = "import resource as r, runpy; " + bound.format(limits.memory_bytes, limits.seconds)
    command = limited + "runpy.run_module('index.reading.pdf_worker', run_name='__main__')"
    try:
        done = subprocess.run(
            [sys.executable, "-c", command],
            input=data,
            capture_output=True,
            timeout=limits.seconds,
            cwd=ROOT,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(f"{name}：读了太久还没有读完，请拆分或重新导出后再放入") from error
    except subprocess.CalledProcessError as error:
        raise UnreadableFile(f"{name}：不是完好的 PDF 文件，请重新获取或重新导出") from error
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise UnreadableFile(f"{name}：{answer['refused']}")
    return Reading(answer["text"], tuple(answer["notes"]))
