"""What a lesson asks for and when: the bell, the work, the close. Pure: (second, request) from a seeded chance."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from tools.scaling import costs
from tools.scaling.costs import Costs

Timed = tuple[float, str]

# What no one waits for: a script asks, and asks again.
POLLS = {"time_poll", "presence", "board_same", "board_changed"}


@dataclass(frozen=True, slots=True)
class Habits:
    """What may differ between lessons. Seconds; None for a poll: never. files: how many the web processes serve."""

    bell_seconds: float
    files: int
    clock_seconds: float | None
    presence_seconds: float | None
    board_seconds: float | None

    @classmethod
    def of(cls, figures: Costs, *, is_timed: bool = True, has_proxy: bool = False) -> "Habits":
        """As the site's scripts have it. is_timed: the assignment has a time limit or a close, so a clock runs."""
        return cls(
            figures.people["bell_seconds"],
            0 if has_proxy else int(figures.people["cold_files"]),
            costs.clock_seconds() if is_timed else None,
            costs.presence_seconds(),
            costs.board_seconds(),
        )


def bell(students: int, figures: Costs, habits: Habits, chance: random.Random) -> list[Timed]:
    """The first minutes, in order of time: everyone signs in, starts, and answers; boards are open."""
    ends = habits.bell_seconds + 60
    requests: list[Timed] = []
    for _ in range(students):
        requests.extend(_one_student(figures, habits, chance, ends))
    requests.extend(_boards(students, figures, habits, chance, ends))
    return sorted(request for request in requests if request[0] <= ends)


def close(students: float, figures: Costs, chance: random.Random) -> list[Timed]:
    """The second in which an assignment closes for all: the pages of students at work turn in."""
    count = round(students * figures.people["still_at_work"])
    moments = [chance.random() for _ in range(count)]
    # The browser requests the receipt after the reply. The queue keeps the order, so both have the same moment.
    return sorted((moment, name) for moment in moments for name in ("submit_attempt", "receipt_page"))


def at_work(habits: Habits, figures: Costs) -> dict[str, float]:
    """Requests a second of one student at work and of the share of a board, on average."""
    rates = {"save": 1 / figures.people["answer_seconds"]}
    if habits.clock_seconds:
        rates["time_poll"] = 1 / habits.clock_seconds
    if habits.presence_seconds:
        rates["presence"] = 1 / habits.presence_seconds
    if habits.board_seconds:
        asks = 1 / habits.board_seconds / figures.people["class_size"]
        changed = _changed_share(habits.board_seconds, figures)
        rates |= {"board_changed": asks * changed, "board_same": asks * (1 - changed)}
    return rates


def _one_student(figures: Costs, habits: Habits, chance: random.Random, ends: float) -> Iterator[Timed]:
    step = figures.people["step_seconds"]

    def pause() -> float:
        return chance.uniform(0.5, 1.5) * step

    now = chance.triangular(0, habits.bell_seconds, habits.bell_seconds / 3)
    yield now, "join_page"
    for _ in range(habits.files):
        yield now + chance.uniform(0.05, 0.5), "static_file"
    for act, page in (("join_code", "names_page"), ("join_name", "pin_page"), ("join_pin", "home_page")):
        now += pause()
        yield now, act
        yield now + 0.05, page
    now += pause() / 2
    yield now, "start_page"
    now += pause()
    yield now, "begin"
    now += 0.05
    yield from _questions(now, figures, habits, chance, ends)
    if habits.presence_seconds:
        for turn in range(int(max(0.0, ends - now) // habits.presence_seconds) + 1):
            yield now + turn * habits.presence_seconds, "presence"


def _questions(begun: float, figures: Costs, habits: Habits, chance: random.Random, ends: float) -> Iterator[Timed]:
    yield begun, "question_page"
    # All the others at once, so that going on asks for nothing.
    yield begun + 0.05, "questions_ahead"
    now = begun
    while now < ends:
        now += chance.uniform(0.4, 1.6) * figures.people["answer_seconds"]
        yield now, "save"
        now += 1
    if habits.clock_seconds:
        for turn in range(1, int((ends - begun) // habits.clock_seconds) + 1):
            yield begun + turn * habits.clock_seconds, "time_poll"


def _boards(students: int, figures: Costs, habits: Habits, chance: random.Random, ends: float) -> Iterator[Timed]:
    if not habits.board_seconds or not students:
        return
    every = habits.board_seconds * figures.people["class_size"] / students
    changed = _changed_share(habits.board_seconds, figures)
    now = chance.uniform(0, every)
    while now < ends:
        yield now, "board_changed" if chance.random() < changed else "board_same"
        now += chance.uniform(0.5, 1.5) * every


def _changed_share(seconds: float, figures: Costs) -> float:
    """How many of a board's polls find something new: each save and each page's first heartbeat changes it."""
    saves = figures.people["class_size"] / figures.people["answer_seconds"]
    return 1 - math.exp(-saves * seconds)
