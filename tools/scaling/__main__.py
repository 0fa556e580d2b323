"""`python -m tools.scaling`: the sizes from a class to a state, by simulation; writes docs/scaling.md."""

import os
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings_for_tests")
django.setup()  # for the models, whose tables the last one is about; no database is asked

from tools.marks import write_between
from tools.scaling import costs
from tools.scaling.costs import Costs
from tools.scaling.lesson import Habits, at_work
from tools.scaling.queueing import closed_loop, gamma, quantile
from tools.scaling.sizes import Deployment, Plan, levers, smallest_deployment

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "scaling.md"
# `make bench`: two workers on two cores, which its client shares.
WORKERS, EACH = 2, 100
# Processes that could take from one queue, where a proxy hands each request to whichever is free.
SHARING = 4


def main() -> None:
    """Simulate, print, and put the tables between the marks of docs/scaling.md."""
    figures = costs.load()
    text = "\n".join(report(figures)) + "\n"
    sys.stdout.write(text)
    write_between(DOCUMENT, "figures", text)


def report(figures: Costs) -> Iterator[str]:
    """The lines of all tables."""
    one_machine = Plan(figures, Habits.of(figures), uses_postgresql=False)
    school = replace(one_machine, habits=Habits.of(figures, has_proxy=True))
    grown = replace(school, uses_postgresql=True)
    # Schools do not ring together: four periods of the morning, the bells of one within ten minutes.
    morning = replace(grown, habits=replace(grown.habits, bell_seconds=600))
    yield f"Run with `make scaling`; requests measured on {figures.measured_on}.\n"
    yield from sizes(
        [
            ("a class: 30, SQLite", one_machine, 30),
            ("a school: 1,200, SQLite, a proxy", school, 1_200),
            ("a district: 30,000, PostgreSQL", grown, 30_000),
            ("a state at one bell: 200,000", grown, 200_000),
            ("a state in a morning: 50,000 within ten minutes, four times", morning, 50_000),
        ]
    )
    yield from ("", *changes(grown, 30_000))
    each = grown.students_per_process
    yield (
        f"\nFour processes with {each:.0f} students each, p99 at the bell: {grown.slow_at_bell(each) * 1000:.0f} ms "
        f"with a queue each, {grown.slow_at_bell(each, SHARING) * 1000:.0f} ms from one queue.\n"
    )
    yield from (*predictions(figures), "", *shares(figures, grown))


def sizes(rows: list[tuple[str, Plan, int]]) -> Iterator[str]:
    """What each size takes, in two tables: the web's, and the database's."""
    needs = [(name, plan, smallest_deployment(plan, students)) for name, plan, students in rows]
    yield from head(
        "all with a time limit",
        "students a process",
        "web processes = cores",
        "machines",
        "p99 at the bell",
        "busy at work",
        "last receipt when half turn in at once",
        "memory, all",
        "replies at the bell",
    )
    for name, plan, found in needs:
        last = plan.last_at_close(found.students / found.processes)
        yield (
            f"| {name} | {plan.students_per_process:.0f} | {found.processes} | {found.web_machines} | "
            f"{found.slow_at_bell * 1000:.0f} ms | {found.busy_at_work:.0%} | {last:.1f} s | "
            f"{found.memory_gb:.1f} GB | {found.megabits:,.0f} Mbit/s |"
        )
    yield ""
    yield from head(
        "at the bell",
        "requests a second",
        "commits a second",
        "of the measured limit",
        "database servers",
        "cores they keep busy",
        "connections",
        "their memory",
        "what breaks first as students are added",
    )
    for name, plan, found in needs:
        yield (
            f"| {name.partition(':')[0]} | {found.requests:,.0f} | {found.commits:,.0f} | {found.commits_share:.1%} | "
            f"{found.database_servers if plan.uses_postgresql else 'the file'} | {found.database_cores:.1f} | "
            f"{found.connections:,} | {found.database_gb:.1f} GB | {first_limits(found)} |"
        )


