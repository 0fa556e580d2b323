"""Models and migrations agree, and the migrations can be reversed."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader


@pytest.mark.django_db
def test_models_have_no_change_without_a_migration() -> None:
    out = StringIO()

    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out)
    except SystemExit:
        pytest.fail(out.getvalue())

    assert out.getvalue() == "No changes detected\n"


def test_migrations_are_a_single_line() -> None:
    loader = MigrationLoader(None)

    leaves = [name for app, name in loader.graph.leaf_nodes() if app == "quizzes"]
    assert len(leaves) == 1
    assert loader.detect_conflicts() == {}


@pytest.mark.django_db(transaction=True)
def test_migrations_can_be_reversed() -> None:
    def tables() -> set[str]:
        return {name for name in connection.introspection.table_names() if name.startswith("quizzes_")}

    before = tables()
    assert "quizzes_attempt" in before
    try:
        call_command("migrate", "quizzes", "0001_initial", verbosity=0)
        assert tables() < before
    finally:
        call_command("migrate", verbosity=0)
    assert tables() == before
