import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.documents import Region
from index.region_data import load_tables
from index.regions import Mention, Relation, load_gazetteer, relate, relate_any

JIAXING, WUHAN, SONGYANG, CHANGZHOU, ANONYMOUS = HELD = [
    Region.parse(path)
    for path in ("浙江省/嘉兴市", "湖北省/武汉市", "浙江省/丽水市/松阳县", "江苏省/常州市", "某区")
]
BARE = load_gazetteer()
GAZETTEER = BARE.with_held(HELD).with_aliases(
    {"某区": ANONYMOUS, "那个区": ANONYMOUS, "红船": JIAXING}
)


def named(text, gazetteer=GAZETTEER):
    """[(text of the mention, its regions as paths)]"""
    return [(m.text, *map(str, m.regions)) for m in gazetteer.find(text)]


def regions(text, gazetteer=GAZETTEER):
    return [str(region) for mention in gazetteer.find(text) for region in mention.regions]


def test_a_mention_tells_its_place_and_region():
    assert GAZETTEER.find("我在武汉上学") == (Mention("武汉", 2, 4, (WUHAN,), "name"),)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("浙江省", "浙江省"), ("浙江", "浙江省"), ("内蒙古", "内蒙古自治区"), ("广西", "广西壮族自治区"),
        ("嘉兴市", "浙江省/嘉兴市"), ("嘉兴", "浙江省/嘉兴市"), ("恩施州", "湖北省/恩施土家族苗族自治州"),
        ("松阳县", "浙江省/丽水市/松阳县"), ("松阳", "浙江省/丽水市/松阳县"),
        ("溧阳", "江苏省/常州市/溧阳市"), ("黄陂", "湖北省/武汉市/黄陂区"),
        ("南湖区", "浙江省/嘉兴市/南湖区"), ("秀洲区", "浙江省/嘉兴市/秀洲区"),
        ("黄浦区", "上海市/黄浦区"), ("浦东", "上海市/浦东新区"), ("三都县", "贵州省/黔南布依族苗族自治州/三都水族自治县"),
        ("开化县", "浙江省/衢州市/开化县"), ("仙桃市", "湖北省/仙桃市"), ("雄安", "河北省/雄安新区"),
        ("香港", "香港特别行政区"), ("澳门", "澳门特别行政区"), ("台湾", "台湾省"), ("台北", "台湾省/台北市"),
        ("新疆", "新疆维吾尔自治区"), ("兵团", "新疆维吾尔自治区/新疆生产建设兵团"), ("海南岛", "海南省"),
    ],
)  # fmt: skip
def test_full_and_short_names_are_recognised(text, path):
    assert named(f"{text}的教师政策") == [(text, path)]


@pytest.mark.parametrize(
    ("text", "mention", "path"),
    [
        ("浙江省丽水市松阳县的小学", "浙江省丽水市松阳县", "浙江省/丽水市/松阳县"),
        ("丽水的松阳怎么轮岗", "丽水的松阳", "浙江省/丽水市/松阳县"),
        ("江苏常州武进区", "江苏常州武进区", "江苏省/常州市/武进区"),
        ("南京鼓楼区", "南京鼓楼区", "江苏省/南京市/鼓楼区"),
        ("常州钟楼小学招生", "常州钟楼", "江苏省/常州市/钟楼区"),
        ("吉林长春朝阳", "吉林长春朝阳", "吉林省/长春市/朝阳区"),
        ("吉林吉林市", "吉林吉林市", "吉林省/吉林市"),
    ],
)
def test_a_parent_and_its_child_are_one_mention_of_the_child(text, mention, path):
    assert named(text) == [(mention, path)]


def test_a_shared_name_gives_every_candidate_the_highest_first():
    assert named("鼓楼区") == [
        ("鼓楼区", "江苏省/南京市/鼓楼区", "江苏省/徐州市/鼓楼区", "福建省/福州市/鼓楼区", "河南省/开封市/鼓楼区")
    ]  # fmt: skip
    assert regions("吉林的高中") == ["吉林省", "吉林省/吉林市"]
    assert regions("海南的高中") == ["海南省", "青海省/海南藏族自治州"]
    assert regions("在朝阳上学") == ["辽宁省/朝阳市", "北京市/朝阳区", "吉林省/长春市/朝阳区"]
    assert regions("通州的高中") == ["北京市/通州区", "江苏省/南通市/通州区"]
    assert regions("大同的高中") == ["山西省/大同市", "黑龙江省/大庆市/大同区"]


