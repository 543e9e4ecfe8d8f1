"""The search as a LangChain retriever."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from index.documents import Hit, Region
from index.search import Query, Searcher


class PolicyRetriever(BaseRetriever):
    """Clauses as LangChain documents; ``k`` can be given when made and at each call."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Searcher
    k: int = Field(default=4, ge=1)
    regions: tuple[Region, ...] | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[LangChainDocument]:
        result = self.searcher.search(Query(query, regions=self.regions, limit=k or self.k))
        return [_langchain_document(hit) for hit in result.hits]


def _langchain_document(hit: Hit) -> LangChainDocument:
    metadata = {
        "address": hit.clause.address,
        "title": hit.document.title,
        "number": hit.document.number,
        "region": str(hit.document.region),
        "document_id": hit.document.id,
        "start": hit.clause.start,
        "end": hit.clause.end,
        "score": hit.score,
    }
    return LangChainDocument(id=hit.clause.id, page_content=hit.clause.text, metadata=metadata)
