"""What teachers see of the work: gradebook and its file, the progress of an assignment, one attempt."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes import attempts
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, Excuse, Student, User
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_student,
    save,
)
from tests.pages import Page, read, text_of


def rows_of(response: Page) -> list[list[str]]:
    """The cells of the page's table bodies and feet, as words, without what can be done about each student."""
    body = re.sub(r'<small><a id="t-.*?</small>', "", response.content.decode())
    rows = re.findall(r"<tr>(.*?)</tr>", body.partition("</thead>")[2], re.DOTALL)
    return [
        [
            " ".join(re.sub(r"<[^>]*>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def names_of(response: Page) -> list[str]:
    return [row[0] for row in rows_of(response)[:-1]]


def gradebook_of(classroom: Classroom) -> str:
    return reverse("gradebook", args=[classroom.public_id])


# --- Gradebook ----------------------------------------------------------------------------------------------------


@pytest.fixture
def four_students(classroom: Classroom) -> list[Student]:
    return [make_student(classroom=classroom, name=name) for name in ("Ana", "Ben", "Cy", "Dee")]


@pytest.fixture
def full_book(
    edition: Edition,
    classroom: Classroom,
    teacher: User,
    four_students: list[Student],
    clock: time_machine.Traveller,
) -> tuple[Assignment, Assignment]:
    """An assignment that was due yesterday and one due tomorrow; a set has 1, 2, 3 and 2 points.

    Ana 8 of 8 in time and 3 of 8; Ben 1 of 8 late and at work; Cy missing and nothing; Dee excused and nothing.
    """
    ana, ben, _, dee = four_students
    past = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        created_at=NOW - timedelta(days=3),
        due_at=NOW - timedelta(days=1),
    )
    coming = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, due_at=NOW + timedelta(days=1))
    make_answered_attempt(assignment=past, student=ana, started_at=NOW - timedelta(days=2))
    make_answered_attempt(assignment=past, student=ben, right=1, started_at=NOW - timedelta(hours=2))
    make_answered_attempt(assignment=coming, student=ana, right=2, started_at=NOW - timedelta(hours=1))
    make_answered_attempt(assignment=coming, student=ben, handed_in=False, started_at=NOW - timedelta(hours=1))
    Excuse.objects.create(assignment=past, student=dee, reason="Was ill.", given_by=teacher, given_at=NOW)
    return past, coming


def test_gradebook_shows_scores_states_averages_median_and_mean(
    full_book: tuple[Assignment, Assignment], classroom: Classroom, teacher_client: Client
) -> None:
    page = teacher_client.get(gradebook_of(classroom))
    # Ana (8/8 + 3/8) / 2 = 68.75 %, Ben 1/8 = 12.5 %; their median and mean 40.625 %. Newest assignment first.
    assert rows_of(page) == [
        ["Ana", "69%", "3", "8"],
        ["Ben", "13%", "Started", "1 Late"],
        ["Cy", "No score yet", "Not due yet", "Missing"],
        ["Dee", "No score yet", "Not due yet", "Excused"],
        ["Median Mean", "41% 41%", "3 3", "4.5 4.5"],
    ]
    assert "4 students, class average 41%, median 41%" in text_of(page)
    assert re.findall(r'<b class="bad">(.*?)</b>', page.content.decode()) == ["3", "3", "1"]  # the first is the legend
    past, coming = full_book
    links = read(page).links
    for assignment in full_book:
        assert links.count(reverse("assignment_progress", args=[assignment.public_id])) == 1
    for attempt in Attempt.objects.all():
        assert links.count(reverse("attempt_review", args=[attempt.public_id])) == 1
    for student in Student.objects.all():
        assert links.count(reverse("student_history", args=[student.public_id])) == 1


@pytest.mark.parametrize(
    ("key", "names", "column", "direction"),
    [
        ("", ["Ana", "Ben", "Cy", "Dee"], "Student", "ascending"),
        ("-name", ["Dee", "Cy", "Ben", "Ana"], "Student", "descending"),
        ("average", ["Ben", "Ana", "Cy", "Dee"], "Average", "ascending"),
        ("-average", ["Ana", "Ben", "Cy", "Dee"], "Average", "descending"),
        ("past", ["Ben", "Ana", "Cy", "Dee"], "Small set", "ascending"),
        ("-past", ["Ana", "Ben", "Cy", "Dee"], "Small set", "descending"),
        ("-coming", ["Ana", "Ben", "Cy", "Dee"], "Small set", "descending"),
        ("nonsense", ["Ana", "Ben", "Cy", "Dee"], "Student", "ascending"),
        ("--name", ["Ana", "Ben", "Cy", "Dee"], "Student", "ascending"),
    ],
)
def test_gradebook_is_sorted_as_the_address_says(
    key: str,
    names: list[str],
    column: str,
    direction: str,
    full_book: tuple[Assignment, Assignment],
    classroom: Classroom,
    teacher_client: Client,
) -> None:
    past, coming = full_book
    sort = key.replace("past", past.public_id).replace("coming", coming.public_id)
    page = teacher_client.get(gradebook_of(classroom), {"sort": sort} if sort else {})
    assert names_of(page) == names
    sorted_by = re.findall(r'<th scope="col" aria-sort="(\w+)">(.*?)</th>', page.content.decode(), re.DOTALL)
    assert [order for order, _ in sorted_by] == [direction]
    assert re.sub(r"<[^>]*>", " ", sorted_by[0][1]).split()[:2][0] == column.split()[0]


def test_gradebook_links_turn_the_order_round(
    full_book: tuple[Assignment, Assignment], classroom: Classroom, teacher_client: Client
) -> None:
    past, _ = full_book
    links = [link for link in read(teacher_client.get(gradebook_of(classroom))).links if link.startswith("?sort=")]
    assert links == ["?sort=-name", "?sort=-average", *[f"?sort=-{each.public_id}" for each in full_book[::-1]]]
    again = teacher_client.get(gradebook_of(classroom), {"sort": f"-{past.public_id}"})
    assert f"?sort={past.public_id}" in read(again).links


def test_gradebook_counts_the_attempt_that_the_policy_names(
    edition: Edition, classroom: Classroom, teacher: User, student: Student, teacher_client: Client
) -> None:
    for policy, score in (("first", "1"), ("best", "8"), ("latest", "3")):
        Attempt.objects.all().delete()
        Assignment.objects.all().delete()
        given = make_assignment(
            edition=edition, classroom=classroom, assigned_by=teacher, max_attempts=None, attempt_policy=policy
        )
        for number, right in enumerate((1, 4, 2), start=1):
            make_answered_attempt(assignment=given, student=student, right=right, number=number)
        assert rows_of(teacher_client.get(gradebook_of(classroom)))[0][2] == score


def test_gradebook_of_an_empty_class_leads_to_adding_students(
    assignment: Assignment, classroom: Classroom, teacher_client: Client
) -> None:
    page = teacher_client.get(gradebook_of(classroom))
    assert "No students yet" in text_of(page)
    assert reverse("add_students", args=[classroom.public_id]) in read(page).links
    assert "Download CSV" not in text_of(page)


def test_gradebook_without_assignments_leads_to_the_sets(
    classroom: Classroom, student: Student, teacher_client: Client
) -> None:
    page = teacher_client.get(gradebook_of(classroom))
    assert "Nothing is assigned yet" in text_of(page)
    assert reverse("question_sets") in read(page).links


def test_gradebook_leaves_out_removed_students(
    assignment: Assignment, classroom: Classroom, student: Student, teacher_client: Client, now: datetime
) -> None:
    gone = make_student(classroom=classroom, name="Gone", removed_at=now)
    make_answered_attempt(assignment=assignment, student=gone)
    assert names_of(teacher_client.get(gradebook_of(classroom))) == ["Maya Lopez"]


@pytest.mark.parametrize("students", [1, 3])
@pytest.mark.parametrize("assigned", [1, 3])
def test_gradebook_costs_the_same_for_any_number(
    students: int,
    assigned: int,
    edition: Edition,
    classroom: Classroom,
    teacher: User,
    teacher_client: Client,
    statements: Callable[[], Any],
) -> None:
    given = [make_assignment(edition=edition, classroom=classroom, assigned_by=teacher) for _ in range(assigned)]
    for _ in range(students):
        student = make_student(classroom=classroom)
        for assignment in given:
            make_answered_attempt(assignment=assignment, student=student)
    with statements() as seen:
        page = teacher_client.get(gradebook_of(classroom))
    assert len(rows_of(page)) == students + 1
    # Session, teacher, classroom; students, assignments, attempts, extensions, excuses.
    assert len(seen) == 8


def test_csv_is_downloaded_by_a_form_and_recorded(
    full_book: tuple[Assignment, Assignment], teacher: User, classroom: Classroom, teacher_client: Client
) -> None:
    form = next(form for form in read(teacher_client.get(gradebook_of(classroom))).forms if "csv" in form.action)
    assert (form.action, form.method) == (reverse("download_gradebook", args=[classroom.public_id]), "post")
    response = teacher_client.post(form.action, form.data())
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="Period 3, scores 2026-10-23.csv"'
    assert response.content.decode("utf-8-sig").split("\r\n") == [
        'Student,Average %,"Small set, 2",Small set',
        "Points possible,,8,8",
        "Ana,68.8,3.0,8.0",
        "Ben,12.5,started,1.0",
        "Cy,,,missing",
        "Dee,,,excused",
        "",
    ]
    event = AuditEvent.objects.get()
    assert (event.act, event.actor, event.classroom, event.at) == ("scores_exported", teacher, classroom, NOW)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ('A/B "x" \\ C', 'attachment; filename="A-B -x- - C, scores 2026-10-23.csv"'),
        ("Español 3", "attachment; filename*=utf-8''Espa%C3%B1ol%203%2C%20scores%202026-10-23.csv"),
        ("Period\r\nX: y", 'attachment; filename="Period-X- y, scores 2026-10-23.csv"'),
    ],
)
def test_csv_has_a_safe_file_name(
    name: str, header: str, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    classroom = make_classroom(teacher=teacher, name=name)
    response = teacher_client.post(reverse("download_gradebook", args=[classroom.public_id]))
    assert response.headers["Content-Disposition"] == header


def test_csv_of_another_teacher_is_missing_and_not_recorded(
    classroom: Classroom, other_teacher: User, signed_in: Callable[[User], Client]
) -> None:
    response = signed_in(other_teacher).post(reverse("download_gradebook", args=[classroom.public_id]))
    assert response.status_code == 404
    assert not AuditEvent.objects.exists()


def test_csv_is_not_given_to_a_get(classroom: Classroom, teacher_client: Client) -> None:
    assert teacher_client.get(reverse("download_gradebook", args=[classroom.public_id])).status_code == 405


# --- Progress -----------------------------------------------------------------------------------------------------


def progress_of(assignment: Assignment) -> str:
    return reverse("assignment_progress", args=[assignment.public_id])


@pytest.fixture
def mixed(assignment: Assignment, four_students: list[Student]) -> Assignment:
    """Ana has handed in, Ben is at work on his second question, Cy and Dee have not started."""
    ana, ben, _, _ = four_students
    make_answered_attempt(assignment=assignment, student=ana, right=2)
    make_answered_attempt(assignment=assignment, student=ben, answers={"one": "b"}, handed_in=False)
    return assignment


def test_progress_says_how_far_each_student_is(mixed: Assignment, teacher_client: Client) -> None:
    page = teacher_client.get(progress_of(mixed))
    assert "1 of 4 handed in, 1 working, 2 not started" in text_of(page)
    assert rows_of(page) == [
        ["Ana", "Handed in", "4 of 4", "Fri, Oct 23, 11:00 am", "3 of 8"],
        ["Ben", "Working", "1 of 4", "Fri, Oct 23, 11:00 am", ""],
        ["Cy", "Not started", "", "", ""],
        ["Dee", "Not started", "", "", ""],
    ]
    links = read(page).links
    assert reverse("change_assignment", args=[mixed.public_id]) in links
    assert reverse("question_set", args=[mixed.edition.question_set.public_id]) in links
    assert "Period 3 may start at once; does not close. One attempt. No time limit." in text_of(page)
    assert progress_of(mixed) in links  # Refresh, without JavaScript


def test_progress_marks_late_and_shows_the_score_that_counts(
    edition: Edition, classroom: Classroom, teacher: User, student: Student, teacher_client: Client
) -> None:
    given = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        due_at=NOW - timedelta(hours=1),
        max_attempts=2,
        attempt_policy="best",
    )
    make_answered_attempt(assignment=given, student=student)
    make_answered_attempt(assignment=given, student=student, number=2, right=1, handed_in=False)
    assert rows_of(teacher_client.get(progress_of(given))) == [
        ["Maya Lopez", "Working Late", "4 of 4", "Fri, Oct 23, 11:00 am", "8 of 8"]
    ]


