"""The check of all stored answers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizsite.health import setting_value
from quizzes.attempts.integrity import check_integrity


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite limits no query")
@pytest.mark.django_db(transaction=True)
def test_check_of_a_large_log_has_no_time_limit() -> None:
    with CaptureQueriesContext(connection) as sent:
        check_integrity()

    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    assert [query["sql"] for query in sent][:2] == [begin, "SET LOCAL statement_timeout = 0"]
    assert setting_value("SHOW statement_timeout") == "10s"
