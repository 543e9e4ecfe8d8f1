"""Questions with their answers as the reader's browser keeps them, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation import Answer
from bot.related import Offer, offers
from bot.settings import Settings
from bot.web.interface import Interface
from bot.web.markup import answer_html, answer_markdown

KEPT_EXCHANGES = 50
MOST_OFFERS = 12


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its rendered answer, as the reader's browser keeps it.

    ``offers`` are what may be asked next: what the button says, and the question.
    """

    question: str
    html: str
    markdown: str
    status: str
    region: str = ""
    audience: str = ""
    offers: tuple[tuple[str, str], ...] = ()


def exchange_of(answer: Answer, words: Interface) -> Exchange:
    """An answer as the browser keeps it."""
    return Exchange(
        question=answer.question.text,
        html=answer_html(answer, words),
        markdown=answer_markdown(answer, words),
        status=answer.status.value,
        region=answer.question.region or "",
        audience=answer.question.audience or "",
        offers=tuple((offer_label(offer, words), offer.text) for offer in offers(answer)),
    )


def offer_label(offer: Offer, words: Interface) -> str:
    """What the button of an offer says."""
    return offer.text if offer.kind == "question" else words(f"only_{offer.kind}", name=offer.name)


def without_last(exchanges: tuple[Exchange, ...]) -> tuple[tuple[Exchange, ...], str]:
    """Everything before the last exchange, and the question to ask or edit again."""
    return (exchanges[:-1], exchanges[-1].question) if exchanges else ((), "")


def read_exchanges(stored: object, settings: Settings) -> tuple[Exchange, ...]:
    """Exchanges from the browser's storage; what is malformed or too long is left out."""
    rows = stored if isinstance(stored, list) else []
    read = (_read_exchange(row, settings) for row in rows[-KEPT_EXCHANGES:])
    return tuple(exchange for exchange in read if exchange is not None)


def _read_exchange(row: object, settings: Settings) -> Exchange | None:
    if not isinstance(row, dict):
        return None
    names = ("question", "html", "markdown", "status", "region", "audience")
    texts = {name: row.get(name) for name in names}
    if not all(isinstance(text, str) and len(text) < 200_000 for text in texts.values()):
        return None
    question, html, markdown, status, region, audience = map(str, texts.values())
    exchange = Exchange(question, html, markdown, status, region, audience, _read_offers(row))
    too_long = len(exchange.question) > settings.max_question_chars
    return None if too_long or "\n" in exchange.html else exchange


def _read_offers(row: dict[str, object]) -> tuple[tuple[str, str], ...]:
    rows = row.get("offers")
    pairs = rows[:MOST_OFFERS] if isinstance(rows, list) else []
    good = (pair for pair in pairs if isinstance(pair, list) and len(pair) == 2)
    return tuple(
        (label, text) for label, text in good if isinstance(label, str) and isinstance(text, str)
    )
