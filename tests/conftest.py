"""Fixtures of people and their rows by role, empty caches for each test, and a guard against network use."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.mail.utils import DNS_NAME
from django.core.management.color import no_style
from django.db import connection, transaction
from django.template import Context, Template
from django.test import Client, TransactionTestCase
from django.test.signals import template_rendered
from django.utils.safestring import SafeString
from hypothesis import settings

from quizsite.call_stack import with_large_stack
from quizzes.caches import clear_all
from quizzes.models import Assignment, Attempt, Classroom, Draft, Edition, Student, Teaching, User
from quizzes.people.student_sessions import PIN_VERSION, STUDENT
from tests import sent_queries
from tests.factories import (
    NOW,
    make_assignment,
    make_attempt,
    make_classroom,
    make_draft,
    make_edition,
    make_student,
    make_user,
)
from tests.made_once import collected_static as collected_static
from tests.made_once import django_db_keepdb as django_db_keepdb
from tests.made_once import migrated_database as migrated_database
from tests.made_once import prepared_data as prepared_data
from tests.made_once import site_data as site_data

# --- For every test -----------------------------------------------------------------------------------------------

_TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET CONSTRAINTS")
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE")

# Whether the running test may connect to servers on this machine. An audit hook cannot be removed, so it reads this.
_loopback_allowed = False


class NetworkUsed(RuntimeError):
    """A test used the network."""


# A time limit for each example would fail on a busy machine.
settings.register_profile("footnote", deadline=None)
settings.load_profile("footnote")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sockets: may connect to servers that it starts on this machine")
    # Without this, the first mail looks up the host name of the machine.
    DNS_NAME._fqdn = "school.test"
    sys.addaudithook(_guard_network)
    if sent_queries.folder() and connection.vendor == "sqlite":
        _recorder.install()


# Folders whose tests without a database are the same on every engine, so only the run on SQLite has them.
_PURE = ("assignments", "content", "files", "people", "reports", "tools")
# Modules of tests/quizsite with the same property: they test settings, or start sites that always use SQLite.
_PURE_MODULES = ("test_log.py", "test_settings.py", "test_setup.py", "test_sqlite_backend.py")
_COMMITS = {"transactional_db", "live_server"}
_DATABASE = {"db", *_COMMITS}
# Fixtures that start a server that is not Footnote: a learning platform, Open edX, and a sign-on. None has a database.
_PARTNERS = {"platform", "process", "provider"}
_recorder = sent_queries.Recorder()
# Not empty while the tests run in `with_large_stack`: the hook below calls itself once.
_looping: list[pytest.Session] = []


# Modules with the longest tests. They come first, so that no worker is left alone with one at the end of a run.
_LONG = ("test_state_machine.py", "test_simulate.py", "test_bytes_are_text.py", "test_server.py", "test_wheel.py")
_LONG += ("test_migrations.py", "test_every_page.py", "test_scripts_in_text.py", "test_screenshots.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run long tests first. On PostgreSQL, leave out tests without a database, and those whose queries others send."""
    items.sort(key=lambda item: item.path.name not in _LONG)
    if connection.vendor != "postgresql":
        return
    left_out = {item for item in items if _is_pure(item)}
    if folder := sent_queries.folder():
        recorded, failed = sent_queries.read(folder)
        # A test that is skipped here sends nothing. A test of quizsite without a recorded query may start a site that
        # sends some.
        kinds = {
            item.nodeid: recorded[item.nodeid]
            for item in items
            if item.nodeid in recorded and not _skips(item) and (recorded[item.nodeid] or "quizsite" not in item.nodeid)
        }
        always = [item.nodeid for item in items if item.nodeid in failed or _is_of_the_engine(item)]
        kept = sent_queries.chosen(kinds, always=always)
        left_out |= {item for item in items if item.nodeid in kinds and item.nodeid not in kept}
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def _is_pure(item: pytest.Item) -> bool:
    folder = item.path.relative_to(item.config.rootpath).parts[1]
    fixtures = getattr(item, "fixturenames", ())
    is_pure = folder in _PURE or item.path.name in _PURE_MODULES
    return is_pure and item.get_closest_marker("django_db") is None and not _DATABASE & set(fixtures)


def _skips(item: pytest.Item) -> bool:
    return item.get_closest_marker("skip") is not None or any(mark.args[0] for mark in item.iter_markers("skipif"))


