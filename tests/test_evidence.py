"""Which sentence of a clause answers, scored by hand under the toy embedder."""

from __future__ import annotations

import numpy as np
import pytest

from index.build import build_index
from index.evidence import (
    ASKED_WEIGHT,
    COSINE_WEIGHT,
    WORDS_WEIGHT,
    Sentence,
    SentenceScorer,
)
from index.search import Query
from tests.toys import ToyEmbedder, make_document, open_searcher

SENTENCES = (
    "教师每六年交流一次，由主管部门统一安排，各校按照计划执行，每年年底前把名单报送备案。",
    "收费项目在门口公示，接受家长监督，不得另立名目，标准调整前要听取家长代表的意见。",
    "食堂由各校自己办，按照成本核算，每学期向家长公布账目一次，饭菜质量由家长代表检查。",
)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence")
    documents = [
        make_document("jia", "浙江省/嘉兴市", ["一、总则。\n", "".join(SENTENCES)]),
        make_document("wu", "湖北省/武汉市", ["".join(SENTENCES)]),
        make_document("chu", "安徽省/滁州市", ["".join(SENTENCES)]),
    ]
    asked = {"wu": {"1": ["食堂谁来办"]}, "chu": {"1 不得另立名目": ["怎么办"]}}
    build_index(documents, asked, ToyEmbedder(), folder)
    return open_searcher(folder)


def scored(searcher, document: str, key: str, question: str) -> tuple[Sentence, ...]:
    held = searcher.documents[document]
    words = Query(question).tokens
    evidence = SentenceScorer(searcher.snapshot)
    return evidence.sentences(held, held.clause(key), searcher.embed(question), words)


def best(sentences: tuple[Sentence, ...]) -> str:
    return max(sentences, key=lambda one: one.score).text


def test_the_sentences_of_a_clause_stand_at_their_places_and_give_it_back(searcher):
    held = searcher.documents["jia"]
    found = scored(searcher, "jia", "2", "教师")
    assert "".join(one.text for one in found) == held.clause("2").text
    assert [held.text[one.start : one.end] for one in found] == [one.text for one in found]


@pytest.mark.parametrize(("question", "at"), [("教师", 0), ("收费", 1), ("食堂", 2)])
def test_the_sentence_about_the_topic_scores_highest(searcher, question, at):
    assert SENTENCES[at] in best(scored(searcher, "jia", "2", question))


def test_without_everyday_questions_a_score_is_cosine_and_shared_words(searcher):
    scores = [one.score for one in scored(searcher, "jia", "2", "教师")]
    # 教师 and the constant axis: the first sentence has both and the word itself, the others
    # have another word of their own beside the constant
    assert scores[0] == pytest.approx(COSINE_WEIGHT + WORDS_WEIGHT)
    assert scores[1:] == pytest.approx([COSINE_WEIGHT / np.sqrt(2 * 2)] * 2)


def test_an_everyday_question_lends_its_likeness_to_the_sentence_it_leads_to(searcher):
    bare = scored(searcher, "jia", "2", "食堂")
    asked = scored(searcher, "wu", "1", "食堂")
    lent = [two.score - one.score for one, two in zip(bare, asked, strict=True)]
    assert best(asked) == SENTENCES[2]
    assert lent == pytest.approx([0.0, 0.0, ASKED_WEIGHT], abs=1e-6)


def test_an_everyday_question_leads_where_somebody_wrote_that_it_does(searcher):
    # 怎么办 is no more like one sentence than another
    scores = [one.score for one in scored(searcher, "chu", "1", "总则")]
    alike = COSINE_WEIGHT / np.sqrt(2)
    assert scores == pytest.approx([alike, alike + ASKED_WEIGHT, alike])


def test_a_clause_of_one_sentence_is_that_sentence(searcher):
    [only] = scored(searcher, "jia", "1", "教师")
    assert (only.text.strip(), only.start) == ("一、总则。", 0)


def test_the_words_of_a_question_all_weigh_one():
    words = Query("教师收费").tokens
    assert set(words.values()) == {1.0}
    assert {"教师", "收费"} <= words.keys()


def test_a_small_corpus_is_made_ready_at_once(searcher, monkeypatch):
    evidence = SentenceScorer(searcher.snapshot)
    evidence.prepare()
    monkeypatch.setattr(evidence, "_prepare", None)  # nothing is left to be prepared
    for document in searcher.documents.values():
        for clause in document.clauses:
            evidence.sentences(document, clause, np.zeros(8, dtype=np.float32), {})


def test_of_a_large_corpus_only_what_is_asked_is_made_ready(searcher, monkeypatch):
    monkeypatch.setattr("index.evidence.PREPARED", 2)
    evidence = SentenceScorer(searcher.snapshot)
    evidence.prepare()
    assert evidence._views == {}
