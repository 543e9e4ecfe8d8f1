"""A sentence beside the clauses that it cites: which places of them it rewords."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bot.faithful.alignment import Match, Place, align, outline, rest_of
from bot.faithful.facts import known_text
from bot.faithful.grounds import Source
from bot.faithful.spelling import normalise_lines, written_out
from bot.faithful.wording import Reading, read


@dataclass(frozen=True)
class Comparison:
    """A normalised sentence and its sources, with everything that is read off them once."""

    text: str
    sources: tuple[Source, ...]

    @cached_property
    def said(self) -> Reading:
        """The sentence as its parts."""
        return read(self.text)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every segment of the sources' texts."""
        return tuple(place for source in self.sources for place in outline(source.text))

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """Each segment of the sentence with its place."""
        return align(self.text, self.places)

    @cached_property
    def near(self) -> tuple[Reading, ...]:
        """The segments that the sentence rewords, each once."""
        return tuple(dict.fromkeys(match.place.segment for match in self.matches))

    @cached_property
    def passage(self) -> tuple[Reading, ...]:
        """The sentences that it rewords, each once."""
        return tuple(dict.fromkeys(match.place.sentence for match in self.matches))

    @cached_property
    def beside(self) -> tuple[Reading, ...]:
        """What its places go on from, or go on with, where that says the rest of a segment."""
        stems = [match.place.stem for match in self.matches if match.place.stem]
        rest = [other for match in self.matches for other in rest_of(match, self.places)]
        return tuple(dict.fromkeys((*stems, *rest)))

    @cached_property
    def clauses(self) -> tuple[Reading, ...]:
        """The sources' texts as a whole."""
        return tuple(read(normalise_lines(source.text)) for source in self.sources)

    @cached_property
    def known(self) -> Reading:
        """All that is known of the sources, metadata included."""
        return read(written_out("\n".join(map(known_text, self.sources))))


def joined(readings: Iterable[Reading]) -> str:
    """The texts of several readings as one."""
    return "\n".join(one.text for one in readings)
