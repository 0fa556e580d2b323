"""What takes seconds to make and is the same for many tests: a migrated database, static files, a prepared site."""

import inspect
import os
import shutil
from fcntl import LOCK_EX, flock
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import django
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from quizsite import settings as site_settings
from quizsite import static_files
from tests.servers import Site, begin_site


@pytest.fixture(scope="session")
def migrated_database(
    pytestconfig: pytest.Config, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Path | str:
    """An empty, migrated database, to be copied: the path of a file, or on PostgreSQL the name on the server.

    To migrate takes 3 s of processor time for each worker and each site (2026-11-27), and on PostgreSQL 6 s.
    """
    folder = pytestconfig.cache.mkdir("migrated")
    digest = sha256(f"{django.VERSION}".encode())
    for name, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        # The database records the names, so that a renamed file makes another one.
        digest.update(f"{name}".encode() + Path(inspect.getfile(type(migration))).read_bytes())
    with (folder / "lock").open("w") as lock, django_db_blocker.unblock():
        flock(lock, LOCK_EX)
        if connection.vendor == "postgresql":
            return _migrated_on_server(f"migrated_{digest.hexdigest()[:16]}")
        return _migrated_file(folder, digest.hexdigest())


def _migrated_file(folder: Path, digest: str) -> Path:
    migrated = folder / f"{digest}.sqlite3"
    if not migrated.exists():
        for old in folder.glob("*.sqlite3*"):
            old.unlink()
        _migrate(unfinished := folder / "unfinished.sqlite3")
        unfinished.rename(migrated)
    return migrated


def _migrated_on_server(migrated: str) -> str:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'migrated\\_%'")
        if (migrated,) in (found := cursor.fetchall()):
            return migrated
        for (old,) in [*found, ("unfinished",)]:
            cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
        cursor.execute("CREATE DATABASE unfinished")
        _migrate("unfinished")
        cursor.execute(f'ALTER DATABASE unfinished RENAME TO "{migrated}"')
    return migrated


def _migrate(database: Path | str) -> None:
    configured_name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = database
    try:
        call_command("migrate", verbosity=0, init=True)
    finally:
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()
        connection.settings_dict["NAME"] = configured_name


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, migrated_database: Path | str) -> bool:
    """Whether `django_db_setup` keeps an existing database. On SQLite it does: a copy of the migrated one is there."""
    if isinstance(migrated_database, str):
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database
        return bool(request.config.getvalue("reuse_db"))
    shutil.copyfile(migrated_database, connection.settings_dict["TEST"]["NAME"])
    return True


_FIRST_START = "from quizsite.management.commands.serve import Command; Command().prepare_site(init=False)"


@pytest.fixture(scope="session")
def collected_static(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The part of a data folder that a start makes of the static files, to be copied. Later runs find it.

    To collect them takes 6 s of processor time (2026-11-29).
    """
    folder = pytestconfig.cache.mkdir("collected")
    digest = sha256(f"{static_files.fingerprint()} {django.VERSION} {version('whitenoise')}".encode())
    for module in (static_files, site_settings):
        digest.update(Path(inspect.getfile(module)).read_bytes())
    collected = folder / digest.hexdigest()
    with (folder / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not collected.exists():
            for old in folder.glob("*/"):
                shutil.rmtree(old)
            (unfinished := folder / "unfinished").mkdir(mode=0o700)
            storages = django_settings.STORAGES | {
                "staticfiles": {"BACKEND": "quizsite.static_files.StaticFilesStorage"}
            }
            with override_settings(STORAGES=storages, DATA_DIR=unfinished, STATIC_ROOT=unfinished / "static"):
                static_files.collect_if_changed()
            unfinished.rename(collected)
        # A run that starts after a change deletes what this one found.
        return Path(shutil.copytree(collected, tmp_path_factory.mktemp("collected"), dirs_exist_ok=True))


@pytest.fixture(scope="session")
def prepared_data(
    tmp_path_factory: pytest.TempPathFactory, migrated_database: Path | str, collected_static: Path
) -> Path:
    """A data folder on SQLite as a first start leaves it. Tests copy it.

    The workers of a run share it. A second one waits until the first has made it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    data = shared / "prepared"
    with (shared / "prepared.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not data.exists():
            made = tmp_path_factory.mktemp("prepared")
            begin_site(made, migrated_database)
            shutil.copytree(collected_static, made, dirs_exist_ok=True)
            Site(made, extra={"DATABASE_URL": ""}).run("shell", "--no-imports", "-c", _FIRST_START)
            made.rename(data)
    return data


@pytest.fixture
def site_data(prepared_data: Path, tmp_path: Path) -> Path:
    """The data folder of a site on SQLite that has started before: the temporary folder of the test."""
    return Path(shutil.copytree(prepared_data, tmp_path, dirs_exist_ok=True))
