import pytest

from index.question_types import (
    QuestionType,
    groups,
    holds_type,
    levels,
    load_naming,
    question_types,
    wider,
)
from index.words import load_data

Q = QuestionType


@pytest.mark.parametrize(
    ("question", "types"),
    [
        ("生均公用经费一年多少钱", {Q.AMOUNT}),
        ("一个娃一年奖补好多钱", {Q.AMOUNT}),
        ("教师轮岗要去几年", {Q.DURATION, Q.FIGURE}),
        ("评职称要在乡下教几年", {Q.DURATION, Q.FIGURE}),
        ("骨干教师交流比例是多少", {Q.RATIO, Q.FIGURE}),
        ("武汉 骨干教师 轮岗 比例", {Q.RATIO, Q.FIGURE}),
        ("一个班多少人", {Q.NUMBER}),
        ("什么时候开始报名", {Q.DATE}),
        ("在哪里报名", {Q.PLACE}),
        ("教育局电话多少", {Q.PHONE}),
        ("这个事归谁管", {Q.PERSON}),
        ("绩效工资向谁倾斜", set()),
        ("随迁子女能上公办吗", {Q.YES_NO}),
        ("上小学需要什么材料", {Q.CONDITION, Q.MATERIAL}),
        ("送教上门一周几次", {Q.NUMBER, Q.TIMES}),
        ("百户比是多少", {Q.NUMBER, Q.FIGURE}),
        ("交流的教师每年不低于多少", {Q.NUMBER, Q.FIGURE}),
        ("校长一任干几年", {Q.DURATION, Q.FIGURE}),
        ("先进的学区奖多少万", {Q.NUMBER, Q.AMOUNT}),
        ("招聘教师超过三十五岁还能报吗", {Q.AGE, Q.YES_NO}),
        ("录播教室建成时间", {Q.DATE}),
        ("录播教室建在六所学校,名字能报一下吗", {Q.SCHOOL, Q.YES_NO}),
        ("每年交流的教师最少多少", {Q.NUMBER, Q.FIGURE}),
        ("中考少数民族加几分", {Q.NUMBER, Q.SCORE}),
        ("几分之几的老师要交流", {Q.NUMBER, Q.RATIO, Q.FIGURE}),
        ("拿几成名额分给初中", {Q.RATIO, Q.FIGURE}),
        ("拿多少钱培训,占公用经费百分之几", {Q.RATIO, Q.FIGURE}),  # the share is the sum
        ("车票能报多少", {Q.NUMBER, Q.AMOUNT}),
        ("摇号几月几号出结果", {Q.DATE, Q.DAY}),
        ("哪天开学", {Q.DATE, Q.DAY}),
        ("教师述职在几月份", {Q.DATE, Q.MONTH}),
        ("督学几个礼拜来学校转一回", {Q.TIMES}),
        ("摇号在几号楼", set()),
        ("校长多大年纪退下来", {Q.NUMBER, Q.AGE}),
        ("有哪些任务", {Q.LIST}),
        ("为啥要减负", {Q.REASON}),
        ("咋转学", {Q.MANNER}),
        ("这个文件还管用吗", {Q.VALIDITY, Q.YES_NO}),
        ("文号是多少", {Q.DOCUMENT_METADATA}),
        ("方案是哪天签发的", {Q.DATE, Q.DAY, Q.DOCUMENT_METADATA}),
        ("这个政策什么时候发的", {Q.DATE, Q.DOCUMENT_METADATA}),
        ("区别在哪", {Q.COMPARISON}),
        ("没有房产证能上学吗", {Q.NEGATION, Q.YES_NO}),
        ("能不能择校", {Q.YES_NO}),
        ("手机能带进学校不", {Q.YES_NO}),
        ("how many students per teacher?", {Q.NUMBER}),
        ("择校费", set()),
    ],
)
def test_a_question_shows_what_it_asks_for(question, types):
    assert question_types(question) == types


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("三年级有几个班", Q.DURATION),
        ("师生比例怎么定", Q.COMPARISON),
        ("能不能择校", Q.NEGATION),
        ("不低于公务员吗", Q.NEGATION),
        ("怎么回事", Q.MANNER),
        ("电话手表能带吗", Q.PHONE),
        ("区别在哪里", Q.PLACE),
        ("免费师范生怎么招", Q.AMOUNT),
        ("人事管理由哪个部门负责", Q.REASON),
        ("三年行动计划讲什么", Q.DURATION),
        ("前几次会议讲了什么", Q.TIMES),
        ("摇号几月几号出结果", Q.MONTH),
        ("培训要几个月", Q.MONTH),
        ("几个月的孩子能进托班,一个班多少人", Q.TIMES),
        ("文号是多少", Q.FIGURE),
        ("活最多钱没见多,按什么来", Q.FIGURE),
        ("等了几年没进课堂", Q.FIGURE),
        ("我在村里教几年了,能调吗", Q.FIGURE),
        ("过去几年公用经费涨过吗", Q.FIGURE),
        ("毕业证签发要什么手续", Q.DOCUMENT_METADATA),
        ("我们学校进了培育名单,一年给多少钱", Q.SCHOOL),
        ("把名字挂在乡下的学校行吗", Q.SCHOOL),
        ("每年选几个年轻校长", Q.DURATION),
        ("占比要达到多少", Q.COMPARISON),
        ("目标定在哪一年", Q.PLACE),
        ("怎么做更有效", Q.VALIDITY),
        ("一个学校招收多少学生", Q.AMOUNT),
        ("收费标准怎么调整", Q.AMOUNT),
    ],
)
def test_a_cue_inside_another_word_is_overlooked(question, wrong):
    assert wrong not in question_types(question)


