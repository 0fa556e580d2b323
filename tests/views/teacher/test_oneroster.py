"""Classes come from a OneRoster package, and sync again later without losing anyone unseen."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quizzes.attempts.merges import merge_plan, merge_students
from quizzes.files.oneroster import MAX_CELLS, UnreadableOneRoster, read_oneroster
from quizzes.models import Classroom, Student, User
from quizzes.people.class_people import add_person
from quizzes.people.rosters import rename_student
from tests.factories import NOW, make_answered_attempt, make_assignment, make_classroom, make_student
from tests.pages import errors_of, form_of, text_of

pytestmark = pytest.mark.django_db

MANIFEST = "propertyName,value\nmanifest.version,1.0\noneroster.version,{version}\nfile.enrollments,{kind}\n"
USERS = (
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
    "middleName,identifier,email\n"
)
CLASSES = "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode\n"
ENROLLMENTS = "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role\n"
PEOPLE = {
    "u1": ("Ana", "Reyes", "1001"),
    "u2": ("Ben", "Cole", "1002"),
    "u3": ("Cy", "Dunn", ""),
    "t1": ("Pat", "Rivera", "9"),
}


def package(
    members: dict[str, list[str]], *, kind: str = "bulk", gone: tuple[str, str] = ("", ""), version: str = "1.1"
) -> bytes:
    """A package with these users by class. gone: (class, user) of an enrollment that ended."""
    users = [
        f"{key},,,true,org,{'teacher' if key == 't1' else 'student'},{key},,{given},{family},,{number},{key}@x.test"
        for key, (given, family, number) in PEOPLE.items()
    ]
    rows = [(one, user, "") for one, own in members.items() for user in own]
    rows += [(*gone, "tobedeleted")] if gone[0] else []
    enrolled = [
        f"e{n},{status},,{one},org,{user},{'teacher' if user == 't1' else 'student'}"
        for n, (one, user, status) in enumerate(rows)
    ]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("manifest.csv", MANIFEST.format(kind=kind, version=version))
        archive.writestr("users.csv", USERS + "\n".join(users))
        archive.writestr("classes.csv", CLASSES + "\n".join(f"{one},,,Civics {one},09,c,C{one}" for one in members))
        archive.writestr("enrollments.csv", ENROLLMENTS + "\n".join(enrolled))
    return content.getvalue()


SMALL = package({"A": ["u1", "u2"]})


def encoded(content: bytes, change: Callable[[str], bytes]) -> bytes:
    """The package with each table in other bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, change(source.read(name).decode()))
    return target.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_names_are_read_in_each_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEOPLE, "u1", ("José", "O’Núñez", "1001"))

    [one] = read_oneroster(encoded(package({"A": ["u1"]}), lambda text: text.encode(encoding))).classes

    assert [student.name.display for student in one.students] == ["José O’Núñez"]


