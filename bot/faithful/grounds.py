"""What a written sentence rests on, and what was found when it was compared with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A clause as a language model saw it: the number of its marker 〔n〕, metadata and text.

    ``region`` is a path (浙江省/嘉兴市) or a name, ``issued`` a date or what is known of it.
    """

    number: int
    region: str
    title: str
    document_number: str | None
    issued: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be shown; ``claim`` is false for one that only connects others.

    ``faults`` are short English codes with the words at fault: ``number:5%``, ``region:杭州``.
    """

    passed: bool
    claim: bool
    faults: tuple[str, ...] = ()
