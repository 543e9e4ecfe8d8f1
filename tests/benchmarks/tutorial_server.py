"""The tutorial RAG behind FastAPI, as a tutorial would serve it; for comparison under load."""

from __future__ import annotations

import os

import uvicorn
from fastapi import Body, FastAPI

from bot.bench.tutorial import load_tutorial
from bot.settings import load_settings
from index.corpus import load_corpus


def app() -> FastAPI:
    """Four nearest chunks for each question; no language model, as in the product."""
    settings = load_settings({})
    documents = {one.id: one for one in load_corpus(settings.corpus_dir).documents}
    rag = load_tutorial(settings, documents)
    rag.rank("小学怎么报名", None)  # loads everything before the first reader
    made = FastAPI()

    @made.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @made.get("/")
    def page() -> dict[str, str]:
        return {"page": "none"}

    @made.post("/api/v1/ask")
    def ask(asked: dict[str, object] = Body()) -> dict[str, object]:  # noqa: B008
        found = rag.rank(str(asked["question"]), None)
        return {"answer": [one.document.text[one.start : one.end] for one in found]}

    return made


if __name__ == "__main__":
    uvicorn.run(app(), port=int(os.environ.pop("WENCE_PORT")), access_log=False)
