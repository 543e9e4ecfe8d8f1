"""Question -> Reading: what is asked, where, about whom, and what an answer must hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from bot.articles import articles_held, articles_in, is_article_alone
from bot.as_of import AsOf, read_as_of
from bot.conversation import Question
from bot.followup import Thread, made_whole, read_thread
from bot.general import is_frame
from bot.in_force import NOTHING_CHOSEN, Chosen, Held, choose
from bot.named import NamedDocuments, named_documents, of_region
from bot.places import named_places
from bot.resolve import Resolver
from bot.scope import Scope
from bot.topic import is_vague
from index.documents import Document
from index.english import render
from index.question_types import QuestionType, question_types
from index.sound_index import sound_vocabulary
from index.sounds import correct_sounds
from index.thesaurus import expand
from index.words import content_words, normalise

SYNONYM_WEIGHT = 0.5
EARLIER_WEIGHT = 0.4
SHORTEST_PART = 4  # characters
FEW_WORDS = 2  # up to which a part does not say by itself what it is about
_PARTS = re.compile(r"[？?。！!；;，,]+(?!占)|(?:还有|另外|以及|顺便问一?下?|同时)")
_ASKS = re.compile(
    r"什么|啥|怎么|怎样|咋|如何|谁|哪|多少|多久|多长|多大|何时|为何|是否|能否|可否|[吗嘛么呢不没][？?]?$"
    r"|(?<![十好])几(?![乎十百千])(?!年了)|(\w{1,2})[不没]\1|有没有|算不算|\b(?:how|what|when|who|which|can|is|are|do)\b",
    re.IGNORECASE,
)
_STORY = re.compile(
    r"^(?:请问|你好|您好|老师好|麻烦问一?下|想?咨询一?下|我?想问一?下?|问一下|打听一?下|请教一?下)"
    r"[，,：: ]*"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A question understood.

    ``search`` is the text that is embedded (an English one as Chinese keywords); ``parts`` are
    its separate questions when there are several; ``terms`` the weighted keyword texts;
    ``corrections`` what was written and what it was read as; ``unheld`` the names of documents
    that are not held, and ``only_unheld`` tells that nothing but these was asked about.
    ``articles`` are those of a named document; ``choices`` the documents that a question on an
    article may mean when it names none.
    """

    question: Question
    thread: Thread
    scope: Scope
    search: str
    parts: tuple[str, ...]
    terms: tuple[tuple[str, float], ...]
    types: frozenset[QuestionType]
    before: str | None = None
    corrections: tuple[tuple[str, str], ...] = field(default=())
    unheld: tuple[str, ...] = ()
    only_unheld: bool = False
    as_of: AsOf | None = None
    versions: Chosen = NOTHING_CHOSEN
    named: bool = False
    articles: tuple[str, ...] = ()
    choices: tuple[Document, ...] = ()


def understand(question: Question, resolver: Resolver, today: date | None = None) -> Reading:
    """Read a question in its conversation, against the regions and the versions held."""
    text, corrections = _written_right(question.text)
    history = tuple(_written_right(earlier)[0] for earlier in question.history)
    today = today or date.today()
    *earlier, text = made_whole((*history, text), resolver, today)
    thread = read_thread(text, earlier, resolver.without_regions)
    own = resolver.resolve(text, question.region)
    scope = _scope(resolver, question, own, (*history, thread.standalone))
    named = _named(thread.standalone, resolver)
    as_of = read_as_of(thread.standalone, today)
    scope, versions = _in_force(scope, named, as_of, today, resolver.in_force)
    named, scope, choices = _meant(named, own.bare, scope)
    elsewhere = resolver.resolve(" ".join((*history, named.bare)), question.region).named
    only_unheld = bool(named.unheld) and not named.held and not elsewhere
    plain = thread.standalone if only_unheld else _without_names(thread.standalone, named)
    plain = _without_day(plain, as_of, versions)
    search = _topic(own.bare if _leans(thread) else resolver.without_regions(plain))
    before = _before(thread, resolver)
    rendered = render(search)
    types = question_types(rendered or text) or question_types(thread.standalone)
    search = rendered or search
    return Reading(
        question=question,
        thread=thread,
        scope=scope,
        search=search,
        parts=split_parts(search),
        terms=_terms(search, before),
        types=types,
        before=before,
        corrections=corrections,
        unheld=named.unheld,
        only_unheld=only_unheld,
        as_of=as_of,
        versions=versions,
        named=bool(named.held),
        articles=_places(text, thread, scope) or named.articles,
        choices=choices,
    )


