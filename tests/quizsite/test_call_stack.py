"""On a large stack no loop takes memory from the system at every turn, however deep it is."""

import resource
import threading
from collections.abc import Callable

from quizsite.call_stack import with_large_stack

TURNS = 200


def small_call() -> None:
    """What a loop calls."""


def most_faults(depth: int) -> int:
    """The most page faults of one loop, of loops at each depth of calls."""
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(TURNS):
        small_call()
    faults = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before
    return max(faults, most_faults(depth - 1)) if depth else faults


def in_a_thread(function: Callable[[], int]) -> int:
    results: list[int] = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def test_no_loop_takes_memory_at_every_turn() -> None:
    assert in_a_thread(lambda: with_large_stack(most_faults, 500)) < TURNS / 2


def test_result_arguments_and_errors_are_those_of_the_function() -> None:
    assert with_large_stack(divmod, 7, 2) == (3, 1)
    assert with_large_stack(dict, name="Ann") == {"name": "Ann"}
