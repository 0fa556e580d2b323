"""The register that the answers of several web machines are held to."""

import pytest

from tools.faults.register import Operation, anomalies, saved_after

KEY = ("attempt", 1)
LOG = {KEY: [(1, "a"), (2, "b")]}


def save(began: float, ended: float, revision: int, value: str, *, seen: int | None = None) -> Operation:
    return Operation(KEY, began, ended, revision, value, seen=revision - 1 if seen is None else seen)


def read(began: float, ended: float, revision: int, value: str | None = None) -> Operation:
    return Operation(KEY, began, ended, revision, value)


@pytest.mark.parametrize(
    "operations",
    [
        [],
        [save(0, 1, 1, "a"), save(2, 3, 2, "b")],
        # Beside each other, in either order.
        [save(0, 5, 1, "a"), save(1, 2, 2, "b")],
        # A read beside a save sees either.
        [save(0, 1, 1, "a"), save(2, 5, 2, "b"), read(3, 4, 1, "a"), read(3, 4, 2, "b")],
        [read(0, 1, 0), save(2, 3, 1, "a"), read(4, 5, 2, "b")],
    ],
)
def test_one_copy_of_the_data_has_no_anomaly(operations: list[Operation]) -> None:
    assert anomalies(operations, LOG) == []


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ([save(0, 1, 3, "c")], "revision 3 is lost"),
        ([save(0, 1, 2, "a")], "revision 2 has another value"),
        ([save(0, 1, 2, "b", seen=0)], "revision 2 replaced 0"),
        ([save(0, 1, 2, "b"), read(2, 3, 1, "a")], "revision 1 was seen after a later one"),
        ([save(0, 1, 2, "b"), save(2, 3, 1, "a")], "revision 1 was seen after a later one"),
        ([save(0, 1, 1, "a"), save(2, 3, 1, "a")], "revision 1 was seen after a later one"),
        ([save(0, 1, 1, "a"), read(2, 3, 0)], "revision 0 was seen after a later one"),
        ([read(0, 1, 1, "b")], "revision 1 has another value"),
    ],
)
def test_anomaly_is_named(operations: list[Operation], words: str) -> None:
    assert anomalies(operations, LOG) == [f"('attempt', 1): {words}"]


@pytest.mark.parametrize("stored", [[(2, "b")], [(1, "a"), (1, "b")], [(1, "a"), (3, "c")]])
def test_log_with_a_gap_or_a_fork_is_an_anomaly(stored: list[tuple[int, str]]) -> None:
    assert anomalies([], {KEY: stored}) == [f"('attempt', 1): the revisions are not 1 to {len(stored)}"]


def test_save_that_started_after_the_turn_in_is_an_anomaly() -> None:
    operations = [save(0, 1, 1, "a"), save(1.5, 4, 2, "b"), read(3, 4, 2)]

    assert saved_after(operations, {"attempt": 2}) == []
    assert saved_after(operations, {"attempt": 1}) == ["('attempt', 1): saved after the turn-in"]