def head(*columns: str) -> Iterator[str]:
    """The first two lines of a table."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"


def first_limits(found: Deployment) -> str:
    """The limits, in the order in which a growing site reaches them."""
    return "; ".join(f"{name} at {count:,}" for name, count in found.limits)


def changes(plan: Plan, students: int) -> Iterator[str]:
    """What one change does to a size."""
    yield from head(f"{students:,} students, one thing changed", "students a process", "processes", "commits a second")
    for name, changed in levers(plan):
        found = smallest_deployment(changed, students)
        yield f"| {name} | {changed.students_per_process:.0f} | {found.processes} | {found.commits:,.0f} |"


def predictions(figures: Costs) -> Iterator[str]:
    """The model compared with measurements: clients that send without a pause, on cores that they share."""
    yield from head("saves without a pause, 2 workers on 2 cores", "model", "measured", "model over measured")
    once, bench = figures.measured_once, figures.bench
    for name, clients, seen, slow in [
        ("F, measured once, 30 students", 30, once["f"], once["f"]["p99_ms"]),
        ("F, measured once, 200", 200, once["f"], once["f"]["p99_of_200_ms"]),
        ("F with one queue of writers, once, 30", 30, once["lean"], once["lean"]["p99_ms"]),
        ("F with one queue of writers, once, 200", 200, once["lean"], once["lean"]["p99_of_200_ms"]),
        ("F, docs/performance.md, 30", 30, bench["bare_django"], bench["bare_django"]["p99_ms"]),
        ("Footnote, docs/performance.md, 30", 30, bench["footnote"], bench["footnote"]["p99_ms"]),
    ]:
        rate = seen["rate"] if clients == 30 else None
        modeled, latency = predict(figures, clients, seen["cpu_ms"])
        measured = f"{rate:.0f} /s, {slow:.0f} ms" if rate is not None else f"{slow:.0f} ms"
        ratio = f"{modeled / rate:.2f}, {latency / slow:.2f}" if rate is not None else f"{latency / slow:.2f}"
        yield f"| {name}: saves a second, p99 | {modeled:.0f} /s, {latency:.0f} ms | {measured} | {ratio} |"
    _, latencies = bench_loop(figures, 200, bench["footnote"]["cpu_ms"])
    even, found = quantile(latencies, 0.99) / quantile(latencies, 0.5), figures.bench_also["p99_over_p50"]
    yield f"| Footnote, docs/performance.md, 200: p99 over p50 | {even:.2f} | {found:.2f} | {even / found:.2f} |"


def predict(figures: Costs, clients: int, cpu_ms: float) -> tuple[float, float]:
    """(saves a second, p99 in milliseconds) of `make bench` by the model, for a save that costs so much."""
    rate, latencies = bench_loop(figures, clients, cpu_ms)
    return rate, quantile(latencies, 0.99) * 1000


def bench_loop(figures: Costs, clients: int, cpu_ms: float) -> tuple[float, list[float]]:
    """(saves a second, latencies) of clients without a pause on two shared cores: save, client and disk in turn."""
    mean = (cpu_ms + figures.figures["client_ms"] + 1000 / figures.figures["sqlite_commits"]) / 1000
    service = partial(gamma, random.Random(1), mean, figures.figures["service_spread"])
    return closed_loop(clients, WORKERS, service, EACH)


def shares(figures: Costs, plan: Plan) -> Iterator[str]:
    """What a student at work costs, by request."""
    rates = at_work(plan.habits, figures)
    yield from head("at work: one student, with a share of a board", "a minute", "core ms each", "core ms a second")
    for name, rate in sorted(rates.items(), key=lambda pair: -pair[1] * figures.cpu_seconds(pair[0])):
        each = figures.cpu_seconds(name) * 1000
        yield f"| {name.replace('_', ' ')} | {rate * 60:.1f} | {each:.1f} | {rate * each:.2f} |"
    together = sum(rate * figures.cpu_seconds(name) for name, rate in rates.items())
    yield f"| together | | | {together * 1000:.2f} |"


if __name__ == "__main__":
    main()
