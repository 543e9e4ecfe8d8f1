"""What the commands share: exit codes, progress bars, JSON, who is typing."""

from __future__ import annotations

import argparse
import json
import os
import pwd
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tqdm import tqdm

OK, FAILED, USAGE = 0, 1, 2
BUILD_STAGES = {"embed": "计算向量", "store": "写入索引", "verify": "检查索引", "publish": "发布"}
UNITS = {"embed": ("字", True)}  # what a stage is counted in, and whether thousands are k


class Commands(Protocol):
    """What argparse gives for sub-commands."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:
        """A parser of one command."""


def say(sentence: str) -> None:
    """A line for the person who waits, beside the output."""
    print(sentence, file=sys.stderr)


def show_json(body: object) -> None:
    """One JSON value for the program that reads the output."""
    print(json.dumps(body, ensure_ascii=False, indent=2))


def progress(label: str) -> Callable[[int, int], None]:
    """A bar that is told how much is done and how much there is."""
    stages = Stages({"": label})
    return lambda done, total: stages("", done, total)


def os_user() -> str:
    """The name under which a person is known to this machine."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


class Stages:
    """One progress bar a stage; a context that ends the last."""

    def __init__(self, names: Mapping[str, str] = BUILD_STAGES) -> None:
        self._names = names
        self._bars: dict[str, Any] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """How much of a stage is done, and how much there is."""
        if stage not in self._bars:
            self.close()
            name = self._names.get(stage, stage)
            unit, scaled = UNITS.get(stage, ("it", False))
            self._bars[stage] = tqdm(
                total=total, desc=name, file=sys.stderr, unit=unit, unit_scale=scaled
            )
        self._bars[stage].update(done - self._bars[stage].n)

    def __enter__(self) -> Stages:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the current bar."""
        for bar in self._bars.values():
            bar.close()
