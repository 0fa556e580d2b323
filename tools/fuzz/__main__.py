"""`python -m tools.fuzz [--minutes 10] [--seed 1] [READER ...]`: damaged files for each reader, one line per reader.

The input of a fault is kept in a file, and `--file` reads it again.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings_for_tests")
django.setup()

from django.test.utils import setup_databases, teardown_databases

from quizzes.models import User
from tools.fuzz.readers import file_readers, storing_readers
from tools.fuzz.runs import line_of, run


@contextmanager
def _database() -> Iterator[None]:
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(databases, verbosity=0)


def main() -> int:
    """Fuzz each reader, and print its line. 1 if one crashed or hung."""
    parser = argparse.ArgumentParser(description="Damaged files for each reader.")
    parser.add_argument("readers", nargs="*", help="all without a name")
    parser.add_argument("--minutes", type=float, default=1.0, help="for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, help="one input to read again")
    arguments = parser.parse_args()
    with _database():
        by = User.objects.create_user("fuzz@school.example", name="Fuzz")
        readers = [
            one for one in [*file_readers(), *storing_readers(by)] if one.name in (arguments.readers or [one.name])
        ]
        if arguments.file is not None:
            for reader in readers:
                reader.read(arguments.file.read_bytes())
            return 0
        has_faults = False
        for reader in readers:
            result = run(reader, seed=arguments.seed, seconds=arguments.minutes * 60)
            has_faults = has_faults or bool(result.faults)
            print(line_of(reader, result, Path(tempfile.gettempdir())), flush=True)
    return int(has_faults)


if __name__ == "__main__":
    sys.exit(main())
