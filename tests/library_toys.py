"""A small library for tests: policies of a few lines, an embedder of word counts."""

from __future__ import annotations

from pathlib import Path

from index.library.changes import Changes
from index.library.intake import Received
from index.library.library import Library
from index.library.publications import Publication
from tests.toys import ToyEmbedder

NAMES = {"嘉兴市": "jiaxing", "武汉市": "wuhan", "松阳县": "songyang"}
# in words of its own for each, or they are taken for copies of one policy
OPENINGS = {
    "嘉兴市": "为规范全市中小学新生报名和录取，提出以下意见。",
    "武汉市": "经市委市政府同意，现将各区招收一年级学生的要求明确如下。",
    "松阳县": "山区学校布局分散，今年秋季开学前请按下面几条办理。",
}
RULES = {
    "嘉兴市": "年满6周岁的儿童应当入学。",
    "武汉市": "随迁子女凭父母一方的居住证登记，由居住地所在的区统筹安排学位。",
    "松阳县": "村小和教学点保留低年级，高年级学生到中心小学寄宿。",
}


def policy(place: str, rule: str, year: int = 2024) -> str:
    """A policy of two clauses, complete enough to be published without a word from staff."""
    return (
        f"{place}教育局关于做好义务教育入学工作的意见\n"
        f"{place[:1]}教〔{year}〕1号\n\n"
        "各学校：\n"
        f"{OPENINGS[place]}\n"
        f"一、招生对象。{RULES[place]}\n"
        f"二、学校收费。{rule}\n\n"
        f"{place}教育局\n"
        f"{year}年5月1日\n"
    )


def received(place: str, rule: str, year: int = 2024) -> Received:
    """The same as a file that came in."""
    return Received(f"{NAMES[place]}-{year}.txt", policy(place, rule, year).encode())


def empty_library(folder: Path) -> Library:
    """A library that holds nothing yet."""
    return Library(folder / "corpus", folder / "var" / "index")


def silent(stage: str, done: int, total: int) -> None:
    """Report nothing."""


def publish(library: Library, *files: Received, by: str = "甲", note: str = "") -> Publication:
    """Take files in and publish them."""
    drafts = tuple(library.drafts.keep(one, by).id for one in files)
    return apply(library, Changes(drafts, by=by, note=note))


def apply(library: Library, changes: Changes, embedder: ToyEmbedder | None = None) -> Publication:
    """Prepare and publish changes."""
    return library.publish(library.prepare(changes, embedder or ToyEmbedder(), silent), silent)


def fees(library: Library, document_id: str) -> str:
    """What the served version of a policy says of fees."""
    clause = library.held()[document_id].clauses[-2]
    return clause.text.strip()