def test_progress_board_asks_for_itself_and_gets_only_what_changed(
    mixed: Assignment, four_students: list[Student], teacher_client: Client
) -> None:
    page = teacher_client.get(progress_of(mixed)).content.decode()
    board = re.search(r'<div id="progress-board"([^>]*)>', page)
    assert board is not None
    assert f'hx-get="{progress_of(mixed)}" hx-trigger="every 5s" hx-swap="outerHTML"' in board[1]
    sent = re.search(r'hx-headers="{&quot;If-None-Match&quot;: &quot;\\&quot;(\w{32})\\&quot;&quot;}"', board[1])
    assert sent is not None
    headers = {"HX-Request": "true", "If-None-Match": f'"{sent[1]}"'}

    same = teacher_client.get(progress_of(mixed), headers=headers)
    assert (same.status_code, same.content, same.headers["HX-Reswap"]) == (304, b"", "none")

    save(Attempt.objects.get(handed_in_at=None), "some", ["a"], now=NOW + timedelta(minutes=1))
    changed = teacher_client.get(progress_of(mixed), headers=headers)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != headers["If-None-Match"]
    text = changed.content.decode()
    assert text.lstrip().startswith('<div id="progress-board"')
    assert "<html" not in text
    assert rows_of(changed)[1] == ["Ben", "Working", "2 of 4", "Fri, Oct 23, 11:01 am", ""]
    # The count is swapped into its live region, so that it is read out.
    assert '<p id="progress-counts" hx-swap-oob="innerHTML">1 of 4 handed in, 1 working, 2 not started</p>' in text


