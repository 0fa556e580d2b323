"""Adding students, the roster, the cards, and one student's page."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import segno
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.attempts import lifecycle
from quizzes.models import Assignment, AuditEvent, Classroom, Edition, Extension, Student, User
from quizzes.people import classrooms, rosters, student_sign_in
from quizzes.people.guess_limits import CLASS_TRIES
from quizzes.views.teacher.students import NEW_PIN
from tests.conftest import Queries
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_failed_try,
    make_student,
    make_user,
)
from tests.pages import errors_of, form_of, read, text_of

Counting = Callable[[], AbstractContextManager[Queries]]


def url(name: str, row: Classroom | Student) -> str:
    return reverse(name, args=[row.public_id])


def csv_file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("class.csv", content, content_type="text/csv")


def names_of(classroom: Classroom) -> list[str]:
    return list(classroom.students.enrolled().order_by("pk").values_list("display_name", flat=True))


# --- Adding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("Ana S.", "1 student added. Print the sign-in card . It has a PIN."),
        ("Ana S.\nBen O.", "2 students added. Print their sign-in cards . Each has a PIN."),
    ],
)
def test_message_counts_the_cards_to_print(
    names: str, message: str, classroom: Classroom, teacher_client: Client
) -> None:
    address = url("add_students", classroom)
    preview = teacher_client.post(address, form_of(teacher_client.get(address), having="names").data(names=names))
    page = teacher_client.post(address, form_of(preview, having="table").data(is_confirmed="on"), follow=True)
    assert message in text_of(page)
    # A single new student has a card of its own, so that nobody looks for it among those of the class.
    notice = page.content.decode().partition('id="messages"')[2].partition("<h1>")[0]
    only = f"?student={classroom.students.get().public_id}" if classroom.students.count() == 1 else ""
    assert f'<a href="{url("sign_in_cards", classroom)}{only}">' in notice


def test_names_are_shown_before_they_are_added(classroom: Classroom, student: Student, teacher_client: Client) -> None:
    address = url("add_students", classroom)
    form = form_of(teacher_client.get(address), having="names")

    preview = teacher_client.post(address, form.data(names="Ana S.\nmaya lopez\n  \nBen O.\nANA S.\n\u202eCy"))

    assert preview.status_code == 200
    assert names_of(classroom) == ["Maya Lopez"]
    text = " ".join(preview.content.decode().split())
    assert "2 new, 1 already here, 2 not added." in text
    assert "Same name as row 1. For another student, type a name that differs." in text
    assert "The name has a hidden character, so retype it." in text
    # A name that is typed for row 5 is added too.
    assert 'value="on"> Add students </button>' in text

    confirmed = form_of(preview, having="table")
    answer = teacher_client.post(address, confirmed.data(is_confirmed="on"))

    assert answer.headers["Location"] == url("roster", classroom)
    assert names_of(classroom) == ["Maya Lopez", "Ana S.", "Ben O."]
    after = teacher_client.get(answer.headers["Location"]).content.decode()
    assert "2 students added." in after
    assert "2 not added: row 5 (“ANA S.”), row 6" in after
    event = AuditEvent.objects.get(action=AuditEvent.Action.STUDENTS_ADDED)
    assert event.detail == {"count": 2}


@pytest.mark.parametrize("separator", [", ", "; ", "\t"])
def test_names_on_one_line_are_added_as_shown(separator: str, classroom: Classroom, teacher_client: Client) -> None:
    address = url("add_students", classroom)

    preview = teacher_client.post(address, {"names": separator.join(("Ana Soto", "Ben Okoye", "Cy Bell"))})
    assert "3 new." in text_of(preview)
    teacher_client.post(address, form_of(preview, having="table").data(is_confirmed="on"))

    assert names_of(classroom) == ["Ana Soto", "Ben Okoye", "Cy Bell"]


def test_adding_twice_adds_no_one_twice(classroom: Classroom, teacher_client: Client) -> None:
    data = {"names": "Ana S.\nBen O.", "is_confirmed": "on"}

    teacher_client.post(url("add_students", classroom), data)
    again = teacher_client.post(url("add_students", classroom), data, follow=True)

    assert names_of(classroom) == ["Ana S.", "Ben O."]
    assert "No new students. Everyone else was on the roster already." in again.content.decode()


def test_a_name_typed_for_a_problem_is_added(classroom: Classroom, teacher_client: Client) -> None:
    address = url("add_students", classroom)
    preview = teacher_client.post(address, {"names": "Ana Reyes\nAna Reyes"})
    page = preview.content.decode()
    assert "Leave blank to add no one, or type a name such as Ana Reyes (2)" in text_of(preview)
    assert '<label for="fix-2">Name to add</label>' in page
    assert 'placeholder="Ana' not in page
    form = form_of(preview, having="fix-2")

    again = teacher_client.post(address, form.data(is_confirmed="on", **{"fix-2": "ANA REYES"}))
    assert "Same name as row 1." in again.content.decode()
    assert names_of(classroom) == []
    teacher_client.post(address, form.data(is_confirmed="on", **{"fix-2": "Ana Reyes (2)"}))
    assert names_of(classroom) == ["Ana Reyes", "Ana Reyes (2)"]


def test_a_name_typed_for_one_problem_stays_while_another_is_open(classroom: Classroom, teacher_client: Client) -> None:
    address = url("add_students", classroom)
    preview = teacher_client.post(address, {"names": "Ana Lopez\nAna Lopez\nBen Orr\nBen Orr"})
    form = form_of(preview, having="fix-4")

    again = teacher_client.post(address, form.data(is_confirmed="on", **{"fix-2": "Ana Lopez B", "fix-4": "Ben Orr"}))
    form = form_of(again, having="fix-4")
    teacher_client.post(address, form.data(is_confirmed="on", **{"fix-4": "Ben Orr B"}))

    assert names_of(classroom) == ["Ana Lopez", "Ana Lopez B", "Ben Orr", "Ben Orr B"]


def test_a_list_of_the_class_names_who_is_not_in_it(classroom: Classroom, teacher_client: Client) -> None:
    """The list of a new term. A list with a few new names is no list of the class."""
    students = [make_student(classroom=classroom, name=name) for name in ("Ana Ruiz", "Noah Kim", "Zoe Adams")]
    address = url("add_students", classroom)
    page = teacher_client.post(address, {"names": "Ana Ruiz\nKim Noah\nEva Cruz"})
    missing = "1 student on the roster isn’t in this list. If the student left the class, remove them on the roster:"
    assert f"{missing} Zoe Adams" in text_of(page)
    assert reverse("student_history", args=[students[2].public_id]) in read(page).links
    for names in ("Ana Ruiz\nEva Cruz", "Eva Cruz", "Ana Ruiz\nNoah Kim\nZoe Adams"):
        assert "in this list" not in text_of(teacher_client.post(address, {"names": names}))


def test_a_removed_student_is_restored_and_not_made_again(
    classroom: Classroom, student: Student, teacher: User, teacher_client: Client
) -> None:
    rosters.remove_student(student, by=teacher, now=NOW)
    address = url("add_students", classroom)
    preview = teacher_client.post(address, {"names": "Maya Lopez\nAna Reyes"})
    assert "2 Ana Reyes New Add and restore students" in text_of(preview)
    preview = teacher_client.post(address, {"names": "Maya Lopez"})
    assert "Restore, with the same PIN and work Restore students" in text_of(preview)
    form = form_of(preview, having="restore-1")

    teacher_client.post(
        address, {name: value for name, value in form.data(is_confirmed="on").items() if name != "restore-1"}
    )
    assert names_of(classroom) == []
    page = teacher_client.post(address, form.data(is_confirmed="on"), follow=True)
    assert "1 student restored. PINs stay the same." in page.content.decode()
    assert list(classroom.students.enrolled()) == [student]


def test_list_that_fails_in_the_middle_adds_no_one(
    classroom: Classroom, student: Student, classmate: Student, teacher: User, teacher_client: Client
) -> None:
    """As if the database went away before the last step, which gives a number to a student who is here."""
    rosters.remove_student(student, by=teacher, now=NOW)
    address, before = url("add_students", classroom), AuditEvent.objects.count()
    names = f"Name\tID\nMaya Lopez\t1\nAna Reyes\t2\n{classmate.display_name}\t3"
    preview = form_of(teacher_client.post(address, {"names": names}), having="full")
    form = form_of(teacher_client.post(address, preview.data(external_id="1")), having="full")

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and '"external_id"' in sql and '"removed_at"' not in sql.partition("WHERE")[0]:
            raise RuntimeError
        return execute(sql, *rest)

    with connection.execute_wrapper(fail), pytest.raises(RuntimeError):
        teacher_client.post(address, form.data(is_confirmed="on"))
    assert names_of(classroom) == [classmate.display_name]
    assert AuditEvent.objects.count() == before
    teacher_client.post(address, form.data(is_confirmed="on"))
    assert names_of(classroom) == ["Maya Lopez", classmate.display_name, "Ana Reyes"]
    assert Student.objects.get(pk=classmate.pk).external_id == "3"


def test_list_leaves_a_student_removed_whose_name_someone_else_has_by_now(
    classroom: Classroom, student: Student, teacher: User
) -> None:
    rosters.remove_student(student, by=teacher, now=NOW)
    rosters.add_students(classroom, rosters.new_students(["Maya Lopez"]), by=teacher, now=NOW)
    new = rosters.new_students(["Ana Reyes"])
    done = rosters.add_list(classroom, new, to_restore=[student], to_number=[], by=teacher, now=NOW)
    ana = classroom.students.get(display_name="Ana Reyes")
    assert (done, names_of(classroom)) == (rosters.AddedList([ana], 0, 0), ["Maya Lopez", "Ana Reyes"])


def test_teacher_chooses_columns_and_keeps_student_numbers(classroom: Classroom, teacher_client: Client) -> None:
    address = url("add_students", classroom)
    preview = teacher_client.post(address, {"names": "Name\tOther\tID\nCivics\tAna S.\t17\nCivics\tBen O.\t18"})
    assert "The student numbers may be in “ID”." in " ".join(preview.content.decode().split())
    form = form_of(preview, having="full")

    again = teacher_client.post(address, form.data(full="1", external_id="2"))
    teacher_client.post(address, form_of(again, having="full").data(is_confirmed="on"))
    assert list(classroom.students.values_list("display_name", "external_id")) == [("Ben O.", "18"), ("Ana S.", "17")]


def test_a_later_list_gives_numbers_to_students_who_are_here_without_one(
    classroom: Classroom, teacher_client: Client
) -> None:
    """The gradebook asks for student numbers. A number that is kept stays, and nobody is added twice."""
    for name in ("Ana Silva", "Ben Ortiz", "Cy Dunn"):
        make_student(classroom=classroom, name=name)
    Student.objects.filter(display_name="Cy Dunn").update(external_id="9")
    address = url("add_students", classroom)
    names = "Name\tID\nAna Silva\t17\nOrtiz, Ben\t18\nCy Dunn\t19"
    preview = teacher_client.post(address, {"names": names})
    assert "get a student number" not in text_of(preview)

    again = teacher_client.post(address, form_of(preview, having="full").data(external_id="1"))
    assert "0 new, 3 already here, 2 get a student number." in text_of(again)
    assert "Save student numbers" in text_of(again)
    sent = form_of(again, having="full").data(is_confirmed="on")
    page = teacher_client.post(address, sent, follow=True)
    assert "2 student numbers saved. PINs stay the same." in text_of(page)
    assert "No new students." in text_of(teacher_client.post(address, sent, follow=True))
    kept = {"Ana Silva": "17", "Ben Ortiz": "18", "Cy Dunn": "9"}
    assert dict(classroom.students.values_list("display_name", "external_id")) == kept


def test_a_corrected_name_with_the_number_of_a_student_adds_no_one_twice(
    classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    make_student(classroom=classroom, name="Ana Ruis", external_id="17")
    make_student(classroom=classroom, name="Ben Ortiz")
    gone = make_student(classroom=classroom, name="Cy Dun", external_id="19")
    rosters.remove_student(gone, by=teacher, now=NOW)
    address = url("add_students", classroom)
    names = "Name\tID\nAna Ruiz\t17\nBen Ortiz\t17\nCy Dunn\t19\nDee Fox\t20"
    preview = teacher_client.post(address, {"names": names})
    assert "1 new, 1 already here, 2 not added." in text_of(preview)
    same = "in this class has the student number {}. If it’s the same student, rename them instead."
    assert f"“Ana Ruis” {same.format(17)}" in text_of(preview)
    assert f"“Cy Dun” {same.format(19)}" in text_of(preview)

    again = teacher_client.post(address, form_of(preview, having="full").data(external_id="1"))
    assert "Already here “Ana Ruis” in this class has the student number 17, so it isn’t saved." in text_of(again)
    sent = form_of(again, having="full").data(is_confirmed="on")
    teacher_client.post(address, sent)
    numbers = {"Ana Ruis": "17", "Ben Ortiz": "", "Dee Fox": "20"}
    assert dict(classroom.students.enrolled().values_list("display_name", "external_id")) == numbers
    # For another student, the teacher types the name.
    teacher_client.post(address, sent | {"fix-2": "Ana Ruiz"})
    numbers["Ana Ruiz"] = ""
    assert dict(classroom.students.enrolled().values_list("display_name", "external_id")) == numbers


def test_a_later_list_knows_students_with_one_name_by_their_numbers(
    classroom: Classroom, teacher_client: Client
) -> None:
    """The same list each week: the second student of a name is not added again, in any order."""
    make_student(classroom=classroom, name="Ana Ruiz", external_id="17")
    make_student(classroom=classroom, name="Ana Ruiz B", external_id="18")
    address = url("add_students", classroom)
    for names in ("Name\tID\nAna Ruiz\t17\nAna Ruiz\t18", "Name\tID\nAna Ruiz\t18\nAna Ruiz\t17"):
        preview = teacher_client.post(address, {"names": names})
        assert "0 new, 2 already here." in text_of(preview)
        again = teacher_client.post(address, form_of(preview, having="full").data(external_id="1"))
        assert "0 new, 2 already here." in text_of(again)


def test_a_name_for_the_second_student_of_a_name_may_be_on_the_roster(
    classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    """Without numbers, the list of last week suggests no third student."""
    for name in ("Ana Ruiz", "Ana Ruiz (2)", "Ben Orr"):
        make_student(classroom=classroom, name=name)
    gone = make_student(classroom=classroom, name="Ben Orr (2)")
    rosters.remove_student(gone, by=teacher, now=NOW)
    address = url("add_students", classroom)
    preview = teacher_client.post(address, {"names": "Ana Ruiz\nAna Ruiz\nBen Orr\nBen Orr"})
    assert "type a name such as Ana Ruiz (2)" in text_of(preview)
    assert "type a name such as Ben Orr (3)" in text_of(preview)
    form = form_of(preview, having="fix-2")
    page = teacher_client.post(address, form.data(is_confirmed="on") | {"fix-2": "Ana Ruiz (2)"}, follow=True)
    assert "No new students." in text_of(page)
    # If that was meant for a third student, nobody was added.
    assert "On the roster already: “Ana Ruiz (2)”" in text_of(page)


def test_a_new_student_gets_no_work_of_a_removed_one_with_the_same_name(
    classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    gone = make_student(classroom=classroom, name="Ana Ruiz", external_id="17")
    back = make_student(classroom=classroom, name="Ben Orr", external_id="0018")
    # These two have no number, and get one from the list unless someone else has it.
    others = [make_student(classroom=classroom, name=name) for name in ("Cy Dunn", "Dee Fox")]
    for student in (gone, back, *others):
        rosters.remove_student(student, by=teacher, now=NOW)
    address = url("add_students", classroom)
    names = "Name\tID\nAna Ruiz\t25\nBen Orr\t18\nCy Dunn\t20\nDee Fox\t18"
    preview = teacher_client.post(address, {"names": names})
    assert "1 new, 3 removed before." in text_of(preview)
    assert "“Ana Ruiz”, who was removed, has the student number 17. If it’s the same student, restore" in text_of(
        preview
    )
    again = teacher_client.post(address, form_of(preview, having="full").data(external_id="1"))
    assert "1 new, 1 gets a student number, 3 removed before." in text_of(again)
    note = "“Ben Orr” in this class has the student number 18, so it isn’t saved."
    assert f"5 Dee Fox Restore, with the same PIN and work {note}" in text_of(again)
    teacher_client.post(address, form_of(again, having="full").data(is_confirmed="on"))
    gone.refresh_from_db()
    assert gone.removed_at is not None
    kept = {"Ana Ruiz": "25", "Ben Orr": "0018", "Cy Dunn": "20", "Dee Fox": ""}
    assert dict(classroom.students.enrolled().values_list("display_name", "external_id")) == kept


def test_a_name_with_another_number_says_who_has_the_name(classroom: Classroom, teacher_client: Client) -> None:
    """One Ana left and another came: the list never says “Already here” without the number."""
    make_student(classroom=classroom, name="Ana Ruiz", external_id="17")
    make_student(classroom=classroom, name="Ben Orr", external_id="018")
    note = "“Ana Ruiz” in this class has the student number 17. To add another student, change the name in the list."
    address = url("add_students", classroom)
    preview = text_of(teacher_client.post(address, {"names": "Name\tID\nAna Ruiz\t25\nBen Orr\t018"}))
    assert f"Already here {note} 3 Ben Orr Already here" in preview
    # All numbers differ: the column has numbers of another kind.
    assert note not in text_of(teacher_client.post(address, {"names": "Name\tID\nAna Ruiz\t25\nBen Orr\t26"}))


def test_a_number_without_its_zeros_is_the_same_number(classroom: Classroom, teacher_client: Client) -> None:
    """A spreadsheet dropped the zeros, and the school corrected the name."""
    make_student(classroom=classroom, name="Ana Ruis", external_id="0017")
    names = {"names": "Name\tID\nAna Ruiz\t17"}
    preview = text_of(teacher_client.post(url("add_students", classroom), names))
    assert "0 new, 1 not added." in preview
    assert "“Ana Ruis” in this class has the student number 17. If it’s the same student, rename" in preview


@pytest.mark.parametrize(
    "days", [("", "10/22/2026", "10/23/2026"), ("6/10/27", "2026-10-22", "06-10-2027")], ids=["some", "all"]
)
@pytest.mark.usefixtures("clock")
def test_a_student_who_left_before_today_is_not_restored(
    days: tuple[str, ...], classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    """The school's list has everyone who was in the class this year, and when they left."""
    gone = make_student(classroom=classroom, name="Ben Orr")
    rosters.remove_student(gone, by=teacher, now=NOW)
    rows = zip(("Ana Ruiz", "Ben Orr", "Cy Dunn"), days, strict=True)
    names = "\n".join(["Name,Exit Date", *map(",".join, rows)])
    address = url("add_students", classroom)
    preview = teacher_client.post(address, {"names": names})
    assert f"3 Ben Orr Not added Not enrolled: {days[1]} 4 Cy Dunn New" in text_of(preview)
    teacher_client.post(address, form_of(preview, having="full").data(is_confirmed="on"))
    assert names_of(classroom) == ["Ana Ruiz", "Cy Dunn"]