def test_name_that_is_cut_in_a_letter_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some programs cut a name after so many bytes."""
    monkeypatch.setitem(PEOPLE, "u1", ("José", "Núñez", "1001"))
    monkeypatch.setitem(PEOPLE, "u2", ("Max", "Kö", "1002"))

    cut = encoded(package({"A": ["u1", "u2"]}), lambda text: text.encode().replace("Kö".encode(), b"K\xc3"))
    [one] = read_oneroster(cut).classes

    assert "José Núñez" in [student.name.display for student in one.students]


def test_student_with_an_account_that_is_off_is_named_and_not_added() -> None:
    content = encoded(package({"A": ["u1", "u2"]}), lambda text: text.replace("u2,,,true", "u2,,,FALSE").encode())

    [one] = read_oneroster(content).classes

    assert ([student.name.display for student in one.students], one.gone, one.problems) == (
        ["Ana Reyes"],
        ("1002",),
        ("Student 1002 isn’t added: the school turned off this account.",),
    )


def test_students_of_a_school_without_accounts_are_added() -> None:
    content = encoded(SMALL, lambda text: text.replace(",,,true", ",,,false").encode())

    [one] = read_oneroster(content).classes

    assert ([student.name.display for student in one.students], one.gone, one.problems) == (
        ["Ben Cole", "Ana Reyes"],
        (),
        (),
    )


def run(client: Client, content: bytes, *, targets: dict[str, str] | None = None, also: tuple[str, ...] = ()) -> Any:
    """Upload, choose classes, and save the checked changes and those of `also`. Returns the page of changes."""
    address = reverse("import_oneroster")
    first = client.post(address, {"file": SimpleUploadedFile("r.zip", content)})
    second = client.post(address, form_of(first, having="packed").data(**(targets or {})))
    form = form_of(second, having="is_confirmed")
    offered = [value for name, value in form.offered if name == "change" and value.partition(":")[2].startswith(also)]
    data = form.data(is_confirmed="on")
    data["change"] = [*data.get("change", []), *(offered if also else [])]
    client.post(address, data)
    client.post(address, data)
    return second


def roster_of(name: str) -> dict[str, str]:
    return dict(
        Student.objects.filter(classroom__name=name, removed_at=None).values_list("display_name", "external_id")
    )


def test_classes_come_with_their_students_and_numbers(teacher_client: Client, teacher: User) -> None:
    run(teacher_client, package({"A": ["u1", "u2", "t1"], "B": ["u3"]}))
    assert roster_of("Civics A") == {"Ana Reyes": "1001", "Ben Cole": "1002"}
    assert roster_of("Civics B") == {"Cy Dunn": "u3"}
    assert set(Classroom.objects.taught_by(teacher).values_list("name", flat=True)) == {"Civics A", "Civics B"}


def test_a_later_file_moves_adds_and_asks_before_it_removes(teacher_client: Client) -> None:
    run(teacher_client, package({"A": ["u1", "u2"], "B": ["t1", "u3"]}))
    ana = Student.objects.get(display_name="Ana Reyes")
    make_answered_attempt(assignment=make_assignment(classroom=ana.classroom), student=ana)

    page = run(teacher_client, package({"A": ["u2"], "B": ["u1"]}))
    assert "Moves from “Civics A”." in text_of(page)
    assert "Not in the file" in text_of(page)
    assert roster_of("Civics A") == {"Ben Cole": "1002"}
    # Cy is not in the file, and nobody checked the box.
    assert roster_of("Civics B") == {"Ana Reyes": "1001", "Cy Dunn": "u3"}
    ana.refresh_from_db()
    assert ana.attempts.count() == 1

    run(teacher_client, package({"A": ["u2"], "B": ["u1"]}), also=("gone-",))
    assert roster_of("Civics B") == {"Ana Reyes": "1001"}
    assert Student.objects.get(display_name="Cy Dunn").removed_at is not None
    run(teacher_client, package({"A": ["u2"], "B": ["u1", "u3"]}))
    assert roster_of("Civics B") == {"Ana Reyes": "1001", "Cy Dunn": "u3"}
    assert Student.objects.count() == 3


@pytest.mark.parametrize("number", ["", "77"], ids=["takes the number", "has another number"])
@pytest.mark.parametrize("both", [False, True])
def test_a_merged_student_stays_one_in_the_next_file(
    number: str, both: bool, teacher_client: Client, teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(teacher_client, package({"A": ["u1", "u2"]}))
    ana = Student.objects.select_related("classroom").get(display_name="Ana Reyes")
    keep = make_student(classroom=ana.classroom, name="Anna Reyes", external_id=number)
    plan = merge_plan(keep, ana, now=NOW)
    merge_students(keep, ana, seen=plan.seen, by=teacher, now=NOW)
    if both:
        monkeypatch.setitem(PEOPLE, "u3", ("Anna", "Reyes", number))

    page = run(
        teacher_client, package({"A": ["u1", "u2", *(["u3"] if both and number else [])]}), also=("gone-", "back-")
    )

    assert roster_of("Civics A") == {"Anna Reyes": number or "1001", "Ben Cole": "1002"}
    assert "The name stays." not in text_of(page)


def test_only_a_name_that_is_new_in_the_file_is_noted(
    teacher_client: Client, teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The teacher calls her Annie. The file of each sync has the name of before."""
    run(teacher_client, SMALL)
    rename_student(
        Student.objects.select_related("classroom").get(display_name="Ana Reyes"), name="Annie R.", by=teacher, now=NOW
    )
    for _ in range(2):
        assert "The name stays." not in text_of(run(teacher_client, SMALL))

    monkeypatch.setitem(PEOPLE, "u1", ("Ana", "Ruiz", "1001"))
    assert "The file says “Ana Ruiz”. The name stays." in text_of(run(teacher_client, package({"A": ["u1", "u2"]})))
    assert roster_of("Civics A") == {"Annie R.": "1001", "Ben Cole": "1002"}


def test_a_delta_names_who_is_gone(teacher_client: Client) -> None:
    run(teacher_client, package({"A": ["u1", "u2", "u3"]}))
    run(teacher_client, package({"A": ["u1"]}, kind="delta", gone=("A", "u2")), also=("gone-",))
    assert roster_of("Civics A") == {"Ana Reyes": "1001", "Cy Dunn": "u3"}


def test_a_student_who_is_here_by_name_gets_the_number(teacher_client: Client, classroom: Classroom) -> None:
    make_student(classroom=classroom, name="Ana Reyes")
    run(teacher_client, package({"A": ["u1"]}), targets={"target-0": classroom.public_id})
    assert roster_of(classroom.name) == {"Ana Reyes": "1001"}


@pytest.mark.parametrize(("number", "name"), [("", "Ana Reyes"), ("7", "Ana Reyes (2)")])
def test_a_student_who_does_not_move_is_gone_from_the_old_class(
    number: str, name: str, teacher_client: Client, classroom: Classroom
) -> None:
    """The new class has the name: of the same student, or of another one."""
    run(teacher_client, SMALL)
    make_student(classroom=classroom, name="Ana Reyes", external_id=number)

    content, targets = package({"A": ["u2"], "B": ["u1"]}), {"target-1": classroom.public_id}
    run(teacher_client, content, targets=targets, also=("gone-",))

    assert roster_of("Civics A") == {"Ben Cole": "1002"}
    assert roster_of(classroom.name) == {name: "1001"}


