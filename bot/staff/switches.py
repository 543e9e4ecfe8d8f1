"""What staff can switch for the public: a pause, a pause of the language model, a notice.

Read on every question, so kept for a second; while the store is down the last state holds.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, fields
from threading import Lock
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.staff.audit import record
from bot.staff.store import Store, StoreDown
from bot.staff.tables import SwitchValue

AGE = 1.0  # seconds that a state is used before it is read again
RETRY = 5.0  # seconds until a store that was down is asked again
PATIENCE = 0.3  # seconds that a question waits for the store
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SwitchState:
    """The switches of a moment; an empty ``paused_text`` means the usual sentence."""

    paused: bool = False
    paused_text: str = ""
    model_paused: bool = False
    banner: str = ""


class Switches:
    """The state of the switches; ``current`` never raises and hardly ever waits."""

    def __init__(self, store: Store, clock: Callable[[], float] = monotonic) -> None:
        self._store, self._clock = store, clock
        self._state = SwitchState()
        self._due = 0.0
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(1, "switches")
        self._load: Future[None] | None = None

    def current(self) -> SwitchState:
        """The state, at most about a second old; the last one known while the store is down."""
        with self._lock:
            due = self._clock() >= self._due
            if due:
                self._due = self._clock() + AGE
                if self._load is None or self._load.done():
                    self._load = self._pool.submit(self._read)
            load = self._load
        if due and load:
            wait([load], PATIENCE)
        return self._state

    def change(self, actor: str, wanted: SwitchState) -> tuple[str, ...]:
        """Set the switches, one audit entry for each that changes; raises StoreDown."""
        with self._store.writing() as session:
            before, after = asdict(_stored(session)), asdict(wanted)
            changed = tuple(name for name in after if after[name] != before[name])
            for name in changed:
                session.merge(SwitchValue(name=name, value=json.dumps(after[name])))
                details = {"before": before[name], "after": after[name]}
                record(session, actor, "switch", name, details)
        self._state = wanted
        return changed

    def _read(self) -> None:
        try:
            with self._store.reading() as session:
                self._state = _stored(session)
        except StoreDown:
            logger.warning("the switches stay as they are: the store is down")
            self._due = self._clock() + RETRY


def _stored(session: Session) -> SwitchState:
    known = {field.name for field in fields(SwitchState)}
    rows = session.scalars(select(SwitchValue)).all()
    return SwitchState(**{row.name: json.loads(row.value) for row in rows if row.name in known})
