"""`python -m tools.simulate [--steps 20000] [--seed 1]`: counts of what happened; exit 1 with the seed of a fault."""

import argparse
import os
import sys
import time
from contextlib import suppress

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings_for_tests")
django.setup()

from django.db import transaction  # after the settings are read
from django.test.utils import setup_databases, teardown_databases

from tools.simulate.simulation import EPISODE_STEPS, Failure, simulate


class Done(Exception):
    """Rolls back what the simulation stored."""


def main() -> int:
    """Simulate on a database of its own, and print what happened."""
    parser = argparse.ArgumentParser(description="Random steps on site and model, with a seed.")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first episode; the next ones count up")
    arguments = parser.parse_args()
    databases, start = setup_databases(verbosity=0, interactive=False), time.monotonic()
    try:
        with suppress(Done), transaction.atomic():
            counts = simulate(arguments.steps, arguments.seed)
            raise Done
    except Failure as failure:
        sys.stdout.write(f"FAILED {failure}\nReplay it: make simulate SEED={failure.seed} STEPS={EPISODE_STEPS}\n")
        return 1
    finally:
        teardown_databases(databases, verbosity=0)
    sys.stdout.writelines(f"{count:>9,} {what}\n" for what, count in sorted(counts.items()))
    sys.stdout.write(f"{arguments.steps:,} steps from seed {arguments.seed}: 0 faults, ")
    sys.stdout.write(f"{time.monotonic() - start:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
