"""Does a sentence say only what the clauses that it cites say? Nothing else may be shown.

A sentence is judged part by part, each with the clauses whose markers 〔n〕 close it. Numbers,
regions, document names and quotations must stand there; everything else is compared as named
numbers (bot/faithful/likeness.py), weighed by the logistic regression in ``data/faithful.json``. A
part without numbers is also read by an encoder, together with the clauses (index/entailment.py);
``data/entailment.json`` weighs both. Of numbers the encoder sees little, the rules nearly all, and
of a verbatim run of pieces all.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.faithful.bearing import unlicensed
from bot.faithful.comparison import Comparison
from bot.faithful.connective import is_connective
from bot.faithful.copying import nearer, verbatim
from bot.faithful.facts import plain_claim, wrong_facts
from bot.faithful.grounds import Source, Verdict
from bot.faithful.leads import left_behind
from bot.faithful.lexicon import DATA, patterns
from bot.faithful.likeness import at_stake, features, is_about, unheard
from bot.faithful.spelling import split_ranges, written_out
from index.words import normalise

__all__ = ["Source", "Verdict", "check"]

DATA_FILE = DATA / "faithful.json"
JOINT_FILE = DATA / "entailment.json"
MARKER = re.compile(r"〔(\d{1,3})〕")
_BORDER = re.compile(r"(?<=[,，;；。!！?？\n])(?!〔)")
_WORD = re.compile(r"\w")
_ASKS = re.compile(r"[?？][”’」』）)。.\s]*$")
_END = "，,；;。.！!？?、 \n"
SWAPPED = 0.25  # likeness of company by which another number fits better
LONGEST = 240  # characters of a part that anybody reads, or that can be checked
LEAST_JOINED = 2  # groups of clauses in a sentence that joins some
TOLD = 3  # faults named for a sentence that is not covered

Entails = Callable[[str, str], float]  # clause, sentence -> logit


@dataclass(frozen=True, slots=True)
class _Joint:
    """What the logit of the rules and that of the encoder weigh beside each other."""

    rules: float
    encoder: float
    bias: float


@dataclass(frozen=True, slots=True)
class _Model:
    weights: Mapping[str, float]
    bias: float
    cut: float  # of the logit, where the rules decide alone


def check(sentence: str, sources: Sequence[Source], entails: Entails | None = None) -> Verdict:
    """The verdict on one whole sentence of an answer, with its markers.

    Without an encoder the rules decide alone.
    """
    known = {source.number: source for source in sources}
    markers = [int(one) for one in MARKER.findall(sentence)]
    if not markers:
        claim = not is_connective(sentence, sources)
        return Verdict(not claim, claim, ("marker:none",) if claim else ())
    faults = [f"marker:{one}" for one in markers if one not in known]
    faults += ["question"] if _ASKS.search(MARKER.sub("", sentence)) else []
    for text, numbers in parts(sentence):
        cited = tuple(known[one] for one in numbers if one in known)
        faults += part_faults(text, cited, entails) if cited else ()
        faults += _elsewhere(text, cited, sources) if cited else ()
    faults += [f"joined:{one}" for one in _joined(sentence, known)]
    return Verdict(not faults, True, tuple(dict.fromkeys(faults)))


def _joined(sentence: str, known: Mapping[int, Source]) -> list[str]:
    """Words that make one clause the reason or the condition of another, which neither says."""
    said = [(text, frozenset(numbers)) for text, numbers in parts(sentence)]
    if len({numbers for _, numbers in said}) < LEAST_JOINED:
        return []
    held = "\n".join(source.text for source in known.values())
    links = (match[0] for text, _ in said for match in patterns("links").finditer(text))
    return [link for link in links if link not in held]


def _elsewhere(text: str, cited: tuple[Source, ...], sources: Sequence[Source]) -> tuple[str, ...]:
    """Whether a part cites other clauses than the one it was taken from."""
    held = {one.number: f"{one.title}\n{one.text}" for one in sources}
    own = "\n".join(held.pop(one.number) for one in cited)
    home = nearer(text, own, held)
    return () if home is None else (f"home:{home}",)


def part_faults(
    said: str, cited: tuple[Source, ...], entails: Entails | None = None
) -> tuple[str, ...]:
    """What a part of a sentence says beyond the clauses that it cites."""
    text = prepared(said, cited)
    if len(text) > LONGEST:
        return ("long",)
    wrong = wrong_facts(text, cited)
    if wrong or is_connective(text, cited):
        return wrong
    compared = Comparison(plain_claim(text, cited), cited)
    if not is_about(compared):
        return ("unlike:subject",)
    if strange := strangers(compared):
        return strange
    named = features(compared)
    if named["swapped"] > SWAPPED:
        return ("number:elsewhere",)
    copied = any(verbatim(compared.text, one.text) for one in cited)
    if entails is None or compared.said.numbers or copied:
        return () if rules_logit(named) >= _model().cut else blame(named)
    heard = entailed(said, cited, entails)
    if joint_logit(rules_logit(named), heard) >= 0:
        return ()
    return (*(("unlike:encoder",) if heard < 0 else ()), *blame(named))


def strangers(compared: Comparison) -> tuple[str, ...]:
    """What is said of which the clauses have no word at all, and what may never be left out."""
    found = {
        "unheard": unheard(compared),
        "stakes": at_stake(compared),
        "force": unlicensed(compared),
        "lead": left_behind(compared),
    }
    return tuple(f"{kind}:{one}" for kind, ones in found.items() for one in ones)


def prepared(text: str, cited: Sequence[Source] = ()) -> str:
    """A part as it is compared: normalised, numbers as they are written, words in full."""
    return split_ranges(
        written_out(normalise(text)), "\n".join(normalise(one.text) for one in cited)
    )


def part_features(text: str, cited: tuple[Source, ...]) -> dict[str, float]:
    """The differences between a normalised part and the clauses, by name."""
    return features(Comparison(plain_claim(text, cited), cited))


def parts(sentence: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Stretches of a sentence with the numbers of the markers that close them.

    A stretch without a marker belongs to the next that has one; the last, to the one before.
    """
    text = ""
    found: list[tuple[str, tuple[int, ...]]] = []
    for piece in _BORDER.split(sentence):
        text += MARKER.sub("", piece)
        last = tuple(dict.fromkeys(int(one) for one in MARKER.findall(piece)))
        if last:
            found.append((text, last))
            text = ""
    if found and _WORD.search(text):
        found[-1] = (found[-1][0] + text, found[-1][1])
    return iter(found)