def test_after_the_term_a_list_has_all_its_students(classroom: Classroom, teacher_client: Client) -> None:
    names = "Name,End Date\nAna Ruiz,6/10/2026\nBen Orr,6/10/2026"
    assert "2 new." in text_of(teacher_client.post(url("add_students", classroom), {"names": names}))


def test_a_new_name_like_one_of_the_roster_says_so(classroom: Classroom, teacher_client: Client) -> None:
    for name in ("Ana Ruis", "Ana Reyes", "Ben O."):
        make_student(classroom=classroom, name=name)
    address = url("add_students", classroom)
    preview = text_of(teacher_client.post(address, {"names": "Ana Ruiz\nAna Reyes\nOrtiz, Ben\nDee Fox"}))
    note = "New “{}” is on the roster, but not in this list. If it’s the same student, rename them instead."
    assert f"1 Ana Ruiz {note.format('Ana Ruis')} 2 Ana Reyes Already here" in preview
    assert f"3 Ben Ortiz {note.format('Ben O.')} 4 Dee Fox New Add 3 students" in preview
    # Whoever is in the list is someone else.
    assert note.format("Ana Ruis") not in text_of(teacher_client.post(address, {"names": "Ana Ruiz\nAna Ruis"}))


def test_a_new_name_of_another_class_says_that_the_student_can_move(
    classroom: Classroom, other_classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    own = make_classroom(teacher=teacher, name="Period 5")
    make_student(classroom=own, name="Ana Ruiz")
    gone = make_student(classroom=own, name="Ben Ortiz")
    rosters.remove_student(gone, by=teacher, now=NOW)
    make_student(classroom=make_classroom(teacher=teacher, name="Last year", archived_at=NOW), name="Cy Dun")
    make_student(classroom=other_classroom, name="Dee Fox")
    names = {"names": "Ana Ruiz\nBen Ortiz\nCy Dun\nDee Fox"}
    preview = text_of(teacher_client.post(url("add_students", classroom), names))
    note = "Period 5 has a student with this name. If it’s the same student, move them from there to keep the work."
    assert f"1 Ana Ruiz New {note} 2 Ben Ortiz New 3 Cy Dun New 4 Dee Fox New Add 4 students" in preview


def test_students_with_each_other_s_name_turned_get_their_own_numbers(
    classroom: Classroom, teacher_client: Client
) -> None:
    for name in ("Kim Lee", "Lee Kim"):
        make_student(classroom=classroom, name=name)
    address = url("add_students", classroom)
    preview = teacher_client.post(address, {"names": "Name\tID\nLee Kim\t17\nKim Lee\t18"})
    again = teacher_client.post(address, form_of(preview, having="full").data(external_id="1"))
    teacher_client.post(address, form_of(again, having="full").data(is_confirmed="on"))
    kept = {"Kim Lee": "18", "Lee Kim": "17"}
    assert dict(classroom.students.values_list("display_name", "external_id")) == kept


def test_preview_shows_the_columns_in_use(classroom: Classroom, teacher_client: Client) -> None:
    address = url("add_students", classroom)
    names = "ID,Last Name,First Name,Preferred Name\n1,Lee,Robert,Bobby\n2,Lopez,Maya,\n"
    page = teacher_client.post(address, {"names": names})
    names_of_columns = ["full", "first", "last", "preferred", "external_id"]
    # Each looks like the other fields of the page.
    assert re.findall(r'<select name="(\w+)" class="in"', page.content.decode()) == names_of_columns
    form = form_of(page, having="full")
    sent = form.data()
    columns = [sent[name] for name in names_of_columns]
    assert columns == [[""], ["2"], ["1"], ["3"], [""]]

    teacher_client.post(address, form.data(preferred="", is_confirmed="on"))
    assert names_of(classroom) == ["Robert Lee", "Maya Lopez"]


@pytest.mark.parametrize(
    "table",
    [
        *("[[", "17", '[["x", "Ana"]]', "[17]", '{"a": 1}', '[[1e999, "Ana"]]'),
        # No error of the site: too deep, a number that is too long, and half a character, which no database stores.
        *("[" * 60_000, "9" * 5_000, r'[[1, "Ana \ud83d"]]'),
    ],
    ids=range(9),
)
def test_a_table_that_was_changed_is_refused(table: str, classroom: Classroom, teacher_client: Client) -> None:
    page = teacher_client.post(url("add_students", classroom), {"table": table, "is_confirmed": "on"})
    assert page.status_code == 200
    assert names_of(classroom) == []


def test_a_list_without_a_new_name_offers_nothing_to_add(
    classroom: Classroom, student: Student, teacher_client: Client
) -> None:
    page = teacher_client.post(url("add_students", classroom), {"names": "Maya Lopez"})

    text = " ".join(page.content.decode().split())
    assert "0 new, 1 already here." in text
    assert "Add 0" not in text
    assert url("roster", classroom) in read(page).links


@pytest.mark.parametrize(
    "content",
    [
        b"name\nAna S.\nBen O.\n",
        b"\xef\xbb\xbfStudent,Grade\r\nAna S.,7\r\nBen O.,7\r\n",
        b"first name;last name\nAna;S.\nBen;O.\n",
    ],
    ids=["plain", "with a byte order mark", "two columns, semicolons"],
)
def test_a_csv_file_is_shown_and_added(content: bytes, classroom: Classroom, teacher_client: Client) -> None:
    address = url("add_students", classroom)

    preview = teacher_client.post(address, {"names": "", "file": csv_file(content)})
    assert "2 new." in " ".join(preview.content.decode().split())
    teacher_client.post(address, form_of(preview, having="table").data(is_confirmed="on"))

    assert names_of(classroom) == ["Ana S.", "Ben O."]


def test_rows_of_a_csv_file_count_from_the_header(classroom: Classroom, teacher_client: Client) -> None:
    content = b"name,grade\nAna S.,7\n,7\nBen O.,7\nana s.,7\n"

    page = teacher_client.post(url("add_students", classroom), {"names": "", "file": csv_file(content)})

    text = page.content.decode()
    assert "No name in this row" in text
    assert "Same name as row 2." in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(8_000_000), "This file is over 1 MB"),
        (b"", "This file is empty."),
        (b"name\n", "No names below the headings."),
        (b"id,grade\n1,7\n", "We found no names in this list."),
        (b"PK\x03\x04\x00\x00name", "Part of this file is missing."),
        (b"name\n" + b"".join(b"Student %d\n" % n for n in range(501)), "This list has 501 names."),
    ],
    ids=["too large", "empty", "header only", "no name column", "a spreadsheet", "501 rows"],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    content: bytes, said: str, classroom: Classroom, teacher_client: Client
) -> None:
    addresses = url("add_students", classroom), url("import_accommodations", classroom)

    page = teacher_client.post(addresses[0], {"names": "", "file": csv_file(content)})

    # The server lets such a file through to the page: its own reply is a line of text, without a form.
    limits = [next(size for path, size in settings.REQUEST_MAX_BYTES_AT if path.match(each)) for each in addresses]
    assert len(content) + 64 * 1024 < min(limits)
    assert page.status_code == 200
    text = page.content.decode()
    assert said in text
    assert 'id="id_file-e"' in text
    assert names_of(classroom) == []


