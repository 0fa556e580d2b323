"""The report of one student for a parent."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.assignments.excuses import excuse
from quizzes.files.downloads import FileFormat, Layout, record_download
from quizzes.files.student_data import export_student
from quizzes.models import Accommodation, Assignment, Attempt, Edition, Excuse, ManualGrade, Student, Teaching, User
from quizzes.people.rosters import change_pin, move_student, rename_student
from quizzes.reports.student_report import student_report
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_regrade,
    make_student,
)
from tests.pages import text_of


def report_of(client: Client, student: Student) -> str:
    return text_of(client.get(reverse("student_report", args=[student.public_id])))


@pytest.fixture
def done(assignment: Assignment, student: Student, classmate: Student, teacher: User, now: datetime) -> Attempt:
    """The first answer is correct, the others are wrong. The teacher graded one of them."""
    make_answered_attempt(assignment=assignment, student=classmate)
    attempt = make_answered_attempt(assignment=assignment, student=student, right=1)
    question = assignment.edition.questions.get(position=2)
    ManualGrade.objects.create(
        attempt=attempt, question=question, points=Decimal(1), comment="Good try", made_by=teacher, made_at=now
    )
    return attempt


def test_report_has_questions_and_answers_in_words(
    done: Attempt, student: Student, classmate: Student, teacher_client: Client
) -> None:
    address = reverse("student_report", args=[student.public_id])
    assert f'href="{address}"' in teacher_client.get(reverse("student_history", args=[student.public_id])).text

    said = report_of(teacher_client, student)

    assert "Maya Lopez Period 3 · Ms. Rivera" in said
    # No parent should read old news as new.
    source = "The Daily Test , “ City ends an agreement ”. News story from July 2018"
    assert f"Small set Turned in {source} Attempt 1, turned in Fri, Oct 23, 2026, 11:01 am EDT, receipt" in said
    assert f"receipt {done.receipt} · 1 of 8 points" in said
    assert "1. Which of these does the system record? Birthplace Fri, Oct 23, 11:00 am EDT Birthplace 1 of 1" in said
    # The choices are in the order that the student saw.
    proof = "Sentence 1: The system records a birthplace. Sentence 2: It also records"
    assert f"A birthplace; An address {proof}" in said or f"An address; A birthplace {proof}" in said
    assert "an address. Ms. Rivera: “Good try” 1 of 2" in said
    assert "Sentence 3: The mayor said that the rules were broken. Fri, Oct 23, 11:00 am EDT Sentence 5; " in said
    assert "4. Which two sentences prove this? After a protest there is an end in summer." in said
    assert "Noah" not in said
    page = teacher_client.get(address).text
    # The reports of a class are one click apart, without a name that a parent could see.
    following = reverse("student_report", args=[classmate.public_id])
    assert (f'rel="next" href="{following}"' in page, "Next student" in said) == (True, True)
    assert "Next student" not in report_of(teacher_client, classmate)
    regions = [" ".join(name.split()) for name in re.findall(r'role="region"\s+aria-label="([^"]*)"', page)]
    assert regions == ["Maya Lopez, Answers of attempt 1, Small set"]


def test_report_names_the_teachers_of_the_class_and_who_commented(
    done: Attempt, student: Student, viewer: User, other_teacher: User, signed_in: Callable[[User], Client], clock: Any
) -> None:
    """Whoever prints it: a substitute, a colleague who teaches the class too, or a department head."""
    Teaching.objects.create(classroom=student.classroom, teacher=other_teacher, role="teacher")
    Attempt.objects.filter(pk=done.pk).update(comment="Well done")
    for reader in (viewer, other_teacher):
        said = report_of(signed_in(reader), student)
        assert "Maya Lopez Period 3 · Ms. Rivera, Mr. Okafor" in said
        assert "Ms. Rivera: “Good try”" in said
        assert "Teacher’s comment: “Well done”" in said


def test_report_names_the_student_in_each_change(
    student: Student, teacher: User, teacher_client: Client, now: datetime
) -> None:
    """A parent reads whole sentences, not "graded an answer of"."""
    student = change_pin(student, by=teacher, now=now)
    export_student(student, by=teacher, now=now)
    said = report_of(teacher_client, student)
    assert "Ms. Rivera, made a new PIN for Maya Lopez" in said
    assert "Ms. Rivera, downloaded all data of Maya Lopez" in said

    moved = move_student(student, to=make_classroom(teacher=teacher, name="Period 8"), by=teacher, now=now)

    assert "Ms. Rivera, moved Maya Lopez to another class" in report_of(teacher_client, moved)


def test_report_is_linked_outside_the_folded_settings(student: Student, teacher_client: Client) -> None:
    page = teacher_client.get(reverse("student_history", args=[student.public_id])).text
    address = reverse("student_report", args=[student.public_id])
    assert page.count(f'href="{address}"') == 1
    assert page.index(f'href="{address}"') < page.index('id="settings"')


def test_report_says_how_to_print_without_javascript(student: Student, teacher_client: Client) -> None:
    page = teacher_client.get(reverse("student_report", args=[student.public_id]))

    assert '<noscript><p class="soft">Print this page with your browser.</p></noscript>' in page.content.decode()


def test_report_has_the_year(student: Student, teacher: User, teacher_client: Client, clock: Any) -> None:
    """A record of 2 school years, for whoever gets it on paper."""
    rename_student(student, name="Maya L", by=teacher, now=datetime(2025, 10, 24, 15, 0, tzinfo=UTC))
    said = report_of(teacher_client, student)
    assert "Footnote Fri, Oct 23, 2026, 11:00 am EDT" in said
    assert "Fri, Oct 24, 2025, 11:00 am EDT: Ms. Rivera, renamed" in said
    assert "who sees it, and how long it is kept: http://testserver/about/privacy/" in said
    page = text_of(teacher_client.get(reverse("student_history", args=[student.public_id])))
    assert "Fri, Oct 24, 2025, 11:00 am EDT Ms. Rivera" in page


def test_report_says_that_excused_work_does_not_count(
    done: Attempt, student: Student, teacher: User, teacher_client: Client, now: datetime
) -> None:
    assert "Doesn’t count" not in report_of(teacher_client, student)
    excuse(done.assignment, student, reason="Ill", by=teacher, now=now)
    assert "· 1 of 8 points · Doesn’t count Question" in report_of(teacher_client, student)


@pytest.mark.parametrize(("policy", "counting"), [("first", 1), ("best", 2), ("latest", 3)])
def test_report_says_which_of_several_attempts_counts(
    policy: str, counting: int, edition: Edition, student: Student, teacher_client: Client
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, max_attempts=3, attempt_policy=policy)
    for number, right in enumerate((2, 4, 1), start=1):
        make_answered_attempt(assignment=assignment, student=student, number=number, right=right)

    said = report_of(teacher_client, student)

    for number, score in enumerate((3, 8, 1), start=1):
        counts = " · this one counts" if number == counting else ""
        assert f"· {score} of 8 points{counts} Question" in said
    # With several quizzes, a table at the top has the status and the score of each.
    head = "Quiz Status Score The second Not started Not turned in Small set Turned in"
    assert "Quiz Status Score" not in said
    make_assignment(
        edition=edition,
        classroom=student.classroom,
        own_title="The second",
        created_at=assignment.created_at + timedelta(days=1),
    )
    assert f"{head} {(3, 8, 1)[counting - 1]} of 8 points The second" in report_of(teacher_client, student)
    Assignment.objects.update(release=Assignment.Release.NEVER)
    said = report_of(teacher_client, student)
    assert f"{head} Score not shown to students yet The second" in said
    assert "this one counts" not in said


@pytest.mark.parametrize("is_second_open", [False, True])
@pytest.mark.parametrize("release", Assignment.Release)
def test_report_and_file_show_answers_when_the_student_sees_them(
    release: str, is_second_open: bool, done: Attempt, student: Student, teacher: User, signed_in: Any, clock: Any
) -> None:
    now = done.submitted_at + timedelta(minutes=10)  # type: ignore[operator]  # it is submitted
    closes_at = now - timedelta(minutes=5) if release == "after_close" else None
    Assignment.objects.update(release=release, max_attempts=2 if is_second_open else 1, closes_at=closes_at)
    if is_second_open:
        make_attempt(assignment=done.assignment, student=student, number=2)
    clock.move_to(now)
    is_shown = "reviewed" in signed_in(student).get(reverse("result", args=[done.public_id])).context

    [line] = student_report(student, by=teacher, now=now)
    file = json.loads(export_student(student, by=teacher, now=now).content)

    assert line.attempts[0].is_released == is_shown
    assert {answer["correct_answer"] is not None for answer in file["attempts"][0]["answers"]} == {is_shown}


@pytest.mark.parametrize("release", ["never", "after_close"])
def test_report_hides_what_the_student_may_not_see(
    release: str, done: Attempt, student: Student, teacher_client: Client, clock: Any, now: datetime
) -> None:
    Assignment.objects.update(release=release, closes_at=now + timedelta(hours=1))

    said = report_of(teacher_client, student)

    assert "Score not shown to students yet" in said
    assert "The file of all data also has scores and comments that the student can’t see yet." in said
    assert "1. Which of these does the system record? Birthplace Fri, Oct 23, 11:00 am EDT 2. Which two" in said
    assert "Correct answer" not in said
    assert "Good try" not in said
    assert "points" not in said
    clock.shift(timedelta(minutes=30))
    Assignment.objects.update(shows_scores=True)
    said = report_of(teacher_client, student)
    assert "1 of 8 points" in said
    assert not [words for words in ("Score not shown", "Correct answer", "Good try") if words in said]
    Assignment.objects.update(shows_scores=False)
    clock.shift(timedelta(hours=2))
    assert ("1 of 8 points" in report_of(teacher_client, student)) == (release == "after_close")


def test_report_follows_a_regrade(done: Attempt, student: Student, teacher_client: Client) -> None:
    make_regrade(assignment=done.assignment, policy="drop", number=1)

    assert "Birthplace Doesn’t count" in report_of(teacher_client, student)


def test_report_says_who_changed_and_downloaded_what(
    student: Student, teacher: User, teacher_client: Client, now: datetime
) -> None:
    assert "Who changed or downloaded what Nothing yet. What Footnote stores" in report_of(teacher_client, student)
    rename_student(student, name="Maya Diaz", by=teacher, now=now)
    teacher_client.post(reverse("download_student", args=[student.public_id]))

    said = report_of(teacher_client, student)

    assert "No quizzes yet." in said
    assert "Fri, Oct 23, 2026, 11:00 am EDT: Ms. Rivera, renamed" in said
    assert "Ms. Rivera, downloaded all data of Maya" in said


def test_report_lists_the_files_that_a_student_is_in(
    student: Student, teacher: User, other_teacher: User, teacher_client: Client, now: datetime
) -> None:
    """Files of the classes of this teacher since the student was added, also of a class that they left after work."""
    earlier = make_classroom(teacher=teacher, name="Period 1")
    never, theirs = make_classroom(teacher=teacher, name="Period 2"), make_classroom(teacher=other_teacher, name="P 8")
    make_attempt(assignment=make_assignment(classroom=earlier), student=student)
    make_attempt(assignment=make_assignment(classroom=theirs), student=student)
    for classroom in (student.classroom, earlier, never, theirs):
        record_download(classroom, Layout.SCORES, FileFormat.CSV, by=teacher, now=now)
    record_download(earlier, Layout.SCORES, FileFormat.CSV, by=teacher, now=student.created_at - timedelta(hours=1))
    classmate = make_student(classroom=student.classroom, name="Ana")
    record_download(student.classroom, "student", "json", student=classmate, by=teacher, now=now)

    said = report_of(teacher_client, student)

    assert re.findall(r"Ms. Rivera, downloaded (.*?)(?= Fri,| What)", said) == [
        f"a file about all students of {name}" for name in (student.classroom.name, "Period 1")
    ]
    record = json.loads(export_student(student, by=teacher, now=now).content)["record"]
    assert [row["detail"]["layout"] for row in record] == ["scores", "scores", "student"]


def test_page_and_report_keep_the_reasons_of_another_teachers_class_to_it(
    assignment: Assignment,
    student: Student,
    teacher: User,
    other_teacher: User,
    teacher_client: Client,
    signed_in: Callable[[User], Client],
    now: datetime,
) -> None:
    excuse(assignment, student, reason="In the hospital", by=teacher, now=now)
    page = reverse("student_history", args=[student.public_id])
    assert "In the hospital" in text_of(teacher_client.get(page))
    assert "In the hospital" in report_of(teacher_client, student)
    move_student(student, to=make_classroom(teacher=other_teacher, name="Period 8"), by=teacher, now=now)

    colleague = signed_in(other_teacher)

    assert "Ms. Rivera Moved to Period 8" in text_of(colleague.get(page))
    assert "In the hospital" not in text_of(colleague.get(page))
    assert "In the hospital" not in report_of(colleague, student)


@pytest.mark.parametrize("count", [1, 3])
def test_report_takes_the_same_queries_for_more_quizzes(
    count: int,
    edition: Edition,
    student: Student,
    teacher: User,
    teacher_client: Client,
    queries: Callable[[], AbstractContextManager[Any]],
) -> None:
    for _ in range(count):
        assignment = make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher)
        make_answered_attempt(assignment=assignment, student=student)

    with queries() as seen:
        report_of(teacher_client, student)

    assert len(seen) == 16


def leaf_of(page: Any, student: Student) -> str:
    """The part of one student in a page with reports, up to the log and the link to the privacy page."""
    html = page.text.split(f'aria-labelledby="h-{student.public_id}">')[1].split("</article>")[0]
    report = re.split(r'<section class="stack" aria-labelledby="h-log"|<p class="how">What', html)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", report).split())


@pytest.mark.parametrize("release", ["after_hand_in", "after_close"])
def test_reports_of_a_class_are_those_of_its_students(
    release: str,
    done: Attempt,
    student: Student,
    classmate: Student,
    teacher: User,
    teacher_client: Client,
    now: datetime,
) -> None:
    Assignment.objects.update(release=release, closes_at=now + timedelta(days=9999))
    excuse(done.assignment, classmate, reason="", by=teacher, now=now)
    removed = make_student(classroom=student.classroom, name="Removed R.", removed_at=now)
    address = reverse("class_reports", args=[student.classroom.public_id])
    short = teacher_client.get(address)
    assert 'href="?answers=1"' in short.text

    page = teacher_client.get(address, {"answers": "1"})

    assert f'href="{address}"' in page.text
    assert "Each student starts on a new page, and can have several." in text_of(page)
    assert ("Correct answer" in page.text) == (release == "after_hand_in")
    assert page.text.count("<article") == 2
    assert removed.display_name not in page.text
    for one in (student, classmate):
        own = teacher_client.get(reverse("student_report", args=[one.public_id]))
        assert leaf_of(page, one) == leaf_of(own, one)
        assert one.display_name in leaf_of(page, one)


@pytest.mark.parametrize("release", ["after_hand_in", "after_close"])
def test_reports_of_a_class_have_the_scores_alone(
    release: str,
    done: Attempt,
    student: Student,
    classmate: Student,
    teacher: User,
    teacher_client: Client,
    now: datetime,
    clock: Any,
) -> None:
    Assignment.objects.update(release=release, closes_at=now + timedelta(days=9999))
    Accommodation.objects.create(student=student, time_factor=Decimal("1.5"), changed_at=now)
    address = reverse("class_reports", args=[student.classroom.public_id])
    for name in ("roster", "classroom_gradebook"):
        assert f'href="{address}"' in teacher_client.get(reverse(name, args=[student.classroom.public_id])).text

    page = teacher_client.get(address)

    said = text_of(page)
    assert "The reports have only the scores that the student can see. About 1 page for each student." in said
    printed_at = "Footnote Fri, Oct 23, 2026, 11:00 am EDT"
    score = {"after_hand_in": "1 of 8 points", "after_close": "Score not shown to students yet"}[release]
    table = f"{printed_at} Quiz Status Score Small set Turned in"
    assert leaf_of(page, student) == f"Maya Lopez Period 3 · Ms. Rivera · Accommodation: 1.5x time {table} {score}"
    assert f"Noah Park Period 3 · Ms. Rivera {table}" in leaf_of(page, classmate)
    assert "Birthplace" not in said


@pytest.mark.parametrize("answers", ["", "0", "x"])
def test_reports_of_a_class_without_quizzes_say_so(answers: str, student: Student, teacher_client: Client) -> None:
    address = reverse("class_reports", args=[student.classroom.public_id])
    page = teacher_client.get(address, {"answers": answers})
    assert leaf_of(page, student).endswith(" No quizzes yet.")


def test_scores_say_why_there_is_none(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client, now: datetime
) -> None:
    address = reverse("class_reports", args=[student.classroom.public_id])

    def row() -> str:
        return leaf_of(teacher_client.get(address), student).partition("Small set ")[2]

    assert row() == "Not started Not turned in"
    attempt = make_attempt(assignment=assignment, student=student, started_at=now)
    assert row() == "In progress Not turned in"
    attempt.delete()
    excuse(assignment, student, reason="", by=teacher, now=now)
    assert row() == "Excused Doesn’t count"
    make_answered_attempt(assignment=assignment, student=student)
    assert row() == "Excused Doesn’t count"
    Assignment.objects.update(release=Assignment.Release.NEVER)
    assert row() == "Excused Doesn’t count"
    Excuse.objects.all().delete()
    assert row() == "Turned in Score not shown to students yet"


def test_score_of_work_that_needs_grading_says_so(done: Attempt, student: Student, teacher_client: Client) -> None:
    Attempt.objects.filter(pk=done.pk).update(ungraded_count=1)
    page = teacher_client.get(reverse("class_reports", args=[student.classroom.public_id]))
    assert leaf_of(page, student).endswith("1 of 8 points so far, not all graded yet")


def test_scores_name_the_other_class_of_a_quiz(
    done: Attempt, student: Student, teacher: User, teacher_client: Client, now: datetime
) -> None:
    moved = move_student(student, to=make_classroom(teacher=teacher, name="Period 8"), by=teacher, now=now)

    page = teacher_client.get(reverse("class_reports", args=[moved.classroom.public_id]))

    assert "Quiz Status Score Small set Period 3 Turned in 1 of 8 points" in leaf_of(page, moved)


@pytest.mark.parametrize(("asked", "cost"), [({}, 10), ({"answers": "1"}, 14)])
@pytest.mark.parametrize("count", [1, 3, 30])
def test_reports_of_a_class_take_the_same_queries_for_more_students(
    count: int,
    asked: dict[str, str],
    cost: int,
    assignment: Assignment,
    teacher_client: Client,
    queries: Callable[[], AbstractContextManager[Any]],
) -> None:
    for number in range(count):
        student = make_student(classroom=assignment.classroom, name=f"Student {number}")
        make_answered_attempt(assignment=assignment, student=student)

    with queries() as seen:
        page = teacher_client.get(reverse("class_reports", args=[assignment.classroom.public_id]), asked)

    assert page.text.count("<article") == count
    assert len(seen) == cost
    is_loaded = [any(name in sql for sql in seen) for name in ('FROM "quizzes_answer"', '"document"')]
    assert is_loaded == [bool(asked)] * 2
