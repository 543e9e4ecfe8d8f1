"""Server-rendered pages: documents, a clause in its place, one question; no script needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from bot.conversation import Answer
from bot.public.turnstile import Turnstile
from bot.related import offers
from bot.settings import Settings
from bot.web.document_view import Shelf, Spans, document_context, evidence_context
from bot.web.exchanges import offer_label
from bot.web.feedback import REASONS
from bot.web.interface import Interface, preferred_language
from bot.web.markup import TEMPLATES, answer_html
from bot.web.render import citation_line, document_url, issued_line, show_date
from bot.web.service import held_clause, held_document
from bot.web.turns import (
    BadRequest,
    Chain,
    Form,
    check_question,
    failure_sentence,
    question_of,
    region_names,
)
from index.errors import WenceError

HELPERS = {
    "document_url": document_url,
    "citation_line": citation_line,
    "issued_line": issued_line,
    "show_date": show_date,
}
LONGEST_WORD = 50


class Pages:
    """The pages over one chain; every method returns HTML."""

    def __init__(
        self,
        chain: Chain,
        settings: Settings,
        interface: dict[str, Interface],
        banner: Callable[[], str],
        turnstile: Turnstile,
    ) -> None:
        self.chain, self.settings, self.interface = chain, settings, interface
        self.banner = banner  # what staff want every reader to see, or nothing
        self.turnstile = turnstile
        self._shelf = Shelf.of({})

    def shelf(self) -> Shelf:
        """The documents held, made ready for references once for each build."""
        documents = self.chain.documents
        if self._shelf.documents is not documents:
            self._shelf = Shelf.of(documents)
        return self._shelf

    def words(self, request: Request) -> Interface:
        """The interface texts in the reader's language."""
        return self.interface[preferred_language(request.headers.get("accept-language"))]

    def documents(self, request: Request) -> HTMLResponse:
        """All documents held."""
        documents = list(self.chain.documents.values())
        return self.page("documents.html", self.words(request), {"documents": documents})

    def document(
        self,
        request: Request,
        document_id: str,
        find: str = "",
        quote: Spans = Query(()),  # noqa: B008
    ) -> HTMLResponse:
        """One document in full, with the quotes or the word looked for highlighted."""
        document = held_document(self.chain, document_id)
        words = self.words(request)
        context = document_context(document, words, find[:LONGEST_WORD], quote, self.shelf())
        return self.page("document.html", words, context)

    def evidence(
        self,
        request: Request,
        document_id: str,
        key: str,
        quote: Spans = Query(()),  # noqa: B008
    ) -> HTMLResponse:
        """One clause between its neighbours, as the evidence panel shows it."""
        document = held_document(self.chain, document_id)
        clause = held_clause(document, key)
        context = evidence_context(document, clause, quote, self.shelf())
        return self.page("evidence.html", self.words(request), context)

    async def answer(
        self, request: Request, q: str = "", region: str = "", audience: str = ""
    ) -> HTMLResponse:
        """One question and its answer on a page of its own."""
        words = self.words(request)
        answer, problem, status = None, "", 200
        headers: dict[str, str] = {}
        asked = Form(q, region, audience)
        try:
            if q or "q" in request.query_params:
                answer = await self.turnstile(self._answer, asked)
        except BadRequest as error:
            problem, status = error.sentence(words), error.status
            headers = error.headers
        except WenceError as error:
            problem, status = failure_sentence(error, words), 503
        context: dict[str, object] = {
            "question": q[: self.settings.max_question_chars],
            "region": region,
            "regions": region_names(self.chain.documents),
            "limit": self.settings.max_question_chars,
            "problem": problem,
            # made by an autoescaping template
            "body": Markup(answer_html(answer, words)) if answer else "",
            "offers": plain_offers(answer, words) if answer else (),
            "today": show_date(datetime.now(UTC).astimezone().date(), words),
        }
        page = self.page("answer_page.html", words, context, status)
        page.headers.update(headers)
        return page

    def frame(self, language: str) -> tuple[str, str]:
        """What stands before and after the chat on the first page."""
        html = TEMPLATES.get_template("frame.html").render(
            t=self.interface[language],
            documents=list(self.chain.documents.values()),
            regions=[name.split("/")[-1] for name in region_names(self.chain.documents)],
            reasons=REASONS,
            banner=self.banner(),
            **HELPERS,
        )
        before, _, after = html.partition("<!--chat-->")
        return before, after

    def _answer(self, asked: Form) -> Answer:
        check_question(asked.text, self.settings.max_question_chars)
        question = question_of(asked, (), self.settings.max_question_chars)
        return self.chain.invoke(question)

    def page(
        self, template: str, words: Interface, context: dict[str, object], status: int = 200
    ) -> HTMLResponse:
        """A template filled in."""
        values = {"t": words, "banner": self.banner()} | HELPERS
        html = TEMPLATES.get_template(template).render(values | context)
        return HTMLResponse(html, status)


def plain_offers(answer: Answer, words: Interface) -> list[tuple[str, str]]:
    """What may be asked next, as a label and the address of its answer."""
    found = []
    for offer in offers(answer):
        narrowed = offer.kind == "region"
        fields = {"q": answer.question.text if narrowed else offer.text}
        if answer.citations or not narrowed:  # another region's rules are no narrowing
            fields |= {"region": offer.name} if narrowed else {}
            found.append((offer_label(offer, words), f"/answer?{urlencode(fields)}"))
    return found


def pages_router(pages: Pages) -> APIRouter:
    """The pages at their addresses."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    router.add_api_route("/documents", pages.documents)
    router.add_api_route("/documents/{document_id}", pages.document)
    router.add_api_route("/documents/{document_id}/evidence/{key}", pages.evidence)
    router.add_api_route("/answer", pages.answer)
    return router