def _named(text: str, resolver: Resolver) -> NamedDocuments:
    return named_documents(text, resolver.titles, resolver.mentions(text))


def _meant(
    named: NamedDocuments, bare: str, scope: Scope
) -> tuple[NamedDocuments, Scope, tuple[Document, ...]]:
    """The only document that an article without one can be of, or else those that it may be of."""
    if named.held or named.unheld or not is_article_alone(bare):
        return named, scope, ()
    divided = tuple(one for one in scope.documents if articles_held(one)) or scope.documents
    articles = articles_in(bare)
    if len(divided) != 1 or not articles:
        return named, scope.only(()), divided
    meant = replace(named, held=divided, articles=articles)
    return meant, replace(scope.only(divided), named=True), ()


def _without_day(text: str, as_of: AsOf | None, versions: Chosen) -> str:
    """A text without the words that only say of which day a version is wanted."""
    if as_of is None or not any(one.effective for one in versions.documents):
        return text
    return text.replace(as_of.words, "").strip("，, ")


def _places(text: str, thread: Thread, scope: Scope) -> tuple[str, ...]:
    """Addresses of the clauses that the question, or else its conversation, names by number."""
    if not scope.named:
        return ()
    return named_places(text, scope.documents) or named_places(thread.standalone, scope.documents)


def _in_force(
    scope: Scope,
    named: NamedDocuments,
    as_of: AsOf | None,
    today: date,
    held: Held,
) -> tuple[Scope, Chosen]:
    """The documents named, or else those of the regions, in the versions that are wanted."""
    if named.held:
        own = of_region(named.held, scope.asked)
        scope = replace(scope, documents=own, named=True, unheld=(), shares=(), above=())
    versions = choose(scope.documents, as_of, today, held)
    return scope.only(versions.documents), versions


def _leans(thread: Thread) -> bool:
    """Whether a follow-up has words of its own to search with."""
    return thread.own and thread.before is not None


def _before(thread: Thread, resolver: Resolver) -> str | None:
    """The earlier question that a follow-up with words of its own leans on, as it is searched."""
    if not (_leans(thread) and thread.before):
        return None
    before = _topic(resolver.without_regions(thread.before))
    return render(before) or before


def _without_names(text: str, named: NamedDocuments) -> str:
    """The text without the names of documents, unless nothing else says what it is about."""
    return text if is_vague(named.bare) else named.bare


def _scope(resolver: Resolver, question: Question, own: Scope, earlier: tuple[str, ...]) -> Scope:
    """The regions of the question itself, else those last named in the conversation."""
    if own.asked and own.asked_in_text:
        return own
    for text in reversed(earlier):
        scope = resolver.resolve(text, question.region)
        if scope.asked_in_text:
            return scope
    return own


def split_parts(text: str) -> tuple[str, ...]:
    """The separate questions of a text; a text with one question is its own only part.

    One of few words comes with the story told just before it; one that only asks what is written
    (文件里怎么写的) belongs to what was asked before.
    """
    pieces = [piece.strip() for piece in _PARTS.split(text) if piece and piece.strip()]
    asking, story = list[str](), list[str]()
    for piece in pieces:
        if asking and not story and is_frame(piece):
            continue
        if len(piece) >= SHORTEST_PART and _ASKS.search(piece) and content_words(piece):
            few = len(content_words(piece)) <= FEW_WORDS
            asking.append("，".join([*story, piece]) if few else piece)
            story = []
        elif content_words(piece):
            story.append(piece)
    return tuple(asking) if len(asking) > 1 else (text,)


def _written_right(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    corrected, corrections = correct_sounds(normalise(text), sound_vocabulary())
    return corrected, tuple((one.written, one.meant) for one in corrections)


def _topic(text: str) -> str:
    return _STORY.sub("", text).strip() or text


def part_terms(text: str) -> tuple[tuple[str, float], ...]:
    """The weighted keyword texts of a question: itself, and official terms for its words."""
    terms = [(text, 1.0)]
    for expansion in expand(text):
        terms.extend((official, SYNONYM_WEIGHT) for official in expansion.official)
    return tuple(terms)


def _terms(search: str, before: str | None) -> tuple[tuple[str, float], ...]:
    earlier = ((before, EARLIER_WEIGHT),) if before else ()
    return (*part_terms(search), *earlier)
