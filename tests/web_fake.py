"""A scripted answering chain over one small hand-made document, for tests of the web."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from tempfile import mkdtemp

from fastapi import FastAPI

from bot.api import create_app
from bot.conversation import Answer, AnswerStatus, Citation, Question, Quote
from bot.settings import Settings, load_settings
from index.documents import (
    Clause,
    Document,
    Finding,
    Hit,
    Part,
    Passage,
    PassageHit,
    Region,
    Repair,
    Validity,
)
from index.errors import IndexMissing

ID = "heyang-2021"


def clause(key: str, address: str, start: int, text: str, **more: object) -> Clause:
    values = {"heading": "", "path": (address,), "kind": "text", "level": 1, "parent": None} | more
    return Clause(
        document_id=ID,
        key=key,
        address=address,
        start=start,
        end=start + len(text),
        text=text,
        **values,
    )  # type: ignore[arg-type]


TITLE = "河阳市义务教育<招生>意见\n"
HEAD = "一、招生办法\n"
FIRST = "（一）小学报名每年6月进行。年满6周岁的儿童可以报名。\n"
SECOND = "（二）每班不超过45人。\n"
TEXT = TITLE + HEAD + FIRST + SECOND
CLAUSES = (
    clause("title", "标题", 0, TITLE, kind="title", level=0),
    clause("1", "一、招生办法", len(TITLE), HEAD, kind="heading", heading="一、招生办法"),
    clause(
        "1.1",
        "一、招生办法（一）",
        len(TITLE + HEAD),
        FIRST,
        parent="1",
        level=2,
        parts=(Part("第一句", 21, 34),),
    ),
    clause("1.2", "一、招生办法（二）", len(TITLE + HEAD + FIRST), SECOND, parent="1", level=2),
)
QUOTE_TEXT = "年满6周岁的儿童可以报名。"
QUOTE = Quote(QUOTE_TEXT, TEXT.index(QUOTE_TEXT), TEXT.index(QUOTE_TEXT) + len(QUOTE_TEXT))
DOCUMENT = Document(
    id=ID,
    title="河阳市义务教育<招生>意见",
    short_title="河阳招生意见",
    number="河政办〔2021〕7号",
    number_note="",
    issuer="河阳市人民政府办公室",
    region=Region(("东江省", "河阳市")),
    issued=date(2021, 3, 5),
    issued_basis="落款",
    published=None,
    validity=Validity("现行有效", "文末写明自印发之日起施行"),
    target_year=2022,
    source_kind="official",
    source_note="政府网站",
    completeness="完整",
    text=TEXT,
    raw_digest="ab" * 32,
    clauses=CLAUSES,
    findings=(Finding("noise", "去掉一行浏览量", 3, 40, "浏览量: 8"),),
    repairs=(
        Repair(
            "replace", "4 5人", "45人", "数字被空格断开", TEXT.index("45人"), TEXT.index("45人") + 3
        ),
    ),
)
ASKED = Passage(
    f"{ID}#1.2/asked0", f"{ID}#1.2", ID, "东江省/河阳市", "asked", 0, 0, "一个班多少人", ""
)
CROWDED = Hit(DOCUMENT, CLAUSES[3], 0.7, passages=(PassageHit(ASKED, 0.9, 0.0),))
CITATION = Citation(1, DOCUMENT, CLAUSES[2], (QUOTE,), 0.75)
ANSWERS = {
    "谁能报名": (
        AnswerStatus.ANSWERED,
        "年满6周岁的儿童可以报名。〔1〕\n见《河阳市义务教育<招生>意见》。〔9〕",
        {
            "citations": (CITATION,),
            "notes": ("文件的目标年份2022年已过。",),
            "suggestions": ("河阳市",),
            "hits": (CROWDED,),
        },
    ),
    "午餐多少钱": (
        AnswerStatus.NOT_STATED,
        "收录的文件没有写这件事。",
        {"related": (Citation(1, DOCUMENT, CLAUSES[3], ()),)},
    ),
    "河阳市一个班多少人": (AnswerStatus.NOT_STATED, "这里没有写。", {}),
    "坏了": (AnswerStatus.ERROR, "出了点问题，参考号 abc。", {}),
    "对比": (
        AnswerStatus.ANSWERED,
        "两地不同：\n| 地区 | 规定 |\n| --- | --- |\n| 河阳 | 可以〔1〕 |",
        {"citations": (CITATION,)},
    ),
}


SLOW = "请慢慢查"
UNLIMITED = dict.fromkeys(
    (
        "questions_per_minute",
        "questions_per_hour",
        "requests_per_minute",
        "signins_per_minute",
        "answers_per_client",
    ),
    "0",
)


class ScriptedChain:
    """Answers from a table and remembers what it was asked."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.documents = {ID: DOCUMENT}
        self.asked: list[Question] = []
        self.failure = failure

    def invoke(self, question: Question, /) -> Answer:
        self.asked.append(question)
        if self.failure:
            raise self.failure
        default = (AnswerStatus.OUT_OF_SCOPE, f"您问的是：{question.text}", {})
        status, text, more = ANSWERS.get(question.text, default)
        return Answer(
            question,
            question.text,
            status,
            text,
            regions=(DOCUMENT.region,),
            timings_ms={"total": 1.23456},
            **more,
        )  # type: ignore[arg-type]

    def stream(self, question: Question, /):
        yield "resolve"
        yield "retrieve"
        if question.text == SLOW:
            time.sleep(3)
        yield "verify"
        yield self.invoke(question)

    def quoted(self) -> ScriptedChain:
        return self

    def ready(self) -> dict[str, object]:
        if self.failure:
            raise self.failure
        return {"documents": 1, "passages": 4}


def settings(**environ: str) -> Settings:
    return load_settings({f"WENCE_{name.upper()}": value for name, value in environ.items()})


def missing_index() -> IndexMissing:
    return IndexMissing("no index in /secret/path; run wence index")


def web_app(chain: ScriptedChain, **environ: str) -> FastAPI:
    """The application, made inside an event loop: outside one, Gradio opens loops and leaves them."""
    environ = {"store_url": f"sqlite:///{mkdtemp(prefix='wence-')}/wence.db"} | environ

    async def make() -> FastAPI:
        return create_app(chain, settings(**UNLIMITED | environ))

    with ThreadPoolExecutor(1) as pool:  # Playwright keeps a loop running in the main thread
        return pool.submit(lambda: asyncio.run(make())).result()


def unnumbered(reply: object) -> object:
    """A reply without the numbers that differ from one question to the next."""
    if isinstance(reply, list):
        return [unnumbered(row) for row in reply]
    if not isinstance(reply, dict):
        return reply
    return {key: unnumbered(value) for key, value in reply.items() if key != "reference"}
