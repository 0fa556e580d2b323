"""How many processes, machines and commits a number of students needs, and which limit comes first."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tools.scaling.costs import Costs
from tools.scaling.lesson import POLLS, Habits, Timed, at_work, bell, close
from tools.scaling.queueing import gamma, quantile, waits

# What the plan promises: of a hundred pages and saves at the bell, 99 are answered within this many seconds.
PROMISE_SHARE, PROMISE_SECONDS = 0.99, 0.5
SEEDS = (1, 2, 3)
# Rates at the bell are those of its busiest stretch of this many seconds.
STRETCH_SECONDS = 10


@dataclass(frozen=True)
class Plan:
    """One way of running lessons. uses_postgresql: otherwise SQLite, which is one machine."""

    figures: Costs
    habits: Habits
    uses_postgresql: bool

    @cached_property
    def students_per_process(self) -> int:
        """The most students on one web process that keep the promise, by simulation; to three percent.

        Nor may the process be busier at work than planned.
        """
        low, high = 0, int(self.figures.figures["planned_busy"] / self.busy_at_work(1))
        if self.slow_at_bell(high) <= PROMISE_SECONDS:
            return high
        while high > 1.03 * low + 1:
            middle = (low + high) // 2
            if self.slow_at_bell(middle) <= PROMISE_SECONDS:
                low = middle
            else:
                high = middle
        return low

    def slow_at_bell(self, students: int, sharing: int = 1) -> float:
        """The 99th percentile, in seconds, of what a person waits for at the bell with so many students a process.

        sharing: processes that take from one queue, rather than each from its own.
        """
        answers: list[float] = []
        for seed in SEEDS:
            chance = random.Random(seed)
            requests = bell(students * sharing, self.figures, self.habits, chance)
            timely = [one for one in requests if one[0] <= self.habits.bell_seconds]
            answers += self._answers(timely, chance, sharing)
        return quantile(answers, PROMISE_SHARE)

    def last_at_close(self, students: float) -> float:
        """Seconds until the last of a process's students has a receipt where an assignment closes for all."""
        chance = random.Random(SEEDS[0])
        requests = close(students, self.figures, chance)
        return max(self._answers(requests, chance), default=0.0)

    def busy_at_work(self, students: float) -> float:
        """How much of a core's time one process needs once everyone is at work."""
        return students * sum(
            rate * self.figures.cpu_seconds(name) for name, rate in at_work(self.habits, self.figures).items()
        )

    @cached_property
    def peak(self) -> "Rates":
        """What one student's share asks in the busiest stretch of the bell; bytes include files that a proxy serves."""
        students = 2000
        habits = replace(self.habits, files=int(self.figures.people["cold_files"]))
        parts: dict[str, Counter[int]] = {
            part: Counter() for part in ("requests", "reads", "writes", "commits", "bytes")
        }
        for second, name in bell(students, self.figures, habits, random.Random(SEEDS[0])):
            cost, stretch = self.figures.requests[name], int(second // STRETCH_SECONDS)
            parts["bytes"][stretch] += cost.bytes
            if name == "static_file" and not self.habits.files:
                continue
            parts["requests"][stretch] += 1
            parts["reads"][stretch] += cost.reads
            parts["writes"][stretch] += cost.writes
            parts["commits"][stretch] += cost.commits
        return Rates(**{part: max(counter.values()) / (STRETCH_SECONDS * students) for part, counter in parts.items()})

    def _answers(self, requests: Sequence[Timed], chance: random.Random, processes: int = 1) -> list[float]:
        """From request to reply, for what a person waits for. A process's threads share one core."""
        spread = self.figures.figures["service_spread"]
        served = [(at, gamma(chance, self._holds(name), spread)) for at, name in requests]
        delays = self.figures.figures["database_wait_ms"] / 1000 if self.uses_postgresql else 0.0
        return [
            wait + service + delays
            for (_, name), (_, service), wait in zip(requests, served, waits(served, processes), strict=True)
            if name not in POLLS
        ]

    def _holds(self, name: str) -> float:
        """How long a request holds its process: on SQLite, whose one thread waits for the disk, with its commits."""
        disk = (
            0.0
            if self.uses_postgresql
            else self.figures.requests[name].commits / self.figures.figures["sqlite_commits"]
        )
        return self.figures.cpu_seconds(name) + disk


@dataclass(frozen=True, slots=True)
class Rates:
    """A second, for one student: requests, queries that read and that write, commits, bytes of replies."""

    requests: float
    reads: float
    writes: float
    commits: float
    bytes: float


@dataclass(frozen=True, slots=True)
class Deployment:
    """The computers for a number of students, and their load.

    megabits: out of the site at the bell. memory_gb: of the web processes. limits: the nearest first.
    database_cores, database_gb: kept busy by queries at the bell, and held by connections alone.
    """

    students: int
    processes: int
    web_machines: int
    slow_at_bell: float
    busy_at_work: float
    requests: float
    megabits: float
    commits: float
    commits_share: float
    database_servers: int
    database_cores: float
    connections: int
    memory_gb: float
    database_gb: float
    limits: tuple[tuple[str, int], ...]


def smallest_deployment(plan: Plan, students: int) -> Deployment:
    """The smallest deployment that keeps the promise for so many students at one bell."""
    figures = plan.figures.figures
    # A second process costs little and serves on while the first is replaced.
    processes = max(2, math.ceil(students / plan.students_per_process))
    # At the edge of what a process can bear, chance decides; so many more that it decides for the promise.
    while plan.slow_at_bell(math.ceil(students / processes)) > PROMISE_SECONDS:
        processes = math.ceil(processes * 1.01)
    machines = math.ceil(processes / figures["workers_per_machine"]) if plan.uses_postgresql else 1
    most = figures["postgresql_commits" if plan.uses_postgresql else "sqlite_commits"]
    threads = int(figures["threads_on_postgresql"]) if plan.uses_postgresql else 1
    commits = plan.peak.commits * students
    servers = math.ceil(commits / (most * figures["planned_share"])) if plan.uses_postgresql else 1
    # A machine's `manage.py serve` keeps house on a connection of its own.
    connections = processes * threads + machines
    return Deployment(
        students,
        processes,
        machines,
        plan.slow_at_bell(math.ceil(students / processes)),
        plan.busy_at_work(students / processes),
        plan.peak.requests * students,
        plan.peak.bytes * students * 8 / 1e6,
        commits,
        commits / most,
        servers,
        database_cores(plan, students),
        connections,
        processes * plan.figures.process_mb / 1000,
        connections * figures["connection_mb"] / 1000 if plan.uses_postgresql else 0.0,
        limits(plan, processes),
    )


def database_cores(plan: Plan, students: int) -> float:
    """Cores that the queries at the bell keep busy. A write is reckoned at two cores over the measured rate."""
    write = 2 / plan.figures.figures["postgresql_commits"]
    read = plan.figures.figures["postgresql_read_ms"] / 1000
    return students * (plan.peak.writes * write + plan.peak.reads * read)


def limits(plan: Plan, processes: int) -> tuple[tuple[str, int], ...]:
    """(limit, students at one bell who reach it), the nearest first."""
    figures = plan.figures.figures
    found: dict[str, float] = {"web processes": processes * plan.students_per_process}
    if plan.habits.files:
        # The browsers themselves are connected to the processes.
        each = figures["connections_per_process"] / figures["connections_of_a_browser"]
        found["browsers' connections, six each"] = processes * each
    if plan.uses_postgresql:
        most = figures["postgresql_commits"] * figures["planned_share"]
        found["one server's commits"] = most / plan.peak.commits
        found["PostgreSQL's default of 100 connections"] = (
            figures["default_connections"] / figures["threads_on_postgresql"] * plan.students_per_process
        )
    else:
        found["SQLite's one writer"] = figures["sqlite_commits"] * figures["planned_share"] / plan.peak.commits
        found["one machine's cores"] = figures["workers_per_machine"] * plan.students_per_process
    return tuple(sorted(((name, int(count)) for name, count in found.items()), key=lambda limit: limit[1]))


def levers(plan: Plan) -> list[tuple[str, Plan]]:
    """(what is different, the plan with it), the plan as it is first."""
    habits = plan.habits
    pages = {
        name: replace(cost, cpu_ms=cost.cpu_ms / 2) if name.endswith("_page") else cost
        for name, cost in plan.figures.requests.items()
    }
    return [
        ("as it is", plan),
        ("no time limit and no close: no clock asks", replace(plan, habits=replace(habits, clock_seconds=None))),
        ("the clock asks every 20 s", replace(plan, habits=replace(habits, clock_seconds=20.0))),
        ("a heartbeat every 60 s", replace(plan, habits=replace(habits, presence_seconds=60.0))),
        ("no board is open", replace(plan, habits=replace(habits, board_seconds=None))),
        ("pages at half their processor time", replace(plan, figures=replace(plan.figures, requests=pages))),
        ("the web processes serve the files too", replace(plan, habits=replace(habits, files=8))),
        ("everyone comes within 60 s", replace(plan, habits=replace(habits, bell_seconds=60.0))),
        ("everyone comes within 120 s", replace(plan, habits=replace(habits, bell_seconds=120.0))),
    ]
