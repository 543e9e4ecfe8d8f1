"""In which language a question is asked."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def is_english(text: str) -> bool:
    """Whether the question is framed in English: several Latin words and hardly any Han."""
    return len(_LATIN_WORD.findall(text)) >= 3 and len(_HAN.findall(text)) < 4
