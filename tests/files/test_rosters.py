"""Rosters: which columns hold the names, what is cleaned, and what is left out, for lists as schools export them."""

from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.files.roster_columns import Columns
from quizzes.files.roster_rows import RosterRow
from quizzes.files.rosters import InvalidRoster, KnownStudents, Roster, read_roster
from quizzes.files.table_file import read_table, read_text
from quizzes.people.names import name_key


def roster_of(text: str, *, present: Collection[str] = (), removed: Collection[str] = (), **changes: Any) -> Roster:
    of_class = {name: changes.pop(name) for name in ("numbers", "own_numbers", "names") if name in changes}
    known = KnownStudents(set(map(name_key, present)), set(map(name_key, removed)), **of_class)
    return read_roster(read_text(text), known, **changes)


def new_names(text: str) -> list[str]:
    return [row.name.display for row in roster_of(text).rows if row.state == "new"]


def states(text: str, **changes: Collection[str]) -> list[tuple[int, str, str]]:
    return [(row.number, row.state, row.note) for row in roster_of(text, **changes).rows]


# --- Layouts of school systems ------------------------------------------------------------------------------------

LAYOUTS = {
    "one name per line": "Maya Lopez\nNoah Kim\n",
    "last name first, per line": "Lopez, Maya\nKim, Noah",
    "name": "Name\nMaya Lopez\nNoah Kim",
    "Canvas gradebook": (
        "Student,ID,SIS User ID,SIS Login ID,Section,Quiz 1 (12)\n"
        ",,,,,Manual Posting\n"
        '"    Points Possible",,,,,10.00\n'
        '"Lopez, Maya",101,s1,maya@x.example,P3,9\n'
        '"Kim, Noah",102,s2,noah@x.example,P3,8\n'
        '"Student, Test",103,,t@x.example,P3,'
    ),
    "Google Classroom": (
        "Last Name,First Name,Email Address,Quiz\nLopez,Maya,maya@x.example,9\nKim,Noah,noah@x.example,8\n"
    ),
    "PowerSchool": (
        "Class roster\n\nStudent_Number,LastFirst,Last_Name,First_Name,Grade_Level\n"
        '11,"Lopez, Maya",Lopez,Maya,7\n12,"Kim, Noah",Kim,Noah,7'
    ),
    "Clever": "Student_id\tLast_name\tFirst_name\tMiddle_name\n1\tLopez\tMaya\t\n2\tKim\tNoah\t",
    "ClassLink and OneRoster": (
        "sourcedId,status,enabledUser,role,username,givenName,familyName,email\n"
        "1,active,true,teacher,riv,Ana,Rivera,riv@x.example\n"
        "2,active,true,student,lop,Maya,Lopez,lop@x.example\n"
        "3,active,true,student,kim,Noah,Kim,kim@x.example"
    ),
    "Infinite Campus": "lastName,firstName,studentNumber\nLopez,Maya,1\nKim,Noah,2",
    "Skyward": 'Other ID,Student Name\n1,"Lopez, Maya"\n2,"Kim, Noah"',
    "Aeries": "Student ID,Last Name,First Name,Grade\n1,Lopez,Maya,7\n2,Kim,Noah,7",
    "Synergy": 'Student Name;Perm ID;Gender\n"Lopez, Maya";1;F\n"Kim, Noah";2;M',
    "Moodle": '"First name",Surname,"ID number","Email address"\nMaya,Lopez,1,m@x.example\nNoah,Kim,2,n@x.example',
    "Spanish": "Apellidos,Nombre\nLopez,Maya\nKim,Noah\nPromedio,",
    "Spanish, two family names": "Primer apellido;Segundo apellido;Nombre\nLopez;;Maya\nKim;;Noah",
    "a name column without names": "Name,First name,Last name\nCivics 7,Maya,Lopez\nCivics 7,Noah,Kim",
    "an empty name column": "Name,First name,Last name\n,Maya,Lopez\n,Noah,Kim",
    "pasted from a sheet": "Maya Lopez\t7\tmaya@x.example\nNoah Kim\t7\tnoah@x.example",
    "pasted, two columns": "Maya\tLopez\t7\nNoah\tKim\t7",
    "numbered": "1. Maya Lopez\n2) Noah Kim",
    "bullets": "- Maya Lopez\n• Noah Kim",
    "with email": "Maya Lopez <maya@x.example>\nNoah Kim (noah@x.example)",
    "teacher above": "Teacher: Ms. Rivera\nMaya Lopez\nNoah Kim\nTotal",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_names_are_found_in_every_layout(text: str) -> None:
    rows = [row for row in roster_of(text).rows if row.state == "new"]
    assert [row.name for row in rows] == [("Maya Lopez", "Lopez"), ("Noah Kim", "Kim")]


def test_grade_and_email_of_a_pasted_row_are_no_part_of_its_name() -> None:
    text = "1. Maya Cruz\nZoë Núñez\tzoe@school.example\t7\nLee, Noah"
    assert new_names(text) == ["Maya Cruz", "Zoë Núñez", "Noah Lee"]


def test_rows_that_are_no_students_are_listed_with_the_reason() -> None:
    assert states(LAYOUTS["Canvas gradebook"]) == [
        (2, "left_out", "No name in this row"),
        (3, "left_out", "Not a student"),
        (4, "new", "Was “Lopez, Maya”"),
        (5, "new", "Was “Kim, Noah”"),
        (6, "left_out", "A test student"),
    ]
    assert states(LAYOUTS["ClassLink and OneRoster"])[0] == (2, "left_out", "Not a student: a teacher or another adult")
    assert states(LAYOUTS["PowerSchool"])[0] == (1, "left_out", "Above the headings")


def test_first_name_and_last_initial_are_both_kept() -> None:
    assert new_names("First name,Last initial\nMaria,G\nMaria,L") == ["Maria G", "Maria L"]


def test_suffix_tells_two_students_apart() -> None:
    assert new_names("First name,Last name,Suffix\nJohn,King,\nJohn,King,Jr.") == ["John King", "John King Jr."]


def test_middle_names_are_kept() -> None:
    assert new_names("First,Middle,Last\nAna,Maria,Reyes") == ["Ana Maria Reyes"]


def test_a_role_in_a_name_is_no_role() -> None:
    assert new_names("Grace Guardian\nAda Staff") == ["Grace Guardian", "Ada Staff"]


# --- Problems -----------------------------------------------------------------------------------------------------


def test_pasted_names_are_marked_one_by_one() -> None:
    text = "Maya Lopez\n\n  noah kim \r\nMAYA LOPEZ\nGone Girl\nmaya@x.example\nAna, Ben, Cy\nAda\nMaya Lopez\n"
    rows = roster_of(text, present=["Noah Kim"], removed=["Gone Girl"]).rows
    assert [(row.number, row.name.display, row.state) for row in rows] == [
        (1, "Maya Lopez", "new"),
        (3, "noah kim", "here"),
        (4, "MAYA LOPEZ", "problem"),
        (5, "Gone Girl", "removed"),
        (6, "maya@x.example", "problem"),
        (7, "Ana, Ben, Cy", "problem"),
        (8, "Ada", "new"),
        (9, "Maya Lopez", "problem"),
    ]
    assert rows[2].note == "Same name as row 1. For another student, type a name that differs."
    assert (rows[2].proposal, rows[7].proposal) == ("MAYA LOPEZ (2)", "Maya Lopez (3)")
    assert rows[4].note == "This is an email address, not a name."
    assert rows[5].note == "This line has several names: put each name on a line of its own."


def test_a_name_stored_last_name_first_is_recognized() -> None:
    assert [state for _, state, _ in states("Maya Lopez\nKim, Noah", present=["Lopez, Maya", "Noah Kim"])] == [
        "here",
        "here",
    ]


def test_a_typed_name_solves_a_problem() -> None:
    [_, fixed] = roster_of("Ana\nAna", fixes={2: "Ana R."}).rows
    assert (fixed.name.display, fixed.state) == ("Ana R.", "new")
    [_, again] = roster_of("Ana\nAna", fixes={2: "ana"}).rows
    assert again.state == "problem"


def test_teacher_may_choose_other_columns() -> None:
    text = "Name,Course,Number\nCivics,Maya Lopez,17\nCivics,Noah Kim,18"
    chosen = Columns(full=1, external_id=2)
    read = roster_of(text, chosen=chosen)
    assert [(row.name.display, row.external_id) for row in read.rows] == [("Maya Lopez", "17"), ("Noah Kim", "18")]
    assert read.headings == ("Name", "Course", "Number")


def test_number_of_several_rows_is_kept_of_none() -> None:
    """A later list or sync would take 17 and 017 for one student."""
    read = roster_of("Name,Number\nMaya Lopez,17\nNoah Kim,017", chosen=Columns(full=0, external_id=1))
    assert [(row.external_id, row.note) for row in read.rows] == [
        ("", "Several rows have the number 17, so it isn’t saved."),
        ("", "Several rows have the number 017, so it isn’t saved."),
    ]
    text = "Name,Number\nMaya Lopez,17\nNoah Kim,17\nAna Reyes,18"
    read = roster_of(text, chosen=Columns(full=0, external_id=1), present=["Noah Kim"])
    assert [(row.state, row.external_id) for row in read.rows] == [("new", ""), ("here", ""), ("new", "18")]
    assert [row.note for row in read.rows[:2]] == ["Several rows have the number 17, so it isn’t saved."] * 2


def test_student_numbers_are_kept_only_if_chosen() -> None:
    read = roster_of("Student Number,Name\n17,Maya Lopez")
    assert [row.external_id for row in read.rows] == [""]
    assert read.number_heading == "Student Number"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id,grade\n1,7\n2,8", "no names in this list. It starts with “id, grade”. Give the column of"),
        ("\n".join(f"Student number{'x' * number}" for number in range(501)), "This list has 501 names. A class has"),
    ],
    ids=["no names", "501 names"],
)
def test_list_without_names_or_with_too_many_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidRoster, match=reason):
        roster_of(text)


