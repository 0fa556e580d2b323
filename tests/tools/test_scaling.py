"""The model of docs/scaling.md: against closed forms, against what was measured, and against the site it speaks of."""

import math
import random
from dataclasses import replace

import pytest

from quizsite import server
from tools.scaling import costs
from tools.scaling.__main__ import predict
from tools.scaling.lesson import Habits, at_work, bell, close
from tools.scaling.queueing import closed_loop, gamma, quantile, waits
from tools.scaling.sizes import PROMISE_SECONDS, Plan, smallest_deployment

# Of a mean over 200,000 arrivals with a fixed seed; its own chance error is about 2 % at 70 % load.
TOLERANCE = 0.05
ARRIVALS = 200_000


def wait_probability(servers: int, load: float) -> float:
    """Erlang's C: the share of arrivals that find all servers busy, in M/M/c.

    load: arrival rate times mean service, below `servers`; ValueError where it is not.
    Source: A. K. Erlang, 1917, by the recursion of Erlang's B, which does not overflow.
    """
    if load >= servers:
        raise ValueError("the queue grows without end")
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def mean_wait(servers: int, rate: float, service: float, spread: float = 1.0) -> float:
    """Mean time in the queue, before service. Exact for M/M/c (spread 1) and M/G/1, else an approximation.

    spread: the service time's standard deviation over its mean.
    Source: Allen and Cunneen; for one server the formula of Pollaczek and Khinchine.
    """
    load = rate * service
    return wait_probability(servers, load) * service / (servers - load) * (1 + spread**2) / 2


def wait_quantile(servers: int, rate: float, service: float, share: float) -> float:
    """The wait that this share of arrivals does not exceed in M/M/c; 0 where so many do not wait at all."""
    waiting = wait_probability(servers, rate * service)
    return max(0.0, math.log(waiting / (1 - share)) / (servers / service - rate))


def simulated(servers: int, load: float, spread: float) -> list[float]:
    """Waits before `servers` whose mean service is 1, with this share of their time taken; exponential at spread 1."""
    chance = random.Random(7)
    now, requests = 0.0, []
    for _ in range(ARRIVALS):
        now += chance.expovariate(load * servers)
        requests.append((now, gamma(chance, 1.0, spread)))
    return waits(requests, servers)


@pytest.mark.parametrize(
    ("servers", "load", "expected"),
    [
        (1, 0.5, 1 / 2),  # M/M/1: the share of time in which the server is busy
        (2, 1.0, 1 / 3),  # 1 over (1 + 1 + 1), by hand
        (3, 2.0, 4 / 9),  # 4 over (1 + 2 + 2 + 4), by hand
    ],
)
def test_wait_probability_is_erlangs(servers: int, load: float, expected: float) -> None:
    assert wait_probability(servers, load) == pytest.approx(expected)


def test_wait_probability_refuses_a_queue_without_end() -> None:
    with pytest.raises(ValueError, match="without end"):
        wait_probability(2, 2.0)


@pytest.mark.parametrize("servers", [1, 4])
def test_simulation_agrees_with_the_closed_form_of_exponential_service(servers: int) -> None:
    found = simulated(servers, 0.7, 1.0)

    assert sum(found) / ARRIVALS == pytest.approx(mean_wait(servers, 0.7 * servers, 1.0), rel=TOLERANCE)
    waiting = sum(wait > 0 for wait in found) / ARRIVALS
    assert waiting == pytest.approx(wait_probability(servers, 0.7 * servers), rel=TOLERANCE)
    assert quantile(found, 0.99) == pytest.approx(wait_quantile(servers, 0.7 * servers, 1.0, 0.99), rel=TOLERANCE)


@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_simulation_agrees_with_pollaczek_and_khinchine(spread: float) -> None:
    found = simulated(1, 0.7, spread)

    assert sum(found) / ARRIVALS == pytest.approx(mean_wait(1, 0.7, 1.0, spread), rel=TOLERANCE)


