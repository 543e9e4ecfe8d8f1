"""Trim the carried vocabulary to what Chinese and English text needs, and build its tokenizer.

Every piece stays whose characters are all Han, ASCII, digits, punctuation or symbols. A text of
such characters cannot contain any other piece, so it is segmented as with the full vocabulary by
construction: ``CAD图纸`` and ``3～6岁`` too. Accented Latin, Greek, Cyrillic and kana keep their
single letters, so that a stray one is not unknown.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from index.carrier import Vocabulary

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPACE = "▁"
MAX_TOKENS = 256
QUERY_PROMPT = "query: "
PASSAGE_PROMPT = "passage: "
# NFKC folds the full-width tilde, XLM-RoBERTa keeps it: it waits as a noncharacter meanwhile.
TILDE, TILDE_HELD = "～", "\U0010fffe"
LATIN_TO_CYRILLIC = range(0x0080, 0x0500)
KANA = range(0x3040, 0x3100)


def kept_ids(vocabulary: Vocabulary) -> list[int]:
    """Ids of the pieces that stay, ascending: the special ones first, then as carried."""
    special = {vocabulary.begin, vocabulary.pad, vocabulary.end, vocabulary.unknown}
    pieces = enumerate(vocabulary.pieces)
    return [number for number, piece in pieces if number in special or _is_needed(piece)]


def _is_needed(piece: str) -> bool:
    letters = piece.replace(SPACE, "")
    if len(letters) == 1 and (ord(letters) in LATIN_TO_CYRILLIC or ord(letters) in KANA):
        return True
    return all(map(_is_chinese_or_english, letters))


def _is_chinese_or_english(char: str) -> bool:
    """ASCII, Han, or no letter at all (digits, punctuation, symbols)."""
    is_han = unicodedata.name(char, "").startswith("CJK ")
    return char.isascii() or is_han or unicodedata.category(char)[0] not in "LM"


def build_tokenizer(vocabulary: Vocabulary, kept: list[int]) -> Tokenizer:
    """A tokenizer over the kept pieces, numbered from 0 in their order; adds <s> and </s>."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    pairs = [(vocabulary.pieces[number], vocabulary.scores[number]) for number in kept]
    ids = {number: row for row, number in enumerate(kept)}
    tokenizer = Tokenizer(models.Unigram(pairs, ids[vocabulary.unknown], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(TILDE, TILDE_HELD),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(TILDE_HELD, TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(SPACE, prepend_scheme="always")
    names = [vocabulary.pieces[number] for number in (vocabulary.begin, vocabulary.end)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{names[0]} $A {names[1]}",
        special_tokens=[
            (names[0], ids[vocabulary.begin]),
            (names[1], ids[vocabulary.end]),
        ],
    )
    return tokenizer