@pytest.mark.parametrize(
    ("names", "file", "said"),
    [
        ("", None, "Paste at least 1 name, or choose a file."),
        (" \n\t\n", None, "Paste at least 1 name, or choose a file."),
        ("Ana S.", b"name\nBen O.", "Paste names or choose a file, not both."),
        ("\n".join(f"Student {n}" for n in range(501)), None, "This list has 501 names."),
        ("Ana\x00S.", None, "The list has a hidden character."),
    ],
    ids=["nothing", "spaces only", "both", "501 rows", "NUL"],
)
def test_names_that_cannot_be_read_are_kept_with_the_reason(
    names: str, file: bytes | None, said: str, classroom: Classroom, teacher_client: Client
) -> None:
    data = {"names": names} | ({} if file is None else {"file": csv_file(file)})

    page = teacher_client.post(url("add_students", classroom), data)

    assert page.status_code == 200
    assert said in page.content.decode()
    assert dict(form_of(page, having="names").fields)["names"].strip("\r\n") == names.strip("\r\n")
    assert names_of(classroom) == []


def test_a_name_of_a_megabyte_is_a_problem_of_its_row(classroom: Classroom, teacher_client: Client) -> None:
    page = teacher_client.post(url("add_students", classroom), {"names": "Ana S.\n" + "x" * 1_000_000})

    assert page.status_code == 200
    text = " ".join(page.content.decode().split())
    assert "1 new, 1 not added." in text
    assert "The name is over 60 characters." in text


