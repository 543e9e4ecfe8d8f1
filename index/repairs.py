"""Editorial repairs of a sidecar: explicit, reasoned, matching exactly once, and accountable."""

from __future__ import annotations

from collections.abc import Sequence

from index.documents import Repair
from index.errors import RepairMismatch
from index.sidecar import MoveRule, NoteRule, RepairRule, ReplaceRule
from index.textmap import MappedText


def apply_repairs(
    document_id: str, mapped: MappedText, rules: Sequence[RepairRule]
) -> tuple[MappedText, tuple[Repair, ...]]:
    """Apply every rule in order; raises RepairMismatch naming the rule that does not fit."""
    for rule in rules:
        mapped = _apply(document_id, mapped, rule)
    return mapped, tuple(_located(document_id, mapped.text, rule) for rule in rules)


def _apply(document_id: str, mapped: MappedText, rule: RepairRule) -> MappedText:
    if isinstance(rule, ReplaceRule):
        start = _once(document_id, mapped.text, rule.replace)
        return mapped.replaced(start, start + len(rule.replace), rule.with_)
    if isinstance(rule, MoveRule):
        start = _once(document_id, mapped.text, rule.move_from)
        last = mapped.text.find(rule.move_to, start)
        after = _once(document_id, mapped.text, rule.after) + len(rule.after)
        if last < 0 or start <= after <= last:
            raise RepairMismatch(f"{document_id}：修复规则的终点“{rule.move_to}”不在起点之后")
        return mapped.moved(start, last + len(rule.move_to), after)
    _once(document_id, mapped.text, rule.note)
    return mapped


def _once(document_id: str, text: str, words: str) -> int:
    count = text.count(words)
    if count != 1:
        raise RepairMismatch(
            f"{document_id}：修复规则“{words}”在正文里出现 {count} 次，"
            "必须恰好 1 次，请改写这条规则"
        )
    return text.index(words)


def _located(document_id: str, text: str, rule: RepairRule) -> Repair:
    if isinstance(rule, ReplaceRule):
        start = _once(document_id, text, rule.with_)
        return Repair(
            "replace", rule.replace, rule.with_, rule.reason, start, start + len(rule.with_)
        )
    if isinstance(rule, MoveRule):
        start = _once(document_id, text, rule.move_from)
        end = text.index(rule.move_to, start) + len(rule.move_to)
        return Repair("move", rule.move_from, text[start:end], rule.reason, start, end)
    assert isinstance(rule, NoteRule)
    start = _once(document_id, text, rule.note)
    return Repair("note", rule.note, rule.note, rule.reason, start, start + len(rule.note))
