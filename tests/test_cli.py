"""The command line, batches, settings and the start of the service: words, files, exit codes."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.batch import BadBatch, answer_batch, read_questions
from bot.chain import PolicyChain
from bot.cli import main
from bot.conversation import Audience, Question
from bot.serve import serve
from bot.settings import PREFIX, ROOT, SETTINGS, Settings, load_settings
from index.errors import IndexMissing, SettingsError
from tests.toys import ToyEmbedder
from tests.web_fake import ScriptedChain

QUOTED = "年满6周岁的儿童可以报名。"
ANSWER_KEYS = [
    "id",
    "question",
    "standalone_question",
    "status",
    "answer",
    "regions",
    "composer",
    "citations",
    "related",
    "notes",
    "suggestions",
    "timings_ms",
    "reference",
]
CITATION_KEYS = [
    "n",
    "document_id",
    "title",
    "document_number",
    "issuer",
    "region",
    "issued",
    "validity",
    "clause_id",
    "clause",
    "text",
    "quotes",
    "score",
]


@pytest.fixture
def chain(monkeypatch) -> ScriptedChain:
    """The scripted chain in place of the real one."""
    scripted = ScriptedChain()
    monkeypatch.setattr("bot.chain.load_chain", lambda settings: scripted)
    return scripted


@pytest.fixture
def no_index(monkeypatch, tmp_path) -> None:
    """A machine with a model and without an index."""
    monkeypatch.setattr("bot.chain.prepare_model", lambda *_: None)
    monkeypatch.setattr("bot.chain.load_embedder", lambda *_: ToyEmbedder())
    monkeypatch.setenv("WENCE_INDEX_DIR", str(tmp_path / "nothing"))


def lines_of(*questions: object) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in questions)


@pytest.fixture
def batch(tmp_path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text(lines_of(*({"id": f"q{n}", "question": f"第{n}问"} for n in range(9))))
    return path


def one_line(text: str) -> str:
    assert "Traceback" not in text
    [line] = text.splitlines()
    return line


# ---- ask


def test_a_question_is_answered_in_words(chain, capsys):
    assert main(["ask", "谁能报名"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(QUOTED)
    assert "注：文件的目标年份2022年已过。" in out
    assert "可以只看：河阳市" in out


def test_related_clauses_are_listed_below_an_answer_that_is_none(chain, capsys):
    assert main(["ask", "午餐多少钱"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "收录的文件没有写这件事。",
        "· 《河阳市义务教育<招生>意见》一、招生办法（二）：",
    ]


def test_json_has_exactly_the_published_keys_in_their_order(chain, capsys):
    assert main(["ask", "谁能报名", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert list(body) == ANSWER_KEYS
    [citation] = body["citations"]
    assert list(citation) == CITATION_KEYS
    assert citation["quotes"] == [{"text": QUOTED, "start": 35, "end": 48}]
    assert list(citation["validity"]) == ["status", "basis"]
    assert body["timings_ms"] == {"total": 1.235}


def test_the_options_of_a_question_reach_the_chain(chain):
    options = ["--region", "嘉兴", "--audience", "家长", "--history", "甲", "--history", "乙"]
    main(["ask", "谁能报名", *options])
    assert chain.asked == [
        Question("谁能报名", region="嘉兴", audience=Audience.PARENT, history=("甲", "乙"))
    ]


def test_an_error_is_told_by_the_exit_code(chain, capsys):
    assert main(["ask", "坏了"]) == 1
    assert capsys.readouterr().out == "出了点问题，参考号 abc。\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "谁能报名", "--batch", "in.jsonl"],
        ["ask", "谁能报名", "--out", "out.jsonl"],
    ],
)
def test_a_question_or_a_file_of_questions_and_not_both(chain, capsys, arguments):
    assert main(arguments) == 2
    assert one_line(capsys.readouterr().err).startswith("wence：")
    assert chain.asked == []


def test_an_empty_question_is_a_question(chain):
    assert main(["ask", ""]) == 0
    assert chain.asked == [Question("")]


def test_broken_bytes_in_a_question_break_nothing(chain, capsys):
    assert main(["ask", "武汉\udcff教师", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["question"] == "武汉\udcff教师"


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["ask", "？", "--audience", "校长"]])
def test_a_wrong_command_shows_how_to_use_it(capsys, arguments):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: wence" in capsys.readouterr().err


def test_help_lists_every_setting(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    out = re.sub(r"\s", "", capsys.readouterr().out)
    assert [name for name in environment_names() if name not in out] == []


# ---- batches


def test_a_batch_is_answered_in_order(chain, batch, tmp_path, capsys):
    out = tmp_path / "out.jsonl"
    assert main(["ask", "--batch", str(batch), "--out", str(out)]) == 0
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert [one["id"] for one in answers] == [f"q{n}" for n in range(9)]
    assert [one["question"] for one in answers] == [f"第{n}问" for n in range(9)]
    assert {tuple(one) for one in answers} == {tuple(ANSWER_KEYS)}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]
    assert "9/9" in capsys.readouterr().err


def test_a_batch_without_an_output_file_goes_to_the_screen(chain, batch, capsys):
    assert main(["ask", "--batch", str(batch)]) == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == [
        f"q{n}" for n in range(9)
    ]


def test_every_field_of_a_line_is_read(tmp_path):
    path = tmp_path / "in.jsonl"
    line = {"id": 0, "question": "问", "region": "嘉兴", "audience": "教师", "history": ["前"]}
    path.write_text("\ufeff" + lines_of(line) + "\r\n" + lines_of({"question": "一\u2028二"}))
    assert list(read_questions(path)) == [
        Question("问", "0", "嘉兴", Audience.TEACHER, ("前",)),
        Question("一\u2028二"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        '"问"',
        "{}",
        '{"question": 5}',
        '{"question": "问", "audience": "校长"}',
        '{"question": "问", "region": 5}',
        '{"question": "问", "history": "前"}',
        '{"question": "问", "history": [5]}',
        "[" * 100_000,
    ],
)
def test_a_bad_line_is_named_before_anything_is_answered(chain, tmp_path, capsys, line):
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text(lines_of({"question": "好"}) + "\n" + line + "\n")
    assert main(["ask", "--batch", str(path), "--out", str(out)]) == 1
    assert one_line(capsys.readouterr().err).startswith("wence：in.jsonl 第 3 行")
    assert (chain.asked, out.exists()) == ([], False)


@pytest.mark.parametrize(
    ("content", "said"), [(None, "找不到问题文件"), ("问".encode("gb18030"), "请存为 UTF-8")]
)
def test_a_file_that_cannot_be_read_is_named(chain, tmp_path, capsys, content, said):
    path = tmp_path / "in.jsonl"
    if content:
        path.write_bytes(content)
    assert main(["ask", "--batch", str(path)]) == 1
    assert said in one_line(capsys.readouterr().err)


class StoppedChain(ScriptedChain):
    """Fails at the third question."""

    def __init__(self, stop: BaseException) -> None:
        super().__init__()
        self.stop = stop

    def invoke(self, question):
        if len(self.asked) == 2:
            raise self.stop
        return super().invoke(question)


@pytest.mark.parametrize("stop", [IndexMissing("x"), KeyboardInterrupt(), OSError(28, "满")])
def test_a_half_written_output_never_appears(batch, tmp_path, stop):
    out = tmp_path / "out.jsonl"
    out.write_text("earlier")
    with pytest.raises((IndexMissing, KeyboardInterrupt, BadBatch)):
        answer_batch(StoppedChain(stop), batch, out, lambda *_: None)
    assert out.read_text() == "earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_an_output_folder_that_is_missing_is_named(chain, batch, tmp_path, capsys):
    out = tmp_path / "nowhere" / "out.jsonl"
    assert main(["ask", "--batch", str(batch), "--out", str(out)]) == 1
    assert f"写不了 {out}" in capsys.readouterr().err


def test_a_broken_question_gets_an_error_and_the_rest_their_answers(tiny_searcher, tmp_path):
    class Broken:
        def find(self, reading):
            raise ZeroDivisionError

    chain = PolicyChain(tiny_searcher, load_settings({}))
    chain._current = replace(chain._current, retriever=Broken())
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text(lines_of({"question": "嘉兴的教师多久交流一次"}, {"question": "你好"}))
    assert answer_batch(chain, path, out, lambda *_: None) == 0
    statuses = [json.loads(line)["status"] for line in out.read_text().splitlines()]
    assert statuses == ["error", "clarify"]


# ---- other commands and failures


def test_stopping_by_hand_is_no_stack_trace(monkeypatch, capsys):
    def stop(settings):
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.chain.load_chain", stop)
    assert main(["ask", "谁能报名"]) == 130
    assert one_line(capsys.readouterr().err) == "wence：已停止"


@pytest.mark.parametrize("arguments", [["ask", "谁能报名"], ["serve", "--port", "0"]])
def test_without_an_index_one_line_says_what_to_run(no_index, capsys, arguments):
    assert main(arguments) == 1
    assert one_line(capsys.readouterr().err) == "wence：还没有建立索引，请先运行 wence index。"


@pytest.mark.parametrize("command", ["index", "documents"])
def test_a_missing_folder_of_policies_is_named(monkeypatch, tmp_path, capsys, command):
    monkeypatch.setenv("WENCE_CORPUS_DIR", str(tmp_path / "nothing"))
    assert main([command]) == 1
    assert str(tmp_path / "nothing") in one_line(capsys.readouterr().err)


def test_the_documents_held_are_listed(capsys):
    assert main(["documents"]) == 0
    out = capsys.readouterr().out
    assert "wuhan-2018-4  《武汉市人民政府办公厅关于推进全市义务教育优质均衡发展体制机制" in out
    assert main(["documents", "--json"]) == 0
    ids = [one["id"] for one in json.loads(capsys.readouterr().out)]
    assert {"jiaxing-2019-25", "songyang-2018", "wuhan-2018-4"} < set(ids)
    assert main(["documents", "--lint"]) == 0
    assert "[" in capsys.readouterr().out


def test_a_port_in_use_is_named_before_anything_is_loaded(monkeypatch, capsys):
    monkeypatch.setattr("bot.serve.load_chain", lambda settings: pytest.fail("loaded"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    assert capsys.readouterr().err.startswith(f"wence：端口 {port} 已被占用")


@pytest.mark.parametrize("port", [70000, -1])
def test_an_impossible_port_is_named(port):
    with pytest.raises(SettingsError, match=f"端口 {port} 不对"):
        serve(load_settings({}), "127.0.0.1", port, print)


def test_an_address_of_another_machine_is_named():
    with pytest.raises(SettingsError, match=r"不能在 203\.0\.113\.9:0 监听"):
        serve(load_settings({}), "203.0.113.9", 0, print)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"WENCE_FOO": "1"}, "WENCE_FOO：没有这个设置"),
        ({"WENCE_PORT": "eighty"}, "WENCE_PORT 应为整数，不能是 'eighty'"),
    ],
)
def test_a_wrong_setting_stops_with_one_line(environ, said):
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "ask", "谁能报名"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert said in one_line(done.stderr)


# ---- settings


def environment_names() -> list[str]:
    return [PREFIX + setting.name.upper() for setting in SETTINGS]


def test_without_an_environment_every_setting_has_its_default():
    settings = load_settings({})
    shown = {setting.name: setting.default for setting in SETTINGS}
    assert {name: str(getattr(settings, name)) for name in shown} == {
        name: str(default) for name, default in shown.items()
    }


def test_the_table_and_the_value_name_the_same_settings():
    assert [setting.name for setting in SETTINGS] == list(Settings.__slots__)
    assert [setting.name for setting in SETTINGS if not setting.help] == []


def test_a_setting_is_read_from_the_environment_with_the_type_of_its_default():
    read = load_settings({"WENCE_PORT": "80", "WENCE_INDEX_DIR": "~/x", "OTHER": "1"})
    assert read == replace(load_settings({}), port=80, index_dir=Path.home() / "x")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WENCE_PORT", ""),
        ("WENCE_PORT", "-1"),
        ("WENCE_MAX_CITATIONS", "0"),
        ("WENCE_MAX_CITATIONS", "1.5"),
        ("WENCE_MAX_QUESTION_CHARS", "0"),
        ("WENCE_LANGUAGE", "fr"),
        ("WENCE_EMBEDDING_PRECISION", "int3"),
        ("WENCE_TOP_K", "3"),
    ],
)
def test_an_impossible_value_or_name_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        load_settings({name: value})


def test_the_language_of_the_settings_frames_the_answer(tiny_searcher):
    chain = PolicyChain(tiny_searcher, load_settings({"WENCE_LANGUAGE": "en"}))
    assert chain.invoke(Question("你好")).text.startswith("Hello!")


def test_the_longest_question_is_a_setting(tiny_searcher):
    chain = PolicyChain(tiny_searcher, load_settings({"WENCE_MAX_QUESTION_CHARS": "5"}))
    answer = chain.invoke(Question("嘉兴的教师多久交流一次"))
    assert (answer.status, "5" in answer.text) == ("clarify", True)
