"""Small hand-made things for tests: documents of a few clauses, an embedder of word counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.documents import Clause, Document, Region, Validity
from index.embedder import Embedder, Vectors
from index.search import Searcher

WORDS = ("入学", "教师", "收费", "午托", "食堂", "高考", "宿舍")


class ToyEmbedder(Embedder):
    """One axis for each word, its count; and one that every text has. Rows of length 1."""

    identity = "toy:1"
    dimensions = len(WORDS) + 1

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_query_array(self, texts: Sequence[str]) -> Vectors:
        rows = np.array([[*(text.count(word) for word in WORDS), 1] for text in texts], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def embed_documents_array(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return self.embed_query_array(texts)


def make_document(
    document_id: str, region: str, texts: Sequence[str], heading: str = "主要任务"
) -> Document:
    """A document whose clauses 1, 2, … have these texts under one heading."""
    clauses: list[Clause] = []
    at = 0
    for n, text in enumerate(texts, start=1):
        clauses.append(
            Clause(
                document_id=document_id,
                key=str(n),
                address=f"第{n}条",
                heading="",
                path=(heading,),
                kind="text",
                level=1,
                parent=None,
                start=at,
                end=at + len(text),
                text=text,
            )
        )
        at += len(text)
    return Document(
        id=document_id,
        title=f"关于{document_id}的通知",
        short_title="通知",
        number=None,
        number_note="未载明",
        issuer="教育局",
        region=Region.parse(region),
        issued=None,
        issued_basis="",
        published=None,
        validity=Validity("现行", "文内"),
        target_year=None,
        source_kind="official",
        source_note="",
        completeness="完整",
        text="".join(texts),
        raw_digest="0",
        clauses=tuple(clauses),
        offsets=tuple(range(at)),
    )


def tiny_corpus() -> list[Document]:
    """Two documents of two cities, five clauses."""
    return [
        make_document(
            "jia",
            "浙江省/嘉兴市",
            ["一、免试就近入学。\n", "二、教师每六年交流一次。\n", "三、学校收费要公示。\n"],
        ),
        make_document(
            "wu", "湖北省/武汉市", ["一、随迁子女凭居住证入学。\n", "二、学校办好午托和食堂。\n"]
        ),
    ]


TINY_ASKED = {"jia": {"2": ["老师多久换一次学校"]}}


def open_searcher(index_dir: Path) -> Searcher:
    """The published index under the toy embedder."""
    return Searcher.open(index_dir, ToyEmbedder())


def changed_corpus() -> list[Document]:
    """The tiny corpus with one clause changed and 150 added, so that a build takes its time."""
    first, second = tiny_corpus()
    texts = [clause.text for clause in first.clauses]
    more = [
        f"{n}、{'教师' * (n % 6 + 1)}{'宿舍' * (n // 6 % 6)}{'午托' * (n // 36)}。\n"
        for n in range(150)
    ]
    return [
        make_document("jia", "浙江省/嘉兴市", [texts[0], "二、高考。\n", texts[2], *more]),
        second,
    ]