def test_a_new_name_like_one_without_a_number_says_so(teacher_client: Client, classroom: Classroom) -> None:
    """A teacher may have typed first names and initials before the school's package came."""
    make_student(classroom=classroom, name="Ana R.")
    make_student(classroom=classroom, name="Ben Cole")
    page = text_of(run(teacher_client, SMALL, targets={"target-0": classroom.public_id}))
    note = "is on the roster, but not in this list. If it’s the same student, rename them instead."
    assert page.count(note) == 1
    assert f"“Ana R.” {note}" in page


def test_a_student_of_two_classes_is_in_both(teacher_client: Client) -> None:
    run(teacher_client, package({"A": ["u1"], "B": ["u1"]}))
    run(teacher_client, package({"A": ["u1"], "B": ["u1"]}))
    assert roster_of("Civics A") == roster_of("Civics B") == {"Ana Reyes": "1001"}


def test_a_student_who_left_one_class_for_two_moves_to_one(teacher_client: Client) -> None:
    run(teacher_client, SMALL)
    ana = Student.objects.get(display_name="Ana Reyes")

    page = run(teacher_client, package({"A": ["u2"], "B": ["u1"], "C": ["u1"]}))

    assert text_of(page).count("Moves from “Civics A”.") == 1
    assert roster_of("Civics A") == {"Ben Cole": "1002"}
    assert roster_of("Civics B") == roster_of("Civics C") == {"Ana Reyes": "1001"}
    assert Student.objects.get(classroom__name="Civics B") == ana


def test_a_student_of_two_classes_can_leave_one_or_both(teacher_client: Client) -> None:
    run(teacher_client, package({"A": ["u1", "u2"], "B": ["u1", "u3"]}))

    left_both = package({"A": ["u2"], "B": ["u3"]})
    assert text_of(run(teacher_client, left_both)).count("Not in the file.") == 2
    left_one = package({"A": ["u2"], "B": ["u1", "u3"]})
    assert text_of(run(teacher_client, left_one, also=("gone-",))).count("Not in the file.") == 1

    assert roster_of("Civics A") == {"Ben Cole": "1002"}
    assert roster_of("Civics B") == {"Ana Reyes": "1001", "Cy Dunn": "u3"}


def test_a_student_who_comes_back_to_a_class_leaves_the_other(teacher_client: Client) -> None:
    run(teacher_client, package({"A": ["u1", "u2"], "B": ["u1", "u3"]}))
    run(teacher_client, package({"A": ["u1", "u2"], "B": ["u3"]}), also=("gone-",))

    page = run(teacher_client, package({"A": ["u2"], "B": ["u1", "u3"]}), also=("gone-",))

    assert "Removed before. Will be restored" in text_of(page)
    assert roster_of("Civics A") == {"Ben Cole": "1002"}
    assert roster_of("Civics B") == {"Ana Reyes": "1001", "Cy Dunn": "u3"}


def test_another_student_of_the_same_name_gets_a_number(teacher_client: Client, classroom: Classroom) -> None:
    other = make_student(classroom=classroom, name="Ana Reyes")
    Student.objects.filter(pk=other.pk).update(external_id="7")
    run(teacher_client, package({"A": ["u1"]}), targets={"target-0": classroom.public_id})
    assert roster_of(classroom.name) == {"Ana Reyes": "7", "Ana Reyes (2)": "1001"}


