"""A clean statute and a clean circular for the tests of checks, and documents made of texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from index.clauses import parse_clauses
from index.documents import Document, Region
from tests.toys import make_document

STATUTE = """某市学校条例
第一章 总则
第一条 为了规范学校管理，保障学生的合法权益，根据《中华人民共和国教育法》，结合本市实际，制定本条例。
第二条 本条例适用于本市行政区域内的学校。
本条例所称学校，是指实施义务教育的小学和初级中学。
第三条 学校应当坚持“立德树人”，促进学生全面发展。
第二章 管理
第四条 市教育行政部门（以下简称教育部门）负责全市学校的管理和监督工作。
第五条 学校应当履行下列职责：
（一）建立健全教学管理制度；
（二）每学期组织3~5次安全教育活动；
（三）保障学生每天体育锻炼时间不少于1小时；
（四）法律、法规规定的其他职责。
第六条 班级人数一般不得超过45人，专任教师合格率应当达到100%。
第七条 学校不得分设重点班和非重点班。
第八条 校长任期为三至五年，可以连任。
第九条 社会组织和个人可以依法向学校捐赠图书和设备。
第三章 附则
第十条 违反本条例规定的，由教育部门责令限期改正。
第十一条 本条例自2022年9月1日起施行。2005年3月1日公布的办法同时废止。
"""
CIRCULAR = """某市教育局关于做好招生工作的通知
某教〔2023〕12号
各区教育局，市直各学校：
为做好2023年招生工作，现将有关事项通知如下。
一、总体要求
坚持免试就近入学，规范招生行为。
二、主要任务
（一）合理划定学区
1.区教育局根据适龄儿童人数和学校规模划定学区，于5月31日前公布。
2.新建小区的学区由区教育局会同有关部门确定。
（二）规范报名程序
1.家长于6月1日至6月10日在网上报名，提交户口簿等材料。
2.学校审核材料，审核结果由学校通知家长。
三、保障措施
（一）加强领导
各区成立工作小组，明确责任分工，做好政策宣传。
（二）严肃纪律
任何学校不得举行选拔考试，不得收取与入学挂钩的费用。
某市教育局
2023年4月20日
"""


def document_of(text: str, document_id: str = "d", title: str = "某市学校条例") -> Document:
    """The document that this text would be, with all its metadata."""
    return replace(
        make_document(document_id, "浙江省/嘉兴市", []),
        title=title,
        short_title=title,
        number="某教〔2023〕12号",
        issuer="某市教育局",
        region=Region.parse("浙江省/嘉兴市"),
        issued=date(2023, 4, 20),
        text=text,
        raw_digest=str(hash(text)),
        clauses=parse_clauses(document_id, text),
    )
