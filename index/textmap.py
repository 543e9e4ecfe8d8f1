"""Text that remembers where each of its characters stood in the raw file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MappedText:
    """A text with one raw-file character offset for each of its characters."""

    text: str
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, raw: str) -> MappedText:
        """The raw text itself, each character at its own place."""
        return cls(raw, tuple(range(len(raw))))

    def without(self, spans: Sequence[tuple[int, int]]) -> MappedText:
        """Drop these character spans (any order, overlaps allowed)."""
        pieces: list[str] = []
        offsets: list[int] = []
        position = 0
        for start, end in sorted(spans):
            if end <= position:
                continue
            pieces.append(self.text[position : max(start, position)])
            offsets.extend(self.offsets[position : max(start, position)])
            position = end
        pieces.append(self.text[position:])
        offsets.extend(self.offsets[position:])
        return MappedText("".join(pieces), tuple(offsets))

    def replaced(self, start: int, end: int, new: str) -> MappedText:
        """Put ``new`` in place of a span; its characters point at the raw place they replace."""
        old = self.offsets[start:end] or self.offsets[max(start - 1, 0) : start] or (0,)
        places = tuple(old[min(index, len(old) - 1)] for index in range(len(new)))
        return MappedText(
            self.text[:start] + new + self.text[end:],
            self.offsets[:start] + places + self.offsets[end:],
        )

    def moved(self, start: int, end: int, to: int) -> MappedText:
        """Move a span so that it stands before the character now at ``to`` (outside the span)."""
        order = [*range(len(self.text))]
        block = order[start:end]
        rest = order[:start] + order[end:]
        at = to if to <= start else to - (end - start)
        order = rest[:at] + block + rest[at:]
        return MappedText(
            "".join(self.text[index] for index in order),
            tuple(self.offsets[index] for index in order),
        )