def test_students_with_one_name_each_get_a_number_of_their_own(
    teacher_client: Client, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The teacher has typed both before the school's file came. Nobody is lost, and nobody is there twice."""
    make_student(classroom=classroom, name="Ana Reyes")
    make_student(classroom=classroom, name="Ana Reyes (2)")
    people = {**PEOPLE, "u4": ("Ana", "Reyes", "1004"), "u5": ("Ana", "Reyes", "1005")}
    monkeypatch.setattr("tests.views.teacher.test_oneroster.PEOPLE", people)
    targets = {"target-0": classroom.public_id}

    page = text_of(run(teacher_client, package({"A": ["u1", "u4", "u5"]}), targets=targets))

    assert "The file has several students with this name. Check which student has the number 1001." in page
    known = {"Ana Reyes": "1001", "Ana Reyes (2)": "1004", "Ana Reyes (3)": "1005"}
    assert roster_of(classroom.name) == known
    run(teacher_client, package({"A": ["u4", "u1", "u5"]}), targets=targets)
    assert roster_of(classroom.name) == known


def test_second_student_of_a_name_is_found_while_the_first_has_a_number(
    teacher_client: Client, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_student(classroom=classroom, name="Ana Reyes", external_id="1001")
    make_student(classroom=classroom, name="Ana Reyes (2)")
    monkeypatch.setattr("tests.views.teacher.test_oneroster.PEOPLE", {**PEOPLE, "u4": ("Ana", "Reyes", "0004")})
    run(teacher_client, package({"A": ["u1", "u4"]}), targets={"target-0": classroom.public_id})
    assert roster_of(classroom.name) == {"Ana Reyes": "1001", "Ana Reyes (2)": "0004"}


def test_new_numbers_of_a_school_do_not_double_the_class(
    teacher_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same students have other numbers in a later file, and Ben is in another class under his old one."""
    run(teacher_client, package({"A": ["u1", "u2", "u3"], "B": ["t1"]}))
    before = dict(Student.objects.values_list("display_name", "pk"))
    changed = {"u1": ("Ana", "Reyes", "A-1"), "u3": ("Cy", "Dunn", "A-3"), "u4": ("Ben", "Cole", "A-4")}
    monkeypatch.setattr("tests.views.teacher.test_oneroster.PEOPLE", {**PEOPLE, **changed})

    page = run(teacher_client, package({"A": ["u1", "u3", "u4"], "B": ["u2"]}))

    assert "On the roster. Gets a student number The number was 1001." in text_of(page)
    assert "Not in the file" not in text_of(page)
    assert roster_of("Civics A") == {"Ana Reyes": "A-1", "Cy Dunn": "A-3", "Ben Cole (2)": "A-4"}
    assert roster_of("Civics B") == {"Ben Cole": "1002"}
    assert {name: pk for name, pk in Student.objects.values_list("display_name", "pk") if name in before} == before


def test_number_without_its_zeros_is_the_same_number(
    teacher_client: Client, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The roster came from a spreadsheet, which drops zeros at the start. Ben's number has none."""
    make_student(classroom=classroom, name="Ana Reyes", external_id="101")
    make_student(classroom=classroom, name="Ben Cole", external_id="1002")
    changed = {"u1": ("Ana", "Reyes", "00101")}
    monkeypatch.setattr("tests.views.teacher.test_oneroster.PEOPLE", {**PEOPLE, **changed})

    page = run(teacher_client, package({"A": ["u1", "u2"]}), targets={"target-0": classroom.public_id})

    assert "On the roster. Gets a student number The number was 101." in text_of(page)
    assert "Not in the file" not in text_of(page)
    assert roster_of(classroom.name) == {"Ana Reyes": "00101", "Ben Cole": "1002"}


def test_number_without_its_zeros_finds_a_student_who_is_renamed_removed_or_in_another_class(
    teacher_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is there twice, once with the work and once with the PIN that the student gets."""
    run(teacher_client, package({"A": ["u1", "u2"], "B": ["u2", "u3"]}))
    here = {student.display_name: student for student in Student.objects.filter(classroom__name="Civics A")}
    rename_student(here["Ana Reyes"], name="Annie R.", by=here["Ana Reyes"].classroom.teachers.get(), now=NOW)
    Student.objects.filter(pk=here["Ben Cole"].pk).update(removed_at=NOW)
    changed = {"u1": ("Ana", "Reyes", "001001"), "u2": ("Ben", "Cole", "01002"), "u3": ("Cy", "Dunn", "0u3")}
    monkeypatch.setattr("tests.views.teacher.test_oneroster.PEOPLE", {**PEOPLE, **changed})

    page = text_of(run(teacher_client, package({"A": ["u1", "u2", "u3"], "B": ["u2", "t1"]})))

    assert "Annie R." in page
    assert "The number was 1001." in page
    assert "Removed before. Will be restored" in page
    assert "Moves from “Civics B”." in page
    assert roster_of("Civics A") == {"Annie R.": "001001", "Ben Cole": "1002", "Cy Dunn": "u3"}
    assert roster_of("Civics B") == {"Ben Cole": "01002"}
    assert Student.objects.count() == 4


def test_number_without_its_zeros_of_another_name_says_the_name_of_the_file(
    teacher_client: Client, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The teacher may have given the number to the wrong student."""
    make_student(classroom=classroom, name="Dee Ortiz", external_id="101")
    monkeypatch.setitem(PEOPLE, "u1", ("Ana", "Reyes", "00101"))

    page = text_of(run(teacher_client, package({"A": ["u1"]}), targets={"target-0": classroom.public_id}))

    assert "The number was 101. The file says “Ana Reyes”. The name stays." in page


def test_two_numbers_of_one_file_without_the_zeros_of_one_student_are_two_students(
    teacher_client: Client, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody of the file is left out."""
    make_student(classroom=classroom, name="Dee Ortiz", external_id="7")
    monkeypatch.setitem(PEOPLE, "u1", ("Ana", "Reyes", "07"))
    monkeypatch.setitem(PEOPLE, "u2", ("Ben", "Cole", "007"))

    run(teacher_client, package({"A": ["u1", "u2"]}), targets={"target-0": classroom.public_id})

    assert roster_of(classroom.name) == {"Dee Ortiz": "7", "Ana Reyes": "07", "Ben Cole": "007"}


def test_two_numbers_of_one_file_are_two_students(teacher_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    run(teacher_client, package({"A": ["u1"]}))
    changed = {"u2": ("Ben", "Cole", "01001")}
    monkeypatch.setattr("tests.views.teacher.test_oneroster.PEOPLE", {**PEOPLE, **changed})
    run(teacher_client, package({"A": ["u1", "u2"]}))
    assert roster_of("Civics A") == {"Ana Reyes": "1001", "Ben Cole": "01001"}


def test_where_one_number_stays_the_others_are_other_students(
    teacher_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the school did not change its numbers, and two names alone do not say who it is."""
    run(teacher_client, package({"A": ["u1", "u2", "u3"]}))
    changed = {"u2": ("Ben", "Cole", "A-2"), "u3": ("Cy", "Dunn", "A-3")}
    monkeypatch.setattr("tests.views.teacher.test_oneroster.PEOPLE", {**PEOPLE, **changed})

    page = run(teacher_client, package({"A": ["u1", "u2", "u3"]}))

    assert "Gets a student number" not in text_of(page)
    here = {"Ana Reyes": "1001", "Ben Cole": "1002", "Cy Dunn": "u3"}
    assert roster_of("Civics A") == {**here, "Ben Cole (2)": "A-2", "Cy Dunn (2)": "A-3"}


def test_two_classes_of_the_file_cannot_fill_one(teacher_client: Client, classroom: Classroom) -> None:
    address = reverse("import_oneroster")
    first = teacher_client.post(address, {"file": SimpleUploadedFile("r.zip", package({"A": ["u1"], "B": ["u2"]}))})
    both = {"target-0": classroom.public_id, "target-1": classroom.public_id}
    page = teacher_client.post(address, form_of(first, having="packed").data(**both))
    assert "2 classes of the file go into one class." in text_of(page)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no zip", "This isn’t a complete ZIP file."),
        (package({}), "No class in this file has students."),
        (package({"A": ["t1"]}), "No class in this file has students."),
    ],
    ids=["no zip", "no class", "teachers only"],
)
def test_what_is_no_roster_is_refused(teacher_client: Client, content: bytes, words: str) -> None:
    page = teacher_client.post(reverse("import_oneroster"), {"file": SimpleUploadedFile("r.zip", content)})
    assert errors_of(page)[0].startswith(words)


def test_version_1_2_has_roles_of_its_own() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("export/manifest.csv", "propertyName,value\noneroster.version,1.2\n")
        archive.writestr(
            "export/users.csv", "sourcedId,status,givenName,familyName,preferredFirstName\nu1,,Ana,Reyes,Anita\n"
        )
        archive.writestr("export/roles.csv", "sourcedId,userSourcedId,roleType,role\nr1,u1,primary,student\n")
        archive.writestr("export/classes.csv", "sourcedId,status,title\nA,,Civics\n")
        archive.writestr(
            "export/enrollments.csv", "sourcedId,status,classSourcedId,userSourcedId,role\ne1,,A,u1,student\n"
        )
    file = read_oneroster(content.getvalue())
    assert (file.version, file.is_delta) == ("1.2", False)
    assert [(one.title, [student.name.display for student in one.students]) for one in file.classes] == [
        ("Civics", ["Anita Reyes"])
    ]


def classes_of(**tables: str) -> list[tuple[str, list[tuple[str, str]], tuple[str, ...]]]:
    """(title, (number, name) of each student, who is gone) of each class of a package with these tables."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        # What a Mac adds to a ZIP file that a person packed again.
        archive.writestr("__MACOSX/rosters/._users.csv", b"\x00\x05\x16\x07")
        for name, text in tables.items():
            archive.writestr(f"rosters/{name.upper()}.csv", text.encode("utf-8-sig"))
    return [
        (one.title, [(student.external_id, student.name.display) for student in one.students], one.gone)
        for one in read_oneroster(content.getvalue()).classes
    ]


def test_sections_of_one_course_are_told_apart_and_the_role_in_the_class_counts() -> None:
    users = "sourcedId,status,role,givenName,familyName,middleName,identifier\n"
    people = "a,active,student,Ana,Ruiz,M,1\nb,active,student,Bo,Cho,,2\nc,inactive,student,Cy,Dunn,,3\n"
    roles = [("1", "a", "student", ""), ("1", "b", "aide", ""), ("1", "c", "student", ""), ("2", "b", "student", "")]
    # Ana left and came back. An empty role is that of the user.
    roles += [("1", "a", "student", "tobedeleted"), ("2", "a", "", "")]
    enrollments = "".join(f"e,{status},{period},{user},{role}\n" for period, user, role, status in roles)
    assert classes_of(
        users=users + people,
        classes="sourcedId,status,title,periods\n1,,Civics,3\n2,,Civics,4\n",
        enrollments="sourcedId,status,classSourcedId,userSourcedId,role\n" + enrollments,
    ) == [
        ("Civics (period 3)", [("1", "Ana M Ruiz")], ("3",)),
        ("Civics (period 4)", [("2", "Bo Cho"), ("1", "Ana M Ruiz")], ()),
    ]


def test_number_that_several_students_have_is_nobodys() -> None:
    """A teacher may have the number of a student."""
    assert classes_of(
        users="sourcedId,givenName,familyName,identifier\na,Ana,Ruiz,0\nb,Bo,Cho,0\nc,Cy,Dunn,9\nt,Pat,Rivera,9\n",
        classes="sourcedId,title\n1,Civics\n",
        enrollments="sourcedId,classSourcedId,userSourcedId,role\n1,1,a,student\n2,1,b,student\n3,1,c,student\n"
        "4,1,t,teacher\n",
    ) == [("Civics", [("b", "Bo Cho"), ("9", "Cy Dunn"), ("a", "Ana Ruiz")], ())]


@pytest.mark.parametrize("column", ["userSourcedId", "classSourcedId"])
def test_table_without_a_needed_column_names_it(column: str) -> None:
    tables = {
        "users": USERS + "u,,,,,,,\n",
        "classes": CLASSES + "c,,,,\n",
        "enrollments": f"sourcedId,{column}\ne,x\n",
    }
    [other] = {"userSourcedId", "classSourcedId"} - {column}
    with pytest.raises(UnreadableOneRoster, match=f"enrollments.csv has no column {other}. Export it again."):
        classes_of(**tables)


def test_a_package_that_unpacks_without_end_is_not_read() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.csv", b"a" * 70_000_000)
    with pytest.raises(UnreadableOneRoster, match="too big for a roster"):
        read_oneroster(content.getvalue())


@pytest.mark.parametrize(
    "table",
    [
        ENROLLMENTS + "1\n" * (MAX_CELLS // 10 + 1),
        ENROLLMENTS + "1\r" * (MAX_CELLS // 10 + 1),
        ENROLLMENTS + ",\n" * (MAX_CELLS // 10 - 1) + "\r" * 10,
        ENROLLMENTS.strip() + "".join(f",c{n}" for n in range(50_000)) + "\n1" * 100,
    ],
    ids=["many rows", "rows of older Macs", "rows without text", "many columns"],
)
def test_a_package_with_more_cells_than_memory_is_not_read(table: str) -> None:
    """Rows of one sign each: 8 KB took 900 MB and 16 seconds (2026-11-28)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.csv", USERS)
        archive.writestr("classes.csv", CLASSES)
        archive.writestr("enrollments.csv", table)
    with pytest.raises(UnreadableOneRoster, match="too big for a roster"):
        read_oneroster(content.getvalue())


CLEVER = {
    "Schools": "School_id,School_name\n100,Lincoln\n",
    # A row for each parent. Bo has no number of the school.
    "Students": "School_id,Student_id,Student_number,Last_name,Middle_name,First_name,Student_email,Contact_name\n"
    "100,9001,701,García Márquez,,Sofía,s@x.test,Luz\n100,9001,701,García Márquez,,Sofía,s@x.test,Ivan\n"
    "100,9002,702,Brown,Lee,DeShawn,,\n100,9003,,Cho,,Bo,,\n",
    "Teachers": "School_id,Teacher_id,Teacher_email,First_name,Last_name\n100,9001,pat@x.test,Pat,Rivera\n"
    "100,502,mo@x.test,Mo,Lane\n",
    "Sections": "School_id,Section_id,Teacher_id,Teacher_2_id,Name,Section_number,Course_name,Period,Term_name\n"
    "100,31,9001,,,1,Civics 8,2,S1\n100,32,9001,502,,1,Civics 8,2,S2\n100,33,502,,Lane Homeroom,1,Homeroom,0,Year\n",
    "Enrollments": "School_id,Section_id,Student_id\n100,31,9001\n100,31,9002\n100,32,9003\n100,33,9001\n100,31,9\n",
}


def clever(**changed: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in (CLEVER | changed).items():
            archive.writestr(f"upload/{name}.csv", text)
    return content.getvalue()


def test_the_whole_school_of_clever_is_read_and_synced_like_oneroster(teacher_client: Client, teacher: User) -> None:
    User.objects.filter(pk=teacher.pk).update(email="PAT@x.test")
    address = reverse("import_oneroster")
    first = teacher_client.post(address, {"file": SimpleUploadedFile("c.zip", clever())})
    # The teacher's own classes come first and are chosen.
    lines = [(one.title, one.teachers, field.value()) for one, field in first.context["targets"].lines]
    assert lines == [
        ("Civics 8 (S1)", ("Pat Rivera",), "new"),
        ("Civics 8 (S2)", ("Pat Rivera", "Mo Lane"), "new"),
        ("Lane Homeroom", ("Mo Lane",), ""),
    ]
    page = run(teacher_client, clever())
    assert "The file has no name for student 9." in text_of(page)
    assert roster_of("Civics 8 (S1)") == {"DeShawn Lee Brown": "702", "Sofía García Márquez": "701"}
    assert roster_of("Civics 8 (S2)") == {"Bo Cho": "9003"}
    assert Classroom.objects.count() == 2

    moved = "School_id,Section_id,Student_id\n100,31,9001\n100,32,9003\n100,32,9002\n100,33,9001\n"
    assert "Moves from “Civics 8 (S1)”." in text_of(run(teacher_client, clever(Enrollments=moved)))
    assert roster_of("Civics 8 (S1)") == {"Sofía García Márquez": "701"}
    assert roster_of("Civics 8 (S2)") == {"DeShawn Lee Brown": "702", "Bo Cho": "9003"}


@pytest.mark.parametrize(
    ("teacher", "found"),
    [
        ("lane", ["Civics 8 (S2)", "Lane Homeroom"]),
        ("Rivera, Pat", ["Civics 8 (S1)", "Civics 8 (S2)"]),
        ("MO@x.test", ["Civics 8 (S2)", "Lane Homeroom"]),
    ],
)
def test_only_the_classes_of_one_teacher_are_read(teacher: str, found: list[str]) -> None:
    assert [one.title for one in read_oneroster(clever(), teacher=teacher).classes] == found


def test_an_unknown_teacher_and_a_district_are_refused_in_words(teacher_client: Client) -> None:
    address = reverse("import_oneroster")
    sent = {"file": SimpleUploadedFile("c.zip", clever()), "teacher": "Nobody"}
    assert errors_of(teacher_client.post(address, sent)) == [
        "No class in this file has the teacher “Nobody”. Check the name."
    ]
    sections = "School_id,Section_id,Teacher_id,Name\n" + "".join(f"1,{n},502,Class {n}\n" for n in range(301))
    enrolled = "School_id,Section_id,Student_id\n" + "".join(f"1,{n},9001\n" for n in range(301))
    large = clever(Sections=sections.replace("1,7,502", "1,7,9001"), Enrollments=enrolled)
    [error] = errors_of(teacher_client.post(address, {"file": SimpleUploadedFile("c.zip", large)}))
    assert error.startswith("This file has 301 classes. Type your last name below")
    assert [one.title for one in read_oneroster(large, teacher="rivera").classes] == ["Class 7"]


def test_more_students_than_a_form_can_send_are_refused_before_the_preview(teacher_client: Client) -> None:
    """The site takes 1,000 fields. One is for each class that is chosen, and one for each student."""
    sections = "Section_id,Teacher_id,Name\n" + "".join(f"{n},502,Class {n}\n" for n in range(100, 220))
    students = "Student_id,Last_name,First_name\n" + "".join(f"{n},Ruiz,Ana {n}\n" for n in range(890))
    enrolled = "Section_id,Student_id\n" + "".join(f"{100 if n < 890 else n - 789},{n % 890}\n" for n in range(1_009))
    content = clever(Sections=sections, Students=students, Enrollments=enrolled)
    address = reverse("import_oneroster")
    first = teacher_client.post(address, {"file": SimpleUploadedFile("c.zip", content)})
    form = form_of(first, having="packed")
    page = teacher_client.post(address, form.data(**{f"target-{n}": "new" for n in range(120)}))
    assert "Choose fewer classes. Up to 830 students can be imported at a time." in text_of(page)
    page = teacher_client.post(address, form.data(**{"target-0": "new"}))
    assert "Check the changes" in text_of(page)
    assert len(form_of(page, having="is_confirmed").fields) < 1_000 - 50


def test_a_delta_that_does_not_name_who_left_says_so(teacher_client: Client) -> None:
    run(teacher_client, package({"A": ["u1", "u2", "u3"]}))
    delta = {
        "manifest": MANIFEST.format(kind="delta", version="1.1"),
        "users": USERS,
        "classes": CLASSES + "A,active,,Civics A,09,c,CA",
        "enrollments": ENROLLMENTS + "e1,tobedeleted,,A,org,u2,student\ne2,tobedeleted,,A,org,u3,student",
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in delta.items():
            archive.writestr(f"{name}.csv", text)
    page = text_of(run(teacher_client, content.getvalue(), also=("gone-",)))
    # Ben has the number of the school, Cy has the id of the system.
    assert "Student u2 left the class. The file has no name." in page
    assert "Student u3 left" not in page
    assert roster_of("Civics A") == {"Ana Reyes": "1001", "Ben Cole": "1002"}


def test_a_class_that_lost_all_its_students_is_synced(teacher_client: Client) -> None:
    run(teacher_client, package({"A": ["u1", "t1"], "B": ["u2", "t1"]}))
    assert "Moves from “Civics B”." in text_of(run(teacher_client, package({"A": ["u1", "u2", "t1"], "B": ["t1"]})))
    assert roster_of("Civics A") == {"Ana Reyes": "1001", "Ben Cole": "1002"}
    assert roster_of("Civics B") == {}


def test_notice_asks_for_the_cards_of_students_who_were_added_or_moved(teacher_client: Client) -> None:
    def synced(members: dict[str, list[str]]) -> str:
        address = reverse("import_oneroster")
        page = teacher_client.post(address, {"file": SimpleUploadedFile("r.zip", package(members))})
        page = teacher_client.post(address, form_of(page, having="packed").data())
        form = form_of(page, having="is_confirmed")
        return text_of(teacher_client.post(address, form.data(is_confirmed="on"), follow=True))

    cards = "Print sign-in cards for the students who were added or moved."
    assert f"2 classes synced: 2 added. {cards}" in synced({"A": ["u1", "t1"], "B": ["u2", "t1"]})
    assert f"2 classes synced: 1 moved. {cards}" in synced({"A": ["u1", "u2", "t1"], "B": ["t1"]})
    unchanged = synced({"A": ["u1", "u2", "t1"], "B": ["t1"]})
    assert "2 classes synced: no changes." in unchanged
    assert cards not in unchanged


def test_spanish_notice_of_a_sync_agrees_with_1_student(teacher_client: Client, teacher: User) -> None:
    User.objects.filter(pk=teacher.pk).update(language="es")
    address = reverse("import_oneroster")
    page = teacher_client.post(address, {"file": SimpleUploadedFile("r.zip", package({"A": ["u1", "t1"]}))})
    page = teacher_client.post(address, form_of(page, having="packed").data())
    form = form_of(page, having="is_confirmed")
    assert "1 clase sincronizada: 1 agregado." in text_of(
        teacher_client.post(address, form.data(is_confirmed="on"), follow=True)
    )


def test_one_section_alone_finds_its_class(teacher_client: Client, classroom: Classroom) -> None:
    Classroom.objects.filter(pk=classroom.pk).update(name="Civics A (period 3)")
    page = teacher_client.post(
        reverse("import_oneroster"), {"file": SimpleUploadedFile("r.zip", package({"A": ["u1"]}))}
    )
    assert [field.value() for _, field in page.context["targets"].lines] == [classroom.public_id]


@pytest.mark.parametrize("name", ["Civics A", "Civics A (period 3)"])
def test_classes_of_one_name_are_told_apart_and_the_teacher_chooses(
    name: str, teacher_client: Client, teacher: User, other_teacher: User
) -> None:
    make_classroom(teacher=teacher, name=name)
    shared = make_classroom(teacher=other_teacher, name=name)
    add_person(shared, teacher, role="teacher", by=other_teacher, now=NOW)
    page = teacher_client.post(reverse("import_oneroster"), {"file": SimpleUploadedFile("r.zip", SMALL)})
    [(_, field)] = page.context["targets"].lines
    owners = sorted([teacher.name, other_teacher.name])
    assert sorted(label for _, label in field.field.choices[3:]) == [f"{name} ({owner})" for owner in owners]
    # A class that is not chosen is not left out without a word.
    form = form_of(page, having="packed")
    page = teacher_client.post(reverse("import_oneroster"), form.data())
    assert "Several of your classes match “Civics A”. Choose where it goes." in text_of(page)
    page = teacher_client.post(reverse("import_oneroster"), form.data(**{"target-0": ""}))
    assert "Choose at least 1 class to import." in text_of(page)
    page = teacher_client.post(reverse("import_oneroster"), form.data(**{"target-0": shared.public_id}))
    assert f"into {name} ({other_teacher.name})" in text_of(page)


def test_an_enrollment_that_ended_is_over_unless_the_whole_term_is() -> None:
    def found(*ends: str, mode: str = "bulk") -> tuple[list[str], tuple[str, ...]]:
        enrolled = "".join(f"e{n},A,u{n},student,{end},\n" for n, end in enumerate(ends))
        # Rows of others, and of those who left, say nothing about the term.
        enrolled += "t,A,u9,teacher,,\ng,A,u8,student,,tobedeleted\nd,A,u2,student,,\n"
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            people = "u0,,Ana,Ruiz\nu1,,Bo,Cho\nu2,inactive,Cy,Dunn\n"
            archive.writestr("manifest.csv", f"propertyName,value\nfile.enrollments,{mode}\n")
            archive.writestr("users.csv", "sourcedId,status,givenName,familyName\n" + people)
            archive.writestr("classes.csv", "sourcedId,title\nA,Civics\n")
            columns = "sourcedId,classSourcedId,userSourcedId,role,endDate,status\n"
            archive.writestr("enrollments.csv", columns + enrolled)
        [one] = read_oneroster(content.getvalue(), today=date(2026, 11, 26)).classes
        return [student.external_id for student in one.students], one.gone

    assert found("2026-11-25", "2027-01-15") == (["u1"], ("u0", "u8", "u2"))
    assert found("2026-11-26", "") == (["u1", "u0"], ("u8", "u2"))
    assert found("2026-06-05", "2026-06-05") == (["u1", "u0"], ("u8", "u2"))
    # A file with changes lacks the students who stay.
    assert found("2026-06-05", "2026-06-05", mode="delta") == ([], ("u0", "u1", "u8", "u2"))


def test_an_enrollment_lasts_until_the_evening_of_its_last_day(
    teacher_client: Client, classroom: Classroom, clock: time_machine.Traveller
) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("users.csv", "sourcedId,givenName,familyName\nu0,Ana,Ruiz\nu1,Bo,Cho\n")
        archive.writestr("classes.csv", "sourcedId,title\nA,Civics\n")
        ends = "e0,A,u0,student,2026-10-23\ne1,A,u1,student,2027-01-15\n"
        archive.writestr("enrollments.csv", "sourcedId,classSourcedId,userSourcedId,role,endDate\n" + ends)
    # 9 pm in New York, where it is October 24 by UTC.
    clock.move_to(datetime(2026, 10, 24, 1, tzinfo=UTC))
    page = teacher_client.post(reverse("import_oneroster"), {"file": SimpleUploadedFile("r.zip", content.getvalue())})
    [(one, _)] = page.context["targets"].lines
    assert [student.external_id for student in one.students] == ["u1", "u0"]


@settings(max_examples=60, deadline=2_000)
@given(st.lists(st.tuples(st.integers(0, 3_000), st.binary(max_size=5)), max_size=5))
# The directory of the archive points to before its start.
@example([(len(SMALL) - 6, b"\xff\xff")])
def test_no_damaged_package_breaks_the_reader(damage: list[tuple[int, bytes]]) -> None:
    content = bytearray(SMALL)
    for place, new in damage:
        at = place % (len(content) + 1)
        content[at : at + len(new)] = new
    with suppress(UnreadableOneRoster):
        assert read_oneroster(bytes(content)).classes


def test_the_page_of_changes_costs_the_same_for_any_number(
    teacher_client: Client, classroom: Classroom, queries: Any
) -> None:
    address, counts = reverse("import_oneroster"), []
    for users in (["u1"], ["u1", "u2", "u3"]):
        first = teacher_client.post(address, {"file": SimpleUploadedFile("r.zip", package({"A": users}))})
        form = form_of(first, having="packed").data(**{"target-0": classroom.public_id})
        with queries() as seen:
            assert "Check the changes" in text_of(teacher_client.post(address, form))
        counts.append(len(seen))
    assert counts == [5, 5]
