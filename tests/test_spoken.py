"""Words of other fields that documents without everyday questions speak of lose their force."""

from __future__ import annotations

from bot.spoken import spoken_words
from bot.topic import clearly_out_of_scope, of_another_field, out_of_scope, read
from index.build import build_index
from index.search import Searcher
from tests.test_static_match import LetterEmbedder
from tests.toys import make_document

LAW = make_document("law", "全国", ["学校告知法院审理离婚案件。", "全国考试由学校组织。"])
OTHER = make_document("jia", "浙江省/嘉兴市", ["学校附近的医院。"])


def spoken(tmp_path, asked):
    build_index([LAW, OTHER], asked, LetterEmbedder(), tmp_path)
    return spoken_words(Searcher.open(tmp_path, LetterEmbedder()).snapshot)


def test_a_word_between_borders_of_words_in_a_clause_nobody_wrote_questions_for_is_spoken(tmp_path):
    assert spoken(tmp_path, {"jia": {"1": ["学校附近有什么"]}}) == {"法院", "离婚"}  # no 国考


def test_documents_with_everyday_questions_leave_the_word_list_as_it_is(tmp_path):
    asked = {"jia": {"1": ["学校附近有什么"]}, "law": {"1": ["离婚怎么办"], "2": ["考试谁管"]}}
    assert spoken(tmp_path, asked) == frozenset()


def test_a_spoken_word_is_known_and_says_nothing_against_a_question():
    text, words = "父母离婚", frozenset({"离婚"})
    assert clearly_out_of_scope(text) and out_of_scope(text) and of_another_field(text)
    assert not clearly_out_of_scope(text, words)
    assert not of_another_field(text, words)
    assert (read(text).other, read(text, words).other) == (1.5, 0.0)
    assert read(text, words).rest == read(text).rest
    assert clearly_out_of_scope("炒股离婚", words)


def test_what_somebody_has_written_is_no_task():
    assert out_of_scope("帮我写一篇日记")
    assert read("儿子写的日记家长能看吗").other == 0.0
