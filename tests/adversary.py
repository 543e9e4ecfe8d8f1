"""A model that copies clauses faithfully, and in between distorts what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

from tests.model_server import Wire

SOURCE = re.compile(
    r"^〔(\d+)〕\n地区：(.*?)\n.*?原文：\n(.*?)(?=\n\n〔|\n\n请只写|\Z)", re.S | re.M
)
STRONGER = {"鼓励": "必须", "可以": "必须", "力争": "确保", "逐步": "立即", "一般不": "一律不"}
REVERSED = {
    "不得": "可以",
    "严禁": "允许",
    "应当": "不得",
    "应": "不得",
    "要": "不用",
    "禁止": "允许",
}
SUBJECTS = {"教师": "学生家长", "学校": "培训机构", "学生": "校长", "政府": "学校"}
JOINED = {"或者": "并且", "或": "并且", "既要": "只要", "以及": "或者任选"}
WIDENED = {
    "原则上": "一律",
    "一般": "一律",
    "主要": "全部",
    "重点": "全部",
    "优秀": "所有",
    "部分": "全部",
    "有条件的": "所有",
    "符合条件的": "所有",
    "探索": "全面实行",
    "适当": "大幅",
}
MOVED = {
    "农村": "城区",
    "公办": "民办",
    "小学": "高中",
    "市教育局": "区教育局",
    "每年": "每学期",
    "优先": "最后",
    "提高": "降低",
    "增加": "减少",
    "不低于": "不高于",
    "自愿": "强制",
    "校长": "教研员",
    "教师": "保安员",
}
CONDITION = re.compile(
    r"符合[^，,。]{0,10}条件的?|经[^，,。]{1,16}(?:同意|批准|核准)后?|对[^，,。]{3,20}的"
)


@dataclass(frozen=True, slots=True)
class Clause:
    number: int
    region: str
    text: str

    @property
    def sentences(self) -> list[str]:
        """Its own sentences that are long enough to be distorted."""
        found = re.findall(r"[^。\n]{12,120}(?=。)", self.text)
        return [re.sub(r"^[（(]?[一二三四五六七八九十\d]+[）)、.．]\s*", "", one) for one in found]


def sources(prompt: str) -> list[Clause]:
    return [Clause(int(n), region, text) for n, region, text in SOURCE.findall(prompt)]


def distortions(clause: Clause, said: str) -> Iterator[str]:
    """Sentences that the clause does not say, each with its marker."""
    mark = f"〔{clause.number}〕。"
    for digits in re.findall(r"\d+", said):
        other = str(int(digits) * 3 + 7)
        if other not in clause.text:
            yield said.replace(digits, other, 1) + mark
    for table in (STRONGER, REVERSED, SUBJECTS):
        word = next((one for one in table if one in said), None)
        if word and said.replace(word, table[word], 1) not in clause.text:
            yield said.replace(word, table[word], 1) + mark
    other = "嘉兴市" if "嘉兴" not in clause.region + clause.text else "武汉市"
    yield f"{other}规定，{said}{mark}"
    yield f"根据教基〔2023〕97号文件，{said}{mark}"
    yield f"{said}〔19〕。"
    yield f"{said}，并且每人可以领取三百元补助{mark}"
    yield f"文件写明：“{said[:5]}绝对{said[5:]}”{mark}"
    yield f"到2035年底以前，{said}{mark}"
    yield "违反规定的学校一律停止招生三年。"
    yield f"家长需要先缴纳赞助费才能办理{mark}"
    yield from (f"{one}{mark}" for one in subtle(clause, said) if one not in clause.text)


def subtle(clause: Clause, said: str) -> Iterator[str]:
    """What real models add, drop and swap in a sentence that they copy otherwise."""
    head, *rest = said.split("，" if "，" in said else ",")
    yield f"三十日内，{said}"
    yield f"{said}，全部免费"
    yield f"任何学校都{rest[-1] if rest else said}"
    yield f"{said}，逾期视为自动放弃"
    for table in (JOINED, WIDENED, MOVED):
        word = next((one for one in table if one in said), None)
        if word:
            yield said.replace(word, table[word], 1)
    condition = CONDITION.search(said)
    if condition and rest:
        yield said.replace(condition[0], "一律", 1)
    other = next((one for one in clause.sentences if one != said), None)
    if other and rest:
        yield f"只有{head}的，才能{re.split('[，,]', other)[-1]}"


@dataclass
class Adversary:
    """A script; ``distorted`` is every distortion that it has sent."""

    distorted: list[str] = field(default_factory=list)
    turn: Iterator[int] = field(default_factory=lambda: cycle(range(23)))

    def __call__(self, wire: Wire) -> None:
        for clause in sources(wire.user)[:2]:
            for n, said in enumerate(clause.sentences[:4]):
                if n % 2 == 0:
                    self._say(wire, f"{said}〔{clause.number}〕。")
                    continue
                bad = list(distortions(clause, said))
                self.distorted.append(bad[next(self.turn) % len(bad)])
                self._say(wire, self.distorted[-1])
        wire.finish()

    def _say(self, wire: Wire, text: str) -> None:
        for at in range(0, len(text), 40):
            wire.say(text[at : at + 40])
