"""Which sentences may be shown: those that say only what the clauses that they cite say."""

from __future__ import annotations

from bot.faithful import Source, Verdict, check

SOURCE = Source(1, "浙江省/嘉兴市", "关于教师交流的通知", "嘉教〔2019〕25号", "2019-06-01", "教师每6年交流一次。")


def test_a_sentence_with_a_known_marker_and_the_numbers_of_its_clause_passes():
    assert check("老师每6年交流一次〔1〕。", [SOURCE]) == Verdict(True, True, ())