def test_a_full_class_takes_no_more(classroom: Classroom, teacher: User, teacher_client: Client) -> None:
    """A merged entry is no student of its own."""
    names = rosters.new_students([f"Student {n}" for n in range(499)])
    [keep, *_] = rosters.add_students(classroom, names, by=teacher, now=NOW)
    make_student(classroom=classroom, name="Maya L.", removed_at=NOW, merged_into=keep)
    address = url("add_students", classroom)

    page = teacher_client.post(address, {"names": "Ana S.\nBen O.", "is_confirmed": "on"})
    assert "With these, the class would have 501 students. It has room for 500." in page.content.decode()
    assert classroom.students.enrolled().count() == 499

    teacher_client.post(address, {"names": "Ana S.", "is_confirmed": "on"})
    assert classroom.students.enrolled().count() == 500


def test_class_that_fills_while_a_list_is_added_takes_no_more(
    classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    rosters.add_students(classroom, rosters.new_students([f"Student {n}" for n in range(499)]), by=teacher, now=NOW)
    others = iter(["Maya L."])

    def add_first(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """A co-teacher's student comes after this list was checked."""
        if sql.startswith("INSERT") and (name := next(others, None)):
            make_student(classroom=classroom, name=name)
        return execute(sql, *rest)

    with connection.execute_wrapper(add_first):
        page = teacher_client.post(url("add_students", classroom), {"names": "Ana S.", "is_confirmed": "on"})

    assert "With these, the class would have 501 students. It has room for 500." in text_of(page)
    assert dict(form_of(page, having="names").fields)["names"].strip() == "Ana S."
    assert not classroom.students.filter(display_name="Ana S.").exists()


def test_what_was_typed_is_text_on_the_page(classroom: Classroom, teacher_client: Client) -> None:
    page = teacher_client.post(url("add_students", classroom), {"names": "<b>Ana</b></textarea><script>"})

    text = page.content.decode()
    assert "&lt;b&gt;Ana" in text
    assert "<b>Ana" not in text
    assert "<script>" not in text


# --- Roster and cards -----------------------------------------------------------------------------------------------


def test_roster_lists_students_and_who_is_locked_out(
    classroom: Classroom, student: Student, classmate: Student, outsider: Student, teacher: User,
    teacher_client: Client, clock: time_machine.Traveller,
) -> None:  # fmt: skip
    gone = make_student(classroom=classroom, name="Zion W.", removed_at=NOW)
    for _ in range(5):
        make_failed_try(student=classmate)

    page = teacher_client.get(url("roster", classroom))

    links = read(page).links
    assert {url("student_history", one) for one in (student, classmate, gone)} <= set(links)
    assert url("student_history", outsider) not in links
    text = page.content.decode()
    assert "2 students" in text
    assert text.count("Locked out") == 1
    assert classroom.shown_code in text
    assert "testserver<wbr>/join" in text


def test_roster_says_who_is_tried_and_who_was_let_in(
    classroom: Classroom, student: Student, classmate: Student, teacher: User, teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    for one in (student, classmate):
        for number in range(5):
            make_failed_try(student=one, device=f"device {number}")
    address = url("let_student_in", student)
    clock.shift(timedelta(minutes=6))
    assert text_of(teacher_client.get(url("roster", classroom))).count("Many wrong PINs") == 2

    page = teacher_client.post(address, follow=True)

    assert page.request["PATH_INFO"] == url("roster", classroom)
    text = text_of(page)
    assert "Let in until 11:16 am" in text
    assert text.count("Many wrong PINs") == 1
    assert "Let in Maya Lopez" in text_of(teacher_client.get(url("student_history", student)))


def test_roster_says_that_someone_guesses(
    classroom: Classroom, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    said = "Someone is guessing PINs in this class."
    for number in range(CLASS_TRIES):
        assert said not in text_of(teacher_client.get(url("roster", classroom)))
        make_failed_try(student=student, device=f"device {number}")

    assert said in text_of(teacher_client.get(url("roster", classroom)))


def test_roster_shows_no_pin(classroom: Classroom, student: Student, teacher_client: Client) -> None:
    pin = student_sign_in.pin_of(student)

    assert f">{pin}<" in teacher_client.get(url("sign_in_cards", classroom)).content.decode()
    assert f">{pin}<" not in teacher_client.get(url("roster", classroom)).content.decode()


def test_roster_of_an_empty_class_leads_on(classroom: Classroom, teacher_client: Client) -> None:
    for name, heading in (("roster", "<h3>"), ("sign_in_cards", '<h2 class="stem">')):
        page = teacher_client.get(url(name, classroom))
        assert f"{heading}No students yet" in page.content.decode()
        assert url("add_students", classroom) in read(page).links


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "cost"), [("roster", 11), ("sign_in_cards", 8), ("add_students", 6)])
def test_pages_of_a_class_cost_the_same_for_any_number_of_students(
    name: str, cost: int, count: int, classroom: Classroom, teacher_client: Client, queries: Counting,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    for _ in range(count):
        make_student(classroom=classroom, removed_at=NOW)
        locked = make_student(classroom=classroom)
        for _ in range(5):
            make_failed_try(student=locked)

    with queries() as seen:
        page = teacher_client.get(url(name, classroom))

    assert page.status_code == 200
    assert len(seen) == cost


def test_cards_hold_what_a_student_needs(
    classroom: Classroom, student: Student, classmate: Student, teacher_client: Client
) -> None:
    gone = make_student(classroom=classroom, name="Zion W.", removed_at=NOW)

    text = teacher_client.get(url("sign_in_cards", classroom), headers={"host": "testserver"}).content.decode()

    cards = text.split('<li class="idcard"')[1:]
    assert len(cards) == 2
    for card, who in zip(cards, (student, classmate), strict=True):
        for expected in (
            who.display_name,
            "Period 3",
            classroom.shown_code,
            student_sign_in.pin_of(who),
            "testserver<wbr>/join",
        ):
            assert expected in card
    assert gone.display_name not in text
    # The square says where the class code opens the door.
    address = f"http://testserver{reverse('join_with_code', args=[classroom.join_code])}"
    assert _modules(address) in cards[0]


def test_one_card_is_printed_without_the_pins_of_others(
    classroom: Classroom, student: Student, classmate: Student, outsider: Student, teacher_client: Client
) -> None:
    address = url("sign_in_cards", classroom)
    alone = f"{address}?student={student.public_id}"
    assert alone in [f"{address}{link}" for link in read(teacher_client.get(address)).links]
    # The student’s page has it above the closed settings.
    assert alone in teacher_client.get(url("student_history", student)).content.decode().partition("<details")[0]

    text = teacher_client.get(alone).content.decode()

    assert [student_sign_in.pin_of(one) in text for one in (student, classmate)] == [True, False]
    assert (classmate.display_name in text, "Only the card of" in text) == (False, True)
    # A student of another class has no card here.
    whole = teacher_client.get(f"{address}?student={outsider.public_id}").content.decode()
    assert [student_sign_in.pin_of(one) in whole for one in (student, classmate, outsider)] == [True, True, False]


@pytest.mark.parametrize("name", ["roster", "sign_in_cards"])
def test_address_that_only_this_machine_knows_gets_a_warning(
    name: str, classroom: Classroom, student: Student, teacher_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = url(name, classroom)
    warning = "Students’ devices can’t open"
    assert warning not in teacher_client.get(address).content.decode()
    for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]"):
        assert f"{warning} {host}." in teacher_client.get(address, headers={"host": host}).content.decode()
    # The address that phones can open is there instead.
    monkeypatch.setattr("quizsite.context_processors.phone_host", lambda: "192.0.2.7:8000")
    text = teacher_client.get(address, headers={"host": "127.0.0.1:8000"}).content.decode().replace("<wbr>", "")
    assert "Use 192.0.2.7:8000 instead." in text
    assert "192.0.2.7:8000/join" in text
    assert "127.0.0.1:8000/join" not in text


def test_cards_warn_that_the_code_is_closed(classroom: Classroom, student: Student, teacher: User,
    teacher_client: Client) -> None:  # fmt: skip
    address = url("sign_in_cards", classroom)
    assert "won’t work." not in teacher_client.get(address).content.decode()

    classrooms.set_code_active(classroom, is_open=False, by=teacher, now=NOW)

    assert "won’t work." in teacher_client.get(address).content.decode()


def _modules(address: str) -> str:
    """The path data of the QR code of an address."""
    svg = segno.make(address, error="m").svg_inline(omitsize=True, border=2, light="#fff")
    return svg.rsplit('d="', 1)[1].split('"')[0]


# --- One student ----------------------------------------------------------------------------------------------------


def test_student_page_shows_the_work(
    edition: Edition, classroom: Classroom, student: Student, classmate: Student, teacher: User, teacher_client: Client
) -> None:
    first = make_assignment(edition=edition, classroom=classroom, due_at=NOW)
    second = make_assignment(edition=edition, classroom=classroom)
    late = make_answered_attempt(assignment=first, student=student, right=1)
    working = make_attempt(assignment=second, student=student)
    other = make_attempt(assignment=second, student=classmate)

    page = teacher_client.get(url("student_history", student))

    links = read(page).links
    assert [link for link in links if "/attempts/" in link] == [
        reverse("attempt_review", args=[attempt.public_id]) for attempt in (working, late)
    ]
    assert reverse("attempt_review", args=[other.public_id]) not in links
    text = " ".join(page.content.decode().split())
    assert "1 of 8, 13% <small> Receipt" in text
    assert late.receipt is not None
    assert late.receipt in text
    assert "Fri, Oct 23, 11:01 am EDT" in text
    assert text.count(" Late</span>") == 1


def test_work_within_an_extension_is_not_late(
    edition: Edition, classroom: Classroom, student: Student, teacher: User, teacher_client: Client
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, due_at=NOW)
    make_answered_attempt(assignment=assignment, student=student)
    assert " Late</span>" in teacher_client.get(url("student_history", student)).content.decode()

    Extension.objects.create(
        assignment=assignment, student=student, due_at=NOW + timedelta(hours=1), given_by=teacher, given_at=NOW
    )

    assert " Late</span>" not in teacher_client.get(url("student_history", student)).content.decode()


@pytest.mark.parametrize("count", [1, 51, 120])
def test_student_page_lists_the_newest_changes_and_leads_to_the_others(
    count: int,
    student: Student,
    teacher: User,
    teacher_client: Client,
    queries: Counting,
) -> None:
    for number in range(count):
        AuditEvent.objects.record(
            AuditEvent.Action.STUDENT_RENAMED,
            actor=teacher,
            classroom=student.classroom,
            student=student,
            at=NOW + timedelta(minutes=number),
            before=f"Name {number}.",
        )
    address = url("student_history", student)
    with queries() as seen:
        pages = [teacher_client.get(address)]
    while f"{address}?changes={len(pages) + 1}#h-log" in read(pages[-1]).links:
        pages.append(teacher_client.get(f"{address}?changes={len(pages) + 1}"))

    listed = [re.findall(r"Renamed from Name (\d+)\.", text_of(page)) for page in pages]
    assert [number for page in listed for number in page] == [str(number) for number in reversed(range(count))]
    assert max(map(len, listed)) <= 50
    assert len(seen) == 14


@pytest.mark.parametrize("count", [1, 12])
def test_student_page_costs_the_same_for_any_amount_of_work(
    count: int, edition: Edition, classroom: Classroom, student: Student, teacher: User, teacher_client: Client,
    queries: Counting,
) -> None:  # fmt: skip
    for number in range(count):
        make_classroom(teacher=teacher, name=f"Period {5 + number}")
        make_answered_attempt(assignment=make_assignment(edition=edition, classroom=classroom), student=student)
        rosters.rename_student(student, name=f"Maya {number}", by=teacher, now=NOW)

    with queries() as seen:
        page = teacher_client.get(url("student_history", student))

    assert page.status_code == 200
    assert len(seen) == 18


def test_rename_changes_the_name_and_leaves_a_record(student: Student, teacher_client: Client) -> None:
    answer = teacher_client.post(url("rename_student", student), {"name": " Maya  L. "})

    student.refresh_from_db()
    assert student.display_name == "Maya L."
    assert answer.headers["Location"] == url("student_history", student)
    text = teacher_client.get(answer.headers["Location"]).content.decode()
    assert "Renamed to “Maya L.”" in text
    assert "Renamed from Maya Lopez" in text
    assert "<td>Ms. Rivera</td>" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("noah park", "A student in this class already has that name"),
        ("Nоah Park", "A student in this class already has that name"),  # a Cyrillic о
        ("", "Enter a name."),
        ("  ", "Enter a name."),
        ("Ma\u202eya", "The name has a hidden character, so retype it."),
        ("x" * 61, "Use up to 60 characters."),
    ],
)
def test_rename_says_what_is_wrong_beside_the_name(
    name: str, said: str, student: Student, classmate: Student, teacher_client: Client
) -> None:
    page = teacher_client.post(url("rename_student", student), {"name": name})

    assert page.status_code == 200
    text = page.content.decode()
    assert said in text
    assert "<h1><bdi>Maya Lopez</bdi></h1>" in text
    assert dict(form_of(page, having="name").fields)["name"] == name
    student.refresh_from_db()
    assert student.display_name == "Maya Lopez"


def test_move_puts_a_student_on_another_roster(
    assignment: Assignment, student: Student, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    to = make_classroom(teacher=teacher, name="Period 5")
    form = form_of(teacher_client.get(url("student_history", student)), having="classroom")
    # The last one: whether the finished work counts there.
    assert [value for _, value in form.offered] == ["", to.public_id, "on"]

    question = form_of(teacher_client.post(form.action, form.data(classroom=to.public_id)), having="is_confirmed")
    answer = teacher_client.post(question.action, question.data(), follow=True)

    student.refresh_from_db()
    assert student.classroom == to
    attempt.refresh_from_db()
    assert attempt.classroom == classroom
    text = answer.content.decode()
    assert "Maya Lopez moved to “Period 5”" in text
    assert "Moved to Period 5" in text
    assert reverse("attempt_review", args=[attempt.public_id]) in read(answer).links


def test_move_asks_first_since_the_card_stops_working(
    student: Student, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    to = make_classroom(teacher=teacher, name="Period 5")
    page = teacher_client.post(url("move_student", student), {"classroom": to.public_id})
    assert "Move Maya Lopez to Period 5?" in text_of(page)
    student.refresh_from_db()
    assert student.classroom == classroom
    form = form_of(page, having="is_confirmed")
    teacher_client.post(form.action, form.data())
    student.refresh_from_db()
    assert student.classroom == to


def test_move_warns_of_a_quiz_in_progress(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    to = make_classroom(teacher=teacher, name="Period 5")
    attempt = make_attempt(assignment=assignment, student=student, deadline_at=NOW + timedelta(minutes=30))
    warning = (
        "Maya is working on “Small set”. It stays on the student’s home page until it’s turned in, and counts in "
        "“Period 3”. The sign-in card has the code"
    )

    page = teacher_client.post(url("move_student", student), {"classroom": to.public_id})
    assert warning in text_of(page)
    lifecycle.submit_attempt(attempt, now=NOW)
    page = teacher_client.post(url("move_student", student), {"classroom": to.public_id})
    assert "Maya is working on" not in text_of(page)
    assert "Move to this class" in text_of(page)


def test_removal_and_excuse_can_be_undone_on_the_next_page(
    student: Student, assignment: Assignment, teacher_client: Client
) -> None:
    roster = teacher_client.post(url("remove_student", student), follow=True)
    undo = next(form for form in read(roster).forms if form.action == url("restore_student", student))
    for _ in range(2):
        teacher_client.post(undo.action, undo.data())
        student.refresh_from_db()
        assert student.removed_at is None
    # Another teacher has removed the student again. That is not undone.
    Student.objects.update(removed_at=NOW - timedelta(days=1))
    page = teacher_client.post(undo.action, undo.data(), follow=True)
    assert "Maya Lopez was removed or merged again. Nothing changed." in text_of(page)
    Student.objects.update(removed_at=None)

    address = reverse("excuse_student", args=[assignment.public_id, student.public_id])
    excused = teacher_client.post(address, {"is_excused": "True", "reason": "Was ill."}, follow=True)
    assert assignment.excuses.count() == 1
    undo = next(form for form in read(excused).forms if form.action == address and "given_at" in form.data())
    teacher_client.post(undo.action, undo.data())
    assert assignment.excuses.count() == 0
    assert "“Excused by mistake.”" in text_of(teacher_client.get(url("student_history", student)))


def test_page_of_a_student_lets_in_with_the_same_pin_or_asks_for_a_new_one(
    student: Student, teacher_client: Client
) -> None:
    page = teacher_client.get(url("student_history", student))
    assert url("change_pin", student) in read(page).links
    assert url("let_student_in", student) in [form.action for form in read(page).forms]
    assert '<details class="more" id="settings">' in page.content.decode()
    refused = teacher_client.post(url("rename_student", student), {"name": ""})
    assert '<details class="more" id="settings" open>' in refused.content.decode()


@pytest.mark.parametrize("number", ["2001", ""], ids=["corrected", "deleted"])
def test_student_number_is_corrected_or_deleted(number: str, student: Student, teacher_client: Client) -> None:
    rosters.keep_external_id(student, "1001")
    form = form_of(teacher_client.get(url("student_history", student)), having="number")
    assert dict(form.fields)["number"] == "1001"

    for _ in range(2):
        answer = teacher_client.post(url("change_number", student), {"number": f" {number} "})
        assert answer.headers["Location"] == url("student_history", student)

    student.refresh_from_db()
    assert student.external_id == number
    assert "Saved." in text_of(teacher_client.get(answer.headers["Location"]))


@pytest.mark.parametrize("number", ["10\u200b42", "\u202e1042"])
def test_student_number_with_a_hidden_character_is_refused(
    number: str, student: Student, teacher_client: Client
) -> None:
    page = teacher_client.post(url("change_number", student), {"number": number})
    assert errors_of(page) == ["The number has a hidden character. Retype it."]
    student.refresh_from_db()
    assert student.external_id == ""


@pytest.mark.parametrize("number", ["1001", "01001"])
def test_student_number_of_a_classmate_is_refused(
    number: str, student: Student, classmate: Student, teacher_client: Client
) -> None:
    """A list and a sync read numbers without zeros at the start: with both, one student could become the other."""
    rosters.keep_external_id(classmate, "1001")

    page = teacher_client.post(url("change_number", student), {"number": number})

    assert "Another student in this class has this number." in text_of(page)
    assert dict(form_of(page, having="number").fields)["number"] == number
    assert '<details class="more" id="settings" open>' in page.content.decode()
    student.refresh_from_db()
    assert student.external_id == ""


def test_student_without_a_number_is_not_refused(student: Student, classmate: Student, teacher_client: Client) -> None:
    for one in (student, classmate):
        page = teacher_client.post(url("change_number", one), {"number": ""})
        assert (page.status_code, page.headers["Location"]) == (302, url("student_history", one))


@pytest.mark.parametrize("confirmed", [{}, {"is_confirmed": "on"}], ids=["before the question", "after it"])
def test_move_refuses_a_class_where_the_name_is_in_use(
    confirmed: dict[str, str], student: Student, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    to = make_classroom(teacher=teacher, name="Period 5")
    make_student(classroom=to, name="maya lopez")

    page = teacher_client.post(url("move_student", student), {"classroom": to.public_id, **confirmed})

    assert page.status_code == 200
    assert "Period 5 already has a student with this name." in page.content.decode()
    student.refresh_from_db()
    assert student.classroom == classroom


@pytest.mark.parametrize("confirmed", [{}, {"is_confirmed": "on"}], ids=["before the question", "after it"])
def test_move_refuses_a_class_where_the_student_number_is_in_use(
    confirmed: dict[str, str], student: Student, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    """A roster sync and a gradebook file find one student of a class by the number."""
    to = make_classroom(teacher=teacher, name="Period 5")
    other = make_student(classroom=to, name="Noah Kim", external_id="17")
    Student.objects.filter(pk=student.pk).update(external_id="17")

    page = teacher_client.post(url("move_student", student), {"classroom": to.public_id, **confirmed})

    assert "Period 5 already has a student with this student number. Change one" in page.content.decode()
    student.refresh_from_db()
    assert student.classroom == classroom

    rosters.remove_student(other, by=teacher, now=NOW)
    teacher_client.post(url("move_student", student), {"classroom": to.public_id, "is_confirmed": "on"})
    assert Student.objects.get(pk=student.pk).classroom == to
    # The number stays with the student who has it now.
    teacher_client.post(url("restore_student", other))
    assert dict(to.students.enrolled().values_list("display_name", "external_id")) == {
        "Maya Lopez": "17",
        "Noah Kim": "",
    }


@pytest.mark.parametrize("confirmed", [{}, {"is_confirmed": "on"}], ids=["before the question", "after it"])
def test_move_refuses_a_student_whom_another_page_has_removed(
    confirmed: dict[str, str], student: Student, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    """The notice said that the student is in the new class, and they were not on its roster."""
    to = make_classroom(teacher=teacher, name="Period 5")
    rosters.remove_student(student, by=teacher, now=NOW)

    page = teacher_client.post(url("move_student", student), {"classroom": to.public_id, **confirmed}, follow=True)

    assert "Maya Lopez isn’t on the roster anymore. Restore the student first." in text_of(page)
    assert Student.objects.get(pk=student.pk).classroom == classroom


@pytest.mark.parametrize("kind", ["another teacher's", "an archived", "its own", "no", "a broken"])
def test_move_takes_only_a_class_from_the_list(
    kind: str, student: Student, classroom: Classroom, other_classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    make_classroom(teacher=teacher, name="Period 5")
    archived = make_classroom(teacher=teacher, name="Old", archived_at=NOW)
    value = {
        "another teacher's": other_classroom.public_id,
        "an archived": archived.public_id,
        "its own": classroom.public_id,
        "no": "",
        "a broken": "\x00",
    }[kind]

    page = teacher_client.post(url("move_student", student), {"classroom": value})

    assert page.status_code == 200
    text = {"no": "Choose a class.", "a broken": "The text has a hidden character."}
    assert text.get(kind, "Choose a class from the list.") in page.content.decode()
    student.refresh_from_db()
    assert student.classroom == classroom


def test_remove_takes_off_the_roster_and_keeps_the_answers(
    assignment: Assignment, student: Student, student_client: Client, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    assert student_client.get(reverse("student_home")).status_code == 200

    for _ in range(2):
        answer = teacher_client.post(url("remove_student", student))

    assert answer.headers["Location"] == url("roster", student.classroom)
    student.refresh_from_db()
    assert student.removed_at is not None
    assert student_client.get(reverse("student_home")).status_code == 302
    # The first page shows the notices, which have forms.
    teacher_client.get(url("roster", student.classroom))
    page = teacher_client.get(url("student_history", student))
    assert reverse("attempt_review", args=[attempt.public_id]) in read(page).links
    assert [form.action for form in read(page).forms] == [
        url("set_missing_rule", student.classroom),
        url("restore_student", student),
        url("download_student", student),
        reverse("choose_language"),
    ]
    assert AuditEvent.objects.filter(action=AuditEvent.Action.STUDENT_REMOVED).count() == 1


def test_restore_brings_a_student_back(student: Student, teacher: User, teacher_client: Client) -> None:
    rosters.remove_student(student, by=teacher, now=NOW)

    for _ in range(2):
        answer = teacher_client.post(url("restore_student", student), follow=True)

    student.refresh_from_db()
    assert student.removed_at is None
    assert "Maya Lopez is back on the roster." not in answer.content.decode()
    assert AuditEvent.objects.filter(action=AuditEvent.Action.STUDENT_RESTORED).count() == 1


def test_number_is_stored_though_another_teacher_changed_it_meanwhile(student: Student) -> None:
    seen_before = Student.objects.get(pk=student.pk)
    rosters.change_external_id(student, "9")

    rosters.change_external_id(seen_before, "17")

    student.refresh_from_db()
    assert student.external_id == "17"


def test_restore_says_that_the_student_number_is_of_someone_else_now(
    student: Student, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    rosters.change_external_id(student, "17")
    rosters.remove_student(student, by=teacher, now=NOW)
    make_student(classroom=classroom, external_id="17")

    page = teacher_client.post(url("restore_student", student), follow=True)

    lost = "Someone else in this class has the student number 17 now, so it isn’t kept."
    assert f"Maya Lopez is back on the roster. {lost}" in text_of(page)
    student.refresh_from_db()
    assert (student.removed_at, student.external_id) == (None, "")


def test_restore_refuses_a_name_that_is_in_use_again(
    student: Student, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    rosters.remove_student(student, by=teacher, now=NOW)
    make_student(classroom=classroom, name="Maya Lopez")

    page = teacher_client.post(url("restore_student", student), follow=True)

    assert "A student in this class already has that name." in page.content.decode()
    student.refresh_from_db()
    assert student.removed_at is not None


def test_new_pin_is_shown_once_and_ends_the_old_one(
    student: Student, student_client: Client, teacher_client: Client
) -> None:
    question = teacher_client.get(url("change_pin", student))
    assert "The old PIN and the printed card stop working" in text_of(question)
    for _ in range(2):
        answer = teacher_client.post(url("change_pin", student), form_of(question, having="seen").data())

    student.refresh_from_db()
    pin = student_sign_in.pin_of(student)
    assert student.pin_version == 2
    # Sessions are rows, and no row holds a PIN.
    session = teacher_client.session.items()
    assert {key: value for key, value in session if not key.startswith("_auth")} == {NEW_PIN: student.public_id}
    shown = teacher_client.get(answer.headers["Location"]).content.decode()
    assert f'<p class="in big num">{pin}</p>' in shown
    assert '<div class="notice ok-n" role="status" tabindex="-1" autofocus>' in shown
    assert '<p class="in big num">' not in teacher_client.get(answer.headers["Location"]).content.decode()
    assert student_client.get(reverse("student_home")).status_code == 302


def test_new_pin_of_one_student_is_not_shown_on_the_page_of_another(
    student: Student, classmate: Student, teacher_client: Client
) -> None:
    teacher_client.post(url("change_pin", student), {"seen": student.pin_version})

    assert '<p class="in big num">' not in teacher_client.get(url("student_history", classmate)).content.decode()
    assert '<p class="in big num">' in teacher_client.get(url("student_history", student)).content.decode()


def test_new_pins_for_a_class_end_all_sessions_and_lead_to_the_new_cards(
    student: Student, classmate: Student, student_client: Client, teacher_client: Client, assignment: Assignment
) -> None:
    """A student in a quiz continues it after signing in with the new PIN."""
    attempt = make_attempt(assignment=assignment, student=student)
    work = reverse("take_attempt", args=[attempt.public_id, 1])
    assert student_client.get(work).status_code == 200
    roster = teacher_client.get(url("roster", student.classroom))
    assert url("change_pins", student.classroom) in read(roster).links
    question = teacher_client.get(url("change_pins", student.classroom))
    assert "Make new PINs for everyone in" in text_of(question)
    old = student_sign_in.pin_of(student)

    for _ in range(2):
        page = teacher_client.post(
            url("change_pins", student.classroom), form_of(question, having="seen").data(), follow=True
        )

    assert page.redirect_chain[-1][0] == url("sign_in_cards", student.classroom)
    assert list(Student.objects.values_list("pin_version", flat=True)) == [2, 2]
    for one in (student, classmate):
        one.refresh_from_db()
        assert student_sign_in.pin_of(one) in text_of(page)
    assert student_client.get(reverse("student_home")).status_code == 302
    assert student_client.get(work).status_code == 302
    again = reverse("enter_pin_again", args=[attempt.public_id])
    if student_sign_in.pin_of(student) != old:
        assert student_client.post(again, {"pin": old}).status_code == 400
    student_client.post(again, {"pin": student_sign_in.pin_of(student)})
    assert student_client.get(work).status_code == 200


def test_new_pins_are_asked_about_first(student: Student, teacher_client: Client) -> None:
    for data in ({}, {"seen": "x"}):
        page = teacher_client.post(url("change_pins", student.classroom), data)
        assert "Make new PINs for everyone in" in text_of(page)
    student.refresh_from_db()
    assert student.pin_version == 1


ACTS = ["rename_student", "change_number", "move_student", "remove_student", "restore_student", "change_pin"]


@pytest.mark.parametrize("name", ACTS)
def test_no_one_changes_the_student_of_another_teacher(
    name: str, student: Student, signed_in: Callable[[User], Client]
) -> None:
    stranger = make_user()
    elsewhere = make_classroom(teacher=stranger)
    before = Student.objects.values().get(pk=student.pk)

    answer = signed_in(stranger).post(url(name, student), {"name": "X", "classroom": elsewhere.public_id})

    assert answer.status_code == 404
    assert Student.objects.values().get(pk=student.pk) == before


def test_student_page_names_no_work_in_classes_of_others(
    student: Student, edition: Edition, other_classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    elsewhere = make_attempt(assignment=make_assignment(edition=edition, classroom=other_classroom), student=student)
    address = reverse("attempt_review", args=[elsewhere.public_id])

    assert address not in read(teacher_client.get(url("student_history", student))).links
    rosters.remove_student(student, by=teacher, now=timezone.now())
    assert address not in read(teacher_client.get(url("student_history", student))).links


def test_join_list_shows_first_names_and_initials_only(classroom: Classroom, client: Client) -> None:
    for name in ("Maria Garcia", "Maria Gomez", "Ana Reyes"):
        make_student(classroom=classroom, name=name)
    client.post(reverse("join"), {"code": classroom.join_code})
    page = client.get(reverse("choose_name")).content.decode()
    assert [page.index(name) for name in ("Ana R.", "Maria Ga.", "Maria Go.")] == sorted(
        page.index(name) for name in ("Ana R.", "Maria Ga.", "Maria Go.")
    )
    assert "Garcia" not in page
    assert "Reyes" not in page


@pytest.mark.parametrize(
    ("before", "family", "name", "after"),
    [
        ("Maya Lopez", "Lopez", "Maya Garcia", "Garcia"),
        # As a roster has it until the whole name is known.
        ("Liam C", "C", "Liam Cooper", "Cooper"),
        ("Liam O", "O", "Liam O’Neil", "O’Neil"),
        ("Ana Ruiz", "Ruiz", "Ana Ruiz-Soto", "Ruiz-Soto"),
        ("Maya Lopez", "Lopez", "Maya Ana Lopez Cruz", "Lopez"),
        # A last name that a teacher or a file gave is not guessed again.
        ("Ana Ruiz Peña", "Ruiz Peña", "Ana Ruiz Gómez", None),
    ],
)
def test_new_name_brings_its_own_last_name(
    before: str, family: str, name: str, after: str | None, student: Student, teacher_client: Client
) -> None:
    Student.objects.update(display_name=before, family_name=family)
    answer = teacher_client.post(url("rename_student", student), {"name": name, "family_name": family})
    student.refresh_from_db()
    if after is None:
        assert "Type it as it is in the name above." in answer.content.decode()
    assert (student.display_name, student.family_name) == ((name, after) if after else (before, family))


def test_teacher_chooses_the_order_of_the_roster(classroom: Classroom, teacher_client: Client) -> None:
    for name in ("Zoë Adams", "Ana Young"):
        make_student(classroom=classroom, name=name)
    teacher_client.post(url("sort_roster", classroom), {"by_first": "1"})
    page = teacher_client.get(url("roster", classroom)).content.decode()
    assert page.index("Ana Young") < page.index("Zoë Adams")
    teacher_client.post(url("sort_roster", classroom), {"by_first": ""})
    page = teacher_client.get(url("roster", classroom)).content.decode()
    assert page.index("Zoë Adams") < page.index("Ana Young")


def test_order_of_the_roster_is_in_the_log_once(classroom: Classroom, teacher: User, teacher_client: Client) -> None:
    page = teacher_client.get(url("change_classroom", classroom))
    form = form_of(page, having="by_first")
    for _ in range(2):
        teacher_client.post(form.action, form.data(by_first="1"))
    [event] = classroom.audit_events.filter(action="classroom_changed")
    before, after = {"sorts_by_first_name": False}, {"sorts_by_first_name": True}
    assert (event.actor, event.detail) == (teacher, {"before": before, "after": after})


def test_order_of_the_roster_keeps_what_a_colleague_chose(
    classroom: Classroom, other_teacher: User, teacher_client: Client
) -> None:
    page = teacher_client.get(url("change_classroom", classroom))
    form = form_of(page, having="by_first")
    rosters.sort_roster(Classroom.objects.get(), by_first=True, by=other_teacher, now=NOW)
    # An old page on which nothing was chosen changes nothing.
    assert teacher_client.post(form.action, form.data()).status_code == 302
    classroom.refresh_from_db()
    assert classroom.sorts_by_first_name
    new = form_of(teacher_client.get(url("change_classroom", classroom)), having="by_first")
    assert teacher_client.post(new.action, new.data(by_first="")).status_code == 302
    classroom.refresh_from_db()
    assert not classroom.sorts_by_first_name
    assert errors_of(teacher_client.post(new.action, new.data(by_first="2"))) == ["Choose one of these."]


def test_last_name_can_be_corrected(student: Student, teacher_client: Client) -> None:
    address = url("rename_student", student)
    refused = teacher_client.post(address, {"name": "Maya Lopez Cruz", "family_name": "Perez"})
    assert "Type it as it is in the name above." in refused.content.decode()
    # Copied from a sentence of a page, with an accent as a character of its own.
    teacher_client.post(address, {"name": "Maya Peña Cruz", "family_name": "\u2068Pen\u0303a Cruz\u2069"})
    student.refresh_from_db()
    assert (student.display_name, student.family_name) == ("Maya Peña Cruz", "Peña Cruz")
    teacher_client.post(address, {"name": "Maya Lopez Cruz", "family_name": "Lopez Cruz"})
    student.refresh_from_db()
    assert (student.display_name, student.family_name) == ("Maya Lopez Cruz", "Lopez Cruz")
    teacher_client.post(address, {"name": "Maya Perez", "family_name": "Perez"})
    student.refresh_from_db()
    assert student.sort_key == "perez maya"
    # Another teacher adds a name while this page is open.
    form = form_of(teacher_client.get(url("student_history", student)), having="family_name")
    Student.objects.update(display_name="Maya Lopez Perez")
    teacher_client.post(address, form.data(family_name="Lopez Perez"))
    student.refresh_from_db()
    assert (student.display_name, student.family_name) == ("Maya Lopez Perez", "Lopez Perez")


def test_the_roster_of_an_archived_class_asks_no_one_to_type_its_code(
    classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    assert "type this code" in text_of(teacher_client.get(url("roster", classroom)))
    classrooms.archive_classroom(classroom, by=teacher, now=NOW)
    text = text_of(teacher_client.get(url("roster", classroom)))
    assert "type this code" not in text
    assert "doesn’t work while the class is archived" in text
    assert "Turn off code" not in text
    assert "Get a new code" not in text


def test_no_sentence_ends_in_two_periods_after_a_name(teacher: User, teacher_client: Client, edition: Edition) -> None:
    first, second = (make_classroom(teacher=teacher, name=name) for name in ("Civics B.", "Civics C."))
    student = make_student(classroom=first, name="Ana R.")
    given = make_assignment(edition=edition, classroom=first, assigned_by=teacher)
    attempt = make_answered_attempt(assignment=given, student=student)
    own = reverse("student_overrides", args=[given.public_id, student.public_id])
    excuse = form_of(teacher_client.get(own), having="is_excused").data(reason="Was ill.")
    pages = [
        teacher_client.post(reverse("excuse_student", args=[given.public_id, student.public_id]), excuse, follow=True),
        teacher_client.post(url("rename_student", student), {"name": "Ana S."}, follow=True),
        teacher_client.post(
            url("move_student", student), {"classroom": second.public_id, "is_confirmed": "on"}, follow=True
        ),
        teacher_client.post(url("remove_student", student), follow=True),
        teacher_client.get(url("student_history", student)),
        teacher_client.get(reverse("teacher_home")),
        *(teacher_client.get(url(name, first)) for name in ("roster", "add_students", "change_classroom")),
        *(teacher_client.get(url(name, second)) for name in ("classroom_gradebook", "classroom_mastery")),
        *(
            teacher_client.get(reverse(name, args=[given.public_id]))
            for name in ("assignment_progress", "change_assignment", "assignment_results", "grading_queue")
        ),
        teacher_client.get(reverse("attempt_review", args=[attempt.public_id])),
        teacher_client.get(reverse("regrade_question", args=[given.public_id, 1])),
    ]
    for page in pages:
        assert page.status_code == 200
        assert ".." not in text_of(page).replace("...", ""), page.request["PATH_INFO"]


def test_page_of_the_cards_does_not_send_to_itself(
    classroom: Classroom, student: Student, teacher_client: Client
) -> None:
    address = url("sign_in_cards", classroom)
    page = teacher_client.get(address)
    assert "Next: assign a quiz." in text_of(page)
    assert address not in read(page).links
    roster = teacher_client.get(url("roster", classroom))
    assert "Next: print the sign-in cards and assign a quiz." in text_of(roster)


def test_buttons_of_the_next_step_are_in_the_order_of_its_sentence(
    classroom: Classroom, student: Student, teacher_client: Client
) -> None:
    page = teacher_client.get(url("roster", classroom)).content.decode()

    notice = page.split('aria-label="Next step"')[1].split("</div>")[0]
    assert re.findall(r'class="(btn[^"]*)" href="([^"?]*)', notice) == [
        ("btn", url("sign_in_cards", classroom)),
        ("btn alt", reverse("assign_quiz")),
    ]


def test_page_of_cards_says_what_it_is_first(classroom: Classroom, student: Student, teacher_client: Client) -> None:
    page = teacher_client.get(url("sign_in_cards", classroom)).content.decode()

    assert re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page) == ["Sign-in cards", classroom.name]
