"""Queues: closed forms for what has one, and simulations for what has none. Times are in seconds, rates per second."""

import heapq
import math
import random
from collections.abc import Callable, Iterable, Sequence

Service = Callable[[], float]


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


def waits(requests: Iterable[tuple[float, float]], servers: int = 1) -> list[float]:
    """The wait of each request in one queue before equal servers, first come first served.

    requests: (arrival, service) in order of arrival, of any distribution, so that bursts are as they are.
    """
    free = [0.0] * servers
    found = []
    for arrival, service in requests:
        begins = max(arrival, free[0])
        found.append(begins - arrival)
        heapq.heapreplace(free, begins + service)
    return found


def closed_loop(clients: int, workers: int, service: Service, each: int) -> tuple[float, list[float]]:
    """(requests a second, latency of each) of clients that each send the next request when a reply has come.

    Every client keeps its connection to one worker, as browsers do, and a worker answers one request at a time.
    """
    latencies, ends = [], []
    for worker in range(workers):
        now, last = 0.0, [0.0] * len(range(worker, clients, workers))
        for _ in range(each):
            for place, since in enumerate(last):
                now += service()
                latencies.append(now - since)
                last[place] = now
        ends.append(now)
    return clients * each / max(ends), latencies


def gamma(chance: random.Random, mean: float, spread: float) -> float:
    """A time around `mean` with this standard deviation over mean; spread 0: always the mean."""
    if spread == 0:
        return mean
    shape = spread**-2
    return chance.gammavariate(shape, mean / shape)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed; ValueError without values."""
    if not values:
        raise ValueError("no values")
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]
