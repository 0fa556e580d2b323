"""Periodic jobs: one that fails stops neither the others nor the thread."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection

from quizsite import periodic_jobs
from quizsite.log import UtcFormatter
from quizsite.periodic_jobs import run_periodic_jobs
from quizzes.attempts.heartbeats import record_heartbeat
from quizzes.models import Presence
from tests.factories import NOW, make_attempt


def rename(table: str, to: str) -> None:
    # A cursor of its own: a job that fails closes the connection.
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" RENAME TO "{to}"')


@pytest.mark.django_db(transaction=True)
def test_periodic_jobs_go_on_past_one_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    record_heartbeat(make_attempt().pk, None, now=NOW)
    tables = ("quizzes_failedtry", "quizzes_failedtry_away")
    rename(*tables)
    try:
        run_periodic_jobs(now=NOW + timedelta(days=9))
    finally:
        rename(*reversed(tables))

    [record] = caplog.records
    assert record.getMessage() == "A periodic job failed: delete old failed tries. Trying again in 20 seconds."
    assert not Presence.objects.exists()


@pytest.mark.django_db
def test_database_that_is_down_is_logged_for_one_job_and_does_not_end_the_thread(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(**arguments: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(periodic_jobs, "submit_overdue", away)
    monkeypatch.setattr(periodic_jobs, "connection", SimpleNamespace(ensure_connection=away))

    periodic_jobs._run_once()

    assert [record.getMessage() for record in caplog.records] == [
        "A periodic job failed: submit overdue attempts. Trying again in 20 seconds.",
        "The periodic jobs failed. Trying again in 20 seconds.",
    ]


@pytest.mark.django_db
def test_full_disk_ends_the_run_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(**arguments: Any) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(periodic_jobs, "submit_overdue", full)

    periodic_jobs._run_once()

    [record] = caplog.records
    first, second = UtcFormatter("{message}", style="{").format(record).splitlines()
    assert first == "The periodic jobs failed. Trying again in 20 seconds."
    assert second.endswith(" is full (database or disk is full). Free some space, and try again.")
