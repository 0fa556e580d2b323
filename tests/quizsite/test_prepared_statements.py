"""Statements that a connection to PostgreSQL has prepared (DECISIONS.md, 144)."""

import psycopg
import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse

from quizsite.backups.postgresql import parameters
from quizzes.models import Classroom


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compiles a statement anew by itself")
@pytest.mark.django_db(transaction=True)
def test_statement_prepared_before_a_migration_fails_once(teacher_client: Client) -> None:
    teacher_client.raise_request_exception = False
    address = reverse("teacher_home")
    length = Classroom._meta.get_field("name").max_length
    alter = f"ALTER TABLE {Classroom._meta.db_table} ALTER COLUMN name TYPE varchar(%s)"

    def statuses(count: int) -> list[int]:
        seen = []
        for _ in range(count):
            seen.append(teacher_client.get(address).status_code)
            # The test's client leaves out what Django does at the end of a request.
            close_old_connections()
        return seen

    assert statuses(10) == [200] * 10
    with psycopg.connect(**parameters(connection)) as other:
        other.execute(alter % (length + 1))
    try:
        assert statuses(3) == [503, 200, 200]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(alter % length)
