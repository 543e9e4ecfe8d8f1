"""Requests made from the description of the API, their replies held against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.fuzzing import often

KNOWN = {"document_id": ("jia", "wu"), "key": ("1", "2", "9")}
QUESTIONS = (
    "老师多久交流一次",
    "嘉兴学校收费公示吗",
    "武汉随迁子女怎么入学",
    "你好",
    "北京午托多少钱",
)
# what a question may hold (no control characters, not only blanks) is said in words alone
LEFT_OUT: list[Any] = [positive_data_acceptance]


def described(schema: Any, examples: int, seen: Counter[int]) -> Iterator[Callable[[], None]]:
    """One check for each call and kind of data that can be made for it; statuses are counted."""
    for found in schema.get_all_operations():
        call = found.ok()
        for mode in GenerationMode:
            if mode is GenerationMode.POSITIVE or call.method.upper() == "POST":
                valid = mode is GenerationMode.POSITIVE
                yield _check(call.as_strategy(mode), valid, examples, seen)


def _check(
    cases: st.SearchStrategy[Case], valid: bool, examples: int, seen: Counter[int]
) -> Callable[[], None]:
    @often(examples)
    @given(cases, st.data())
    def check(case: Case, data: st.DataObject) -> None:
        if valid and data.draw(st.booleans()):
            _make_known(case, data)
        reply = case.call(timeout=60)  # longer than the service takes for the slowest answer
        seen[reply.status_code] += 1
        assert reply.status_code < 500 or reply.headers.get("retry-after"), case
        case.validate_response(reply, excluded_checks=LEFT_OUT)

    return check


def _make_known(case: Case, data: st.DataObject) -> None:
    """Ask for what is there, so that not only refusals are seen."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = data.draw(st.sampled_from(KNOWN[name]))
    if isinstance(case.body, dict) and "question" in case.body:
        case.body["question"] = data.draw(st.sampled_from(QUESTIONS))
