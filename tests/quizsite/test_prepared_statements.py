"""Statements that a connection to PostgreSQL has prepared (DECISIONS.md, 144)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse

from quizsite.backups.postgresql import parameters
from quizsite.periodic_jobs import run_periodic_jobs
from quizzes.models import Classroom
from tests.factories import NOW, make_classroom

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compiles a statement anew by itself"),
    pytest.mark.django_db(transaction=True),
]


@contextmanager
def changed_type_of_a_column() -> Iterator[None]:
    """Another machine has migrated."""
    length = Classroom._meta.get_field("name").max_length
    alter = f"ALTER TABLE {Classroom._meta.db_table} ALTER COLUMN name TYPE varchar(%s)"
    with psycopg.connect(**parameters(connection)) as other:
        other.execute(alter % (length + 1))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(alter % length)


def test_statement_prepared_before_a_migration_fails_once(teacher_client: Client) -> None:
    teacher_client.raise_request_exception = False
    address = reverse("teacher_home")

    def statuses(count: int) -> list[int]:
        seen = []
        for _ in range(count):
            seen.append(teacher_client.get(address).status_code)
            # The test's client leaves out what Django does at the end of a request.
            close_old_connections()
        return seen

    assert statuses(10) == [200] * 10
    with changed_type_of_a_column():
        assert statuses(3) == [503, 200, 200]


def test_statement_prepared_before_a_migration_fails_in_one_round_of_jobs(caplog: pytest.LogCaptureFixture) -> None:
    def failures(rounds: int) -> list[int]:
        seen = []
        for _ in range(rounds):
            caplog.clear()
            run_periodic_jobs(now=NOW)
            seen.append(len(caplog.records))
        return seen

    make_classroom(archived_at=NOW - timedelta(days=401))
    assert failures(7) == [0] * 7
    with changed_type_of_a_column():
        assert failures(3) == [1, 0, 0]
