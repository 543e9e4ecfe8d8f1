import numpy as np

from index.digests import DigestTable, digest_keys, pack_digests

FIRST, SECOND, ABSENT = "0" * 15 + "1" + "a" * 16, "f" * 32, "0" * 32


def test_digests_are_packed_and_keyed_by_their_first_half():
    packed = pack_digests([FIRST, SECOND])
    assert [bytes(one).hex() for one in packed] == [FIRST, SECOND]
    assert digest_keys(packed).tolist() == [1, 2**64 - 1]
    assert len(pack_digests([])) == 0


def test_the_first_row_of_a_digest_is_found_and_an_absent_one_is_none():
    table = DigestTable.of(pack_digests([SECOND, FIRST, SECOND]))
    assert table.first_rows([FIRST, ABSENT, SECOND]) == [1, None, 0]
    assert table.distinct().tolist() == [0, 1]
    assert table.keys.tolist() == [1, 2**64 - 1, 2**64 - 1]


def test_a_digest_that_only_begins_like_another_is_not_taken_for_it():
    table = DigestTable.of(pack_digests([FIRST]))
    assert table.first_rows([FIRST[:16] + "b" * 16]) == [None]


def test_an_empty_table_finds_nothing():
    assert DigestTable.of(pack_digests([])).first_rows([FIRST]) == [None]
    assert np.array_equal(DigestTable.of(pack_digests([])).distinct(), [])
