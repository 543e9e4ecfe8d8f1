from math import log

import numpy as np
import pytest

from index.keywords import build_keywords, load_keywords, save_keywords
from index.tokens import token_key, tokens, weighted_tokens

CLAUSES = [[("入学", 1)], [("入学收费", 1)], [("教师", 1)]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("免试入学", ["免试", "试入", "入学"]),
        ("１２.5％的ABC", ["12.5%", "的", "abc"]),
        ("入学，收费", ["入学", "收费"]),
        ("武政办〔2018〕4号", ["武政", "政办", "2018", "4", "号", "武政办"]),
        ("？！ ", []),
    ],
)
def test_tokens_are_bigrams_numbers_and_words_of_normalised_text(text, expected):
    assert tokens(text) == expected


def test_a_word_of_three_characters_or_more_is_a_token_beside_its_bigrams():
    assert tokens("残疾人入学") == ["残疾", "疾人", "人入", "入学", "残疾人"]


def test_a_token_of_two_texts_keeps_the_larger_weight():
    assert weighted_tokens([("入学", 1.0), ("入学收费", 0.5)]) == {
        "入学": 1.0,
        "学收": 0.5,
        "收费": 0.5,
    }


def test_keys_of_different_tokens_differ():
    names = ["a", "ab", "ba", "入", "入学", "学入", "义务教育", "教育义务", "12.5%"]
    assert len({token_key(name) for name in names}) == len(names)


def test_scores_follow_the_formula_by_hand():
    index = build_keywords(CLAUSES)
    idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5))  # 入学 stands in two of three clauses
    mean = (1 + 3 + 1) / 3  # bigrams: 入学 | 入学 学收 收费 | 教师
    first = idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 1 / mean))
    second = idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 3 / mean))
    assert index.scores({"入学": 1.0}).tolist() == pytest.approx([first, second, 0.0])
    assert index.scores({"入学": 0.5}).tolist() == pytest.approx([first / 2, second / 2, 0.0])
    assert index.scores({"食堂": 1.0}).tolist() == [0.0, 0.0, 0.0]


def test_a_field_that_counts_twice_scores_like_the_text_twice():
    twice = build_keywords([[("入学", 2)], [("教师", 1)]])
    written = build_keywords([[("入学。入学", 1)], [("教师", 1)]])
    assert twice.weights.tolist() == written.weights.tolist()


def test_a_rare_token_weighs_more_and_an_unseen_one_most():
    index = build_keywords(CLAUSES)
    by_hand = [log(1 + 1.5 / 2.5), log(1 + 2.5 / 1.5), log(1 + 3.5 / 0.5)]
    assert index.idfs_of(["入学", "教师", "食堂"]).tolist() == pytest.approx(by_hand)


def test_coverage_is_the_share_of_rarity_that_a_clause_holds():
    index = build_keywords(CLAUSES)
    entrance, fees = index.idfs_of(["入学", "收费"]).tolist()
    coverage = index.look_up({"入学": 1.0, "收费": 1.0}).coverage()
    assert coverage.tolist() == pytest.approx([entrance / (entrance + fees), 1.0, 0.0])
    assert index.look_up({}).coverage().tolist() == [0.0, 0.0, 0.0]


def test_a_coverage_may_leave_out_what_weighs_little():
    index = build_keywords(CLAUSES)
    postings = index.look_up({"入学": 1.0, "收费": 0.5})
    assert postings.coverage(least=1).tolist() == [1.0, 1.0, 0.0]


def test_tokens_are_looked_up_once_for_scores_rarity_and_coverage():
    index = build_keywords(CLAUSES)
    postings = index.look_up({"食堂": 1.0, "入学": 0.5})
    unseen, entrance = index.idfs_of(["食堂", "入学"]).tolist()
    share = 0.5 * entrance / (unseen + 0.5 * entrance)
    assert postings.idfs.tolist() == [unseen, entrance]
    assert postings.scores().tolist() == index.scores({"入学": 0.5}).tolist()
    assert postings.coverage().tolist() == pytest.approx([share, share, 0.0])
    assert index.look_up({}).scores().tolist() == [0.0, 0.0, 0.0]


def test_an_index_read_back_gives_the_same_scores(tmp_path):
    index = build_keywords(CLAUSES)
    save_keywords(index, tmp_path / "keywords")
    loaded = load_keywords(tmp_path / "keywords")
    terms = weighted_tokens([("学校怎么收费", 1.0)])
    assert loaded.size == 3
    assert loaded.scores(terms).tolist() == index.scores(terms).tolist()


def test_scores_equal_a_plain_implementation_on_a_larger_corpus():
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("入学收费教师"), size=n)) for n in rng.integers(2, 30, 50)]
    index = build_keywords([[(text, 1)] for text in texts])
    bags = [tokens(text) for text in texts]
    mean = sum(map(len, bags)) / len(bags)
    query = tokens("教师入学")

    def plain(bag: list[str]) -> float:
        score = 0.0
        for token in set(query):
            frequency = sum(token in other for other in bags)
            idf = log(1 + (len(bags) - frequency + 0.5) / (frequency + 0.5))
            tf = bag.count(token)
            score += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * len(bag) / mean))
        return score

    expected = [plain(bag) for bag in bags]
    assert index.scores(weighted_tokens([("教师入学", 1.0)])).tolist() == pytest.approx(expected)
