"""A follow-up question rewritten by a language model, or read by the rules as before.

What a model writes here is only used when it adds nothing: same regions, same numbers, no word
that the conversation does not have, every word of the question itself.
"""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass, replace
from time import monotonic

from bot.conversation import Question
from bot.followup import Thread
from bot.model import Config, LanguageModel, ModelFailure
from bot.prompts import Prompt
from bot.resolve import Resolver
from bot.understand import Reading, understand
from index.numbers import numbers_in
from index.words import content_words, normalise

LONGEST = 150  # characters
SHARE = 1 / 3  # of the model's time for one answer, at most
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rewriter:
    """What a rewriting needs; ``seconds`` is the time it may take."""

    model: LanguageModel
    prompt: Prompt
    seconds: float

    def read_again(self, reading: Reading, resolver: Resolver, config: Config = None) -> Reading:
        """A follow-up read by its rewriting where that is sound; any other reading as it is."""
        if reading.thread.before is None:
            return reading
        asked = self.prompt(
            history="\n".join(reading.question.history), question=reading.question.text
        )
        try:
            with closing(self.model.stream(asked, monotonic() + self.seconds, config)) as pieces:
                text = "".join(pieces).strip()
        except ModelFailure as failure:
            logger.warning("follow-up read by the rules, model: %s", failure)
            return reading
        faults = added(text, reading.question)
        again = understand(Question(text, region=reading.question.region), resolver)
        if set(again.scope.asked) != set(reading.scope.asked):
            faults += ("region",)
        if faults:
            logger.warning("follow-up read by the rules, rewriting: %s", ", ".join(faults))
            return reading
        thread = Thread(text, reading.thread.before, own=True)
        return replace(again, question=reading.question, thread=thread)


def added(text: str, question: Question) -> tuple[str, ...]:
    """What a rewriting adds to the conversation, or loses of the question; nothing when sound."""
    rewritten, asked = normalise(text), normalise(question.text)
    said = normalise("\n".join((*question.history, question.text)))
    faults = []
    if not rewritten or "\n" in text.strip() or len(text) > LONGEST:
        faults.append("form")
    if set(numbers_in(rewritten)) - set(numbers_in(said)):
        faults.append("number added")
    if set(numbers_in(asked)) - set(numbers_in(rewritten)):
        faults.append("number lost")
    if any(word not in said for word in content_words(rewritten)):
        faults.append("word added")
    if any(word not in rewritten for word in content_words(asked)):
        faults.append("word lost")
    return tuple(faults)