def _is_of_the_engine(item: pytest.Item) -> bool:
    """Whether the test must run on every engine: it is about constraints or triggers, it commits, or starts a site."""
    mark = item.get_closest_marker("django_db")
    commits = mark is not None and mark.kwargs.get("transaction", False)
    folder = item.path.relative_to(item.config.rootpath).parts[1]
    fixtures = set(getattr(item, "fixturenames", ()))
    starts_site = item.get_closest_marker("sockets") is not None and not _PARTNERS & fixtures
    return folder == "models" or commits or bool(_COMMITS & fixtures) or starts_site


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    # What is loaded now stays to the end. To walk through it and the 10,000 tests would take the garbage collector 5 %
    # of the processor time of the tests (2026-11-26), and an eighth of that of the collection (2026-12-03).
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_report_header() -> str | None:
    folder = sent_queries.folder()
    if folder is None or connection.vendor != "postgresql":
        return None
    kinds, failed = sent_queries.read(folder)
    sent = {kind for counts in kinds.values() for kind in counts}
    kept = sent_queries.chosen(kinds, always=failed)
    count = sum(bool(counts) for counts in kinds.values())
    return f"{len(kept)} of {count} tests with queries send all {len(sent)} kinds of queries of the run on SQLite"


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> object:
    """Run the tests on a large stack: to allocate it in chunks took a sixth of the time of a run (2026-11-27)."""
    if _looping:
        return None
    _looping.append(session)
    return with_large_stack(session.config.hook.pytest_runtestloop, session=session)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _recorder.test = item.nodeid
    try:
        return (yield)
    finally:
        _recorder.test = ""


def pytest_runtest_call(item: pytest.Item) -> None:
    # Reading it makes the entry, so that a test without a query has one too. A test that is skipped has none.
    _recorder.kinds[item.nodeid]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (folder := sent_queries.folder()) and connection.vendor == "sqlite":
        _recorder.write(folder, os.environ.get("PYTEST_XDIST_WORKER", "main"))


@pytest.fixture(scope="session", autouse=True)
def _contexts_of_pages_only(django_test_environment: None) -> None:
    """`response.context` has the context of the page, and no copies for the hundred templates that it includes.

    The copies took 7 % of the processor time of a page's test (2026-11-26).
    """

    def render(template: Template, context: Context) -> SafeString:
        if context.template is template:
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    Template._render = render


@pytest.fixture(scope="session", autouse=True)
def _permissions_stay(django_test_environment: None) -> None:
    """After a test that commits, empty all tables except those that `migrate` fills: content types and permissions.

    Django's own way makes these rows anew, 40 ms of processor time for each test (2026-11-27), and leaves the entries
    of the cache, which has no model.
    """
    kept = {model._meta.db_table for model in (ContentType, Permission)}

    def empty_tables(case: TransactionTestCase) -> None:
        tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - kept
        tables.add(django_settings.CACHES["default"]["LOCATION"])
        if connection.vendor == "postgresql":
            _delete_rows(sorted(tables))
        else:
            connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), sorted(tables)))

    TransactionTestCase._fixture_teardown = empty_tables


def _delete_rows(tables: list[str]) -> None:
    """Delete all rows, also those that a trigger keeps. To truncate all tables takes the server 50 ms (2026-11-29)."""
    filled = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(filled)
        deletions = [f"DELETE FROM {table}" for (table,) in cursor.fetchall()]  # noqa: S608
        for statement in ["SET LOCAL session_replication_role = replica", *deletions]:
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def _network(request: pytest.FixtureRequest) -> Iterator[None]:
    global _loopback_allowed
    marks = {mark.name for mark in request.node.iter_markers()}
    _loopback_allowed = bool(marks & {"browser", "sockets"}) or "live_server" in request.fixturenames
    yield
    _loopback_allowed = False


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    # Row ids are used again after a rollback, so the next test would read a cached edition of this test.
    clear_all()


class Queries(list[str]):
    """SQL statements in the order sent, transaction control left out."""

    @property
    def writes(self) -> list[str]:
        """Those that change rows."""
        return [sql for sql in self if sql.lstrip().upper().startswith(_WRITES)]


@pytest.fixture
def queries() -> Callable[[], AbstractContextManager[Queries]]:
    """`with queries() as seen:` gathers what the block sends to the database: `len(seen)`, `seen.writes`."""
    return _gather


