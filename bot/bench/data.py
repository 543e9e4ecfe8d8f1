"""Articles and questions of a retrieval benchmark: JSON lines of our own or BEIR's layout."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.documents import Clause, Document, Region, Validity
from index.errors import CorpusError

KEY = "1"  # of the only clause of an article


@dataclass(frozen=True, slots=True)
class Article:
    """One text that can answer; the title may be empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with the ids of the articles that answer it."""

    text: str
    relevant: frozenset[str]


def read_articles(path: Path) -> list[Article]:
    """JSON lines ``id``, ``text`` and perhaps ``title`` (or BEIR's ``_id``); raises CorpusError.

    Without a title an id in Chinese is taken for one: ``民法典第五十六条``.
    """
    return [_article(row) for row in _rows(path)]


def read_questions(path: Path, qrels: Path | None = None) -> list[Asked]:
    """JSON lines with ``question`` and ``relevant``, or BEIR's ``text`` with a qrels file.

    The qrels file holds question, article and grade, tab separated, under a line of names.
    Questions without a relevant article are left out, as in BEIR. Raises CorpusError.
    """
    judged = _judgements(qrels) if qrels else {}
    questions = []
    for row in _rows(path):
        name = str(row.get("id", row.get("_id")))
        relevant = frozenset(map(str, row.get("relevant", ()))) | judged.get(name, frozenset())
        if relevant:
            questions.append(Asked(str(row.get("question", row.get("text"))), relevant))
    if not questions:
        raise CorpusError(
            f"{path}：没有任何问题带有答案所在的条文；BEIR 格式请用 --qrels 指定答案文件"
        )
    return questions


def to_documents(articles: Sequence[Article]) -> list[Document]:
    """Each article as a document of one clause; its id is its row, as ids may be anything."""
    return [_document(f"{row:08d}", article) for row, article in enumerate(articles)]


def _document(name: str, article: Article) -> Document:
    text = article.text or article.title or article.id
    clause = Clause(name, KEY, article.title, "", (), "text", 1, None, 0, len(text), text)
    return Document(
        id=name,
        title=article.title,
        short_title=article.title,
        number=None,
        number_note="",
        issuer="",
        region=Region(("全国",)),
        issued=None,
        issued_basis="",
        published=None,
        validity=Validity("现行", ""),
        target_year=None,
        source_kind="official",
        source_note="",
        completeness="",
        text=text,
        raw_digest="",
        clauses=(clause,),
    )


def _article(row: dict[str, Any]) -> Article:
    name = str(row.get("id", row.get("_id")))
    named = any("\u4e00" <= char <= "\u9fff" for char in name)
    return Article(name, str(row.get("title") or (name if named else "")), str(row["text"]))


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}：读不了（{error}），应为每行一个 JSON 的 UTF-8 文件") from error


def _judgements(path: Path) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _lines(path):
        question, article, grade = line.split("\t")
        if int(grade) > 0:
            found.setdefault(question, set()).add(article)
    return {question: frozenset(articles) for question, articles in found.items()}


def _lines(path: Path) -> Iterable[str]:
    """The lines of a qrels file, the one of names left out."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise CorpusError(f"{path}：读不了（{error}）") from error
    return [line for line in lines if line.strip() and line.split("\t")[-1].strip().isdigit()]
