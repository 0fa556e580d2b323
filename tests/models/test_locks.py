"""Where rows are locked."""

import re
from pathlib import Path

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from quizsite.places import CODE
from quizzes.models import Attempt, Classroom
from quizzes.models.locks import locked, locked_with_keys


def test_one_module_decides_which_keys_a_lock_holds() -> None:
    """A lock with the key of a row makes everyone wait who writes a row that refers to it."""
    modules = [path for package in ("quizsite", "quizzes") for path in (CODE / package).rglob("*.py")]
    naming = [path.relative_to(CODE).as_posix() for path in modules if is_naming(path)]
    assert naming == ["quizzes/models/locks.py"]


def is_naming(path: Path) -> bool:
    return re.search(r"\bselect_for_update\(", path.read_text()) is not None


def test_locks_are_of_the_rows_themselves_with_or_without_their_keys(attempt: Attempt) -> None:
    rows = Attempt.objects.select_related("student")
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        assert [*locked(rows), *locked_with_keys(rows)] == [attempt] * 2
        assert list(locked(Classroom.objects.values_list("pk"))) == [(attempt.classroom_id,)]
    ends = [query["sql"].partition(" FOR ")[2] for query in queries]
    if connection.vendor == "postgresql":
        assert ends == [
            'NO KEY UPDATE OF "quizzes_attempt"',
            'UPDATE OF "quizzes_attempt"',
            'NO KEY UPDATE OF "quizzes_classroom"',
        ]
