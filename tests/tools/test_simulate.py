"""The simulation finds no difference between site and model, and finds each planted fault again from its seed."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from quizzes.attempts import answers, late_answers, lifecycle
from quizzes.grading import regrades
from tests.slow_cases import slow_after
from tools.simulate.death import Died, death_before
from tools.simulate.simulation import EPISODE_STEPS, WEIGHTS, Episode, Failure, simulate
from tools.simulate.state import World

# 4,000 steps on SQLite: 4 ms of processor time a step. The steps of each seed reach all WANTED. The seeds are fixed, so
# only `make simulate` finds what these steps do not. PostgreSQL gets fewer, since its queries take much longer.
SEEDS = [10_006, 80_006, 100_006, 130_006]
STEPS = 1_000 if connection.vendor == "sqlite" else 400
# Outcomes that each seed must reach, so that the comparison is not about empty rows.
WANTED = [
    "died",
    "not sent again",
    "save: saved",
    "save: late",
    "save: stale",
    "save: settled",
    "late answers accepted",
    "late answers undone",
    "attempts moved by a merge",
    "attempts turned in by a merge",
]
WANTED += ["StillOpen", "NoTimeLeft", "AssignmentClosed", "IsExcused", "NoAttemptsLeft", *WEIGHTS]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", slow_after(1, SEEDS))
def test_site_and_model_agree_after_each_step(seed: int) -> None:
    counts = simulate(STEPS, seed=seed)

    # Shown by `pytest -rP`.
    print(dict(sorted(counts.items())))
    if connection.vendor == "sqlite":
        assert [what for what in WANTED if not counts[what]] == []


def without_transaction(module: Any, name: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Take the transaction from a function, so that a dying process leaves it half done."""
    return lambda patch: patch.setattr(module, name, getattr(module, name).__wrapped__)


def in_text(module: Any, name: str, old: str, new: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Change a query."""
    text = getattr(module, name)
    assert old in text
    return lambda patch: patch.setattr(module, name, text.replace(old, new))


# (the fault, a seed that finds it within 60 steps on both engines).
FAULTS = {
    "late answers are accepted without a transaction": (without_transaction(late_answers, "accept_all_late"), 1610),
    "a regrade has no transaction": (without_transaction(regrades, "apply"), 1701),
    "an attempt is reopened without a transaction": (without_transaction(lifecycle, "reopen"), 1655),
    "a stale window overwrites": (
        in_text(answers, "_SAVE_ANSWER", "quizzes_answer.revision = %s", "quizzes_answer.revision >= 0 * %s"),
        1634,
    ),
    "a submitted attempt takes an answer": (
        in_text(answers, "_SAVE_ANSWER", "AND a.submitted_at IS NULL", ""),
        1707,
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault_is_found_and_found_again_from_its_seed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, seed = FAULTS[name]
    plant(monkeypatch)
    with pytest.raises(Failure) as found:
        simulate(20 * EPISODE_STEPS, seed=seed)

    with pytest.raises(Failure) as replayed:
        Episode(World(), found.value.seed, Counter()).run(EPISODE_STEPS)

    assert str(replayed.value).startswith(f"SEED={found.value.seed}: step ")
    step = str(found.value).split(":")[1]
    assert str(replayed.value).split(":")[1] == step


@pytest.mark.django_db
def test_death_comes_before_the_query_and_no_code_can_handle_it() -> None:
    done = []

    def act() -> None:
        with connection.cursor() as cursor:
            for number in (1, 2, 3):
                with suppress(Exception):
                    cursor.execute("SELECT %s", [number])
                    done.append(number)

    with pytest.raises(Died), death_before(2):
        act()
    assert done == [1]
