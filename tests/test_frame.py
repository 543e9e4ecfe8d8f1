"""A generated answer keeps the warnings, headings and addresses of the quoted one."""

from __future__ import annotations

from bot.conversation import Answer, AnswerStatus, Citation, Question, Quote
from bot.frame import Line, fill_frame, leading, read_frame, with_label
from bot.messages import load_messages
from bot.settings import load_settings
from tests.toys import make_document

WORDS = load_messages(load_settings({}).prompts_dir).words("zh")
JIA = make_document("jia", "浙江省/嘉兴市", ["教师每六年交流一次。\n", "班额不超过45人。\n"])
WU = make_document("wu", "湖北省/武汉市", ["校长任期十年。\n"])
WHERE = {
    1: "〔1〕出自《关于jia的通知》第1条",
    2: "〔2〕出自《关于wu的通知》第1条",
    3: "〔3〕出自《关于jia的通知》第2条",
}


def cite(n: int, document, clause: int) -> Citation:
    one = document.clauses[clause]
    return Citation(n, document, one, (Quote(one.text.strip(), one.start, one.end - 1),))


FIRST, SECOND, THIRD = cite(1, JIA, 0), cite(2, WU, 0), cite(3, JIA, 1)


def answer(*paragraphs: str) -> Answer:
    regions = (JIA.region, WU.region)
    return Answer(
        Question("问"),
        "问",
        AnswerStatus.ANSWERED,
        "\n\n".join(paragraphs),
        regions,
        citations=(FIRST, SECOND, THIRD),
    )


def filled(quoted: Answer, *lines: Line) -> list[str]:
    return fill_frame(read_frame(quoted, WORDS), lines, "").split("\n\n")


ONE_REGION = answer(
    "您提到的数字，下面引用的条款里没有，请以原文为准。",
    "文件提出了明确要求：“教师每六年交流一次。”〔1〕",
    "这份文件的目标年份是2020年，已经过去，现在的情况请再核实。",
    "文件还写到：“班额不超过45人。”〔3〕",
    WHERE[1],
    WHERE[3],
)


def test_sentences_stand_where_the_quotes_stood_and_unused_sources_go():
    lines = [Line("老师六年换一次学校〔1〕。", (1,), True), Line("这是要求〔1〕。", (1,))]
    assert filled(ONE_REGION, *lines) == [
        "您提到的数字，下面引用的条款里没有，请以原文为准。",
        "老师六年换一次学校〔1〕。这是要求〔1〕。",
        "这份文件的目标年份是2020年，已经过去，现在的情况请再核实。",
        WHERE[1],
    ]


def test_every_region_keeps_its_heading_and_its_own_sentences():
    quoted = answer(
        "【嘉兴市】",
        "文件是这样写的：“教师每六年交流一次。”〔1〕",
        WHERE[1],
        "【武汉市】",
        "文件是这样写的：“校长任期十年。”〔2〕",
        "这份文件的目标年份是2020年，已经过去，现在的情况请再核实。",
        WHERE[2],
        "没有找到写到这一点的条款：松阳县。",
    )
    lines = [
        Line("校长任十年〔2〕。", (2,), True),
        Line("再看嘉兴：", (), True),
        Line("老师六年一换〔1〕。", (1,)),
        Line("就是这样。", ()),
    ]
    assert filled(quoted, *lines) == [
        "【嘉兴市】",
        "再看嘉兴：老师六年一换〔1〕。就是这样。",
        WHERE[1],
        "【武汉市】",
        "校长任十年〔2〕。",
        "这份文件的目标年份是2020年，已经过去，现在的情况请再核实。",
        WHERE[2],
        "没有找到写到这一点的条款：松阳县。",
    ]


def test_the_silent_regions_of_a_table_are_still_named():
    quoted = answer(
        "嘉兴市、松阳县各有各的规定，对照如下：",
        "| 要点 | 嘉兴市 | 松阳县 |\n| --- | --- | --- |\n| 规定一 | “教师每六年交流一次。”〔1〕 | 没有找到 |",
        WHERE[1],
    )
    assert filled(quoted, Line("嘉兴的老师六年一换〔1〕。", (1,), True)) == [
        "嘉兴的老师六年一换〔1〕。",
        WHERE[1],
        "没有找到写到这一点的条款：松阳县。",
    ]


def test_the_label_stands_last_but_before_headings():
    assert with_label("甲。", "标识") == "甲。\n\n标识"
    assert with_label("【嘉兴市】\n\n甲。", "标识") == "标识\n\n【嘉兴市】\n\n甲。"


def test_the_leading_clause_of_every_region_is_its_first():
    assert leading((FIRST, SECOND, THIRD)) == (FIRST, SECOND)
