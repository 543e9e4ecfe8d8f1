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


@dataclass
class Adversary:
    """A script; ``distorted`` is every distortion that it has sent."""

    distorted: list[str] = field(default_factory=list)
    turn: Iterator[int] = field(default_factory=lambda: cycle(range(7)))

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
