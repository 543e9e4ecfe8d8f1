import numpy as np

from index.keywords import count_tokens
from index.postings import carry_over, renumber, turn_over

OLD = [["入学"], ["收费", "入学"], ["教师"], ["食堂", "食堂"]]


def counted(texts):
    return turn_over(count_tokens([[(text, 1) for text in fields] for fields in texts]))


def values(found):
    return [getattr(found, name).tolist() for name in found.__slots__]


def test_tokens_in_clause_order_are_turned_over_to_token_order():
    found = counted([["入学", "入学"], ["收费", "入学"]])
    assert found.indptr.tolist() == [0, 2, 3]
    assert found.clauses.tolist() == [0, 1, 1]
    assert found.counts.tolist() == [2, 1, 1]
    assert found.lengths.tolist() == [2, 2]


def test_documents_get_new_numbers_in_the_order_that_they_had():
    places = renumber([(1, range(1)), (2, None), (1, range(3, 4))])
    assert (places.size, places.numbers.tolist()) == (4, [0, -1, -1, 3])
    assert places.fresh.tolist() == [1, 2]


def test_what_is_carried_over_equals_what_is_counted_anew():
    fresh = [["高考"], ["入学", "宿舍"]]
    places = renumber([(1, range(1)), (2, None), (1, range(3, 4))])
    carried = carry_over(counted(OLD), counted(fresh), places)
    assert values(carried) == values(counted([OLD[0], *fresh, OLD[3]]))


def test_without_anything_fresh_only_what_stays_is_left():
    carried = carry_over(counted(OLD), counted([]), renumber([(2, range(2))]))
    assert values(carried) == values(counted(OLD[:2]))


def test_nothing_at_all_is_no_posting():
    found = counted([])
    assert values(found) == [[], [0], [], [], []]
    assert found.terms.dtype == np.uint64
