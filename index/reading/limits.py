"""What a reader gives back, and how much it takes in before it refuses."""

from __future__ import annotations

from dataclasses import dataclass

CELL = "｜"  # between table cells: the cleaner drops blanks, never this


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of a file and, a sentence each in Chinese, what was left out or needs a look."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be, as received and unpacked; ``ratio`` counts from 1 MB upwards."""

    file_bytes: int = 50_000_000
    markup_bytes: int = 10_000_000
    characters: int = 2_000_000
    entries: int = 2_000
    unpacked_bytes: int = 300_000_000
    ratio: int = 200
    pages: int = 500
    page_characters: int = 50_000
    seconds: int = 120
    memory_bytes: int = 2_000_000_000


LIMITS = Limits()
