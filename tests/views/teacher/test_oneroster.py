"""Classes come from a OneRoster package, and sync again later without losing anyone unseen."""

import io
import zipfile
from contextlib import suppress
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quizzes.files.oneroster import UnreadableOneRoster, read_oneroster
from quizzes.models import Classroom, Student, User
from tests.factories import make_answered_attempt, make_assignment, make_student
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
    assert "Moves from Civics A" in text_of(page)
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


def test_a_delta_names_who_is_gone(teacher_client: Client) -> None:
    run(teacher_client, package({"A": ["u1", "u2", "u3"]}))
    run(teacher_client, package({"A": ["u1"]}, kind="delta", gone=("A", "u2")), also=("gone-",))
    assert roster_of("Civics A") == {"Ana Reyes": "1001", "Cy Dunn": "u3"}


def test_a_student_who_is_here_by_name_gets_the_number(teacher_client: Client, classroom: Classroom) -> None:
    make_student(classroom=classroom, name="Ana Reyes")
    run(teacher_client, package({"A": ["u1"]}), targets={"target-0": classroom.public_id})
    assert roster_of(classroom.name) == {"Ana Reyes": "1001"}


def test_a_student_of_two_classes_is_in_both(teacher_client: Client) -> None:
    run(teacher_client, package({"A": ["u1"], "B": ["u1"]}))
    run(teacher_client, package({"A": ["u1"], "B": ["u1"]}))
    assert roster_of("Civics A") == roster_of("Civics B") == {"Ana Reyes": "1001"}


def test_another_student_of_the_same_name_gets_a_number(teacher_client: Client, classroom: Classroom) -> None:
    other = make_student(classroom=classroom, name="Ana Reyes")
    Student.objects.filter(pk=other.pk).update(external_id="7")
    run(teacher_client, package({"A": ["u1"]}), targets={"target-0": classroom.public_id})
    assert roster_of(classroom.name) == {"Ana Reyes": "7", "Ana Reyes (2)": "1001"}


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


def test_a_package_that_unpacks_without_end_is_not_read() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.csv", b"a" * 70_000_000)
    with pytest.raises(UnreadableOneRoster, match="unpacks to far more"):
        read_oneroster(content.getvalue())


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
