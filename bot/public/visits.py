"""Who asks, by which way in, under which reference number; known to all that a request reaches."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, replace
from typing import Any, TypeVar

VISIT = "wence.visit"  # its place in the state of a request
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: ``client`` is whom limits count (empty: this process itself, never limited)."""

    reference: str
    client: str = ""
    channel: str = "local"


_current: ContextVar[Visit | None] = ContextVar("visit", default=None)


def new_reference() -> str:
    """Short enough to be read out, too long to be guessed."""
    return secrets.token_hex(5)


def current_visit() -> Visit:
    """The visit of the running request; a new one of no client outside of any request."""
    return _current.get() or Visit(new_reference())


def visit_or_none() -> Visit | None:
    """The visit of the running request, if there is one."""
    return _current.get()


def visit_of(scope: Mapping[str, Any], channel: str) -> Visit:
    """The visit that the door has put on a request, as one that came in by this channel."""
    found = scope.get("state", {}).get(VISIT)
    return replace(found or Visit(new_reference()), channel=channel)


def enter(visit: Visit) -> None:
    """Make it the visit of the rest of this task."""
    _current.set(visit)


@contextmanager
def visiting(visit: Visit) -> Iterator[None]:
    """Make it the visit of the block."""
    token = _current.set(visit)
    try:
        yield
    finally:
        _current.reset(token)


def within(visit: Visit, steps: Iterator[Item]) -> Iterator[Item]:
    """The items of ``steps``, each made during the visit, whichever thread asks for it."""
    context, end = copy_context(), object()
    context.run(_current.set, visit)
    try:
        while (item := context.run(next, steps, end)) is not end:
            yield item  # type: ignore[misc]
    finally:
        close = getattr(steps, "close", None)
        if close:
            context.run(close)
