from decimal import Decimal

import pytest

from index.claims import claimed_numbers
from index.numbers import Number, NumberKind, find_numbers, is_article, numbers_in
from index.numerals import numeral_value, plain


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("50%", "50%"),
        ("百分之五十", "50%"),
        ("五成", "50%"),
        ("一半以上", "50%"),
        ("三成半", "35%"),
        ("十分之一", "10%"),
        ("四分之一", "25%"),
        ("三分之一", "1/3"),
        ("千分之五", "0.5%"),
        ("百分之百", "100%"),
        ("80%~90%", "80~90%"),
        ("1:220", "1:220"),
        ("一比二百二十", "1:220"),
        ("三年", "3年"),
        ("3年以上", "3年"),
        ("一年半", "1.5年"),
        ("半年", "6个月"),
        ("两个半小时", "2.5小时"),
        ("三到五年", "3~5年"),
        ("20多年", "20多年"),
        ("两所学校", "2所"),
        ("2所以上", "2所"),
        ("10名", "10人"),
        ("50万元", "500000元"),
        ("五十万块钱", "500000元"),
        ("1,200元", "1200元"),
        ("50多万元", "500000多元"),
        ("2018年1月17日", "2018年1月17日"),
        ("二〇一八年一月十七号", "2018年1月17日"),
        ("2018-01-17", "2018年1月17日"),
        ("2018年底", "2018年"),
        ("2015~2020年", "2015~2020年"),
        ("9月1号", "9月1日"),
        ("嘉政办发〔2019〕25号", "〔2019〕25号"),
        ("0519-88888888", "051988888888"),
        ("7点半", "7:30"),
        ("上午九点", "9:00"),
        ("第三十一条", "第31条"),
        ("三年级", "3年级"),
        ("257平方公里", "257平方公里"),
        ("一百二", "120"),
    ],
)
def test_a_number_has_one_normal_form(written, form):
    assert numbers_in(written) == (form,)


@pytest.mark.parametrize(
    "text",
    ["三位一体", "十九大精神", "“十三五”规划", "十分重要", "一个孩子", "初三", "第一时间", "5G和IPV6", "百千万工程", "第十三中学",
     "统一安排", "两个只增不减", "千万别", "十几岁", "科学家教进万家"],
)  # fmt: skip
def test_words_that_only_look_like_numbers_are_none(text):
    assert numbers_in(text) == ()


def test_a_lost_range_sign_gives_two_numbers_never_one():
    assert numbers_in("办好1 2所公办中心幼儿园") == ("1", "2所")


def test_numbers_come_in_order_and_once():
    text = "小学每生每年不低于1200元、初中不低于1500元,5年内达到,1200元为准"
    assert numbers_in(text) == ("1200元", "1500元", "5年")


def test_a_number_knows_its_kind_unit_and_place():
    (number,) = find_numbers("至少10所学校")
    assert number == Number("10所", NumberKind.QUANTITY, 2, 5)
    assert number.unit == "所"


def test_an_article_is_no_count_but_a_limit_is():
    assert [is_article(number, "一所") for number in find_numbers("一所")] == [True]
    assert [is_article(number, "一年以上") for number in find_numbers("一年以上")] == [False]


@pytest.mark.parametrize(
    ("question", "claims"),
    [
        ("听说校长最多只能干6年是吗", ("6年",)),
        ("是不是必须交满三年社保", ("3年",)),
        ("班额不是45人吗", ("45人",)),
        ("生均公用经费是每年1000元吧", ("1000元",)),
        ("体育老师1:300是真的吗", ("1:300",)),
        ("到2022年全部达到吗", ("2022年",)),
        ("我听说要任教五年以上才能评高级", ("5年",)),
        ("这两年听说校长要满6年才轮岗", ("6年",)),
        ("常州要建500个团队吗", ("500个",)),
        ("常州要建500多个团队吗", ("500多个",)),
        ("中考是不是考三门", ("3门",)),
        ("要考3到5门吗", ("3~5门",)),
        ("要考1.5个吗", ("1.5个",)),
        ("一个班里可以有60人吗", ("60人",)),
        ("听说三年期满就要交流，对吗", ("3年",)),
        ("18年就要建成吗", ("2018年",)),
        ("听说到18年建成", ("2018年",)),
        ("听说校长最多干18年，对吗", ("18年",)),
        ("听说干满18年就要走", ("18年",)),
    ],
)
def test_a_rule_put_forward_is_a_claim(question, claims):
    assert claimed_numbers(question) == claims


@pytest.mark.parametrize(
    "question",
    ["我在农村教了3年能评高级吗", "我家两个孩子上小学三年级", "孩子今年6岁半,能上吗", "2018年的文件还有效吗", "一年交多少钱",
     "〔2018〕4号文件有效吗", "这两年听说学校要合并,文件怎么说", "五年规划里这些钱到底给不给报", "三年到期了不想回城,有照顾吗",
     "校里三年内有七个老师要退,能早点招人吗", "要定三门考啥", "政策里说的五位一体是哪五个"],
)  # fmt: skip
def test_facts_of_the_askers_life_and_mere_references_are_no_claims(question):
    assert claimed_numbers(question) == ()


@pytest.mark.parametrize(
    ("written", "value"),
    [("一百二十", "120"), ("两千五", "2500"), ("一万二", "12000"), ("二〇一八", "2018"), ("一千零一十", "1010"), ("十", "10"),
     ("1.5万", "15000"), ("三点五", "3.5")],
)  # fmt: skip
def test_numerals_have_values(written, value):
    assert plain(numeral_value(written)) == value


@pytest.mark.parametrize("written", ["三五", "一二三", "百", "万千", "", "三点百"])
def test_what_is_no_numeral_has_no_value(written):
    assert numeral_value(written) is None


def test_plain_digits_have_no_needless_zeros():
    assert [plain(Decimal(text)) for text in ("50.0", "1E+3", "0.50", "100")] == [
        "50",
        "1000",
        "0.5",
        "100",
    ]