def entailed(said: str, cited: Sequence[Source], entails: Entails) -> float:
    """The encoder's logit for a part of a sentence and the clauses that it cites."""
    clauses = "\n".join(map(read_clause, cited))
    return entails(clauses, f"{said.strip().rstrip(_END)}。")


def read_clause(source: Source) -> str:
    """A clause as the encoder reads it."""
    return f"{source.title} {''.join(source.text.split())}"


def rules_logit(named: Mapping[str, float]) -> float:
    """What the differences say, above 0 for faithful."""
    model = _model()
    return model.bias + sum(model.weights.get(key, 0.0) * value for key, value in named.items())


def joint_logit(rules: float, encoder: float) -> float:
    """Both weighed beside each other; a sentence passes from 0 on."""
    joint = _joint()
    return joint.rules * rules + joint.encoder * encoder + joint.bias


def blame(named: Mapping[str, float]) -> tuple[str, ...]:
    """The differences that speak most against a sentence."""
    weights = _model().weights
    costs = sorted((weights.get(key, 0.0) * value, key) for key, value in named.items())
    return tuple(f"unlike:{key}" for cost, key in costs[:TOLD] if cost < 0) or ("unlike:all",)


@cache
def _model() -> _Model:
    data = json.loads(DATA_FILE.read_text(encoding="utf-8"))
    threshold = data["threshold"]
    return _Model(data["weights"], data["bias"], math.log(threshold / (1 - threshold)))


@cache
def _joint() -> _Joint:
    return _Joint(**json.loads(JOINT_FILE.read_text(encoding="utf-8")))