@pytest.mark.parametrize(
    ("sentence", "kind", "held"),
    [
        ("音乐美术教师与在校生比例达1:220", Q.RATIO, True),
        ("占比达百分之五十", Q.RATIO, True),
        ("比例逐步提高", Q.RATIO, False),
        ("每年设置50万元特色发展经费", Q.AMOUNT, True),
        ("平均工资水平不低于当地公务员平均工资水平", Q.AMOUNT, True),
        ("加大经费投入", Q.AMOUNT, False),
        ("每学期开展两次督导", Q.TIMES, True),
        ("送教上门", Q.TIMES, False),
        ("每年9月统一招生", Q.MONTH, True),
        ("学期结束前公示", Q.MONTH, True),
        ("校长每年述职一次", Q.MONTH, False),
        ("试用期3个月", Q.MONTH, False),
        ("撤并竹源小学为校区", Q.SCHOOL, True),
        ("新建古市中学风雨操场", Q.SCHOOL, True),
        ("培育至少10所公办初中学校", Q.SCHOOL, False),
        ("农村小学和全市中小学的普通高中学生", Q.SCHOOL, False),
        ("提高到百分之五", Q.FIGURE, True),
        ("适当提高百户比指标", Q.FIGURE, False),
        ("到2020年", Q.DATE, True),
        ("适时召开", Q.DATE, False),
        ("一般不超过10年", Q.DURATION, True),
        ("到2020年", Q.DURATION, False),
        ("至少配备1名专职教师", Q.NUMBER, True),
        ("培育一所学校", Q.NUMBER, False),
        ("电话:0519-88888888", Q.PHONE, True),
        ("嘉政办发〔2019〕25号", Q.PHONE, False),
        ("严禁择校", Q.YES_NO, True),
        ("市教育局负责统筹", Q.PERSON, True),
        ("作为申报的必备条件", Q.CONDITION, True),
        ("上好音乐、美术、书法等课程", Q.LIST, True),
        ("提高质量", Q.LIST, False),
        ("为了提高质量", Q.REASON, None),
        ("继续有效", Q.VALIDITY, None),
    ],
)
def test_a_sentence_holds_a_type_or_not(sentence, kind, held):
    assert holds_type(sentence, kind) is held


def test_levels_are_named_by_everyday_words_too():
    assert levels("三年级和职高") == {"小学", "中等职业教育"}
    assert levels("小升初怎么办") == {"小学", "初中"}
    assert levels("中小学") == {"小学", "初中", "普通高中"}


def test_a_big_class_is_no_kindergarten_class():
    assert levels("大班额怎么办") == set()
    assert levels("孩子上大班") == {"学前教育"}


def test_a_deputy_is_not_the_head():
    assert groups("副校长也要轮岗吗") == {"副校长"}
    assert groups("校长和骨干教师") == {"校长", "骨干教师"}


def test_a_meeting_of_parents_names_no_parents():
    assert groups("家长会") == set()


def test_wider_levels_and_groups_are_known():
    assert wider("小学", "levels") == ("义务教育", "基础教育")
    assert wider("骨干教师", "groups") == ("教师",)


def test_every_wider_name_is_itself_described():
    for names in load_naming().values():
        assert {wide for entry in names.values() for wide in entry["within"]} <= names.keys()


def test_every_type_is_described_and_no_other():
    assert load_data("question_types.yaml")["types"].keys() == {kind.value for kind in Q}
