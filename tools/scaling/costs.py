"""The figures of costs.toml, and the intervals, read from the site's own scripts and settings."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("costs.toml")
_STATIC = Path(__file__).resolve().parents[2] / "quizzes" / "static"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one request: processor milliseconds in the site, queries that read and that write, commits, bytes back."""

    cpu_ms: float
    reads: int
    writes: int
    commits: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Costs:
    """What costs.toml says. people: how a class behaves; bench, bench_also, measured_once: what is predicted."""

    requests: Mapping[str, Cost]
    figures: Mapping[str, float]
    people: Mapping[str, float]
    attempt_kb: float
    measured_on: str
    bench: Mapping[str, Mapping[str, float]]
    bench_also: Mapping[str, float]
    measured_once: Mapping[str, Mapping[str, float]]

    @property
    def process_mb(self) -> float:
        """Memory of one web process."""
        return self.bench_also["memory_mb"] / 2

    def cpu_seconds(self, name: str) -> float:
        """A core's time for one request, the server around the site included."""
        return (self.requests[name].cpu_ms + self.figures["server_cpu_ms"]) / 1000


@cache
def load() -> Costs:
    """The file, read once."""
    return parse(tomllib.loads(PATH.read_text()))


def parse(document: Mapping[str, Any]) -> Costs:
    """The tables of costs.toml. Raises ValueError for a figure without a source."""
    figures = document["figures"]
    if bare := [name for name, figure in figures.items() if not figure.get("source")]:
        raise ValueError(f"figures without a source: {', '.join(bare)}")
    return Costs(
        {name: Cost(**cost) for name, cost in document["requests"].items()},
        {name: figure["value"] for name, figure in figures.items()},
        document["people"],
        document["storage"]["attempt_kb"],
        document["storage"]["measured_on"],
        document["bench"],
        document["bench_also"],
        document["measured_once"],
    )


@cache
def _period(script: str) -> float:
    """Seconds between two requests that a script sends by itself; ValueError if it has no PERIOD."""
    found = re.search(r"^const PERIOD = (\d+);", (_STATIC / script).read_text(), re.MULTILINE)
    if found is None:
        raise ValueError(f"{script} has no PERIOD")
    return int(found[1]) / 1000


def clock_seconds() -> float:
    """How often the page of an attempt with a deadline asks for the time that is left."""
    return _period("clock.js")


def presence_seconds() -> float:
    """How often the page of an attempt says that it is there."""
    return _period("presence.js")


def board_seconds() -> float:
    """How often a teacher's live page asks what is new."""
    return _period("live_page.js")
