"""A quoted answer -> the same answer in plain words, sentence by sentence, or the quoted one.

The clauses are chosen before; a language model words them; nothing that it writes is shown
before it is verified. Whatever goes wrong, the reader gets the quotes.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic, perf_counter

from bot.conversation import Answer, AnswerStatus, Citation, Draft
from bot.drafting import Check, Drafting, Unfaithful, issued
from bot.faithful.check import check
from bot.faithful.grounds import Source
from bot.frame import Line, Part, fill_frame, read_frame, with_label
from bot.language import is_english
from bot.messages import Messages, Words
from bot.model import Config, LanguageModel, ModelFailure, open_model
from bot.pinned import REVIEWED
from bot.prompts import Messages as Asked
from bot.prompts import Prompt, Prompts, load_prompts
from bot.rewrite import SHARE, Rewriter
from bot.sentences import sentences
from bot.settings import Settings
from bot.verify import Unverified, require_verified
from index.entailment import Entailment
from index.prepare import prepare_entailment

WARM_UP = ("教师交流〔1〕。", (Source(1, "", "", None, "", "教师交流。"),))
REWORDED = frozenset({AnswerStatus.ANSWERED, AnswerStatus.PARTIAL})
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Writer:
    """What wording an answer needs."""

    model: LanguageModel
    prompts: Prompts
    messages: Messages
    check: Check
    settings: Settings

    def deadline(self) -> float:
        """When a turn that begins now gives up on the model, by monotonic()."""
        return monotonic() + self.settings.model_budget

    def rewriter(self) -> Rewriter | None:
        """What rewrites follow-up questions; None unless the settings ask for it."""
        if not self.settings.model_rewrite:
            return None
        return Rewriter(self.model, self.prompts["followup"], self.settings.model_budget * SHARE)

    def steps(
        self, answer: Answer, deadline: float, config: Config = None
    ) -> Iterator[Draft | Answer]:
        """A Draft whenever something was verified, then the Answer."""
        if answer.status not in REWORDED or answer.composer == REVIEWED:
            yield answer
            return
        started = perf_counter()
        words = self._words(answer)
        try:
            worded = yield from self._written(answer, words, deadline, config)
        except (ModelFailure, Unfaithful, Unverified) as failure:
            note = f"{type(failure).__name__}: {failure}"
            logger.warning("quoted instead of worded, %s", note)
            text = with_label(answer.text, words("label_extractive"))
            worded = replace(answer, text=text, staff_notes=(*answer.staff_notes, note))
        times = {**worded.timings_ms, "model": (perf_counter() - started) * 1000}
        yield replace(worded, timings_ms=times)

    def _written(
        self, answer: Answer, words: Words, deadline: float, config: Config
    ) -> Generator[Draft, None, Answer]:
        """Drafts, then the generated answer; raises ModelFailure, Unfaithful or Unverified."""
        prompt = self.prompts[_prompt_name(answer, words)]
        parts = read_frame(answer, words)
        drafting = Drafting(answer, parts, words, self.check, prompt.wording)
        asked = self._filled(prompt, answer)
        with closing(self.model.stream(asked, deadline, config)) as pieces:
            for written in sentences(pieces):
                if drafting.take(written):
                    yield Draft(self._text(drafting.lines, parts, words))
        lines = drafting.finish()
        cited = drafting.cited
        worded = replace(
            answer,
            text=self._text(lines, parts, words),
            composer="llm",
            citations=tuple(citation for citation in answer.citations if citation.n in cited),
        )
        require_verified(worded)
        return worded

    def _text(self, lines: Sequence[Line], parts: tuple[Part, ...], words: Words) -> str:
        label = self.settings.model_label or words("label_llm")
        return with_label(fill_frame(parts, lines, " " if words.language == "en" else ""), label)

    def _filled(self, prompt: Prompt, answer: Answer) -> Asked:
        question = answer.question
        return prompt(
            question=unmarked(answer.standalone_question or question.text),
            audience=question.audience or "",
            sources="\n\n".join(self._source(citation) for citation in answer.citations),
        )

    def _source(self, citation: Citation) -> str:
        document = citation.document
        ((_, text),) = self.prompts["source"](
            marker=f"〔{citation.n}〕",
            region=str(document.region),
            title=document.title,
            number=document.number or document.number_note,
            issued=issued(citation),
            validity=document.validity.status,
            address=citation.clause.address,
            text=citation.clause.text.strip(),
        )
        return text

    def _words(self, answer: Answer) -> Words:
        english = is_english(answer.question.text)
        return self.messages.words("en" if english else self.settings.language)


def _prompt_name(answer: Answer, words: Words) -> str:
    if words.language == "en":
        return "answer_english"
    return "comparison" if len(answer.regions) > 1 else "answer"


def unmarked(text: str) -> str:
    """A question without our brackets, so that it cannot pass for a source."""
    return text.replace("〔", "（").replace("〕", "）")


def open_writer(settings: Settings, messages: Messages) -> Writer | None:
    """The writer of the settings; None when answers are quoted.

    Raises SettingsError, and ModelError when the encoder of the check cannot be prepared.
    """
    if not settings.has_model:
        return None
    encoder = Entailment(prepare_entailment(settings.cache_dir))
    judge = partial(check, entails=encoder.logit)
    judge(*WARM_UP)  # loads its tables now, not in the time of the first answer
    return Writer(
        open_model(settings), load_prompts(settings.prompts_dir), messages, judge, settings
    )
