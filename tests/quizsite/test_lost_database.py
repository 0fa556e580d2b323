"""A start that finds no database, or an empty one: of a new site, or of a site that had one."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pytest_django.fixtures import Settings

from quizsite.data_folder import ON_POSTGRESQL
from quizsite.lost_database import require_database
from quizsite.management.commands.serve import Command
from quizsite.models import SiteState
from quizsite.sqlite.prepare import prepare_database
from quizzes.models import User
from tests.factories import make_user

SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's own file")
POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a PostgreSQL server")


@pytest.fixture
def data(tmp_path: Path, settings: Settings) -> Path:
    """The data folder of a new site."""
    settings.DATA_DIR, settings.SQLITE_PATH = tmp_path, tmp_path / "footnote.sqlite3"
    settings.BACKUP_DIR = tmp_path / "backups"
    return tmp_path


@SQLITE
@pytest.mark.parametrize("take_away", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_file_that_is_gone_stops_the_start(take_away: Callable[[Path], Any], data: Path) -> None:
    path = data / "footnote.sqlite3"
    require_database()
    prepare_database(path)
    require_database()

    take_away(path)

    with pytest.raises(ImproperlyConfigured) as refused:
        require_database()
    assert str(refused.value) == (
        f"The database {path} is gone, and this site had one. Run `manage.py restore BACKUP`. To start without it, add "
        "--init."
    )


@SQLITE
def test_backups_show_that_a_file_is_gone(data: Path) -> None:
    (data / "backups" / "other").mkdir(parents=True)
    require_database()
    (data / "backups" / "footnote-20261203T080000Z-by-hand").mkdir()

    with pytest.raises(ImproperlyConfigured) as refused:
        require_database()

    assert str(refused.value) == (
        f"The database {data / 'footnote.sqlite3'} is gone, and this site had one. Its backups are in "
        f"{data / 'backups'}. Run `manage.py restore BACKUP`. To start without it, add --init."
    )


@POSTGRESQL
@pytest.mark.django_db
def test_postgresql_does_not_start_empty_beside_a_site_that_was_not_moved(data: Path) -> None:
    require_database()
    (data / "footnote.sqlite3").touch()

    with pytest.raises(ImproperlyConfigured, match=r"^The site is still in .*Run `manage.py move_to_postgresql`\."):
        require_database()

    make_user()
    require_database()
    User.objects.all().delete()
    # A start with --init, before it has an account.
    Command(stdout=StringIO()).print_address()
    require_database()
    SiteState.objects.all().delete()
    (data / ON_POSTGRESQL).touch()
    require_database()


@POSTGRESQL
@pytest.mark.django_db
@pytest.mark.parametrize("sign", [ON_POSTGRESQL, "backups/footnote-20261203T080000Z"])
def test_another_database_on_the_server_stops_the_start(sign: str, data: Path) -> None:
    (data / sign).mkdir(parents=True)
    require_database()
    with connection.cursor() as cursor:
        # An empty schema, as in a database that was just made.
        cursor.execute("CREATE SCHEMA new; SET LOCAL search_path = new")

    with pytest.raises(ImproperlyConfigured) as refused:
        require_database()

    place = f" Its backups are in {data / 'backups'}." if sign != ON_POSTGRESQL else ""
    assert str(refused.value) == (
        f"The database of DATABASE_URL has no tables of Footnote, and this site had some.{place} Correct DATABASE_URL, "
        "or run `manage.py restore BACKUP`. To start an empty site, add --init."
    )
