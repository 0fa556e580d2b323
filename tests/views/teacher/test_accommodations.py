"""Decisions about one student or one attempt: grades, late answers, more attempts, time, excuses."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.assignments import accommodations, excuses
from quizzes.assignments.board import show_on_board
from quizzes.assignments.lifecycle import give_more_time, pause, resume
from quizzes.assignments.status import MOST_ATTEMPTS
from quizzes.attempts import lifecycle
from quizzes.files.class_export.document import read_class_export
from quizzes.files.class_export.writer import export_classroom
from quizzes.files.student_data import export_student
from quizzes.models import (
    Accommodation,
    Answer,
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Board,
    Classroom,
    Edition,
    Excuse,
    Extension,
    ManualGrade,
    Student,
    User,
)
from quizzes.people import rosters
from quizzes.views import access
from quizzes.views.access import TeacherRequest
from tests.conftest import _sign_in
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_edition,
    make_regrade,
    make_student,
    make_submitted_attempts,
    save,
)
from tests.pages import errors_of, form_of, read, text_of
from tests.views.teacher.test_grading_queue import typed_document

OPEN_ANSWER = re.compile(r'<li id="r(\d+)">\s*<details open>')
MARKS = "made_by", "points", "comment"


def acts() -> list[str]:
    """What the audit log says, the oldest first."""
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def review_of(attempt: Attempt) -> str:
    return reverse("attempt_review", args=[attempt.public_id])


# --- Marks --------------------------------------------------------------------------------------------------------


@pytest.fixture
def done(assignment: Assignment, student: Student) -> Attempt:
    """Turned in with nothing right: 0 of 8."""
    return make_answered_attempt(assignment=assignment, student=student, right=0)


def mark_address(attempt: Attempt, number: int = 2) -> str:
    return reverse("grade_answer", args=[attempt.public_id, number])


def test_mark_counts_is_recorded_once_and_shown(done: Attempt, teacher: User, teacher_client: Client) -> None:
    for _ in range(2):
        response = teacher_client.post(mark_address(done), {"points": "1.5", "comment": "The second half’s right."})
        assert (response.status_code, response.headers["Location"]) == (302, f"{review_of(done)}?show=2#r2")
    done.refresh_from_db()
    assert done.score == Decimal("1.5")
    assert list(ManualGrade.objects.values_list(*MARKS)) == [(teacher.pk, Decimal("1.5"), "The second half’s right.")]
    assert acts() == ["answer_marked"]
    page = teacher_client.get(review_of(done))
    assert "Graded: 1.5 of 2 , by Ms. Rivera" in text_of(page)
    assert "“The second half’s right.”" in text_of(page)
    history = teacher_client.get(reverse("student_history", args=[done.student.public_id]))
    assert "Graded an answer of Maya Lopez Small set" in text_of(history)


def test_newer_mark_takes_the_place_of_the_older(done: Attempt, teacher_client: Client) -> None:
    for points in ("2", "0", "2"):
        teacher_client.post(mark_address(done), {"points": points})
    done.refresh_from_db()
    assert (done.score, ManualGrade.objects.count()) == (2, 3)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"points": ""}, "Enter points."),
        ({"points": "lots"}, "Enter a number, such as 0.5."),
        ({"points": "NaN"}, "Enter a number, such as 0.5."),
        ({"points": "-1"}, "Points can’t be below 0."),
        ({"points": "1.005"}, "Use up to 2 decimals."),
        ({"points": "2.5"}, "The question has 2 points. Enter 0 to 2."),
        ({"points": "1", "comment": "x" * 601}, "Use up to 600 characters."),
    ],
)
def test_mark_that_cannot_be_is_refused_with_what_was_typed(
    data: dict[str, str], message: str, done: Attempt, teacher_client: Client
) -> None:
    page = teacher_client.post(mark_address(done), {"comment": "Nearly.", **data})
    assert page.status_code == 200
    assert errors_of(page) == [message]
    assert not [link for link in read(page).links if link.startswith("?")]
    assert data.get("comment", "Nearly.") in page.content.decode()
    assert ManualGrade.objects.count() == 0


def open_answers(page: Any) -> list[int]:
    """The numbers of the open answers on the page of an attempt."""
    return [int(number) for number in OPEN_ANSWER.findall(page.content.decode())]


@pytest.fixture
def mixed(assignment: Assignment, student: Student) -> Attempt:
    """Question 1 not right, 2 right, 3 not answered, 4 right."""
    attempt = make_answered_attempt(assignment=assignment, student=student)
    attempt.answers.filter(question__key="one").update(value="a")
    attempt.answers.filter(question__key="who").update(value=None)
    return attempt


def test_wrong_answers_are_open_and_a_link_opens_all(mixed: Attempt, teacher_client: Client) -> None:
    page = teacher_client.get(review_of(mixed))
    assert open_answers(page) == [1]
    assert f"{review_of(mixed)}?show=all#h-rev" in read(page).links
    page = teacher_client.get(review_of(mixed), {"show": "all"})
    assert open_answers(page) == [1, 2, 3, 4]
    assert "Open all" not in text_of(page)


@pytest.mark.parametrize(
    ("shown", "expected"), [("2", [1, 2]), ("9", [1]), ("²", [1]), ("x" * 9, [1]), ("-1", [1]), ("", [1])]
)
def test_link_opens_one_more_answer(shown: str, expected: list[int], mixed: Attempt, teacher_client: Client) -> None:
    assert open_answers(teacher_client.get(review_of(mixed), {"show": shown})) == expected


def test_refused_grade_opens_a_right_answer_and_a_saved_one_returns_to_it(
    mixed: Attempt, teacher_client: Client
) -> None:
    assert open_answers(teacher_client.post(mark_address(mixed), {"points": "9"})) == [1, 2]
    assert open_answers(teacher_client.post(mark_address(mixed), {"points": "2"}, follow=True)) == [1, 2]


def test_ungraded_answer_is_open_and_needs_grading_wherever_it_is_named(
    student: Student, teacher: User, teacher_client: Client
) -> None:
    edition = make_edition(document=typed_document())
    given = make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher)
    attempt = make_answered_attempt(assignment=given, student=student, answers={"who": "The rules."})
    page = teacher_client.get(review_of(attempt))
    assert open_answers(page) == [3]
    # In the strip of numbers, and in the list.
    assert text_of(page).count("Needs grading") == 2
    assert "Not graded yet" not in text_of(page)


def test_next_student_is_the_next_on_the_roster_with_an_attempt(
    assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    first = make_answered_attempt(assignment=assignment, student=student)
    names = ("Ann A.", "Nia N.", "Omar O.", "Otto O.", "Pia P.", "Zoe Z.")
    before, unsubmitted, removed, moved, twice, last = (
        make_student(classroom=student.classroom, name=name) for name in names
    )
    make_answered_attempt(assignment=assignment, student=before)
    make_answered_attempt(assignment=assignment, student=unsubmitted, submitted=False)
    make_answered_attempt(assignment=assignment, student=removed)
    Student.objects.filter(pk=removed.pk).update(removed_at=NOW)
    make_answered_attempt(assignment=assignment, student=moved)
    Student.objects.filter(pk=moved.pk).update(classroom=make_classroom(name="Period 9"))
    make_answered_attempt(assignment=assignment, student=twice)
    newest = make_answered_attempt(assignment=assignment, student=twice, number=2)
    end = make_answered_attempt(assignment=assignment, student=last)
    page = teacher_client.get(review_of(first))
    assert "Next student: Pia P." in text_of(page)
    assert review_of(newest) in read(page).links
    page = teacher_client.get(review_of(newest))
    assert "Next student: Zoe Z." in text_of(page)
    page = teacher_client.get(review_of(end))
    assert "Next student" not in text_of(page)
    assert "Previous student: Pia P." in text_of(page)
    assert review_of(newest) in read(page).links
    assert "Previous student: Maya Lopez" in text_of(teacher_client.get(review_of(newest)))
    assert "Previous student: Ann A." in text_of(teacher_client.get(review_of(first)))


def test_comment_on_an_attempt_is_recorded_once_and_shown_with_the_answers(
    done: Attempt, student: Student, teacher: User, teacher_client: Client, student_client: Client
) -> None:
    address = reverse("comment_on_attempt", args=[done.public_id])
    result = reverse("result", args=[done.public_id])
    report = reverse("student_report", args=[student.public_id])
    for _ in range(2):
        response = teacher_client.post(address, {"comment": "Reread <b>both</b> speakers."})
        assert (response.status_code, response.headers["Location"]) == (302, review_of(done))
    done.refresh_from_db()
    assert (done.comment, acts()) == ("Reread <b>both</b> speakers.", ["attempt_commented"])
    for client, page in ((teacher_client, review_of(done)), (student_client, result), (teacher_client, report)):
        content = client.get(page).content.decode()
        assert "Reread &lt;b&gt;both&lt;/b&gt; speakers." in content
        assert "<b>both" not in content
    assert json.loads(export_student(student, by=teacher, now=NOW).content)["attempts"][0]["comment"] == done.comment
    assert read_class_export(export_classroom(done.classroom, now=NOW)).attempts[0].comment == done.comment

    # Before the answers are shown, the student reads nothing of it.
    Assignment.objects.update(release="never")
    for client, page in ((student_client, result), (teacher_client, report)):
        assert "speakers." not in client.get(page).content.decode()

    page = teacher_client.post(address, {"comment": "x" * 601})
    assert errors_of(page) == ["Use up to 600 characters."]
    assert "Comment deleted." in text_of(teacher_client.post(address, {"comment": " "}, follow=True))
    done.refresh_from_db()
    assert done.comment == ""
    assert acts() == ["attempt_commented", "scores_exported", "attempt_commented"]


@pytest.mark.parametrize("number", [0, 5, 10**20])
def test_mark_of_a_question_that_is_not_there_is_missing(number: int, done: Attempt, teacher_client: Client) -> None:
    assert teacher_client.post(mark_address(done, number), {"points": "1"}).status_code == 404


def test_student_reads_mark_and_comment_once_answers_are_shown(
    done: Attempt, teacher_client: Client, student_client: Client
) -> None:
    teacher_client.post(mark_address(done), {"points": "1", "comment": "Well argued."})
    result = reverse("result", args=[done.public_id])
    Assignment.objects.update(release="never")
    assert "Well argued." not in text_of(student_client.get(result))
    Assignment.objects.update(release="after_hand_in")
    page = student_client.get(result)
    assert "Ms. Rivera gave 1 of 2 points. “Well argued.”" in text_of(page)
    # An answer with a comment is open, so that the student doesn't have to look for it.
    assert page.text.count("<details open>") == 2
    teacher_client.post(mark_address(done), {"points": "1", "comment": ""})
    assert student_client.get(result).text.count("<details open>") == 1


# --- Late answers -------------------------------------------------------------------------------------------------


@pytest.fixture
def late(edition: Any, assignment: Assignment, student: Student) -> Attempt:
    """Turned in; then two answers to question 1 came, a wrong and a right one."""
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    for second, value in enumerate(("c", "b")):
        save(attempt, "one", value, seen_revision=1, now=NOW + timedelta(minutes=5, seconds=second))
    return attempt


def test_late_answers_count_after_one_act(late: Attempt, teacher_client: Client) -> None:
    address = reverse("accept_late", args=[late.public_id])
    page = teacher_client.get(review_of(late))
    assert address in page.content.decode()
    assert text_of(page).count("Late, not counted") == 2
    for _ in range(2):
        assert teacher_client.post(address).status_code == 302
    late.refresh_from_db()
    assert late.score == 1
    assert acts() == ["late_accepted"]
    page = teacher_client.get(review_of(late))
    assert address not in page.content.decode()
    assert text_of(page).count("Late, accepted") == 1
    # What was accepted does count, so no heading over it says otherwise.
    assert "Not counted" not in text_of(page)


def test_late_answers_of_a_class_count_after_one_act(
    late: Attempt,
    assignment: Assignment,
    other_classroom: Classroom,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    second = make_answered_attempt(assignment=assignment, student=make_student(classroom=assignment.classroom))
    gone = make_answered_attempt(assignment=assignment, student=make_student(classroom=assignment.classroom))
    for attempt in (second, gone):
        save(attempt, "one", "b", seen_revision=1, now=NOW + timedelta(minutes=5))
    Student.objects.filter(pk=gone.student_id).update(classroom=other_classroom)
    clock.shift(timedelta(minutes=10))
    address = reverse("accept_all_late", args=[assignment.public_id])
    progress = reverse("assignment_progress", args=[assignment.public_id])
    assert address in read(teacher_client.get(progress)).links
    page = teacher_client.get(address)
    assert "Accept late answers of 2 students?" in text_of(page)
    names = " and ".join([late.student.display_name, second.student.display_name])
    assert f"Could see the answers before their late answers came: {names}." in text_of(page)
    Attempt.objects.filter(pk=second.pk).update(submitted_at=NOW + timedelta(minutes=6))
    assert f"came: {late.student.display_name}." in text_of(teacher_client.get(address))
    Assignment.objects.update(release="never")
    page = text_of(teacher_client.get(address))
    assert ("Could see the answers" in page, "The class board may have shown" in page) == (False, False)
    # Also in another class with the same question set.
    elsewhere = make_assignment(edition=assignment.edition, classroom=other_classroom)
    make_answered_attempt(assignment=elsewhere, student=late.student)
    assert f"came: {late.student.display_name}." in text_of(teacher_client.get(address))
    assignment.is_teacher_paced = True
    assignment.save()
    show_on_board(assignment, number=1, phase=Board.Phase.ANSWERS, by=assignment.assigned_by, now=NOW)
    assert "The class board may have shown the answers first." in text_of(teacher_client.get(address))
    # An answer that comes while the page asks is not accepted with the others, nor is that of a student who comes back.
    outdated = form_of(teacher_client.get(address), having="seen").data()
    Student.objects.filter(pk=gone.student_id).update(classroom=assignment.classroom)
    assert "Accept late answers of 3 students?" in text_of(teacher_client.post(address, outdated, follow=True))
    Student.objects.filter(pk=gone.student_id).update(classroom=other_classroom)
    save(second, "one", "b", seen_revision=1, now=NOW + timedelta(minutes=7))
    form = form_of(teacher_client.post(address, outdated), having="seen")
    assert acts() == []
    page = teacher_client.post(address, form.data(), follow=True)
    assert "Late answers of 2 students accepted. Scores updated." in text_of(page)
    assert address not in read(page).links
    assert acts() == ["late_accepted", "late_accepted"]
    # Sent again, or opened from an old page.
    assert teacher_client.post(address).headers["Location"] == progress
    assert teacher_client.get(address).headers["Location"] == progress
    assert len(acts()) == 2


def test_late_answers_of_30_students_take_no_more_queries_than_those_of_3(
    classroom: Classroom,
    edition: Edition,
    teacher: User,
    teacher_client: Client,
    clock: time_machine.Traveller,
    queries: Callable[[], Any],
) -> None:
    clock.shift(timedelta(minutes=10))
    counts = []
    for size in (3, 30):
        quiz = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
        for _ in range(size):
            attempt = make_answered_attempt(assignment=quiz, student=make_student(classroom=classroom))
            save(attempt, "one", "b", seen_revision=1, now=NOW + timedelta(minutes=5))
        address = reverse("accept_all_late", args=[quiz.public_id])
        form = form_of(teacher_client.get(address), having="seen")
        with queries() as seen:
            teacher_client.post(address, form.data())
        counts.append(len(seen))
        answers = Answer.objects.filter(attempt__assignment=quiz, question__key="one")
        assert set(answers.values_list("value", "revision")) == {("b", 2)}
        assert AnswerEvent.objects.filter(attempt__assignment=quiz, outcome="accepted").count() == size
    assert counts == [17, 17]


def test_late_answers_that_were_accepted_can_be_undone(
    late: Attempt, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    accept, undo = (reverse(name, args=[late.public_id]) for name in ("accept_late", "undo_late"))
    assert undo not in teacher_client.get(review_of(late)).content.decode()
    page = teacher_client.post(accept, follow=True)
    assert [form.action for form in read(page).forms].count(undo) == 2  # in the notice and in the section
    for _ in range(2):
        page = teacher_client.post(undo, follow=True)
    late.refresh_from_db()
    assert late.score == 0
    assert acts() == ["late_accepted", "late_undone"]
    page = teacher_client.get(review_of(late))
    assert text_of(page).count("Late, not counted") == 2
    assert undo not in page.content.decode()
    teacher_client.post(accept, follow=True)
    late.refresh_from_db()
    assert late.score == 1
    # “Undo” of an acceptance leaves an earlier one, such as that of another teacher.
    clock.shift(timedelta(minutes=9))
    save(late, "some", ["b"], seen_revision=0, now=NOW + timedelta(minutes=8))
    notice = form_of(teacher_client.post(accept, follow=True), having="accepted_at")
    for is_undone in (True, False):
        page = text_of(teacher_client.post(undo, notice.data(), follow=True))
        assert ("1 late answer no longer counts. Score updated." in page) is is_undone
        assert ("No changes." in page) is not is_undone
        late.refresh_from_db()
        assert late.score == 1
    # Also one of the same question, which counts again. It can be undone itself.
    clock.shift(timedelta(minutes=9))
    save(late, "one", "c", seen_revision=1, now=NOW + timedelta(minutes=17))
    notice = form_of(teacher_client.post(accept, follow=True), having="accepted_at")
    late.refresh_from_db()
    assert late.score == 0
    page = teacher_client.post(undo, notice.data(), follow=True)
    late.refresh_from_db()
    assert late.score == 1
    assert [text_of(page).count(words) for words in ("Late, accepted", "Late, not counted")] == [1, 3]
    assert {accept, undo} <= {form.action for form in read(page).forms}
    teacher_client.post(undo)
    late.refresh_from_db()
    assert late.score == 0


def test_undo_of_late_answers_waits_while_the_attempt_is_open(
    late: Attempt, teacher: User, teacher_client: Client
) -> None:
    teacher_client.post(reverse("accept_late", args=[late.public_id]))
    late.refresh_from_db()
    lifecycle.reopen(late, more_time=None, reason="The fire alarm.", by=teacher, now=NOW)
    # Takes the notice with its own button.
    teacher_client.get(review_of(late))
    assert reverse("undo_late", args=[late.public_id]) not in teacher_client.get(review_of(late)).content.decode()
    page = teacher_client.post(reverse("undo_late", args=[late.public_id]), follow=True)
    assert "This attempt was reopened. You can undo this after it’s turned in." in text_of(page)
    assert acts() == ["late_accepted", "attempt_reopened"]


def test_late_answers_of_an_open_attempt_wait(late: Attempt, teacher: User, teacher_client: Client) -> None:
    lifecycle.reopen(late, more_time=None, reason="The fire alarm.", by=teacher, now=NOW)
    page = teacher_client.post(reverse("accept_late", args=[late.public_id]), follow=True)
    assert "This attempt was reopened." in text_of(page)
    assert acts() == ["attempt_reopened"]


# --- Reopening ----------------------------------------------------------------------------------------------------


def reopen(client: Client, attempt: Attempt, **changes: str) -> Any:
    """Send the form of the attempt's page, changed."""
    form = form_of(client.get(review_of(attempt)), having="receipt")
    return client.post(
        reverse("reopen_attempt", args=[attempt.public_id]), form.data(**{"reason": "The fire alarm.", **changes})
    )


