"""Work done a few at a time, in the order in which it came."""

import threading

from bot.in_turn import InTurn
from tests.test_gate import until


class Counted:
    """Counts who is inside and notes the order; ``leave`` lets everybody out one after another."""

    def __init__(self, turns: InTurn) -> None:
        self.turns, self.order, self.inside, self.most = turns, list[str](), 0, 0
        self._lock, self._leave = threading.Lock(), threading.Semaphore(0)

    def enter(self, name: str) -> None:
        with self.turns:
            with self._lock:
                self.order.append(name)
                self.inside += 1
                self.most = max(self.most, self.inside)
            self._leave.acquire()
            with self._lock:
                self.inside -= 1

    def leave(self) -> None:
        self._leave.release()


def waiting(turns: InTurn) -> int:
    return len(turns._waiting)


def test_so_many_work_at_once_and_the_others_follow_in_the_order_they_came():
    turns = InTurn(2)
    counted = Counted(turns)
    threads = []
    for place, name in enumerate("甲乙丙丁戊"):
        thread = threading.Thread(target=counted.enter, args=(name,))
        thread.start()
        threads.append(thread)
        until(lambda place=place: len(counted.order) + waiting(turns) == place + 1)
    assert (counted.order, waiting(turns)) == (["甲", "乙"], 3)
    for done in range(5):
        counted.leave()
        until(lambda done=done: len(counted.order) == min(5, 3 + done))
    for thread in threads:
        thread.join(5)
    assert (counted.order, counted.most, counted.inside) == (list("甲乙丙丁戊"), 2, 0)


def test_a_place_is_free_again_after_work_that_failed():
    turns, failures = InTurn(1), list[str]()

    def fail(name: str) -> None:
        try:
            with turns:
                raise ValueError(name)
        except ValueError as error:
            failures.append(str(error))

    for name in "甲乙":
        thread = threading.Thread(target=fail, args=(name,), daemon=True)
        thread.start()
        thread.join(5)
    assert failures == ["甲", "乙"]
