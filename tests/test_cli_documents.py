"""``wence documents``: from files to publications on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.chain import PolicyChain
from bot.cli import main
from bot.commands.terminal import os_user
from bot.settings import load_settings
from index.library.library import Library
from index.search import Searcher
from tests.library_toys import empty_library, policy
from tests.toys import ToyEmbedder


@pytest.fixture
def library(tmp_path, monkeypatch) -> Library:
    """An empty library that the command line works on, with the toy embedder."""
    library = empty_library(tmp_path)
    monkeypatch.setenv("WENCE_CORPUS_DIR", str(library.corpus_dir))
    monkeypatch.setenv("WENCE_INDEX_DIR", str(library.index_dir))
    monkeypatch.setattr("bot.commands.drafts.open_embedder", lambda _: ToyEmbedder())
    monkeypatch.setattr("bot.commands.check.open_embedder", lambda _: ToyEmbedder())
    monkeypatch.setattr("bot.commands.documents.open_embedder", lambda _: ToyEmbedder())
    monkeypatch.setattr("bot.commands.index.open_embedder", lambda _: ToyEmbedder())
    return library


@pytest.fixture
def inbox(tmp_path) -> Path:
    """A folder with a policy, one with an open issue and an empty file."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "jiaxing-2024.txt").write_text(policy("嘉兴市", "学校收费要公示。"))
    (folder / "wuhan-2024.txt").write_text(policy("武汉市", "午托（不得收费。"))
    (folder / "空.txt").write_text(" ")
    return folder


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    status = main(["documents", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_a_folder_is_published_with_one_command_and_what_stays_out_is_named(library, inbox, capsys):
    status, out, err = run(capsys, "publish", str(inbox), "--by", "甲", "--note", "第一批")
    assert status == 1
    assert "3/3" in err and "没有加入 空.txt：空.txt：文件是空的" in err
    [published, held_back, issue] = out.splitlines()
    assert published == "第 1 次发布：新增 1 份（jiaxing-2024）"
    assert held_back.startswith("没有发布 wuhan-2024《武汉市教育局")
    assert issue.startswith("    ")
    [made] = library.history()
    assert (made.by, made.note, [one.document_id for one in library.drafts.all()]) == (
        "甲",
        "第一批",
        ["wuhan-2024"],
    )


def test_drafts_are_added_checked_accepted_and_published(library, inbox, capsys):
    (inbox / "空.txt").unlink()
    status, out, _ = run(capsys, "add", str(inbox))
    assert (status, out.splitlines()[-1]) == (0, "加入 2 份草稿，0 个文件没有加入")
    status, out, _ = run(capsys, "check")
    states = {line.split("  ")[1]: line.split("  ")[-1] for line in out.splitlines()}
    assert (status, states) == (
        1,
        {"jiaxing-2024": "可以发布", "wuhan-2024": "1 个问题待处理"},
    )
    status, out, _ = run(capsys, "check", "wuhan-2024", "--no-answers")
    assert status == 1
    assert (
        "地区 湖北省/武汉市" in out
        and "[提醒·待处理]" in out
        and "二、学校收费｜二、学校收费" in out
    )
    status, out, _ = run(capsys, "publish", "--all", "--accept-warnings", "原文如此")
    assert (status, out) == (0, "第 1 次发布：新增 2 份（jiaxing-2024、wuhan-2024）\n")
    assert run(capsys, "publish", "--all")[:2] == (1, "没有可以发布的草稿\n")


def test_a_check_asks_the_preview_index(library, inbox, capsys, monkeypatch):
    def opened(settings, build):
        assert build.parent.name == "builds" and library.current() == 0
        return PolicyChain(Searcher.open(settings.index_dir, ToyEmbedder(), build), settings)

    monkeypatch.setattr("bot.chain.load_chain", opened)
    run(capsys, "add", str(inbox / "jiaxing-2024.txt"))
    status, out, _ = run(capsys, "check", "jiaxing-2024", "--json")
    body = json.loads(out)
    assert (status, body["issues"], body["document"]["id"]) == (0, [], "jiaxing-2024")
    assert [clause["key"] for clause in body["clauses"]][-3:-1] == ["1", "2"]
    assert [one["question"] for one in body["probes"]] == [
        "嘉兴市在招生对象方面有什么规定？",
        "嘉兴市在学校收费方面有什么规定？",
    ]
    assert set(body["probes"][0]) == {"question", "status", "answer", "cites", "found"}
    assert "试问（预览索引的回答）" in run(capsys, "check", "jiaxing-2024")[1]
    assert library.history() == ()


def test_the_life_of_a_policy(library, inbox, capsys, tmp_path):
    path = inbox / "jiaxing-2024.txt"
    run(capsys, "publish", str(path))
    path.write_text(policy("嘉兴市", "学校收费一律公示。"))
    run(capsys, "add", str(path))
    status, out, _ = run(capsys, "diff", "jiaxing-2024")
    assert (status, out.splitlines()[-3:]) == (
        0,
        [
            "[修改]",
            "- 二、学校收费｜二、学校收费。学校收费要公示。",
            "+ 二、学校收费｜二、学校收费。学校收费一律公示。",
        ],
    )
    rows = json.loads(run(capsys, "diff", "jiaxing-2024", "--json")[1])["rows"]
    assert [row["kind"] for row in rows].count("changed") == 1
    run(capsys, "publish", "--all")
    status, out, _ = run(capsys, "retire", "jiaxing-2024", "--reason", "新规", "--on", "2025-03-01")
    assert (status, out) == (0, "第 3 次发布：废止 1 份（jiaxing-2024）\n")
    status, out, _ = run(capsys, "rollback", "1")
    assert (status, out) == (0, "第 4 次发布：更新 1 份（jiaxing-2024）\n")
    assert library.held()["jiaxing-2024"].expires is None
    status, out, _ = run(capsys, "history")
    assert (status, out.count("\n"), out.splitlines()[0].startswith("第 4 次")) == (0, 8, True)
    assert f"  {os_user()}  回退到第 1 次发布" in out
    numbers = [one["number"] for one in json.loads(run(capsys, "history", "--json")[1])]
    assert numbers == [4, 3, 2, 1]
    status, out, _ = run(capsys, "export", "--out", str(tmp_path / "out"))
    assert (status, out) == (0, f"已导出 1 个文件到 {tmp_path / 'out'}\n")
    assert "要公示" in (tmp_path / "out" / "raw" / "jiaxing-2024.txt").read_text()


def test_the_folder_is_indexed_by_name_and_note(library, capsys):
    raw = library.corpus_dir / "raw" / "jiaxing-2024.txt"
    raw.parent.mkdir(parents=True)
    raw.write_text(policy("嘉兴市", "学校收费要公示。"))
    assert main(["index", "--by", "甲", "--note", "手工整理"]) == 0
    assert capsys.readouterr().out.startswith("索引已更新：1 份文件")
    assert main(["index"]) == 0
    assert capsys.readouterr().out.startswith("索引没有变化：1 份文件")
    assert [(one.by, one.note) for one in library.history()] == [("甲", "手工整理")]


def test_a_watched_folder_is_published(library, inbox, capsys):
    status, out, err = run(
        capsys, "watch", str(inbox), "--publish", "--once", "--every", "0.01", "--by", "甲"
    )
    assert status == 0
    assert "第 1 次发布：新增 1 份（jiaxing-2024）" in out
    assert "没有发布 wuhan-2024" in err and "没有加入 空.txt" in err
    assert run(capsys, "watch", str(inbox), "--once", "--every", "0.01")[1] == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["publish", "nobody"], "没有编号为 nobody 的草稿"),
        (["check", "nobody"], "没有编号为 nobody 的草稿"),
        (["diff", "nobody"], "没有编号为 nobody 的草稿或文件"),
        (["retire", "nobody", "--reason", "某因"], "没有收录编号为 nobody 的文件"),
        (["rollback", "5"], "没有第 5 次发布的记录"),
        (["export", "--out", "out"], "还没有发布过文件"),
        (["add", "nothing.txt"], "没有找到 nothing.txt"),
        (["watch", "nothing"], "没有找到 nothing"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(library, capsys, arguments, said):
    status, _, err = run(capsys, *arguments)
    assert status == 1
    assert said in err.splitlines()[-1]
    assert "Traceback" not in err


def test_nothing_was_published_yet(library, capsys):
    assert run(capsys, "history")[:2] == (0, "还没有发布过\n")
    assert load_settings().index_dir == library.index_dir
