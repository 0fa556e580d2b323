"""What teachers see of the work: gradebook and its file, the progress of an assignment, one attempt."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.attempts.lifecycle import submit_attempt
from quizzes.formatting import dated_moment
from quizzes.grading.scores import rescore
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, Excuse, Student, User
from quizzes.people.classrooms import set_missing_rule
from quizzes.reports.gradebook import gradebook
from quizzes.views.teacher import attempt_review
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_regrade,
    make_student,
    save,
)
from tests.pages import Page, form_of, read, text_of


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
    return reverse("classroom_gradebook", args=[classroom.public_id])


# --- Gradebook ----------------------------------------------------------------------------------------------------


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
    make_answered_attempt(assignment=coming, student=ben, submitted=False, started_at=NOW - timedelta(hours=1))
    Excuse.objects.create(assignment=past, student=dee, reason="Was ill.", given_by=teacher, given_at=NOW)
    return past, coming


def test_switch_counts_missing_work_as_zero_and_each_page_says_which(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    now = timezone.now()
    done, missed = (
        make_assignment(edition=edition, classroom=classroom, created_at=now - timedelta(days=2), due_at=due)
        for due in (None, now - timedelta(days=1))
    )
    ana = make_student(classroom=classroom, name="Ana")
    make_answered_attempt(assignment=done, student=ana, started_at=now - timedelta(days=1))
    book = reverse("classroom_gradebook", args=[classroom.public_id])
    history = reverse("student_history", args=[ana.public_id])
    switch = reverse("set_missing_rule", args=[classroom.public_id])
    results = reverse("assignment_results", args=[missed.public_id])
    for page in (book, history, results):
        assert "In averages of this class, missing work is left out." in text_of(teacher_client.get(page))
        # Also on the page of one student.
        assert "Count missing work as 0 for all students" in text_of(teacher_client.get(page))
    assert "class average 100%" in text_of(teacher_client.get(book))

    for _ in range(2):
        answer = teacher_client.post(switch, {"is_zero": "on"}, headers={"referer": f"http://testserver{history}"})
        assert (answer.status_code, answer.headers["Location"]) == (302, history)
    assert "Saved for the whole class." in text_of(teacher_client.get(history))

    for page in (book, history, results):
        assert "In averages of this class, missing work counts as 0." in text_of(teacher_client.get(page))
        assert "Leave missing work out for all students" in text_of(teacher_client.get(page))
    assert "class average 50%" in text_of(teacher_client.get(book))
    assert "Average 50%" in text_of(teacher_client.get(history))
    assert [line.average for line in gradebook(Classroom.objects.get(), now=now).columns] == [0, 8]
    event = AuditEvent.objects.get(action=AuditEvent.Action.CLASSROOM_CHANGED)
    assert event.detail["after"] == {"counts_missing_as_zero": True}

    assert teacher_client.post(switch).headers["Location"] == book
    assert "class average 100%" in text_of(teacher_client.get(book))

    teacher_client.post(switch, {"is_zero": "on"})
    make_answered_attempt(assignment=missed, student=make_student(classroom=classroom, name="Ben"), right=1)
    assert names_of(teacher_client.get(book, {"sort": missed.public_id})) == ["Ana", "Ben"]


def test_gradebook_on_paper_has_the_time_of_printing(assignment: Assignment, teacher_client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        page = teacher_client.get(reverse("classroom_gradebook", args=[assignment.classroom.public_id]))

    printed = dated_moment(NOW, assignment.classroom.zone)
    assert f'<span class="print-only">· {printed}</span>' in page.content.decode()


def test_key_of_the_gradebook_explains_no_blank_cell(
    assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    """A quiz that is not due has a status in words: "Not started"."""
    page = teacher_client.get(gradebook_of(assignment.classroom))
    assert rows_of(page)[0] == [student.display_name, "No score yet", "Not started"]
    assert "A score means turned in, unless a status is next to it." in text_of(page)
    rule = "In averages, each quiz counts the same, whatever its points. A quiz that needs grading doesn’t count yet."
    assert rule in text_of(page)


def test_objectives_are_linked_once(assignment: Assignment, student: Student, teacher_client: Client) -> None:
    """In the navigation of the class."""
    page = teacher_client.get(gradebook_of(assignment.classroom)).text
    address = reverse("classroom_mastery", args=[assignment.classroom.public_id])
    assert page.count(f'href="{address}"') == 1


def test_switch_on_the_page_of_a_refused_name_leads_to_the_page_of_the_student(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    student = make_student(classroom=classroom)
    make_assignment(edition=edition, classroom=classroom)
    refused = teacher_client.post(reverse("rename_student", args=[student.public_id]), {"name": ""})
    switch = form_of(refused, having="is_zero")
    came_from = {"referer": f"http://testserver{refused.request['PATH_INFO']}"}
    reply = teacher_client.post(switch.action, switch.data(is_zero="on"), headers=came_from)
    assert reply.headers["Location"] == reverse("student_history", args=[student.public_id])


def test_missing_work_never_counts_in_the_gradebook_of_an_objective(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    """The gradebook counts missing work as 0. Points on an objective describe answers, as “Objectives” says."""
    now = timezone.now()
    set_missing_rule(classroom, is_zero=True, by=teacher, now=now)
    done, _missed = (
        make_assignment(edition=edition, classroom=classroom, created_at=now - timedelta(days=2), due_at=due)
        for due in (None, now - timedelta(days=1))
    )
    ana = make_student(classroom=classroom, name="Ana")
    make_answered_attempt(assignment=done, student=ana, started_at=now - timedelta(hours=1))

    assert rows_of(teacher_client.get(gradebook_of(classroom)))[0] == ["Ana", "50%", "Missing", "8"]
    page = teacher_client.get(gradebook_of(classroom), {"objective": "Why it was ended"})
    assert rows_of(page) == [["Ana", "100%", "Missing", "5"], ["Median Average", "100% 100%", "", "5 5"]]
    assert "Points on this objective only. Missing work doesn’t count here." in text_of(page)
    assert "missing work counts as 0" not in text_of(page)
    by_objective = text_of(teacher_client.get(reverse("classroom_mastery", args=[classroom.public_id])))
    assert "Ana 1 of 2 Got it 3 of 3 Got it 5 of 5" in by_objective


def test_missing_work_on_a_quiz_without_points_counts_in_no_average(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    """Every question of a quiz was dropped. It counts for no student: neither for Ana, who did it, nor for Ben."""
    now = timezone.now()
    set_missing_rule(classroom, is_zero=True, by=teacher, now=now)
    done, dropped = (
        make_assignment(edition=edition, classroom=classroom, created_at=now - timedelta(days=2), due_at=due)
        for due in (None, now - timedelta(days=1))
    )
    ana, ben = (make_student(classroom=classroom, name=name) for name in ("Ana", "Ben"))
    for student in (ana, ben):
        make_answered_attempt(assignment=done, student=student, started_at=now - timedelta(hours=1))
    make_answered_attempt(assignment=dropped, student=ana, started_at=now - timedelta(days=2))
    for number in range(1, 5):
        make_regrade(assignment=dropped, policy="drop", number=number)
    rescore(dropped.attempts.select_related("assignment"))

    page = teacher_client.get(gradebook_of(classroom))
    assert rows_of(page) == [
        ["Ana", "100%", "0", "8"],
        ["Ben", "100%", "Missing", "8"],
        ["Median Average", "100% 100%", "", "8 8"],
    ]
    of_objective = teacher_client.get(gradebook_of(classroom), {"objective": "Why it was ended"})
    assert rows_of(of_objective)[1:] == [["Ben", "100%", "Missing", "5"], ["Median Average", "100% 100%", "", "5 5"]]
    assert "Class average 100%" in text_of(teacher_client.get(reverse("teacher_home")))
    history = text_of(teacher_client.get(reverse("student_history", args=[ben.public_id])))
    assert "Average 100% of 1 quiz" in history
    results = text_of(teacher_client.get(reverse("assignment_results", args=[dropped.public_id])))
    assert "1 of 2 turned in." in results
    assert "Average" not in results


def test_gradebook_shows_scores_states_averages_median_and_mean(
    full_book: tuple[Assignment, Assignment], classroom: Classroom, teacher_client: Client
) -> None:
    page = teacher_client.get(gradebook_of(classroom))
    # Ana (8/8 + 3/8) / 2 = 68.75 %, Ben 1/8 = 12.5 %; their median and mean 40.625 %. Newest assignment first.
    assert rows_of(page) == [
        ["Ana", "69%", "3", "8"],
        ["Ben", "13%", "In progress", "1 Late"],
        ["Cy", "No score yet", "Not started", "Missing"],
        ["Dee", "No score yet", "Not started", "Excused"],
        ["Median Average", "41% 41%", "3 3", "4.5 4.5"],
    ]
    assert "4 students, class average 41%, median 41%, of 2 with an average" in text_of(page)
    assert re.findall(r'<b class="bad">(.*?)</b>', page.content.decode()) == ["3", "3", "1"]  # the first is the legend
    _past, _coming = full_book
    links = read(page).links
    for assignment in full_book:
        assert reverse("assignment_progress", args=[assignment.public_id]) in links
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
    sorted_by = re.findall(r'<th\s+scope="col"\s+aria-sort="(\w+)">(.*?)</th>', page.content.decode(), re.DOTALL)
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


@pytest.mark.parametrize(("policy", "score"), [("first", "1"), ("best", "8"), ("latest", "3")])
def test_gradebook_counts_the_attempt_that_the_policy_names(
    policy: str,
    score: str,
    edition: Edition,
    classroom: Classroom,
    teacher: User,
    student: Student,
    teacher_client: Client,
) -> None:
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
    assert "No quizzes yet" in text_of(page)
    assert reverse("question_sets") in read(page).links


def test_gradebook_names_the_files_that_lack_student_numbers_before_their_buttons(
    assignment: Assignment, classroom: Classroom, student: Student, teacher_client: Client
) -> None:
    said = (
        "1 student has no student number. It’s blank in the Canvas file and in “Scores by student number”. To save "
        "numbers, open “Add students” with the school’s list again and choose its number column. No one is added twice."
    )
    before, button, _ = text_of(teacher_client.get(gradebook_of(classroom))).partition("Canvas gradebook")
    assert (said in before, button) == (True, "Canvas gradebook")

    Student.objects.update(external_id="17")

    page = text_of(teacher_client.get(gradebook_of(classroom)))
    assert "no student number" not in page
    assert "Student numbers match the students in every file." in page


def test_gradebook_names_its_files_as_they_are_called(
    assignment: Assignment, classroom: Classroom, student: Student, teacher_client: Client
) -> None:
    text = text_of(teacher_client.get(gradebook_of(classroom)))
    assert "Students who left the class aren’t in these files. Downloads are logged." in text
    assert "Scores by quiz, CSV" in text
    file = teacher_client.post(
        reverse("download_file", args=[classroom.public_id]), {"layout": "score_rows", "form": "csv"}
    )
    assert "scores by quiz" in file["Content-Disposition"]


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
    queries: Callable[[], Any],
) -> None:
    given = [make_assignment(edition=edition, classroom=classroom, assigned_by=teacher) for _ in range(assigned)]
    for _ in range(students):
        student = make_student(classroom=classroom)
        for assignment in given:
            make_answered_attempt(assignment=assignment, student=student)
    with queries() as seen:
        page = teacher_client.get(gradebook_of(classroom))
    assert len(rows_of(page)) == students + 1
    # Session, teacher, classroom; assignments, students with their attempts, extensions with excuses.
    assert len(seen) == 6


def test_csv_is_downloaded_by_a_form_and_recorded(
    full_book: tuple[Assignment, Assignment], teacher: User, classroom: Classroom, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(gradebook_of(classroom)), having="layout")
    assert (form.action, form.method) == (reverse("download_file", args=[classroom.public_id]), "post")
    response = teacher_client.post(form.action, form.data(layout="scores"))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="Period 3, scores 2026-10-23.csv"'
    assert response.content.decode("utf-8-sig").split("\r\n") == [
        'Student,Last name,First name,Student number,"Average %, missing left out","Small set, 2",Small set,Late',
        "Points possible,,,,,8,8,",
        "Due,,,,,2026-10-24 11:00,2026-10-22 11:00,",
        "Ana,,Ana,,68.8,3.0,8.0,",
        "Ben,,Ben,,12.5,In progress,1.0,Small set",
        "Cy,,Cy,,,Not started,Missing,",
        "Dee,,Dee,,,Not started,Excused,",
        "",
    ]
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.classroom, event.at) == ("scores_exported", teacher, classroom, NOW)


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
    response = teacher_client.post(
        reverse("download_file", args=[classroom.public_id]), {"layout": "scores", "form": "csv"}
    )
    assert response.headers["Content-Disposition"] == header


def test_csv_of_another_teacher_is_missing_and_not_recorded(
    classroom: Classroom, other_teacher: User, signed_in: Callable[[User], Client]
) -> None:
    response = signed_in(other_teacher).post(
        reverse("download_file", args=[classroom.public_id]), {"layout": "scores", "form": "csv"}
    )
    assert response.status_code == 404
    assert not AuditEvent.objects.exists()


# --- One attempt --------------------------------------------------------------------------------------------------


def progress_of(assignment: Assignment) -> str:
    return reverse("assignment_progress", args=[assignment.public_id])


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
    assert "Maya Lopez Attempt 1, started Fri, Oct 23, 11:00 am EDT." in text
    # 0 of 1, 1/2 of 2, 2/3 of 3, nothing of 2.
    assert "3 of 8 Fri, Oct 23, 2026, 11:01 am EDT" in text
    assert f"Receipt {attempt.receipt}" in text
    verdicts = re.findall(r'<span class="tag \w+">.*?</svg> ([^<]*)</span>\s*</summary>', page.content.decode())
    assert verdicts == ["Not correct", "Partly correct", "Partly correct", "Not answered"]
    assert "Multiple choice, 0 of 1 point" in text
    assert "Who says so?, 2 of 3 points" in text
    assert "Citizenship Student’s answer" in text
    assert "Birthplace Correct answer" in text
    assert document["questions"][0]["choices"][0]["rationale"] in text
    assert document["questions"][0]["explanation"] in text
    marks = re.findall(r'<mark class="ev"><sup class="n">(\d)</sup>', page.content.decode())
    assert marks == ["1", "1", "2", "3", "4", "5", "6"]
    assert "Not counted" not in text
    links = read(page).links
    for name, public_id in (
        ("classroom_gradebook", assignment.classroom.public_id),
        ("assignment_progress", assignment.public_id),
        ("student_history", student.public_id),
    ):
        assert reverse(name, args=[public_id]) in links


def test_attempt_lists_what_arrived_and_did_not_count(
    assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, submitted=False)
    save(attempt, "one", "c", seen_revision=0, now=NOW + timedelta(seconds=30))  # a second tab that is behind
    submit_attempt(attempt, now=NOW + timedelta(minutes=1))
    save(attempt, "some", ["b", "d"], seen_revision=1, now=NOW + timedelta(minutes=5))
    text = text_of(teacher_client.get(review_of(attempt)))
    assert "2 A photograph; A visa Late, not counted Fri, Oct 23, 11:05 am EDT After the answers were visible" in text
    assert "The newest late answer to each question will count." in text
    assert "If the device was offline, the student may have answered before it arrived." in text
    assert "Late answers Question Answer Arrived" in text
    assert "Not counted 1 other save not used" in text


def test_attempt_lists_the_newest_late_answers(
    assignment: Assignment, student: Student, teacher_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    for minute, value in enumerate(("a", "b", "c"), start=5):
        save(attempt, "one", value, seen_revision=1, now=NOW + timedelta(minutes=minute))
    assert "The newest" not in text_of(teacher_client.get(review_of(attempt))).partition("The newest late answer")[0]
    monkeypatch.setattr(attempt_review, "LISTED_LATE", 2)

    text = text_of(teacher_client.get(review_of(attempt)))

    assert "Late answers The newest 2 of 3 late answers." in text
    assert text.count("Late, not counted") == 2
    assert "11:05 am" not in text
    assert "The newest late answer to each question will count." in text


def test_attempt_submitted_late_or_by_the_clock_says_so(
    edition: Edition, classroom: Classroom, teacher: User, student: Student, teacher_client: Client
) -> None:
    given = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        due_at=NOW + timedelta(minutes=5),
        time_limit=timedelta(minutes=10),
    )
    attempt = make_answered_attempt(assignment=given, student=student, submitted=False)
    submit_attempt(attempt, now=NOW + timedelta(hours=1))
    text = text_of(teacher_client.get(review_of(attempt)))
    assert "Turned in automatically, Fri, Oct 23, 2026, 11:10 am EDT" in text


def test_open_attempt_is_shown_without_a_score(
    assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, right=1, submitted=False)
    text = text_of(teacher_client.get(review_of(attempt)))
    assert "In progress" in text
    assert "Receipt" not in text


def test_attempt_costs_a_fixed_number_of_queries(
    assignment: Assignment, student: Student, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, submitted=False)
    for second in range(3):
        save(attempt, "one", "c", seen_revision=0, now=NOW + timedelta(seconds=30 + second))
    with queries() as seen:
        teacher_client.get(review_of(attempt))
    # Session, teacher, attempt; answers, corrections, marks; their comments; events; the student's extension;
    # the next student and the one before.
    assert len(seen) == 11
    submit_attempt(attempt, now=NOW + timedelta(minutes=1))
    with queries() as seen:
        teacher_client.get(review_of(attempt))
    # Since when the student could see answers: copies, assignments of the set, attempts, teachers, history, extensions;
    # the class board.
    assert len(seen) == 18


def test_times_are_the_classrooms_own(edition: Edition, teacher: User, teacher_client: Client) -> None:
    classroom = make_classroom(teacher=teacher, name="Online", time_zone="Pacific/Honolulu")
    given = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        closes_at=datetime(2099, 1, 1, 8, tzinfo=UTC),
    )
    assert "closes Wed, Dec 31, 10:00 pm HST" in text_of(teacher_client.get(progress_of(given)))