def test_a_parent_named_elsewhere_settles_a_shared_name():
    assert named("鼓楼区的政策，福州的") == [
        ("鼓楼区", "福建省/福州市/鼓楼区"),
        ("福州", "福建省/福州市"),
    ]
    assert regions("天津和河北") == ["天津市", "河北省"]


def test_a_county_adds_nothing_to_the_short_name_of_its_city():
    assert named("长沙的初中") == [("长沙", "湖南省/长沙市")]
    assert named("长沙县的初中") == [("长沙县", "湖南省/长沙市/长沙县")]


@pytest.mark.parametrize(
    "text",
    [
        "武汉大学", "武汉理工大学附属小学", "常州公开课是什么", "上海路小学", "南京路", "北京师范大学", "北京时间",
        "兰州拉面", "长春藤", "公开化", "孩子在上高中", "学习水平", "组成县级领导小组", "王建平老师", "长治久安",
        "平安校园", "惠民政策", "公安部门", "城区学校和郊区学校", "新市区", "市和县两级", "市直学校和县区学校",
        "和平友好，团结解放，东方新华", "城关小学", "鼓楼的学校", "湖南师大附中", "内地西藏班", "延安精神", "解放小学", "四方协议", "我们县的政策", "黄陂小学",
    ],
)  # fmt: skip
def test_words_that_merely_contain_a_place_name_are_no_region(text):
    assert named(text, BARE) == []


@pytest.mark.parametrize(
    "text", ["常州班额标准", "常州班级人数", "常州班主任", "常州大学生", "常州街道", "常州时间安排"]
)
def test_a_longer_word_that_begins_like_one_of_those_leaves_the_region(text):
    assert named(text, BARE) == [("常州", "江苏省/常州市")]


def test_a_city_before_a_school_word_is_the_region_and_a_held_county_too():
    assert named("嘉兴小学招生") == [("嘉兴", "浙江省/嘉兴市")]
    assert named("松阳小学招生") == [("松阳", "浙江省/丽水市/松阳县")]
    assert named("溧阳小学招生") == [("溧阳", "江苏省/常州市/溧阳市")]
    assert named("松阳小学招生", BARE) == []


def test_a_held_name_wins_over_the_end_of_it_that_begins_another():
    assert named("松阳新教师怎么招") == [("松阳", "浙江省/丽水市/松阳县")]
    assert named("阳新教师怎么招", BARE) == [("阳新", "湖北省/黄石市/阳新县")]


def test_a_quarter_of_another_city_is_not_a_county_elsewhere():
    assert named("武汉南湖小学") == [("武汉", "湖北省/武汉市")]


def test_an_everyday_word_counts_beside_its_unit_parent_or_office():
    assert regions("江岸区") == regions("武汉江岸的小学") == ["湖北省/武汉市/江岸区"]
    assert regions("开化教育局") == ["浙江省/衢州市/开化县"]
    assert regions("在白银上学") == ["甘肃省/白银市"]
    assert regions("白银涨价") == []


def test_a_unit_that_belongs_to_the_next_word_leaves_the_short_name():
    assert named("河北区域教育") == [("河北", "河北省")]
    assert regions("武汉市民") == ["湖北省/武汉市"]


def test_a_former_name_leads_to_the_division_of_today():
    assert regions("襄樊市") == regions("襄樊") == ["湖北省/襄阳市"]
    assert regions("秀城区") == ["浙江省/嘉兴市/南湖区"]
    assert regions("武进市") == ["江苏省/常州市/武进区"]
    assert regions("闸北区") == ["上海市/静安区"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Is there a quota in Songyang County?", [("Songyang County", "浙江省/丽水市/松阳县")]),
        ("is there a quota in songyang", [("songyang", "浙江省/丽水市/松阳县")]),
        ("Wuhan and Jiaxing", [("Wuhan", "湖北省/武汉市"), ("Jiaxing", "浙江省/嘉兴市")]),
        ("CHANGZHOU", [("CHANGZHOU", "江苏省/常州市")]),
        ("Shanghai, Beijing", [("Shanghai", "上海市"), ("Beijing", "北京市")]),
        ("我想去hangzhou教书", [("hangzhou", "浙江省/杭州市")]),
        ("Xi'an or Hong Kong", [("Xi'an", "陕西省/西安市"), ("Hong Kong", "香港特别行政区")]),
        ("Shanxi, Shaanxi", [("Shanxi", "山西省"), ("Shaanxi", "陕西省")]),
        ("Nanhu District", [("Nanhu District", "浙江省/嘉兴市/南湖区")]),
        ("Wuhan University on Nanjing Road", []),
        ("Please guide me, he can mine data", []),
    ],
)
def test_names_in_latin_letters_are_recognised_as_whole_words(text, found):
    assert named(text) == found


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("在武汉打工，娃的户口在河南", [False, True]),
        ("从杭州转到常州读初中", [True, False]),
        ("安徽籍的孩子在嘉兴上学", [True, False]),
        ("武汉和松阳比一比", [False, False]),
    ],
)
def test_where_somebody_comes_from_is_marked_as_origin(text, origins):
    assert [mention.origin for mention in GAZETTEER.find(text)] == origins


