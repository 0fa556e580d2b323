"""Locks of rows, in one order for all transactions: classrooms, assignments, students, attempts, each by row id.

A transaction that logs something about a student locks the student before the attempt: at the commit, PostgreSQL needs
the key of the student. A start of an attempt locks its assignment first, and needs the key of its student.

Each log row needs the key of its class and of its teacher. To lock one of them, use `locked`, so that others can
still write to the log. No other module names `select_for_update`, so that the choice of keys is made here.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Model, QuerySet

from quizzes.models.accounts import User
from quizzes.models.assignments import Assignment
from quizzes.models.attempts import Attempt
from quizzes.models.rosters import Classroom, Student


class RowDeleted(Exception):
    """Another request deleted a row after this one had read it."""


def locked[Rows: QuerySet[Any, Any]](rows: Rows) -> Rows:
    """These rows, each locked once it is read. Others can still make rows that refer to it, such as of the log."""
    return rows.select_for_update(of=("self",), no_key=True)


def locked_with_keys[Rows: QuerySet[Any, Any]](rows: Rows) -> Rows:
    """As `locked`, and no one makes a row that refers to one of these before this transaction ends."""
    return rows.select_for_update(of=("self",))


def lock_rows(
    *,
    classrooms: Iterable[int] = (),
    assignments: Iterable[int] = (),
    students: Iterable[int] = (),
    attempts: Iterable[int] = (),
    with_starts: bool = False,
) -> None:
    """Lock these rows before the first write. The arguments are row ids; at most four queries. Raises RowDeleted.

    A row that refers to a deleted one would fail only at the commit.

    with_starts: these students start no attempt until the end. Code that adds attempts must not use it: a start waits
    for the number of an added attempt, and the code would wait for the key that the start needs.
    """
    lock_students = locked_with_keys if with_starts else locked
    rows = (
        (locked(Classroom.objects.all()), set(classrooms)),
        (locked(Assignment.objects.all()), set(assignments)),
        (lock_students(Student.objects.all()), set(students)),
        (locked_with_keys(Attempt.objects.all()), set(attempts)),
    )
    for found, keys in rows:
        if keys and len(found.order_by("pk").filter(pk__in=keys).values_list("pk")) < len(keys):
            raise RowDeleted


def lock_remaining(assignments: QuerySet[Assignment]) -> bool:
    """Lock these assignments as `lock_rows` does, without those that another request deletes first. 1 query.

    Returns whether there are any. To read them with their editions, query again: if the edition of a row changes while
    the query waits for its lock, PostgreSQL leaves out the row of a join.
    """
    return bool(locked(assignments.order_by("pk")).values_list("pk"))


def lock_account(user: User) -> None:
    """Let other requests that make something of this teacher wait for this transaction. Raises RowDeleted."""
    read_row(locked(User.objects.values_list("pk")), user.pk)


def read_row[Row](rows: QuerySet[Any, Row], pk: int) -> Row:
    """This one of these rows, as it is now. rows: `locked`, if it is to stay so. Raises RowDeleted."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise RowDeleted
    return row


def read_locked(row: Model, *columns: str) -> None:
    """Lock a row and read these columns again. If a form is sent twice at once, the second finds what the first stored.

    Raises RowDeleted.
    """
    # Not `type(row)`: `request.user` is a lazy object.
    read_again(row, *columns, rows=locked(row._meta.model._default_manager.all()))


def read_again(row: Model, *columns: str, rows: QuerySet[Any] | None = None) -> None:
    """Read these columns of a row again, or all of them if none is named. rows: as of `read_row`. Raises RowDeleted."""
    try:
        row.refresh_from_db(fields=columns or None, from_queryset=rows)
    except ObjectDoesNotExist as error:
        raise RowDeleted from error


def lock_names(*names: str) -> None:
    """Let transactions with one of these names pass one at a time, where there may be no row to lock.

    Callers give the names in one order of their kinds. On SQLite, all transactions do.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