@pytest.mark.parametrize("what", ["begun", "handed_in", "renamed", "added", "removed"])
def test_progress_board_changes_with_everything_that_it_shows(
    what: str, mixed: Assignment, four_students: list[Student], teacher_client: Client
) -> None:
    before = teacher_client.get(progress_of(mixed)).headers["ETag"]
    match what:
        case "begun":
            make_attempt(assignment=mixed, student=four_students[2])
        case "handed_in":
            attempts.hand_in(Attempt.objects.get(handed_in_at=None), now=NOW)
        case "renamed":
            Student.objects.filter(pk=four_students[3].pk).update(display_name="Eve")
        case "added":
            make_student(classroom=mixed.classroom)
        case "removed":
            Student.objects.filter(pk=four_students[3].pk).update(removed_at=NOW)
    after = teacher_client.get(progress_of(mixed), headers={"HX-Request": "true", "If-None-Match": before})
    assert after.status_code == 200


def test_progress_board_stops_when_everything_is_handed_in(
    assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    make_answered_attempt(assignment=assignment, student=student)
    page = teacher_client.get(progress_of(assignment)).content.decode()
    assert '<div id="progress-board">' in page
    assert "Refresh" not in page


def test_progress_of_an_empty_class_leads_to_adding_students(assignment: Assignment, teacher_client: Client) -> None:
    page = teacher_client.get(progress_of(assignment))
    assert "No students yet" in text_of(page)
    assert reverse("add_students", args=[assignment.classroom.public_id]) in read(page).links


@pytest.mark.parametrize("count", [1, 3])
def test_progress_costs_the_same_for_any_number(
    count: int, assignment: Assignment, classroom: Classroom, teacher_client: Client, statements: Callable[[], Any]
) -> None:
    for _ in range(count):
        make_answered_attempt(assignment=assignment, student=make_student(classroom=classroom), handed_in=False)
    with statements() as seen:
        teacher_client.get(progress_of(assignment))
    # Session, teacher, assignment; attempts, answers, extensions, students; accommodations, excuses;
    # the classes of its group.
    assert len(seen) == 10
    with statements() as polled:
        teacher_client.get(progress_of(assignment), headers={"HX-Request": "true"})
    assert len(polled) == 9


# --- One attempt --------------------------------------------------------------------------------------------------


def review_of(attempt: Attempt) -> str:
    return reverse("attempt_review", args=[attempt.public_id])


def test_attempt_shows_each_answer_with_key_reason_evidence_and_points(
    assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(
        assignment=assignment,
        student=student,
        answers={"one": "a", "some": ["a"], "who": {"a": "mayor", "b": "mayor", "c": "not_stated"}},
    )
    page = teacher_client.get(review_of(attempt))
    text = text_of(page)
    document = assignment.edition.document
    assert "Maya Lopez Attempt 1, begun Fri, Oct 23, 11:00 am EDT." in text
    # 0 of 1, 1/2 of 2, 2/3 of 3, nothing of 2.
    assert "3 of 8 Handed in Fri, Oct 23, 11:01 am EDT" in text
    assert f"Receipt {attempt.receipt}" in text
    verdicts = re.findall(r'<span class="tag \w+">.*?</svg> ([^<]*)</span></summary>', page.content.decode())
    assert verdicts == ["Not correct", "Partly correct", "Partly correct", "Not answered"]
    assert "Single choice, 0 of 1 point" in text
    assert "Who says so?, 2 of 3 points" in text
    assert "Citizenship Your answer" in text
    assert "Birthplace Correct answer" in text
    assert document["questions"][0]["choices"][0]["rationale"] in text
    assert document["questions"][0]["explanation"] in text
    marks = re.findall(r'<mark class="ev"><sup class="n">(\d)</sup>', page.content.decode())
    assert marks == ["1", "1", "2", "3", "4", "5", "6"]
    assert "Not counted" not in text
    links = read(page).links
    for name, public_id in (
        ("gradebook", assignment.classroom.public_id),
        ("assignment_progress", assignment.public_id),
        ("student_history", student.public_id),
    ):
        assert reverse(name, args=[public_id]) in links


def test_attempt_lists_what_arrived_and_did_not_count(
    assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, handed_in=False)
    save(attempt, "one", "c", seen_revision=0, now=NOW + timedelta(seconds=30))  # a second tab that is behind
    attempts.hand_in(attempt, now=NOW + timedelta(minutes=1))
    save(attempt, "some", ["b", "d"], seen_revision=1, now=NOW + timedelta(minutes=5))
    text = text_of(teacher_client.get(review_of(attempt)))
    assert "2 A photograph; A visa Arrived after the end, not counted Fri, Oct 23, 11:05 am EDT" in text
    assert "1 other save changed nothing" in text


def test_attempt_handed_in_late_or_by_the_clock_says_so(
    edition: Edition, classroom: Classroom, teacher: User, student: Student, teacher_client: Client
) -> None:
    given = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        due_at=NOW + timedelta(minutes=5),
        time_limit=timedelta(minutes=10),
    )
    attempt = make_answered_attempt(assignment=given, student=student, handed_in=False)
    attempts.hand_in(attempt, now=NOW + timedelta(hours=1))
    text = text_of(teacher_client.get(review_of(attempt)))
    assert "Handed in when the time ended Fri, Oct 23, 11:10 am EDT Late" in text


def test_open_attempt_is_shown_as_it_stands_and_without_a_score(
    assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, right=1, handed_in=False)
    text = text_of(teacher_client.get(review_of(attempt)))
    assert "Working, not handed in" in text
    assert "Receipt" not in text


def test_attempt_of_another_teachers_student_is_missing(
    attempt: Attempt, other_teacher: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(other_teacher)
    for address in (review_of(attempt), progress_of(attempt.assignment), gradebook_of(attempt.classroom)):
        assert client.get(address).status_code == 404


def test_attempt_costs_a_fixed_number_of_statements(
    assignment: Assignment, student: Student, teacher_client: Client, statements: Callable[[], Any]
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, handed_in=False)
    for second in range(3):
        save(attempt, "one", "c", seen_revision=0, now=NOW + timedelta(seconds=30 + second))
    with statements() as seen:
        teacher_client.get(review_of(attempt))
    # Session, teacher, attempt; answers, corrections, marks; their comments; events; the student's extension.
    assert len(seen) == 9


def test_times_are_the_classrooms_own(edition: Edition, teacher: User, teacher_client: Client) -> None:
    classroom = make_classroom(teacher=teacher, name="Online", time_zone="Pacific/Honolulu")
    given = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        closes_at=datetime(2099, 1, 1, 8, tzinfo=UTC),
    )
    assert "closes Wed, Dec 31, 10:00 pm HST" in text_of(teacher_client.get(progress_of(given)))
