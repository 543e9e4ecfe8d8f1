"""What may leave the chain: quotes at their places, numbers from cited clauses, known markers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation import Answer, AnswerStatus, Citation, Question, Quote
from bot.verify import (
    Unverified,
    is_verbatim,
    require_verified,
    unknown_markers,
    unsupported_numbers,
)
from tests.toys import make_document

TEXTS = ["前言共8章。", "教师每6年交流一次。", "后面。"]


def citation(text: str = TEXTS[1], quoted: str | None = None, n: int = 1) -> Citation:
    """The middle one of three clauses, quoted whole or in part."""
    document = make_document("jia", "浙江省/嘉兴市", [TEXTS[0], text, TEXTS[2]])
    clause = document.clauses[1]
    quoted = quoted or text
    start = clause.start + text.index(quoted)
    return Citation(n, document, clause, (Quote(quoted, start, start + len(quoted)),))


def answer(text: str, *citations: Citation, related: tuple[Citation, ...] = ()) -> Answer:
    return Answer(
        Question("？"), "？", AnswerStatus.ANSWERED, text, citations=citations, related=related
    )


def test_a_quote_that_stands_at_its_place_is_verbatim():
    assert is_verbatim(citation())
    assert is_verbatim(citation(quoted="每6年"))


@pytest.mark.parametrize(
    "quote",
    [
        Quote("每5年", 8, 11),  # another text
        Quote("每6年", 9, 12),  # another place
        Quote("每6年", 8, 12),  # another length
        Quote("后面。", 16, 19),  # in the document, outside the clause
        Quote("章。教", 4, 7),  # across the border of the clause
        Quote("", 8, 8),  # nothing
    ],
)
def test_a_quote_with_anything_wrong_is_not(quote):
    good = citation(quoted="每6年")
    assert good.quotes == (Quote("每6年", 8, 11),)
    assert not is_verbatim(replace(good, quotes=(quote,)))
    assert not is_verbatim(replace(good, quotes=(*good.quotes, quote)))


def test_a_citation_without_a_quote_is_not_verbatim():
    assert not is_verbatim(replace(citation(), quotes=()))


@pytest.mark.parametrize(
    ("text", "unsupported"),
    [
        ("“每6年”〔1〕", ()),
        ("6年、06年", ("06",)),
        ("8章", ("8",)),  # in the document, not in the clause
        ("第2条", ()),  # its address
        ("每16年，占6.5%", ("16", "6.5")),
        ("没有数字〔99〕", ()),  # markers are checked on their own
    ],
)
def test_a_number_must_stand_in_a_cited_clause(text, unsupported):
    assert unsupported_numbers(text, [citation()]) == unsupported


def test_number_year_and_validity_of_a_cited_document_are_known():
    cited = citation()
    document = replace(cited.document, number="嘉政办发〔2019〕25号", target_year=2024)
    cited = replace(cited, document=document)
    assert unsupported_numbers("（嘉政办发〔2019〕25号）目标年份2024年", [cited]) == ()
    assert unsupported_numbers("25号", []) == ("25",)


def test_a_marker_must_have_its_citation():
    assert unknown_markers("甲〔1〕乙〔2〕丙〔1〕", [citation(n=1)]) == ("2",)
    assert unknown_markers("文号〔2019〕4号", []) == ()


def test_an_answer_leaves_when_everything_holds():
    require_verified(answer("“教师每6年交流一次。”〔1〕", citation()))
    require_verified(answer("文件没有写到。"))


@pytest.mark.parametrize(
    ("text", "fault"), [("“每7年”〔1〕", "number 7"), ("“每6年”〔2〕", "marker 2")]
)
def test_an_answer_with_a_strange_number_or_marker_does_not_leave(text, fault):
    with pytest.raises(Unverified, match=f"^{fault}$"):
        require_verified(answer(text, citation()))


def test_related_clauses_are_checked_as_well():
    wrong = replace(citation(), quotes=(Quote("每5年", 8, 11),))
    with pytest.raises(Unverified, match=f"^quote of {wrong.clause.id}$"):
        require_verified(answer("文件没有写到。", related=(wrong,)))