def test_closed_loop_of_equal_requests_is_worked_out_by_hand() -> None:
    rate, latencies = closed_loop(30, 2, lambda: 0.002, 50)

    assert rate == pytest.approx(1000)
    # Fifteen clients a worker: each waits for the fourteen before it; the first round only for those.
    assert max(latencies) == pytest.approx(0.030)
    assert quantile(latencies, 0.5) == pytest.approx(0.030)


def test_quantile_takes_the_value_that_enough_do_not_exceed() -> None:
    assert quantile([4, 1, 3, 2], 0.5) == 2
    assert quantile([4, 1, 3, 2], 0.99) == 4


def test_model_predicts_the_measured_throughput() -> None:
    once = costs.load().measured_once

    for measured in once.values():
        rate, _ = predict(costs.load(), 30, measured["cpu_ms"])
        assert rate == pytest.approx(measured["rate"], rel=0.15)


def test_bell_is_the_same_each_time_and_holds_the_whole_way_in() -> None:
    figures = costs.load()
    habits = Habits.of(figures)

    once, again = (bell(30, figures, habits, random.Random(1)) for _ in range(2))

    assert once == again
    names = [name for _, name in once]
    way = ("join_page", "join_code", "join_name", "join_pin", "begin", "question_page", "questions_ahead")
    assert {names.count(name) for name in way} == {30}
    assert names.count("save") > 30
    assert names.count("static_file") == 30 * habits.files
    assert set(names) <= set(figures.requests)
    assert once == sorted(once)


def test_close_turns_in_within_a_second_and_shows_receipts() -> None:
    requests = close(100, costs.load(), random.Random(1))

    assert (
        [name for _, name in requests].count("submit_attempt")
        == [name for _, name in requests].count("receipt_page")
        == 50
    )
    assert all(0 <= moment < 1 for moment, _ in requests)


@pytest.mark.slow
def test_smallest_deployment_keeps_the_promise_and_grows_with_the_students() -> None:
    figures = costs.load()
    plan = Plan(figures, Habits.of(figures, has_proxy=True), uses_postgresql=True)

    few, many = smallest_deployment(plan, 1_000), smallest_deployment(plan, 10_000)

    assert many.slow_at_bell <= PROMISE_SECONDS
    assert many.busy_at_work <= figures.figures["planned_busy"]
    assert few.processes < many.processes
    assert many.commits == pytest.approx(10 * few.commits)
    assert many.connections == many.processes * 4 + many.web_machines


@pytest.mark.slow
def test_process_takes_as_many_students_as_the_promise_allows() -> None:
    figures = costs.load()
    # It may be busy all the time, so that the promise is the limit: some 1,200 students take half of it (2026-12-01).
    idle = replace(figures, figures=figures.figures | {"planned_busy": 1.0})
    plan = Plan(idle, Habits.of(figures, has_proxy=True), uses_postgresql=False)
    students = plan.students_per_process

    assert plan.slow_at_bell(students) <= PROMISE_SECONDS < plan.slow_at_bell(students * 11 // 10)


def test_costs_follow_the_site() -> None:
    figures = costs.load().figures

    assert figures["threads_on_postgresql"] == server.THREADS["postgresql"]
    assert figures["connections_per_process"] == server.CONNECTIONS_PER_WORKER
    assert min(costs.clock_seconds(), costs.presence_seconds(), costs.board_seconds()) > 0.5


def test_costs_refuse_a_figure_without_a_source() -> None:
    with pytest.raises(ValueError, match="figures without a source: guess"):
        costs.parse({"figures": {"guess": {"value": 1}}})


def test_work_without_a_clock_has_no_clock_polls() -> None:
    figures = costs.load()

    assert "time_poll" in at_work(Habits.of(figures), figures)
    assert "time_poll" not in at_work(Habits.of(figures, is_timed=False), figures)