@pytest.fixture
def timed(assignment: Assignment, student: Student) -> Attempt:
    """Turned in after 1 of 20 minutes."""
    Assignment.objects.update(time_limit=timedelta(minutes=20))
    assignment.refresh_from_db()
    return make_answered_attempt(assignment=assignment, student=student)


def test_reopened_attempt_keeps_answers_and_the_time_that_was_left(
    timed: Attempt, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=1))
    assert reopen(teacher_client, timed, minutes="5").status_code == 302
    timed.refresh_from_db()
    assert (timed.is_open, timed.receipt, timed.score) == (True, None, None)
    assert timed.deadline_at == NOW + timedelta(hours=1, minutes=24)
    assert timed.answers.count() == 4
    event = AuditEvent.objects.get()
    assert (event.action, event.detail["reason"]) == ("attempt_reopened", "The fire alarm.")


def test_reopened_time_outlives_a_change_of_terms(
    timed: Attempt, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=1))
    reopen(teacher_client, timed)
    accommodations.set_accommodation(timed.student, time_factor=Decimal("1.5"), by=teacher, now=NOW)
    timed.refresh_from_db()
    assert timed.deadline_at == NOW + timedelta(hours=1, minutes=19)


@pytest.mark.parametrize(
    ("due", "is_late"), [pytest.param(30, False, id="due at the close"), pytest.param(20, True, id="due before")]
)
def test_reopening_past_the_close_extends_for_this_student_alone(
    due: int, is_late: bool, timed: Attempt, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(due_at=NOW + timedelta(minutes=due), closes_at=NOW + timedelta(minutes=30))
    clock.shift(timedelta(hours=1))
    reopen(teacher_client, timed)
    extension = Extension.objects.get()
    assert (extension.student, extension.closes_at) == (timed.student, NOW + timedelta(hours=1, minutes=19))
    assert extension.due_at == (None if is_late else extension.closes_at)
    timed.refresh_from_db()
    assert timed.deadline_at == extension.closes_at
    assert acts() == ["extension_given", "attempt_reopened"]


def test_page_says_when_minutes_can_be_added(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    address = reverse("student_overrides", args=[assignment.public_id, student.public_id])
    words = f"You can add minutes here after {student.first_name} starts."
    assert words not in text_of(teacher_client.get(address))
    Assignment.objects.update(time_limit=timedelta(minutes=30))
    assert words in text_of(teacher_client.get(address))
    excuses.excuse(assignment, student, reason="Ill.", by=teacher, now=NOW)
    assert words not in text_of(teacher_client.get(address))
    Excuse.objects.all().delete()
    make_attempt(assignment=assignment, student=student, deadline_at=NOW + timedelta(minutes=30))
    page = text_of(teacher_client.get(address))
    assert (words in page, "More time now" in page) == (False, True)


def test_extra_minutes_without_a_time_limit_are_added_to_the_close(
    assignment: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(closes_at=NOW + timedelta(minutes=30))
    assignment.refresh_from_db()
    attempt = make_answered_attempt(assignment=assignment, student=student)
    reopen(teacher_client, attempt, minutes="10")
    attempt.refresh_from_db()
    assert attempt.deadline_at == NOW + timedelta(minutes=40)
    assert Extension.objects.get().closes_at == attempt.deadline_at


def test_form_of_an_older_submission_changes_nothing(
    timed: Attempt, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    form = form_of(teacher_client.get(review_of(timed)), having="receipt").data(reason="The fire alarm.")
    address = reverse("reopen_attempt", args=[timed.public_id])
    teacher_client.post(address, form)
    timed.refresh_from_db()
    lifecycle.submit_attempt(timed, now=NOW + timedelta(minutes=2))
    assert teacher_client.post(address, form).status_code == 302
    timed.refresh_from_db()
    assert timed.is_open is False
    assert acts() == ["attempt_reopened"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": ""}, "Say why."),
        ({"minutes": "some"}, "Enter whole minutes."),
        ({"minutes": "-5"}, "Enter 0 or more minutes."),
        ({"minutes": "481"}, "Enter up to 480 minutes."),
    ],
)
def test_reopening_says_what_is_wrong(
    changes: dict[str, str], message: str, timed: Attempt, teacher_client: Client
) -> None:
    page = reopen(teacher_client, timed, **changes)
    assert (page.status_code, errors_of(page)) == (200, [message])
    assert Attempt.objects.get().is_open is False
    assert acts() == []


def test_reopening_needs_minutes_when_the_time_had_run_out(
    assignment: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(time_limit=timedelta(minutes=20))
    assignment.refresh_from_db()
    attempt = make_attempt(assignment=assignment, student=student)
    clock.shift(timedelta(hours=1))
    lifecycle.submit_attempt(attempt, now=NOW + timedelta(hours=1))
    page = reopen(teacher_client, attempt)
    assert errors_of(page) == ["Time ran out. Add some minutes."]
    assert reopen(teacher_client, attempt, minutes="10").status_code == 302
    attempt.refresh_from_db()
    assert attempt.deadline_at == NOW + timedelta(hours=1, minutes=10)


def test_reopening_beside_another_open_attempt_is_refused(done: Attempt, teacher_client: Client) -> None:
    make_attempt(assignment=done.assignment, student=done.student, number=2)
    page = reopen(teacher_client, done)
    assert "Maya has another attempt in progress." in text_of(page)
    assert acts() == []


@pytest.mark.parametrize(
    ("release", "said"),
    [
        ("after_hand_in", "Maya could see the answers starting Fri, Oct 23, 11:01 am EDT."),
        ("never", "Maya could not see the answers so far."),
    ],
)
def test_reopening_and_accepting_late_answers_say_whether_the_student_could_see_the_answers(
    release: str, said: str, done: Attempt, teacher_client: Client
) -> None:
    Assignment.objects.update(release=release)
    assert text_of(teacher_client.get(review_of(done))).count(said) == 1  # beside "Open the attempt again"
    save(done, "one", "c", now=NOW + timedelta(hours=1))

    page = text_of(teacher_client.get(review_of(done)))
    assert page.count(said) == 2
    assert ("After the answers were visible" in page) is (release != "never")


def test_extra_attempts_say_whether_the_student_could_see_the_answers(
    done: Attempt, student: Student, classmate: Student, teacher_client: Client
) -> None:
    given = Assignment.objects.get()
    Assignment.objects.update(release="after_hand_in")
    assert "Maya could see the answers starting" in text_of(teacher_client.get(terms_of(given, student)))
    assert "see the answers" not in text_of(teacher_client.get(terms_of(given, classmate)))

    Assignment.objects.update(release="never", shows_scores=True)
    said = "Maya could not see the answers so far. Maya may have seen the score."
    assert said in text_of(teacher_client.get(terms_of(given, student)))
    Assignment.objects.update(shows_scores=False)
    assert "seen the score" not in text_of(teacher_client.get(terms_of(given, student)))


def test_late_answers_of_a_paced_quiz_name_the_class_board(
    done: Attempt, teacher: User, teacher_client: Client
) -> None:
    on_board = "Maya may have seen answers on the class board."
    Assignment.objects.update(release="never", is_teacher_paced=True)
    given = Assignment.objects.get()
    show_on_board(given, number=1, phase=Board.Phase.COUNT, by=teacher, now=NOW)
    assert on_board not in text_of(teacher_client.get(review_of(done)))
    show_on_board(given, number=1, phase=Board.Phase.ANSWERS, by=teacher, now=NOW)
    save(done, "one", "c", now=NOW + timedelta(hours=1))

    page = text_of(teacher_client.get(review_of(done)))
    assert page.count(on_board) == 2  # beside "Reopen" and beside "Accept late answers"
    assert "could not see the answers" not in page
    Assignment.objects.update(is_teacher_paced=False)
    assert text_of(teacher_client.get(review_of(done))).count(on_board) == 2


def test_more_time_in_a_paced_quiz_says_that_closed_questions_stay_closed(
    done: Attempt, student: Student, teacher: User, teacher_client: Client, student_client: Client
) -> None:
    said = "Questions that you closed on the class board stay closed. To open them, turn off “Teacher-paced”"
    Assignment.objects.update(is_teacher_paced=True)
    given = Assignment.objects.get()
    pages = (review_of(done), terms_of(given, student))
    assert [said in text_of(teacher_client.get(page)) for page in pages] == [False, False]
    for number in range(1, 5):
        show_on_board(given, number=number, phase=Board.Phase.ANSWERS, by=teacher, now=NOW)
    assert [said in text_of(teacher_client.get(page)) for page in pages] == [True, True]
    # As it says: without pace, every question is open.
    reopen(teacher_client, done)
    first = reverse("take_attempt", args=[done.public_id, 1])
    assert student_client.get(first).status_code == 302
    Assignment.objects.update(is_teacher_paced=False)
    assert student_client.get(first).status_code == 200
    assert [said in text_of(teacher_client.get(page)) for page in pages] == [False, False]


# --- Extensions and excuses ---------------------------------------------------------------------------------------

CLOSE = datetime(2026, 10, 23, 20, 0, tzinfo=UTC)  # 4:00 pm in New York


@pytest.fixture
def closing(assignment: Assignment) -> Assignment:
    """Due 3:00 pm, closes 4:00 pm, opened 8:00 am."""
    assignment.opens_at = CLOSE - timedelta(hours=8)
    assignment.due_at = CLOSE - timedelta(hours=1)
    assignment.closes_at = CLOSE
    assignment.save()
    return assignment


def terms_of(assignment: Assignment, student: Student) -> str:
    return reverse("student_overrides", args=[assignment.public_id, student.public_id])


def extend(client: Client, assignment: Assignment, student: Student, **changes: str) -> Any:
    form = form_of(client.get(terms_of(assignment, student)), having="closes")
    return client.post(form.action, form.data(**{"reason": "Was ill.", **changes}))


def test_extension_is_in_the_classrooms_wall_time_and_recorded_once(
    closing: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    for _ in range(2):
        response = extend(teacher_client, closing, student, closes="2026-10-26T09:30", extra_attempts="1")
        assert (response.status_code, response.headers["Location"]) == (302, terms_of(closing, student))
    extension = Extension.objects.get()
    assert extension.closes_at == datetime(2026, 10, 26, 13, 30, tzinfo=UTC)
    assert (extension.due_at, extension.extra_attempts, extension.reason) == (None, 1, "Was ill.")
    assert acts() == ["extension_given"]
    page = text_of(teacher_client.get(terms_of(closing, student)))
    assert "closes Mon, Oct 26, 9:30 am EDT. No time limit. 2 attempts." in page


def test_reason_that_footnote_gave_stays_unless_the_teacher_types_another(
    closing: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    values = {"due_at": None, "closes_at": CLOSE + timedelta(days=1), "extra_attempts": 0, "reason": ""}
    accommodations.extend(closing, student, **values, reason_kind="extra_minutes", by=teacher, now=NOW)
    seen = []
    for language, typed in (("es", {}), ("en", {"reason": "Was ill."})):
        page = teacher_client.get(terms_of(closing, student), headers={"Accept-Language": language})
        form = form_of(page, having="closes")
        sent = form.data(extra_attempts=str(len(seen) + 1), **typed)
        teacher_client.post(form.action, sent, headers={"Accept-Language": language})
        extension = Extension.objects.get()
        seen.append(
            (dict(form.fields)["reason"].strip(), extension.extra_attempts, extension.reason_kind, extension.reason)
        )

    assert seen == [
        ("Minutos adicionales durante el cuestionario.", 1, "extra_minutes", ""),
        ("Extra minutes during the quiz.", 2, "typed", "Was ill."),
    ]


def test_extension_moves_the_end_of_a_running_attempt(
    closing: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    attempt = make_attempt(assignment=closing, student=student, deadline_at=CLOSE)
    extend(teacher_client, closing, student, closes="2026-10-23T17:00")
    attempt.refresh_from_db()
    assert attempt.deadline_at == CLOSE + timedelta(hours=1)
    page = text_of(teacher_client.get(terms_of(closing, student)))
    assert "Saved. The quiz in progress has the new end time." in page


@pytest.mark.parametrize(
    ("due_at", "changes", "said"),
    [
        (CLOSE - timedelta(hours=1), {}, "It will be late after Fri, Oct 23, 3:00 pm EDT."),
        (NOW - timedelta(minutes=1), {}, "It will be late. To change that, enter a later due time."),
        (NOW - timedelta(minutes=1), {"due": "2026-10-23T16:30"}, "It will be late after Fri, Oct 23, 4:30 pm EDT."),
        (NOW - timedelta(minutes=1), {"due": "2026-10-23T17:00"}, "It won’t be late."),
        (None, {}, ""),
    ],
)
def test_extension_of_a_running_attempt_says_whether_it_will_be_late(
    due_at: datetime | None,
    changes: dict[str, str],
    said: str,
    closing: Assignment,
    student: Student,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    Assignment.objects.filter(pk=closing.pk).update(due_at=due_at)
    make_attempt(assignment=closing, student=student, deadline_at=CLOSE)
    extend(teacher_client, closing, student, closes="2026-10-23T17:00", **changes)

    [notice] = teacher_client.get(terms_of(closing, student)).context["messages"]
    assert " ".join(str(notice).split()) == f"Saved. The quiz in progress has the new end time. {said}".rstrip()


@pytest.mark.parametrize(
    ("changes", "is_said"),
    [
        ({"closes": "2026-10-26T09:30"}, True),
        ({"closes": "2026-10-26T09:30", "extra_attempts": "1"}, False),
        ({"due": "2026-10-23T15:30"}, False),
    ],
)
def test_later_close_for_a_student_who_turned_in_says_that_the_attempt_stays_so(
    changes: dict[str, str],
    is_said: bool,
    closing: Assignment,
    student: Student,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    make_answered_attempt(assignment=closing, student=student)
    extend(teacher_client, closing, student, **changes)

    page = text_of(teacher_client.get(terms_of(closing, student)))
    assert ("Saved. This quiz was turned in. To give more time, reopen the attempt." in page) is is_said


# --- More minutes in a running quiz -------------------------------------------------------------------------------


@pytest.mark.parametrize("is_own", [False, True], ids=["colleague", "own window"])
def test_second_of_two_teachers_who_extend_is_told_what_the_first_one_set(
    is_own: bool,
    closing: Assignment,
    student: Student,
    teacher: User,
    other_teacher: User,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    form = form_of(teacher_client.get(terms_of(closing, student)), having="closes")
    first = {"due_at": None, "closes_at": CLOSE + timedelta(days=3), "extra_attempts": 1, "reason": "Was ill."}
    accommodations.extend(closing, student, **first, by=teacher if is_own else other_teacher, now=NOW)
    clock.shift(timedelta(minutes=1))

    typed = {"closes": "2026-10-24T09:30", "reason": "Field trip."}
    page = teacher_client.post(form.action, form.data(**typed))

    given = "closes Mon, Oct 26, 4:00 pm EDT and 1 extra attempt (“Was ill.”)."
    assert (
        f"You changed this extension in another window: {given} What you typed here isn’t saved."
        if is_own
        else f"{other_teacher} changed this extension: {given} Yours isn’t saved."
    ) in text_of(page)
    again = form_of(page, having="closes")
    kept = dict(again.fields)
    assert (kept["closes"], kept["reason"].strip()) == ("2026-10-24T09:30", "Field trip.")
    assert Extension.objects.get().closes_at == first["closes_at"]

    for _ in range(2):
        assert teacher_client.post(again.action, again.data()).status_code == 302
    extension = Extension.objects.get()
    assert extension.closes_at == datetime(2026, 10, 24, 13, 30, tzinfo=UTC)
    assert (extension.reason, acts()) == ("Field trip.", ["extension_given"] * 2)


def add_minutes(client: Client, assignment: Assignment, student: Student, minutes: str = "10") -> Any:
    """Add minutes twice with one form, as after a double click."""
    form = form_of(client.get(terms_of(assignment, student)), having="minutes")
    client.post(form.action, form.data(minutes=minutes))
    return client.post(form.action, form.data(minutes=minutes), follow=True)


def test_minutes_are_added_to_the_time_limit_of_one_running_attempt(
    assignment: Assignment,
    student: Student,
    classmate: Student,
    student_client: Client,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    Assignment.objects.update(time_limit=timedelta(minutes=20))
    ends_at = NOW + timedelta(minutes=20)
    attempt, other = (
        make_attempt(assignment=assignment, student=who, time_limit=timedelta(minutes=20), deadline_at=ends_at)
        for who in (student, classmate)
    )
    link = f"{terms_of(assignment, student)}#h-min"
    assert link in read(teacher_client.get(reverse("assignment_progress", args=[assignment.public_id]))).links

    page = add_minutes(teacher_client, assignment, student)

    assert page.redirect_chain[-1][0] == reverse("assignment_progress", args=[assignment.public_id])
    assert "Maya now has until Fri, Oct 23, 11:30 am EDT." in text_of(page)
    for row in (attempt, other):
        row.refresh_from_db()
    assert attempt.deadline_at == ends_at + timedelta(minutes=10)
    assert (other.deadline_at, Extension.objects.count(), acts()) == (ends_at, 0, ["extension_given"])
    left = student_client.get(reverse("time_left", args=[attempt.public_id])).json()
    assert left["seconds_left"] == 30 * 60
    # A later change of the settings keeps the added time.
    accommodations.move_deadlines([attempt], now=NOW)
    assert attempt.deadline_at == ends_at + timedelta(minutes=10)
    history = text_of(teacher_client.get(reverse("student_history", args=[student.public_id])))
    assert "“Extra minutes during the quiz.”" in history


@pytest.mark.parametrize(("due", "expected"), [(-60, -60), (0, 10), (5, 10), (20, 20)])
def test_added_minutes_move_the_close_and_a_due_time_that_was_met(
    due: int,
    expected: int,
    closing: Assignment,
    student: Student,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    """The quiz closes at 4:00 pm. A due time is in minutes after that."""
    closes_at, time_limit = (CLOSE, None) if due <= 0 else (None, CLOSE - NOW)
    Assignment.objects.update(due_at=CLOSE + timedelta(minutes=due), closes_at=closes_at, time_limit=time_limit)
    attempt = make_attempt(assignment=closing, student=student, time_limit=time_limit, deadline_at=CLOSE)

    add_minutes(teacher_client, closing, student)

    attempt.refresh_from_db()
    assert attempt.deadline_at == CLOSE + timedelta(minutes=10)
    assert len(acts()) == 1
    page = teacher_client.get(terms_of(closing, student))
    settings = page.context["settings"]
    assert settings.window.due_at == CLOSE + timedelta(minutes=expected)
    assert settings.window.closes_at in (None, attempt.deadline_at)


def test_minutes_are_not_dropped_in_silence_if_the_end_changed(
    assignment: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    """As after a break of the student, which ends while the teacher’s page is open."""
    limit = timedelta(minutes=20)
    Assignment.objects.update(time_limit=limit)
    attempt = make_attempt(assignment=assignment, student=student, time_limit=limit, deadline_at=NOW + limit)
    form = form_of(teacher_client.get(terms_of(assignment, student)), having="minutes")
    earlier = NOW + timedelta(minutes=15)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=earlier)

    page = teacher_client.post(form.action, form.data(minutes="10"), follow=True)

    assert "The end time changed, so no minutes were added." in text_of(page)
    attempt.refresh_from_db()
    assert attempt.deadline_at == earlier
    page = add_minutes(teacher_client, assignment, student)
    assert "no minutes were added" not in text_of(page)
    attempt.refresh_from_db()
    assert attempt.deadline_at == NOW + timedelta(minutes=25)


def test_minutes_in_the_grace_time_count_from_now_and_keep_the_extension(
    closing: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    given = {"due_at": None, "closes_at": CLOSE, "extra_attempts": 1, "reason": "Was ill."}
    accommodations.extend(closing, student, **given, by=teacher, now=NOW)
    attempt = make_attempt(assignment=closing, student=student, deadline_at=CLOSE)
    clock.move_to(CLOSE + timedelta(seconds=30))
    form = form_of(teacher_client.get(terms_of(closing, student)), having="minutes")

    teacher_client.post(form.action, form.data(minutes="10"))
    clock.shift(timedelta(seconds=1))
    page = teacher_client.post(form.action, form.data(minutes="10"), follow=True)

    # The same form again is no other change, so that nobody is told to try again.
    assert "no minutes were added" not in text_of(page)
    assert page.redirect_chain[-1][0] == reverse("assignment_progress", args=[closing.public_id])
    attempt.refresh_from_db()
    ends_at = CLOSE + timedelta(minutes=10, seconds=30)
    extension = Extension.objects.get()
    assert (attempt.deadline_at, extension.closes_at) == (ends_at, ends_at)
    assert (extension.extra_attempts, extension.reason) == (1, "Was ill.")


def test_minutes_that_cannot_be_added_are_refused(
    closing: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    attempt = make_attempt(assignment=closing, student=student, deadline_at=CLOSE)
    form = form_of(teacher_client.get(terms_of(closing, student)), having="minutes")
    for minutes, error in (("", "Enter whole minutes."), ("0", "Enter 1 or more minutes.")):
        assert errors_of(teacher_client.post(form.action, form.data(minutes=minutes))) == [error]

    lifecycle.submit_attempt(attempt, now=NOW)

    page = teacher_client.post(form.action, form.data(minutes="10"), follow=True)
    assert "This quiz was turned in. To give more time, reopen the attempt." in text_of(page)
    assert "More time now" not in text_of(page)
    assert (Extension.objects.count(), acts()) == (0, [])


def test_a_pause_takes_no_minutes_also_for_time_that_was_over_before(
    closing: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    """The clock stands still, so that no end can be named. The pause began before the attempt was submitted."""
    seen = NOW - timedelta(minutes=2)
    attempt = make_attempt(assignment=closing, student=student, deadline_at=seen)
    assert "More time now" in text_of(teacher_client.get(terms_of(closing, student)))
    Assignment.objects.update(paused_at=NOW)

    assert "More time now" not in text_of(teacher_client.get(terms_of(closing, student)))
    more = timedelta(minutes=10)
    assert accommodations.add_minutes(attempt, more_time=more, seen=seen, by=teacher, now=NOW) is None
    attempt.refresh_from_db()
    assert (attempt.deadline_at, Extension.objects.count(), acts()) == (seen, 0, [])


@pytest.mark.parametrize("situation", ["not started", "turned in", "only an extra attempt"])
def test_extension_that_moves_no_end_does_not_say_so(
    situation: str, closing: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    changes = {"closes": "2026-10-23T17:00"}
    if situation != "not started":
        attempt = make_attempt(assignment=closing, student=student, deadline_at=CLOSE)
        if situation == "turned in":
            lifecycle.submit_attempt(attempt, now=NOW)
        else:
            changes = {"extra_attempts": "1"}
    extend(teacher_client, closing, student, **changes)
    page = text_of(teacher_client.get(terms_of(closing, student)))
    assert "Saved." in page
    assert "The quiz in progress has the new end time." not in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"closes": "2026-10-23T17:00"},
            "Saved. Work is late after Fri, Oct 23, 3:00 pm EDT. Maya now has until Fri, Oct 23, 5:00 pm EDT.",
        ),
        (
            {"due": "2026-10-23T17:00", "closes": "2026-10-23T17:00"},
            "Saved. Maya now has until Fri, Oct 23, 5:00 pm EDT.",
        ),
        ({"due": "2026-10-23T15:30"}, "Saved. Work is late after Fri, Oct 23, 3:30 pm EDT."),
        ({"extra_attempts": "2"}, "Saved. Maya has 2 extra attempts."),
    ],
)
def test_extension_before_a_quiz_starts_says_what_the_student_has_now(
    changes: dict[str, str],
    said: str,
    closing: Assignment,
    student: Student,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    extend(teacher_client, closing, student, **changes)
    page = text_of(teacher_client.get(terms_of(closing, student)))
    assert (said in page, "Work is late after" in page) == (True, "Work is late after" in said)


def test_removed_extension_is_said_to_be_removed(
    closing: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    extend(teacher_client, closing, student, closes="2026-10-23T17:00")
    assert "no extension" not in text_of(teacher_client.get(terms_of(closing, student)))
    extend(teacher_client, closing, student, closes="")
    assert "Saved. Maya has no extension now." in text_of(teacher_client.get(terms_of(closing, student)))


def test_extension_of_an_excused_student_gives_no_time(
    closing: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    excuses.excuse(closing, student, by=teacher, now=NOW, reason="Was ill.")
    extend(teacher_client, closing, student, closes="2026-10-23T17:00")
    page = text_of(teacher_client.get(terms_of(closing, student)))
    assert ("Saved." in page, "now has until" in page) == (True, False)


def test_extra_attempt_on_a_closed_quiz_says_that_it_needs_a_later_close(
    closing: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(CLOSE + timedelta(minutes=5))
    words = "Saved. This quiz is closed, so Maya can’t start an attempt. Enter a later closing time."
    extend(teacher_client, closing, student, extra_attempts="1")
    assert words in text_of(teacher_client.get(terms_of(closing, student)))
    extend(teacher_client, closing, student, extra_attempts="1", closes="2026-10-26T09:30")
    assert words not in text_of(teacher_client.get(terms_of(closing, student)))


def test_later_close_after_the_due_time_says_that_work_is_late(
    closing: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    words = "Saved. The due time has passed, so new work is late. To change that, enter a later due time."
    extend(teacher_client, closing, student, closes="2026-10-26T09:30")
    assert words not in text_of(teacher_client.get(terms_of(closing, student)))
    clock.move_to(CLOSE + timedelta(minutes=5))
    extend(teacher_client, closing, student, closes="2026-10-26T10:30")
    assert words in text_of(teacher_client.get(terms_of(closing, student)))
    extend(teacher_client, closing, student, closes="2026-10-26T10:30", due="2026-10-26T10:00")
    assert words not in text_of(teacher_client.get(terms_of(closing, student)))


def test_extra_attempts_stay_while_the_class_has_no_limit(
    closing: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    extend(teacher_client, closing, student, extra_attempts="2")
    Assignment.objects.update(max_attempts=None)
    form = form_of(teacher_client.get(terms_of(closing, student)), having="closes")
    # Also if the class has a limit again when the page is sent.
    for limit, day in ((None, 26), (1, 27)):
        Assignment.objects.update(max_attempts=limit)
        teacher_client.post(form.action, form.data(closes=f"2026-10-{day}T09:30"))
        extension = Extension.objects.get()
        assert (extension.closes_at, extension.extra_attempts) == (datetime(2026, 10, day, 13, 30, tzinfo=UTC), 2)


def test_extension_keeps_what_changed_where_the_page_was_left_alone(
    closing: Assignment,
    student: Student,
    teacher: User,
    teacher_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    clock: time_machine.Traveller,
) -> None:
    extend(teacher_client, closing, student, due="2026-10-26T09:00", closes="2026-10-26T09:30")
    form = form_of(teacher_client.get(terms_of(closing, student)), having="closes")
    pause(closing, by=teacher, now=CLOSE - timedelta(hours=2))
    later = datetime(2026, 10, 26, 13, 37, 23, tzinfo=UTC)

    def taught(request: TeacherRequest, public_id: str) -> Assignment:
        found = access.taught_assignment(request, public_id)
        # The pause ends while the form is saved.
        now = CLOSE - timedelta(hours=2) + timedelta(minutes=7, seconds=23)
        resume(Assignment.objects.get(pk=closing.pk), by=teacher, now=now)
        return found

    monkeypatch.setattr("quizzes.views.teacher.accommodations.taught_assignment", taught)
    refused = teacher_client.post(form.action, form.data(due="2026-10-23T15:05"))
    assert errors_of(refused) == ["The class has more time than this. Choose a later time."]
    assert teacher_client.post(form.action, form.data(extra_attempts="1")).status_code == 302
    extension = Extension.objects.get()
    assert (extension.closes_at, extension.extra_attempts) == (later, 1)

    form = form_of(teacher_client.get(terms_of(closing, student)), having="closes")
    Classroom.objects.update(time_zone="America/Chicago")
    assert teacher_client.post(form.action, form.data(due="2026-10-26T08:10")).status_code == 302
    extension = Extension.objects.get()
    due_at = datetime(2026, 10, 26, 13, 10, tzinfo=UTC)
    assert (extension.due_at, extension.closes_at) == (due_at, later)

    # The page shows no seconds.
    Extension.objects.update(due_at=due_at + timedelta(seconds=23))
    form = form_of(teacher_client.get(terms_of(closing, student)), having="closes")
    assert teacher_client.post(form.action, form.data(closes="2026-10-26T08:10")).status_code == 302
    assert Extension.objects.get().closes_at == due_at + timedelta(seconds=23)


def test_extension_that_the_class_moved_past_stays_with_another_change(
    closing: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    extend(teacher_client, closing, student, closes="2026-10-26T09:30")
    close = Extension.objects.get().closes_at
    give_more_time(closing, more_time=timedelta(days=9), seen_close=CLOSE, by=teacher, now=CLOSE, seen_limit=None)
    extend(teacher_client, closing, student, closes="2026-10-26T09:30", extra_attempts="1")
    extension = Extension.objects.get()
    assert (extension.closes_at, extension.extra_attempts) == (close, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": "", "closes": "2026-10-26T09:30"}, "Say why."),
        ({"closes": "2026-10-23T07:00"}, "“Closes” is before “Opens”."),
        ({"due": "2026-10-23T07:00"}, "“Due” is before “Opens”."),
        ({"closes": "2026-10-23T15:30"}, "The class has more time than this. Choose a later time."),
        (
            {"due": "2026-10-23T18:00"},
            "Enter a closing time after “Due”. The class’s closing time is Fri, Oct 23, 4:00 pm EDT.",
        ),
        ({"due": "2026-10-27T18:00", "closes": "2026-10-26T09:30"}, "“Closes” is before “Due”."),
        ({"closes": "tomorrow"}, "Enter a date and time, such as 2026-10-26T08:00."),
        ({"closes": "2027-03-14T02:30"}, "Daylight saving time skips 2:30 am. Use 3:30 am."),
        ({"extra_attempts": "-1"}, "Enter 0 or more."),
        ({"extra_attempts": "1.5"}, "Enter a whole number."),
        ({"extra_attempts": "21"}, "Enter up to 20."),
    ],
)
def test_impossible_extension_is_an_error_at_its_field(
    changes: dict[str, str],
    message: str,
    closing: Assignment,
    student: Student,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    page = extend(teacher_client, closing, student, **changes)
    assert (page.status_code, errors_of(page)) == (200, [message])
    kept = dict(form_of(page, having="closes").fields)
    for name, typed in changes.items():
        assert kept[name].strip() == typed
    assert Extension.objects.count() == 0


def test_extension_in_the_past_or_without_values_is_refused(
    closing: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    assert "Add a later time or an attempt." in text_of(extend(teacher_client, closing, student))
    clock.move_to(CLOSE + timedelta(days=2))
    page = extend(teacher_client, closing, student, closes="2026-10-24T09:00")
    assert errors_of(page) == ["This closing time has passed. Choose a later one."]
    assert Extension.objects.count() == 0


def test_extension_has_fields_for_what_the_class_limits_alone(
    assignment: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    """A closing time where the class has none would give less time."""
    page = teacher_client.get(terms_of(assignment, student))
    assert "keep class times" not in text_of(page)
    form = form_of(page, having="extra_attempts")
    assert not {"due", "closes"} & form.data().keys()
    page = teacher_client.post(form.action, form.data(closes="2026-10-26T09:30", reason="Was ill."))
    assert "Add a later time or an attempt." in text_of(page)

    Assignment.objects.update(max_attempts=None, release="after_hand_in")
    page = teacher_client.get(terms_of(assignment, student))
    assert "This quiz has no due time, no closing time, and unlimited attempts." in text_of(page)
    assert "Save extension" not in text_of(page)


def test_unlimited_attempts_end_and_the_teacher_can_add_one(
    assignment: Assignment, student: Student, teacher_client: Client, student_client: Client
) -> None:
    Assignment.objects.update(max_attempts=None, release="after_hand_in")
    make_submitted_attempts(MOST_ATTEMPTS - 1, assignment=assignment, student=student)
    address = reverse("start_attempt", args=[assignment.public_id])
    text = "Maya has used 100, the most for one quiz. You can add more below."
    assert text not in text_of(teacher_client.get(terms_of(assignment, student)))
    student_client.post(address)
    student_client.post(reverse("submit_attempt", args=[Attempt.objects.open().get().public_id]))

    refused = student_client.post(address)
    assert "A quiz has up to 100 attempts. Ask Ms. Rivera if you need another one." in text_of(refused)
    assert not Attempt.objects.open().exists()
    page = teacher_client.get(terms_of(assignment, student))
    assert text in text_of(page)
    form = form_of(page, having="extra_attempts")
    teacher_client.post(form.action, form.data(extra_attempts="1", reason="One more."))
    student_client.post(address)
    assert Attempt.objects.open().get().number == MOST_ATTEMPTS + 1


def test_extension_of_a_closing_time_that_the_class_no_longer_has_can_be_removed(
    closing: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    extend(teacher_client, closing, student, closes="2026-10-26T09:30")
    Assignment.objects.update(closes_at=None)
    page = extend(teacher_client, closing, student, closes="2026-10-27T09:30")
    assert errors_of(page) == ["The class has no closing time. Leave this blank."]
    assert extend(teacher_client, closing, student, closes="").status_code == 302
    assert Extension.objects.get().closes_at is None


def test_excuse_and_its_taking_back_are_recorded_with_reasons(
    assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    for _ in range(2):
        # The page after the excuse also has “Undo”, which gives another reason.
        teacher_client.get(terms_of(assignment, student))
        form = form_of(teacher_client.get(terms_of(assignment, student)), having="is_excused")
        for _ in range(2):
            assert teacher_client.post(form.action, form.data(reason="Was ill.")).status_code == 302
    assert acts() == ["excused", "excuse_taken_back"]
    assert Excuse.objects.count() == 0
    page = text_of(teacher_client.get(reverse("student_history", args=[student.public_id])))
    assert "No longer excused Maya Lopez Small set “Was ill.”" in page


def test_excuse_that_another_teacher_gave_is_not_undone(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(terms_of(assignment, student)), having="is_excused")
    excuses.excuse(assignment, student, reason="Was ill.", by=teacher, now=NOW)
    page = teacher_client.post(form.action, form.data(reason="No."), follow=True)
    assert "is excused. This quiz doesn’t count for them." in text_of(page)
    assert "Undo" not in text_of(page)
    assert Excuse.objects.get().reason == "Was ill."
    # Nor is one that they gave in place of the one in the notice.
    Excuse.objects.all().delete()
    notice = form_of(teacher_client.post(form.action, form.data(reason="No."), follow=True), having="given_at")
    Excuse.objects.update(reason="Was ill.", given_at=NOW - timedelta(days=1))
    page = teacher_client.post(notice.action, notice.data(), follow=True)
    assert "Maya Lopez has another excuse by now. Nothing changed." in text_of(page)
    assert Excuse.objects.get().reason == "Was ill."


def test_excuse_without_a_reason_is_refused(assignment: Assignment, student: Student, teacher_client: Client) -> None:
    form = form_of(teacher_client.get(terms_of(assignment, student)), having="is_excused")
    assert "Why Required. Kept in the student’s history, and shown in “Report for a parent.”" in (
        text_of(teacher_client.get(terms_of(assignment, student)))
    )
    page = teacher_client.post(form.action, form.data(reason=" "))
    assert errors_of(page) == ["Say why."]
    assert Excuse.objects.count() == 0


def test_terms_of_a_student_of_another_class_are_missing(
    assignment: Assignment, outsider: Student, teacher: User, other_classroom: Classroom, teacher_client: Client
) -> None:
    assert teacher_client.get(terms_of(assignment, outsider)).status_code == 404
    other_classroom.teachers.add(teacher)
    assert teacher_client.get(terms_of(assignment, outsider)).status_code == 404
    # A student who moved away after a start still has the attempt.
    make_attempt(assignment=assignment, student=outsider)
    assert teacher_client.get(terms_of(assignment, outsider)).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_terms_page_costs_the_same_however_many_attempts(
    count: int, assignment: Assignment, student: Student, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    for number in range(1, count + 1):
        make_answered_attempt(assignment=assignment, student=student, number=number)
    with queries() as seen:
        page = teacher_client.get(terms_of(assignment, student))
    assert text_of(page).count(", Fri, Oct 23") == count
    # Session, teacher, assignment, student; extension, excuse; the form's extension; attempts; closed questions; 6 for
    # when the answers were visible. Without a time limit no factor is asked for.
    assert len(seen) == 15


# --- Accommodations -----------------------------------------------------------------------------------------------


def set_time(client: Client, student: Student, time: str) -> Any:
    return client.post(reverse("set_accommodations", args=[student.public_id]), {"time": time, "source": "class"})


@pytest.mark.parametrize(("time", "minutes"), [("1.25", 25), ("1.5", 30), ("2", 40), ("none", None), ("1", 20)])
def test_accommodation_holds_at_once_and_is_recorded_once(
    time: str, minutes: int | None, assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    Assignment.objects.update(time_limit=timedelta(minutes=20))
    assignment.refresh_from_db()
    attempt = make_attempt(assignment=assignment, student=student)
    for _ in range(2):
        assert set_time(teacher_client, student, time).status_code == 302
    attempt.refresh_from_db()
    assert attempt.deadline_at == (NOW + timedelta(minutes=minutes) if minutes else None)
    assert acts() == ([] if time == "1" else ["accommodation_changed"])
    form = form_of(teacher_client.get(reverse("student_history", args=[student.public_id])), having="time")
    assert dict(form.fields)["time"] == time


@pytest.fixture
def tight(assignment: Assignment, clock: time_machine.Traveller) -> Assignment:
    """30 minutes, and closes in 40."""
    assignment.time_limit, assignment.closes_at = timedelta(minutes=30), NOW + timedelta(minutes=40)
    assignment.save()
    return assignment


TIGHT = "45 minutes won’t fit before Fri, Oct 23, 11:40 am EDT."


def test_an_hour_that_does_not_fit_is_named_in_the_singular(
    tight: Assignment, student: Student, teacher_client: Client
) -> None:
    Assignment.objects.update(time_limit=timedelta(minutes=40))
    text = text_of(set_time(teacher_client, student, "1.5"))
    assert "Small set: 1 hour won’t fit before Fri, Oct 23, 11:40 am EDT." in text


@pytest.mark.parametrize(
    ("choice", "close"), [("extend", NOW + timedelta(minutes=45)), ("keep", NOW + timedelta(minutes=40))]
)
def test_accommodation_that_does_not_fit_an_open_quiz_asks_first(
    choice: str, close: datetime, tight: Assignment, student: Student, teacher_client: Client
) -> None:
    attempt = make_attempt(assignment=tight, student=student, deadline_at=NOW + timedelta(minutes=30))
    page = set_time(teacher_client, student, "1.5")
    assert f"Small set: {TIGHT}" in text_of(page)
    text = page.content.decode()
    assert text.index("Not saved yet.") < text.index("<h1>") < text.index('id="not-saved" tabindex="-1" autofocus')
    # As a message, it keeps its distance from the heading.
    assert '<div class="page-head"> <div class="notice bad-n" role="alert">' in " ".join(text.split())
    assert errors_of(page) == []
    assert not Accommodation.objects.exists()
    form = form_of(page, having="time")
    undecided = teacher_client.post(form.action, form.data())
    assert errors_of(undecided) == ["Choose one for Maya’s time."]
    assert not Accommodation.objects.exists()

    saved = teacher_client.post(form.action, form.data(**{f"room-{tight.public_id}": choice}))
    assert saved.status_code == 302
    attempt.refresh_from_db()
    assert (attempt.deadline_at, Accommodation.objects.get().time_factor) == (close, Decimal("1.5"))
    # The close is decided. Without more time, the page does not ask again, such as for another support.
    assert [set_time(teacher_client, student, time).status_code for time in ("1.5", "1.25")] == [302, 302]


def test_accommodation_asks_only_about_quizzes_that_are_not_done(
    tight: Assignment, student: Student, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    make_answered_attempt(assignment=tight, student=student)
    limit = timedelta(minutes=30)
    edition = tight.edition
    make_assignment(edition=edition, classroom=classroom, time_limit=limit, closes_at=NOW - timedelta(minutes=1))
    make_assignment(edition=edition, classroom=classroom, time_limit=limit)
    excused = make_assignment(edition=edition, classroom=classroom, time_limit=limit, closes_at=tight.closes_at)
    Excuse.objects.create(assignment=excused, student=student, reason="Ill.", given_by=teacher, given_at=NOW)

    assert set_time(teacher_client, student, "2").status_code == 302
    assert Accommodation.objects.get().time_factor == 2


@pytest.mark.parametrize(
    ("choice", "close"), [("extend", NOW + timedelta(minutes=45)), ("keep", NOW + timedelta(minutes=42))]
)
@pytest.mark.parametrize("due", [None, timedelta(minutes=40)])
def test_extension_shorter_than_the_granted_time_asks_first(
    choice: str,
    close: datetime,
    due: timedelta | None,
    tight: Assignment,
    student: Student,
    teacher_client: Client,
) -> None:
    Assignment.objects.update(due_at=due and NOW + due)
    Accommodation.objects.create(student=student, time_factor=Decimal("1.5"), changed_at=NOW)
    times = {"closes": "2026-10-23T11:42", **({"due": "2026-10-23T11:42"} if due else {})}
    page = extend(teacher_client, tight, student, **times)
    assert "Maya Lopez: 45 minutes won’t fit before Fri, Oct 23, 11:42 am EDT." in text_of(page)
    assert not Extension.objects.exists()

    form = form_of(page, having="closes")
    saved = teacher_client.post(form.action, form.data(**{f"room-{student.public_id}": choice}))
    assert saved.status_code == 302
    extension = Extension.objects.get()
    assert (extension.due_at, extension.closes_at) == (due and close, close)


def test_extension_that_fits_is_saved_without_a_question(
    tight: Assignment, student: Student, teacher_client: Client
) -> None:
    Accommodation.objects.create(student=student, time_factor=Decimal("1.5"), changed_at=NOW)

    assert extend(teacher_client, tight, student, closes="2026-10-23T11:45").status_code == 302
    assert Extension.objects.get().closes_at == NOW + timedelta(minutes=45)


def test_one_save_keeps_time_supports_and_level(
    tight: Assignment,
    student: Student,
    classroom: Classroom,
    teacher_client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_attempt(assignment=tight, student=student, deadline_at=NOW + timedelta(minutes=30))
    Classroom.objects.update(students_choose_variant=True)
    Student.objects.filter(pk=student.pk).update(chosen_variant="easier")
    form = form_of(teacher_client.get(reverse("student_history", args=[student.public_id])), having="time")
    assert form.data()["variant"] == ["easier"]
    asked = teacher_client.post(form.action, form.data(time="1.5", source="own", read_aloud="on"))
    form = form_of(asked, having="time")
    for _ in range(2):
        teacher_client.post(form.action, form.data(**{f"room-{tight.public_id}": "keep"}))
    student.refresh_from_db()
    assert (Accommodation.objects.get().time_factor, student.supports) == (Decimal("1.5"), {"read_aloud": True})
    # An unchanged level keeps the student's own choice.
    assert (student.reading_variant, student.chosen_variant) == ("", "easier")
    assert acts() == ["accommodation_changed"] * 2
    teacher_client.post(form.action, form.data(**{f"room-{tight.public_id}": "keep", "variant": ""}))
    student.refresh_from_db()
    assert (student.reading_variant, student.chosen_variant, acts()) == ("", "", ["accommodation_changed"] * 3)

    def taught(request: TeacherRequest, public_id: str) -> Student:
        found = access.taught_student(request, public_id)
        # Another teacher saves supports while this form is saved.
        Student.objects.update(supports={"notes": True}, reading_variant="easier")
        return found

    form = form_of(teacher_client.get(reverse("student_history", args=[student.public_id])), having="time")
    monkeypatch.setattr("quizzes.views.teacher.accommodations.taught_student", taught)
    assert teacher_client.post(form.action, form.data(time="1", hide_clock="on")).status_code == 302
    student.refresh_from_db()
    assert (student.supports, student.reading_variant) == ({"notes": True, "hide_clock": True}, "easier")


@pytest.mark.parametrize("time", ["", "0.5", "3", "NaN"])
def test_accommodation_that_is_not_offered_is_refused(time: str, student: Student, teacher_client: Client) -> None:
    page = set_time(teacher_client, student, time)
    assert page.status_code == 200
    assert len(errors_of(page)) == 1
    assert Accommodation.objects.count() == 0


def test_marks_are_kept_by_a_correction_of_the_key(done: Attempt, teacher_client: Client, teacher: User) -> None:
    teacher_client.post(mark_address(done), {"points": "0.5"})
    make_regrade(assignment=done.assignment, number=2, made_by=teacher)
    done.refresh_from_db()
    assert done.score == Decimal("0.5")


def test_what_another_teacher_sends_changes_nothing(
    done: Attempt, other_teacher: User, signed_in: Callable[[User], Client]
) -> None:
    client, student = signed_in(other_teacher), make_student(classroom=done.classroom)
    of_student = [done.assignment.public_id, student.public_id]
    for address, data in (
        (mark_address(done), {"points": "1"}),
        (reverse("accept_late", args=[done.public_id]), {}),
        (reverse("reopen_attempt", args=[done.public_id]), {"receipt": done.receipt, "reason": "No."}),
        (reverse("extend_student", args=of_student), {"extra_attempts": "1", "reason": "No."}),
        (reverse("excuse_student", args=of_student), {"is_excused": "True", "reason": "No."}),
        (reverse("set_accommodations", args=[student.public_id]), {"time": "2", "source": "class"}),
    ):
        assert client.post(address, data).status_code == 404
    assert acts() == []


def test_heading_names_the_student_and_the_quiz(
    assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    page = teacher_client.get(reverse("student_overrides", args=[assignment.public_id, student.public_id]))
    assert "<h1><bdi>Maya Lopez</bdi>, Small set</h1>" in page.content.decode()


def test_no_page_leads_a_colleague_to_a_student_who_moved_away(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client, other_teacher: User
) -> None:
    """The colleague teaches the old class only, so the student's page is closed to them."""
    attempt = make_answered_attempt(assignment=assignment, student=student)
    assignment.classroom.teachers.add(other_teacher)
    rosters.move_student(student, to=make_classroom(teacher=teacher, name="Period 5"), by=teacher, now=NOW)
    colleague = _sign_in(other_teacher)
    addresses = reverse("attempt_review", args=[attempt.public_id]), terms_of(assignment, student)
    theirs = reverse("student_history", args=[student.public_id])
    assert colleague.get(theirs).status_code == 404
    assert [theirs in read(teacher_client.get(address)).links for address in addresses] == [True, True]
    assert [theirs in read(colleague.get(address)).links for address in addresses] == [False, False]