def test_an_empty_list_has_no_rows() -> None:
    assert roster_of("Name\n").rows == ()


@given(st.text(max_size=80))
def test_any_text_is_rows_or_a_reason(text: str) -> None:
    for start in ("", "name\n", "first name;last name\n"):
        try:
            rows = roster_of(start + text).rows
        except InvalidRoster as refused:
            assert str(refused)  # noqa: PT017  either way out is fine
        else:
            assert all(row.note or row.state != "problem" for row in rows)


def test_file_and_text_give_the_same_rows() -> None:
    text = LAYOUTS["Canvas gradebook"]
    rows: tuple[RosterRow, ...] = read_roster(read_table(text.encode()).rows, KnownStudents()).rows
    assert rows == roster_of(text).rows


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Maya Lopez, Noah Kim\nAna Ruiz", [1]),
        ("Ana Ruiz\nMaya Lopez, Noah Kim", [2]),
        ("Maya Lopez, Noah Kim\nAna Ruiz, Tom Lee", [1, 2]),
        ("Name\n1. Maya Lopez, Noah Kim (he/him)", [2]),
        ("Lopez, Maya\nKim, Noah", []),
        ("Lopez, Maya", []),
        ("Lopez, Maya R.\nKim Ruiz, Noah", []),
        ("Lopez Ruiz, Maya Ana\nKim, Noah", []),
        ("Maya Lopez, Jr.\nAna Ruiz", []),
        ("Last name, First name\nLopez Ruiz, Maya Ana", []),
    ],
)
def test_a_line_that_may_be_two_students_asks(text: str, asked: list[int]) -> None:
    rows = roster_of(text).rows
    assert [row.number for row in rows if "1 student or 2?" in row.note] == asked
    assert {row.state for row in rows if row.number in asked} <= {"new"}


def test_a_line_that_may_be_two_students_is_named() -> None:
    note = "Is “Maya Lopez, Noah Kim” 1 student or 2? For 2 students, put each name on a line of its own."
    assert states("Maya Lopez, Noah Kim\nAna Ruiz") == [(1, "new", note), (2, "new", "")]
