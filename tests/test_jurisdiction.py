"""Where a policy holds: the title first, then the issuer, then what only the country has."""

import pytest

from index.clauses import parse_clauses
from index.jurisdiction import guess_region
from index.metadata import extract_metadata


def region(title, *lines, body="第一条 甲。\n第二条 乙。"):
    text = "\n".join([title, *lines, body])
    extracted = extract_metadata(parse_clauses("d", text))
    guess = guess_region(extracted.title or "", extracted, text)
    return guess and (str(guess.value), guess.confidence)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("中华人民共和国教师法", ("全国", "read")),
        ("河南省未成年人保护条例", ("河南省", "read")),
        ("郑州市教育督导条例", ("河南省/郑州市", "read")),
        ("重庆市家庭教育促进条例", ("重庆市", "read")),
        ("松阳县争创义务教育优质均衡发展县实施方案", ("浙江省/丽水市/松阳县", "read")),
        ("教育部办公厅关于做好2024年招生入学工作的通知", ("全国", "read")),
        ("国务院关于加强教师队伍建设的意见", ("全国", "read")),
        ("幼儿园管理条例", ("全国", "inferred")),
        ("国家级示范校建设方案", None),
        ("某区教育高质量发展实施方案", None),
    ],
)
def test_the_title_names_the_region(title, expected):
    assert region(title) == expected


def test_a_zone_is_named_by_the_body_that_enacted_its_text():
    note = "2022年6月23日 深圳市第七届人民代表大会常务委员会第十次会议通过"
    assert region("深圳经济特区学前教育条例", note) == ("广东省/深圳市", "read")


def test_two_offices_that_print_an_opinion_are_read_from_its_first_line():
    line = "中共中央办公厅 国务院办公厅印发《关于进一步减轻学生作业负担的意见》"
    assert region(line, body="一、甲。\n二、乙。\n三、丙。") == ("全国", "read")


def test_a_text_that_addresses_the_provinces_is_national_unless_it_says_our_city():
    body = "一、各省、自治区、直辖市安排。\n二、{}落实。\n三、丙。"
    assert region("教育职责规定", body=body.format("学校")) == ("全国", "inferred")
    assert region("教育职责规定", body=body.format("我市学校")) is None
