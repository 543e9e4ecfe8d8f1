"""Many questions from a file of JSON lines, answered in order."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from bot.conversation import Answer, Audience, Question
from bot.web.render import answer_to_dict
from bot.web.turns import Chain
from index.errors import WenceError

Report = Callable[[int, int], None]


class BadBatch(WenceError):
    """A batch file cannot be read."""


def answer_batch(chain: Chain, source: Path, target: Path | None, report: Report) -> int:
    """Answer every line of ``source``; ``target`` appears whole or not at all."""
    questions = list(read_questions(source))
    if target is None:
        _write(chain, questions, sys.stdout, report)
        return 0
    partial = target.with_name(f"{target.name}.part")
    try:
        with partial.open("w", encoding="utf-8", errors="backslashreplace") as stream:
            _write(chain, questions, stream, report)
        os.replace(partial, target)
    except OSError as error:
        raise BadBatch(
            f"写不了 {target}（{error.strerror}），请检查文件夹、权限和磁盘空间"
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return 0


def read_questions(source: Path) -> Iterator[Question]:
    """Questions of a JSON-lines file; raises BadBatch naming the line that is wrong."""
    try:
        lines = source.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError as error:
        raise BadBatch(f"找不到问题文件 {source}，请检查路径") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadBatch(f"读不了问题文件 {source}，请存为 UTF-8 文本") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _question(line, f"{source.name} 第 {number} 行")


def _question(line: str, place: str) -> Question:
    try:
        data = json.loads(line)
        audience = data.get("audience")
        return Question(
            text=_text(data["question"]),
            id="" if data.get("id") is None else str(data["id"]),
            region=_text(data.get("region") or "") or None,
            audience=Audience(audience) if audience else None,
            history=_texts(data.get("history") or []),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadBatch(
            f"{place}不是合法的问题：应是 JSON 对象，至少有字符串 question（{error}）"
        ) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("question 和 region 应是字符串")
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise TypeError("history 应是字符串的列表")
    return tuple(values)


def _write(chain: Chain, questions: list[Question], stream: TextIO, report: Report) -> None:
    for number, question in enumerate(questions, 1):
        answer: Answer = chain.invoke(question)
        stream.write(json.dumps(answer_to_dict(answer), ensure_ascii=False) + "\n")
        report(number, len(questions))
