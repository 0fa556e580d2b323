"""Whatever teachers and students do, in whatever order: after every step, what is stored and shown is fair.

The seeds are fixed, so that a run is the same everywhere and a failure comes again; STATE_MACHINE_SEED draws others.
"""

import os
from collections import Counter

import pytest
from django.db import connection
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.state_machine_machine import School
from tests.integration.state_machine_stories import FairSchool

# Parts, so that several workers share them: 200 programs of 50 steps on SQLite. PostgreSQL, where a statement costs
# several times as much, gets fewer: what the engines do differently is locking, which a single thread does not meet.
PARTS = 4
PROGRAMS = 50 if connection.vendor == "sqlite" else 5
STEPS = 50
SEED = int(os.environ.get("STATE_MACHINE_SEED", "1"))


# What each part must have come by, else the proof is about an empty school. What is rarer (a second edition, a sweep, a
# late answer accepted) is met by some parts and not by others; `-rP` prints how often.
WANTED = [
    "saved",
    "repeated",
    "late",
    "handed in again",
    "handed in at the deadline",
    "reopened and handed in again",
    "extended while running",
    "corrected with attempts handed in",
    "corrected with attempts open",
    "corrected while reopened",
    "undone after later answers",
]


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_every_step_is_fair(part: int) -> None:
    class Part(FairSchool):
        school = School()
        reached = Counter[str]()

    run_state_machine_as_test(
        seed(SEED * PARTS + part)(Part),
        settings=settings(
            max_examples=PROGRAMS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    # Shown by `pytest -rP`.
    print(", ".join(f"{what}: {count}" for what, count in sorted(Part.reached.items())))
    if PROGRAMS >= 50:
        assert [what for what in WANTED if not Part.reached[what]] == []
