"""A stream of text from a language model, cut into whole sentences with 〔n〕 at their ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST = 400  # characters; a sentence without an end is given away as it is

MARKER = re.compile(r"〔(\d{1,2})〕")
# What models write instead of 〔1〕〔2〕: [1], 【1、2】, [[1]], 〔1，2〕; not 〔2018〕 of a 文号.
_LOOSE = re.compile(r"[\[［【〔]{1,2}\s*(\d{1,2}(?:\s*[,，、;；]\s*\d{1,2})*)\s*[\]］】〕]{1,2}")
_FOLLOWING = re.compile(rf"(?:[ \t]*{_LOOSE.pattern})*(?:(?<=[\]］】〕])[。.])?")
_BEGUN = re.compile(r"[ \t]*[\[［【〔][\[［【〔\d,，、;； ]{0,12}\Z")
_END = re.compile(r"[。！？!?]+[”’」』）)]*|\.(?=\s)|\n")
_LIST = re.compile(r"^(?:[-*•·#>]+\s*|\d{1,2}[.、)）](?!\d)\s*|[（(]\d{1,2}[)）]\s*)+")
_LEADING = re.compile(r"^(?:\s*〔\d{1,2}〕)+[：:，,。.]?\s*")
_THOUGHT_OPEN, _THOUGHT_SHUT = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a model wrote it, tidied; ``opens`` tells that it begins a paragraph."""

    text: str
    opens: bool

    @property
    def markers(self) -> tuple[int, ...]:
        """The numbers that it cites, each once."""
        return tuple(dict.fromkeys(int(one) for one in MARKER.findall(self.text)))


def sentences(pieces: Iterable[str]) -> Iterator[Written]:
    """Each sentence as soon as it is whole; an unfinished rest comes last."""
    buffer, opens = "", True
    for piece in _without_thoughts(pieces):
        buffer += piece
        while end := _sentence_end(buffer):
            raw, buffer = buffer[:end], buffer[end:]
            text = _tidy(raw, opens)
            if text:
                yield Written(text, opens)
            opens = raw.endswith("\n") or (opens and not text)
    text = _tidy(buffer, opens)
    if text:
        yield Written(text, opens)


def _sentence_end(buffer: str) -> int:
    """Where the first whole sentence ends, with the markers behind it; 0 when none is whole."""
    for found in _END.finditer(buffer):
        if found[0] == "\n":
            return found.end()
        if buffer.count("“", 0, found.end()) > buffer.count("”", 0, found.end()):
            continue  # inside a quotation
        following = _FOLLOWING.match(buffer, found.end())
        end = following.end() if following else found.end()
        marked = _LOOSE.search(buffer, 0, found.start())
        if _BEGUN.match(buffer, end) or not (marked or buffer[end:].strip(" \t")):
            break  # a marker may still come
        return end
    return len(buffer) if len(buffer) > LONGEST else 0


def _tidy(raw: str, opens: bool) -> str:
    """Without Markdown and list signs, markers written our way and put behind the sentence."""
    text = _LOOSE.sub(lambda found: _markers(found[1]), raw.strip())
    text = _LIST.sub("", re.sub(r"\*\*|__|`", "", text))
    leading = _LEADING.match(text)
    if leading:
        text = text[leading.end() :]
        if opens and text:  # at the head of a line they belong to what follows
            text += "".join(found[0] for found in MARKER.finditer(leading[0]))
    return text.strip()


def _markers(numbers: str) -> str:
    return "".join(f"〔{int(one)}〕" for one in re.findall(r"\d+", numbers))


def _without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """The stream without the thoughts that some models write before their reply."""
    held: str | None = ""
    for piece in pieces:
        if held is None:
            yield piece
            continue
        held += piece
        text = held.lstrip()
        if text.startswith(_THOUGHT_OPEN) and _THOUGHT_SHUT in text:
            yield text.partition(_THOUGHT_SHUT)[2]
            held = None
        elif not _THOUGHT_OPEN.startswith(text[: len(_THOUGHT_OPEN)]):
            yield held
            held = None
    if held and not held.lstrip().startswith(_THOUGHT_OPEN):
        yield held
