"""The rows that an erasure deletes: lock them, and delete them with what refers to them."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from itertools import batched

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import ProtectedError, Q, QuerySet

from quizzes.models import (
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Classroom,
    ErasureInProgress,
    HiddenTodo,
    Invitation,
    KnownDevice,
    LtiTeacher,
    QuestionSet,
    Regrade,
    SetShare,
    Student,
    TeacherSession,
    Teaching,
    User,
)
from quizzes.models.locks import locked, locked_with_keys
from quizzes.people.erased_counts import attempts_of, own_classrooms, students_of
from quizzes.people.stored_sessions import ReadSessions, end_sessions
from quizzes.people.student_sessions import STUDENT

# What an account is called that other rows still refer to, such as the record of a class with a second teacher.
ERASED_NAME = "Deleted account"
ERASED_DOMAIN = "deleted.invalid"


def accounts_not_erased() -> QuerySet[User]:
    """The accounts that were not erased. The row of an erased one stays if the work of others refers to it."""
    return User.objects.exclude(email__endswith=f"@{ERASED_DOMAIN}")


@contextmanager
def allow_deleting_logs() -> Iterator[None]:
    """Let this transaction, and no other, delete rows of the two logs."""
    with transaction.atomic():
        ErasureInProgress.objects.create(pk=1)
        yield
        ErasureInProgress.objects.filter(pk=1).delete()


def lock_classrooms(classrooms: Collection[Classroom]) -> int:
    """Lock the classes with everything in them; returns how many of them are still there."""
    keys = {classroom.pk for classroom in classrooms}
    students = students_of(classrooms)
    places = Classroom.objects.filter(Q(pk__in=keys) | Q(pk__in=students.order_by().values("classroom")))
    return len(keys & lock_students(places, students, attempts_of(classrooms), with_assignments=True))


def lock_students(
    classrooms: QuerySet[Classroom],
    students: QuerySet[Student],
    attempts: QuerySet[Attempt],
    *,
    with_assignments: bool = False,
) -> set[int]:
    """Lock the rows to delete, in the order of `quizzes.models.locks`, before deleting; returns the ids of the classes.

    with_assignments: they go too. A start of an attempt waits for its assignment first, where it holds nothing yet.
    """
    # Without its key: a transaction that locked a row below writes to the log, which needs the key of the classroom.
    found = set(locked(classrooms).order_by("pk").values_list("pk", flat=True))
    quizzes = Q(classroom__in=found) | Q(pk__in=attempts.order_by().values("assignment"))
    lock_assignments = locked_with_keys if with_assignments else locked
    list(lock_assignments(Assignment.objects.filter(quizzes)).order_by("pk").values_list("pk"))
    list(locked_with_keys(students).order_by("pk").values_list("pk"))
    list(locked_with_keys(attempts).order_by("pk").values_list("pk"))
    return found


def delete_classrooms(classrooms: Collection[Classroom], read: ReadSessions) -> None:
    """Delete these classes with their students, quizzes, attempts and log, and end the sessions of the students."""
    students = students_of(classrooms)
    names = names_of(students) | {classroom.name for classroom in classrooms}
    end_sessions(STUDENT, set(students.values_list("pk", flat=True)), names=names, read=read)
    delete_students(students, attempts_of(classrooms))
    AuditEvent.objects.filter(classroom__in=classrooms).delete()
    Regrade.objects.filter(assignment__classroom__in=classrooms).delete()
    Assignment.objects.filter(classroom__in=classrooms).delete()
    Classroom.objects.filter(pk__in=[classroom.pk for classroom in classrooms]).delete()


def delete_students(students: QuerySet[Student], attempts: QuerySet[Attempt]) -> None:
    """Delete these students and attempts with their rows in the logs."""
    # Materialized, because the rows that the queries join go one after another.
    student_ids = list(students.order_by().values_list("pk", flat=True))
    attempt_ids = list(attempts.order_by().values_list("pk", flat=True))
    for batch in batched(attempt_ids, _BATCH):
        AnswerEvent.objects.filter(attempt__in=batch).delete()
        Attempt.objects.filter(pk__in=batch).delete()
    for batch in batched(student_ids, _BATCH):
        AuditEvent.objects.filter(student__in=batch).delete()
        Student.objects.filter(pk__in=batch).delete()


# Within SQLite's number of parameters of one query.
_BATCH = 500


def delete_account(user: User) -> None:
    """Delete an account with its unused question sets; its row stays without a name if rows that stay refer to it."""
    # A class that no one else has stays its own, so that `hand_over_class` can give it away.
    left = list(own_classrooms(user).values_list("pk", flat=True))
    Teaching.objects.filter(teacher=user).exclude(classroom__in=left).delete()
    AuditEvent.objects.filter(actor=user, classroom=None).delete()
    Invitation.objects.filter(Q(invited_by=user) | Q(used_by=user)).delete()
    EmailAddress.objects.filter(user=user).delete()
    LtiTeacher.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    KnownDevice.objects.filter(user=user).delete()
    SetShare.objects.filter(user=user).delete()
    TeacherSession.objects.filter(user=user).delete()
    HiddenTodo.objects.filter(user=user).delete()
    LogEntry.objects.filter(user=user).delete()
    for question_set in QuestionSet.objects.owned_by(user):
        # A set that a class of another teacher has used stays.
        with suppress(ProtectedError):
            question_set.delete_with_reading()
    try:
        with transaction.atomic():
            user.delete()
    except ProtectedError:
        user.name, user.email = ERASED_NAME, f"{user.pk}@{ERASED_DOMAIN}"
        user.is_active = user.is_staff = user.is_superuser = False
        user.last_login = None
        user.set_unusable_password()
        user.save()


def names_of(students: QuerySet[Student]) -> set[str]:
    """The names of the students, with those from before a renaming."""
    renamed = AuditEvent.objects.filter(
        student__in=students.order_by().values("pk"), action=AuditEvent.Action.STUDENT_RENAMED
    )
    earlier = {str(detail.get("before", "")) for detail in renamed.values_list("detail", flat=True)}
    return {*students.order_by().values_list("display_name", flat=True), *earlier} - {""}
