"""Reference numbers: the same from the first to the last thing that a request reaches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from bot.public.visits import VISIT, Visit, current_visit, visit_of, visiting, within

ANNA = Visit("aa", "1.1.1.1", "page")


def test_outside_of_a_request_every_visit_has_a_number_of_its_own() -> None:
    first, second = current_visit(), current_visit()
    assert (first.client, first.channel) == ("", "local")
    assert len({first.reference, second.reference}) == 2
    assert len(first.reference) == 10


def test_inside_of_a_visit_it_is_the_current_one_and_no_longer() -> None:
    with visiting(ANNA):
        assert current_visit() == ANNA
    assert current_visit().client == ""


def test_steps_are_made_within_the_visit_whichever_thread_asks_for_them() -> None:
    def steps():
        for _ in range(3):
            yield current_visit().reference

    numbered = within(ANNA, steps())
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        asked = [pool.submit(next, numbered).result() for pool in (one, other, one)]
    assert asked == ["aa", "aa", "aa"]
    assert current_visit().client == ""


def test_steps_left_early_are_closed_within_the_visit() -> None:
    left = []

    def steps():
        try:
            yield 1
            yield 2
        finally:
            left.append(current_visit().reference)

    numbered = within(ANNA, steps())
    assert next(numbered) == 1
    numbered.close()
    assert left == ["aa"]


def test_a_request_that_came_through_no_door_is_numbered_all_the_same() -> None:
    assert visit_of({"state": {VISIT: ANNA}}, "gradio") == Visit("aa", "1.1.1.1", "gradio")
    assert visit_of({}, "gradio").channel == "gradio"
