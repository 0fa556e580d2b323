"""The commands that erase for good."""

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from quizzes.models import AuditEvent, Classroom, Student, User
from quizzes.people.erasure import erase_student
from quizzes.people.erasure_ledger import ledger_path
from tests.factories import make_answered_attempt, make_assignment, make_user
from tests.people.test_erasure import restored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_data_folder")]


def run(*args: object, **options: object) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def receipt() -> str:
    return str(AuditEvent.objects.order_by("-pk").values_list("detail__receipt", flat=True)[0])


def test_erase_student_counts_first(student: Student, teacher: User) -> None:
    make_answered_attempt(assignment=make_assignment(classroom=student.classroom), student=student)
    AuditEvent.objects.record(
        "scores_exported", actor=teacher, classroom=student.classroom, student=student, at=student.created_at
    )

    assert run("erase", "student", student.public_id) == (
        "Student: Maya Lopez, class: Period 3\n"
        "This would erase 1 student, 1 attempt, and 4 answers.\n"
        "Downloaded files that mention them: 1. Delete those by hand.\n"
        "Add --yes to erase them.\n"
    )
    assert Student.objects.count() == 1


def test_erase_student_erases(student: Student, classmate: Student) -> None:
    said = run("erase", "student", student.public_id, yes=True)

    assert said == f"Erased 1 student, 0 attempts, and 0 answers. Receipt {receipt()}.\n"
    assert list(Student.objects.all()) == [classmate]
    assert AuditEvent.objects.get().actor is None


def test_erase_class_needs_its_name(student: Student) -> None:
    classroom = student.classroom
    assert run("erase", "class", classroom.public_id) == (
        "This would erase 1 class, 1 student, 0 attempts, and 0 answers.\n"
        "Add --name with the name of the class to erase it.\n"
    )
    with pytest.raises(CommandError, match="has another name"):
        run("erase", "class", classroom.public_id, name="period 3")
    assert list(Classroom.objects.all()) == [classroom]

    said = run("erase", "class", classroom.public_id, name="Period 3")

    assert said == f"Erased 1 class, 1 student, 0 attempts, and 0 answers. Receipt {receipt()}.\n"
    assert list(Classroom.objects.all()) == []


def test_erase_teacher_erases_the_account_and_its_classes(student: Student, teacher: User) -> None:
    assert run("erase", "teacher", teacher.email) == (
        "This would erase 1 class, 1 student, 0 attempts, and 0 answers.\n"
        "To keep classes, hand them over first with `manage.py hand_over_class`. Add --yes to erase the account.\n"
    )
    assert list(User.objects.all()) == [teacher]

    run("erase", "teacher", teacher.email.upper(), yes=True)

    assert list(User.objects.all()) == []
    assert list(Student.objects.all()) == []


@pytest.mark.parametrize(
    ("kind", "key", "reason"),
    [
        (
            "student",
            "AAAAAAAAAAAA",
            "There is no student AAAAAAAAAAAA. The id is in the address of the student's page.",
        ),
        ("class", "AAAAAAAAAAAA", "There is no class AAAAAAAAAAAA. The id is in the address of the class's page."),
        (
            "teacher",
            "nobody@school.test",
            "No account has the email nobody@school.test. The page /site/ lists all accounts. For a new account, a "
            "teacher chooses “Invite a teacher”.",
        ),
    ],
)
def test_erase_refuses_what_is_not_there(kind: str, key: str, reason: str, teacher: User) -> None:
    with pytest.raises(CommandError) as refused:
        run("erase", kind, key)

    assert str(refused.value) == reason


@pytest.mark.django_db
def test_erase_says_that_files_are_cleared_later(student: Student) -> None:
    """Inside the transaction of this test the database cannot be rewritten."""
    with pytest.raises(CommandError, match="its files are cleared later"), transaction.atomic():
        run("erase", "student", student.public_id, yes=True)


def test_reapply_erasures_reads_the_sites_own_ledger(student: Student, classmate: Student, now: datetime) -> None:
    restored(lambda: erase_student(Student.objects.get(pk=student.pk), by=None, now=now))

    assert run("reapply_erasures") == "Erased again: 1.\n"

    assert list(Student.objects.all()) == [classmate]
    assert run("reapply_erasures") == "Erased again: 0.\n"


def test_reapply_erasures_reads_another_ledger(student: Student, tmp_path: Path, now: datetime) -> None:
    restored(lambda: erase_student(Student.objects.get(pk=student.pk), by=None, now=now))
    other = ledger_path().rename(tmp_path / "newest.jsonl")

    assert run("reapply_erasures", other) == "Erased again: 1.\n"


def test_reapply_erasures_refuses_a_damaged_or_missing_ledger(tmp_path: Path) -> None:
    make_user()
    ledger_path().write_text("[]\n")
    with pytest.raises(CommandError) as damaged:
        run("reapply_erasures")
    with pytest.raises(CommandError) as missing:
        run("reapply_erasures", tmp_path / "none")

    assert str(damaged.value) == f"Line 1 of {ledger_path()} is damaged. Nothing was erased."
    assert str(missing.value) == f"There is no file {tmp_path / 'none'}."