def test_an_alias_wins_over_names_and_rules():
    assert GAZETTEER.find("那个区的方案") == (Mention("那个区", 0, 3, (ANONYMOUS,), "alias"),)
    assert named("红船小学") == [("红船", "浙江省/嘉兴市")]
    assert named("红船小学", BARE) == []


@pytest.mark.parametrize(
    ("text", "written", "region"),
    [
        ("家兴市小学", "家兴市", JIAXING), ("佳兴的小学", "佳兴", JIAXING), ("松杨的老师", "松杨", SONGYANG),
        ("松羊县的老师", "松羊县", SONGYANG), ("常洲教师", "常洲", CHANGZHOU), ("在武汗上学", "武汗", WUHAN),
    ],
)  # fmt: skip
def test_a_held_region_is_heard_behind_other_characters(text, written, region):
    start = text.index(written)
    expected = Mention(written, start, start + len(written), (region,), "sound")
    assert GAZETTEER.find_held_sounds(text, HELD) == (expected,)


@pytest.mark.parametrize(
    "text", ["甲型流感", "更加兴奋", "家庭兴旺", "送样检查", "无汉字", "五汉堡", "常州", "松阳"]
)
def test_ordinary_words_and_right_spellings_are_not_heard(text):
    assert GAZETTEER.find_held_sounds(text, HELD) == ()


def test_only_the_supplied_regions_are_heard():
    assert GAZETTEER.find_held_sounds("武汗上学", [JIAXING]) == ()


def test_a_region_is_held_inside_around_or_outside_the_held_ones():
    assert relate(JIAXING, HELD) == Relation("held", (JIAXING,))
    assert relate(Region.parse("浙江省/嘉兴市/南湖区"), HELD) == Relation("inside_held", (JIAXING,))
    assert relate(Region.parse("浙江省"), HELD) == Relation("contains_held", (JIAXING, SONGYANG))
    assert relate(Region.parse("浙江省/丽水市"), HELD) == Relation("contains_held", (SONGYANG,))
    assert relate(Region.parse("浙江省/杭州市"), HELD) == Relation("not_held", ())
    assert relate(ANONYMOUS, HELD) == Relation("held", (ANONYMOUS,))


def test_the_closest_of_several_regions_decides():
    shared = [Region.parse("台湾省/新北市"), Region.parse("江苏省/常州市/新北区")]
    assert relate_any(shared, HELD) == Relation("inside_held", (CHANGZHOU,))
    assert relate_any([], HELD) == Relation("not_held", ())


def test_the_table_holds_every_division_and_reads_back_its_names():
    assert len({r for r in load_tables().forms if r.path[0] == "浙江省"}) == 1 + 11 + 90
    assert BARE.names(SONGYANG) == ("松阳县", "松阳")
    assert BARE.names(ANONYMOUS) == ("某区",)


@settings(deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("松阳县嘉兴市南京鼓楼区 的市小学Wuhan'\ud800𠮷😀\n"), max_size=30
    )
)
def test_every_mention_is_the_text_at_its_place(text):
    found = [*GAZETTEER.find(text), *GAZETTEER.find_held_sounds(text, HELD)]
    assert [m.text for m in found] == [text[m.start : m.end] for m in found]
    ends = [m.end for m in GAZETTEER.find(text)]
    assert all(m.start >= end for m, end in zip(GAZETTEER.find(text)[1:], ends, strict=False))


def test_a_long_question_is_read_in_linear_time():
    text = "我家孩子户口在松阳，想转到武汉市江夏区的小学读书。" * 80
    began = time.process_time()
    assert len(GAZETTEER.find(text)) == 160
    assert time.process_time() - began < 1
