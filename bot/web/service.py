"""The calls for programs: HTTP, Gradio and MCP all come here with JSON and take JSON away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing

from bot.conversation import Answer, AnswerStatus, Draft, Question
from bot.public.turnstile import Turnstile
from bot.settings import Settings
from bot.web.ask import MOST_REGIONS, read_clause_id, read_comparison, read_fields, read_question
from bot.web.interface import Interface
from bot.web.render import answer_to_dict, clause_to_dict, document_to_dict, document_tree_to_dict
from bot.web.turns import BadRequest, Chain, failure_sentence
from index.documents import Clause, Document
from index.errors import IndexUnusable, WenceError

Json = dict[str, object]
Tell = Callable[[str, Json], None]  # name of an event and what it says


class Service:
    """One method for each tool and address; BadRequest says what is wrong with what came in."""

    def __init__(self, chain: Chain, settings: Settings, turnstile: Turnstile) -> None:
        self.chain, self.limit = chain, settings.max_question_chars
        self._turnstile = turnstile
        self.calls: Mapping[str, Callable[[object], Json]] = {
            "ask": self.ask,
            "get_clause": self.get_clause,
            "list_documents": self.list_documents,
            "compare_regions": self.compare_regions,
        }

    async def in_turn(self, call: Callable[[object], Json], data: object) -> Json:
        """The reply of a call, made in a thread; BadRequest 503 when it takes too long."""
        questions = MOST_REGIONS if call == self.compare_regions else 1
        return await self._turnstile(call, data, questions=questions)

    async def told_in_turn(self, data: object, tell: Tell) -> Json:
        """One answer made in a thread, told as it is made; BadRequest 503 as for any call."""
        return await self._turnstile(self.follow, data, tell)

    def ask(self, data: object) -> Json:
        """Answer one question; every statement is backed by a verbatim quote from a clause held."""
        return answer_to_dict(self.answer(read_question(data, self.limit)))

    def follow(self, data: object, tell: Tell) -> Json:
        """The same answer, with stages and verified drafts told while it is made."""
        with closing(self.chain.stream(read_question(data, self.limit))) as items:
            for item in items:
                if isinstance(item, Answer):
                    return answer_to_dict(item)
                if isinstance(item, Draft):
                    tell("draft", {"answer": item.text})
                else:
                    tell("stage", {"stage": str(item)})
        raise WenceError("the chain ended without an answer")

    def compare_regions(self, data: object) -> Json:
        """Answer one question for each of several regions, by that region's documents alone."""
        questions = read_comparison(data, self.limit)
        answers = [self.answer(question) for question in questions]
        replies = [
            {"region": answer.question.region, "answer": answer_to_dict(answer)}
            for answer in answers
        ]
        return {"question": answers[0].question.text, "answers": replies}

    def list_documents(self, data: object) -> Json:
        """What is known about every document held."""
        read_fields(data, ())
        return {"documents": [document_to_dict(d) for d in self.chain.documents.values()]}

    def get_clause(self, data: object) -> Json:
        """One clause word for word, by its id."""
        return self.clause(*read_clause_id(data))

    def clause(self, document_id: str, key: str) -> Json:
        """One clause word for word, with its offsets into the canonical text."""
        return clause_to_dict(held_clause(held_document(self.chain, document_id), key))

    def document(self, document_id: str) -> Json:
        """The canonical text, repairs and clause tree."""
        return document_tree_to_dict(held_document(self.chain, document_id))

    def answer(self, question: Question) -> Answer:
        """The answer of the chain: the one place where programs reach it."""
        return self.chain.invoke(question)


def failed(reply: Json) -> bool:
    """Whether the service itself failed in this reply, or in an answer inside it."""
    answers = reply.get("answers")
    inside = [row["answer"] for row in answers] if isinstance(answers, list) else [reply]
    return any(answer.get("status") == AnswerStatus.ERROR for answer in inside)


def problem_sentence(error: WenceError, words: Interface) -> str:
    """What the caller reads when a call raises."""
    if isinstance(error, BadRequest):
        return error.sentence(words)
    return failure_sentence(error, words)


def problem_code(error: WenceError) -> str:
    """Its short name, for programs."""
    if isinstance(error, BadRequest):
        return error.name
    return "index_missing" if isinstance(error, IndexUnusable) else "internal"


def held_document(chain: Chain, document_id: str) -> Document:
    """The document with this id; BadRequest 404 when it is not held."""
    document = chain.documents.get(document_id)
    if document is None:
        raise BadRequest("document_not_found", 404, id=document_id[:100])
    return document


def held_clause(document: Document, key: str) -> Clause:
    """The clause with this key; BadRequest 404 when there is none."""
    try:
        return document.clause(key)
    except KeyError:
        raise BadRequest("clause_not_found", 404, key=key[:100]) from None
