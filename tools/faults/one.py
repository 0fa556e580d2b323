"""One fault in this process: its name as argument, the data folder in the environment."""

import os
import sys
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # after the settings are read
from django.db import connection

from tests.servers import Site
from tools.faults.scenarios import SCENARIOS


def main(name: str) -> int:
    """Print the fault's line; 0 when it is as promised."""
    site = Site(Path(os.environ["FOOTNOTE_DATA"]))
    call_command("migrate", verbosity=0)
    outcome = SCENARIOS[name](site, bool(os.environ["FOOTNOTE_FULL"]))
    verdict = "ok" if outcome.good else "BROKEN"
    sys.stdout.write(f"{name} {connection.vendor} {verdict}: {outcome.line}\n")
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
