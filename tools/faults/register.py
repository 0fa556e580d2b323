"""The answer to one question as a register: whether what clients saw can come from one copy of the data. Pure.

Each accepted save makes the next revision of the register, and names the revision that it replaces. So the order of all
saves is known, and reads and saves only need to agree with it and with the clock of the clients.
Source: M. Herlihy, J. Wing, Linearizability, ACM TOPLAS 12 (1990).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# An attempt and a question.
type Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Operation:
    """What one client saw. began, ended: seconds on one monotonic clock, from the first sending to the definite reply.

    seen: for a save, the revision that it replaces; None for a read. value: None if a read did not show it.
    """

    key: Key
    began: float
    ended: float
    revision: int
    value: str | None
    seen: int | None = None


def anomalies(operations: Iterable[Operation], log: Mapping[Key, Sequence[tuple[int, str]]]) -> list[str]:
    """What contradicts one copy of the data. log: (revision, value) of the accepted saves of each register."""
    found = []
    by_key: dict[Key, list[Operation]] = {key: [] for key in log}
    for operation in operations:
        by_key.setdefault(operation.key, []).append(operation)
    for key, own in by_key.items():
        stored = sorted(log.get(key, ()))
        if [revision for revision, _ in stored] != list(range(1, len(stored) + 1)):
            found.append(f"{key}: the revisions are not 1 to {len(stored)}")
        values = dict(stored)
        found += [f"{key}: {problem}" for one in own if (problem := _contradiction(one, values))]
        found += [f"{key}: revision {one.revision} was seen after a later one" for one in _out_of_order(own)]
    return found


def saved_after(operations: Iterable[Operation], submitted: Mapping[str, float]) -> list[str]:
    """Saves that were accepted although they began after the reply to a turn-in. submitted: attempt, moment."""
    return [
        f"{one.key}: saved after the turn-in"
        for one in operations
        if one.seen is not None and one.began > submitted.get(one.key[0], one.began)
    ]


def _contradiction(one: Operation, values: Mapping[int, str]) -> str | None:
    if one.seen is not None and one.revision != one.seen + 1:
        return f"revision {one.revision} replaced {one.seen}"
    if one.revision and one.revision not in values:
        return f"revision {one.revision} is lost"
    if one.value is not None and values.get(one.revision) != one.value:
        return f"revision {one.revision} has another value"
    return None


def _out_of_order(own: Sequence[Operation]) -> list[Operation]:
    """Operations that saw less than one that had ended before they began; a save must make more."""
    found = []
    by_end = sorted(own, key=lambda one: one.ended)
    place, newest = 0, 0
    for one in sorted(own, key=lambda one: one.began):
        while place < len(by_end) and by_end[place].ended < one.began:
            newest = max(newest, by_end[place].revision)
            place += 1
        if one.revision < newest + (one.seen is not None):
            found.append(one)
    return found
