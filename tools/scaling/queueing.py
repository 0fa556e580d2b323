"""Simulated queues. Times are in seconds, rates per second."""

import heapq
import math
import random
from collections.abc import Callable, Iterable, Sequence

Service = Callable[[], float]


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