@pytest.fixture
def own_data_folder(settings: Any, tmp_path: Path) -> None:
    """Let the erasure ledger and the other files of the site be in the temporary folder of the test."""
    settings.DATA_DIR = tmp_path


# --- People and their rows ----------------------------------------------------------------------------------------


@pytest.fixture
def now() -> datetime:
    """The moment at which the rows are made."""
    return NOW


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    """Stop the clock at `now`. `clock.shift(...)` and `clock.move_to(...)` set it."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def teacher(db: None) -> User:
    return make_user(email="rivera@school.test", name="Ms. Rivera")


@pytest.fixture
def other_teacher(db: None) -> User:
    return make_user(email="okafor@school.test", name="Mr. Okafor")


@pytest.fixture
def staff(db: None) -> User:
    """Site staff without a classroom."""
    return make_user(email="office@school.test", name="The office", is_staff=True)


@pytest.fixture
def classroom(teacher: User) -> Classroom:
    return make_classroom(teacher=teacher, name="Period 3")


@pytest.fixture
def other_classroom(other_teacher: User) -> Classroom:
    return make_classroom(teacher=other_teacher, name="Period 5")


@pytest.fixture
def viewer(classroom: Classroom) -> User:
    """A colleague who may read the classroom's pages and change nothing."""
    user = make_user(email="baker@school.test", name="Ms. Baker")
    Teaching.objects.create(classroom=classroom, teacher=user, role=Teaching.Role.VIEWER)
    return user


@pytest.fixture
def student(classroom: Classroom) -> Student:
    return make_student(classroom=classroom, name="Maya Lopez")


@pytest.fixture
def classmate(classroom: Classroom) -> Student:
    return make_student(classroom=classroom, name="Noah Park")


@pytest.fixture
def four_students(classroom: Classroom) -> list[Student]:
    return [make_student(classroom=classroom, name=name) for name in ("Ana", "Ben", "Cy", "Dee")]


@pytest.fixture
def outsider(other_classroom: Classroom) -> Student:
    """A student of another teacher's class."""
    return make_student(classroom=other_classroom, name="Omar Diaz")


@pytest.fixture
def draft(teacher: User) -> Draft:
    """The teacher's draft, at revision 1, which could be published."""
    return make_draft(owner=teacher)


@pytest.fixture
def edition(db: None) -> Edition:
    """The four questions of `make_document`."""
    return make_edition()


@pytest.fixture
def assignment(edition: Edition, classroom: Classroom, teacher: User) -> Assignment:
    """An assignment of the classroom: always open, untimed, one attempt, answers shown after submitting."""
    return make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)


@pytest.fixture
def attempt(assignment: Assignment, student: Student) -> Attempt:
    """The student's open attempt."""
    return make_attempt(assignment=assignment, student=student)


@pytest.fixture
def signed_in() -> Callable[[Student | User], Client]:
    """`signed_in(student)` or `signed_in(teacher)` returns a new client in which this person is signed in."""
    return _sign_in


@pytest.fixture
def student_client(student: Student) -> Client:
    return _sign_in(student)


@pytest.fixture
def teacher_client(teacher: User) -> Client:
    return _sign_in(teacher)


def _sign_in(person: Student | User) -> Client:
    client = Client()
    if isinstance(person, User):
        client.force_login(person)
        return client
    session = client.session
    session[STUDENT], session[PIN_VERSION] = person.pk, person.pin_version
    session.save()
    return client


@contextmanager
def _gather() -> Iterator[Queries]:
    seen = Queries()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not sql.lstrip().upper().startswith(_TRANSACTION_CONTROL):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def _guard_network(event: str, args: tuple[Any, ...]) -> None:
    match event:
        case "socket.connect" | "socket.sendto" | "socket.sendmsg":
            address = args[1]
            if isinstance(address, tuple) and not (_loopback_allowed and _is_loopback(address[0])):
                raise NetworkUsed(f"{event} {address}")
        case "socket.getaddrinfo" | "socket.gethostbyname" | "socket.gethostbyaddr":
            if not _is_loopback(args[0]):
                raise NetworkUsed(f"{event} {args[0]}")


def _is_loopback(host: Any) -> bool:
    host = host.decode() if isinstance(host, bytes) else host
    if host in {None, "", "localhost"}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
