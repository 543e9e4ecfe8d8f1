"""What a question asks of a document itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.own_facts import asked_about, may_be_of, without_pointer
from tests.toys import make_document

PLAN = replace(
    make_document("chang", "江苏省/常州市", ["常州市基础教育改革方案"]),
    title="常州市基础教育改革方案",
)
COPY = replace(
    make_document("mou", "某区", ["某区行动方案"]), title="某区行动方案", source_kind="anonymised"
)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("文件什么时候发的", ("date",)),
        ("那个基础教育改革方案是哪天印发的", ("date",)),
        ("文件什么时候发的,还有效吗", ("date", "valid")),
        ("这个文件还有效吗", ("valid",)),
        ("那份方案过期没有", ("valid",)),
        ("方案现在还管用吗", ("valid",)),
        ("文件失效了没有,什么时候失效的", ("valid", "expires")),
        ("这份文件是谁发的", ("issuer",)),
        ("这份文件是谁发的,什么时候发的", ("issuer", "date")),
        ("文件的落款日期是哪天", ("date",)),
        ("落款几月几号", ("date",)),
        ("基教方案是哪天发的,谁发的", ("date", "issuer")),
        ("文号是多少", ("number",)),
        ("那份有文号没有", ("number",)),
        ("是教育局发的还是政府办发的", ("issuer",)),
        ("什么时候到期", ("expires",)),
        ("方案的文号和落款日期", ("number", "date")),
        ("这个教育改革方案的文号,常政办发几号", ("number",)),
        ("常政办发几号", ("number",)),
        ("方案全称叫什么", ("title",)),
        ("这个文件什么时候实施", ("effective",)),
        ("方案从哪天起施行", ("effective",)),
        ("文件的有效期到哪年", ("expires",)),
        ("方案什么时候失效", ("expires",)),
        ("文件什么时候发的,什么时候施行", ("date", "effective")),
        ("这份文件是哪个省的", ()),  # of a document that names its place nobody asks it
        ("对各区推进基础教育改革的专项督导从哪一年开始", ()),
        ("学区划分方案什么时候公布", ()),  # another document
        ("课后服务什么时候实施", ()),
        ("居住证有效期几年", ()),
        ("居住证过期了吗", ()),
        ("户口本还管用吗", ()),
        ("方案里的补助还有效吗", ()),  # a rule, not the document
        ("补助什么时候发", ()),
        ("工资谁发", ()),
        ("校长由谁来定", ()),
        ("教师交流", ()),
    ],
)
def test_a_question_about_the_document_is_made_of_its_own_words_alone(text, asks):
    assert asked_about(text, PLAN) == asks


@pytest.mark.parametrize("text", ["到底是哪个省哪个区啊", "是哪里的文件", "那个方案是哪个市的"])
def test_where_a_copy_without_a_name_is_from_may_be_asked(text):
    assert asked_about(text, COPY) == ("place",)


@pytest.mark.parametrize("text", ["哪个区的学校要配保安", "保安在哪里上岗"])
def test_where_something_else_is_is_no_question_about_the_copy(text):
    assert asked_about(text, COPY) == ()


def test_a_document_without_its_name_may_be_any_that_is_held_unless_all_are_meant():
    assert may_be_of("这个文件什么时候实施", (PLAN, COPY)) == (PLAN, COPY)
    assert may_be_of("这个改革方案是谁发的", (PLAN, COPY)) == (PLAN,)
    assert may_be_of("各地文件都是谁发的", (PLAN, COPY)) == ()
    assert may_be_of("校长任期几年", (PLAN, COPY)) == ()


def test_what_points_at_a_document_is_left_off_where_its_title_stands_before_it():
    assert without_pointer("这个文件什么时候实施") == "什么时候实施"
    assert without_pointer("文号是多少") == "文号是多少"
