"""Two people change rows of one attempt at the same time, without a deadlock. PostgreSQL only."""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.assignments import accommodations, excuses, lifecycle, newer_versions
from quizzes.assignments.deletion import delete_assignment, restore_assignment
from quizzes.assignments.student_settings import window_of
from quizzes.assignments.supports import Supports, set_class_supports, set_supports
from quizzes.attempts.answers import save_answer
from quizzes.attempts.breaks import end_break, start_break
from quizzes.attempts.late_answers import accept_late
from quizzes.attempts.lifecycle import reopen, start_attempt, submit_attempt, undo_close_now
from quizzes.attempts.merges import merge_plan, merge_students
from quizzes.attempts.paper.corrections import delete_paper_answers, move_paper_answers
from quizzes.attempts.sample_class import make_sample_class
from quizzes.attempts.support_marks import Mark, save_marks
from quizzes.attempts.transfers import move_with_work, transfer_attempts
from quizzes.content.drafts.lifecycle import copy_set
from quizzes.files import roster_sync
from quizzes.files.oneroster import RosterClass
from quizzes.files.roster_changes import Change
from quizzes.files.roster_sync import ClassPlan
from quizzes.grading import manual_grades
from quizzes.grading.regrades import lock_affected
from quizzes.models import (
    Accommodation,
    Assignment,
    Attempt,
    AuditEvent,
    Classroom,
    Edition,
    Student,
    SupportMark,
    User,
)
from quizzes.models.locks import RowDeleted, lock_rows
from quizzes.people import erasure
from quizzes.people.accounts import invite
from quizzes.people.class_people import add_person
from quizzes.people.classrooms import add_classroom, change_classroom, hand_over, set_missing_rule
from quizzes.people.names import PersonName
from quizzes.people.rosters import (
    add_list,
    add_students,
    change_pins,
    move_student,
    new_students,
    person_name,
    pins_state,
    remove_student,
    restore_student,
    sort_roster,
)
from quizzes.people.student_sign_in import check_pin, pin_of
from tests.attempts.paper.test_answers import type_in, values_of
from tests.attempts.paper.test_corrections import version_of
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_document,
    make_edition,
    make_student,
    make_user,
    publish_built_in_sets,
)
from tests.pages import form_of

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")

MINUTE = timedelta(minutes=1)
LATER = NOW + 5 * MINUTE
WAITING = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
PAIRS = [
    *permutations(("resume", "extend", "accommodate"), 2),
    ("resume", "end break"),
    ("end break", "resume"),
    ("end break", "change"),
    ("extend", "end break"),
]


def acts_of(attempt: Attempt, teacher: User) -> dict[str, Callable[[], object]]:
    assignment, student = attempt.assignment, attempt.student
    times = {"due_at": None, "closes_at": NOW + 50 * MINUTE, "extra_attempts": 0, "reason_kind": "typed", "reason": ""}
    settings = lifecycle.settings_of(assignment)
    return {
        "resume": partial(lifecycle.resume, assignment, by=teacher, now=LATER),
        "change": partial(
            lifecycle.change_assignment,
            assignment,
            window=replace(window_of(assignment), closes_at=NOW + 45 * MINUTE),
            settings=settings,
            by=teacher,
            now=LATER,
        ),
        "extend": partial(accommodations.extend, assignment, student, **times, by=teacher, now=LATER),
        "accommodate": partial(
            accommodations.set_accommodation, student, time_factor=Decimal(2), by=teacher, now=LATER
        ),
        "end break": partial(end_break, attempt.pk, now=LATER),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_changes_of_one_deadline_at_once_end_in_no_deadlock(
    first: str, second: str, edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        # The close cuts it off, so a later close moves the deadline.
        time_limit=45 * MINUTE,
        closes_at=NOW + 40 * MINUTE,
    )
    set_supports(student, Supports(break_minutes=15), by=teacher, now=NOW)
    attempt = start_attempt(student, assignment, now=NOW)
    start_break(attempt.pk, now=NOW)
    # A quiz that is paused has no deadline for the other acts to move.
    if "resume" in {first, second}:
        assignment = lifecycle.pause(assignment, by=teacher, now=NOW + MINUTE)
    errors = at_once(attempt, [acts_of(attempt, teacher)[name] for name in (first, second)])
    assert errors == []


PAPER_PAIRS = [
    *(("grade", act) for act in ("move", "delete", "type")),
    *(("comment", act) for act in ("move", "type")),
    ("move", "grade"),
    ("type", "grade"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "second"), PAPER_PAIRS)
def test_grades_and_corrections_of_paper_at_once_end_in_no_deadlock(
    first: str, second: str, edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    type_in(assignment, student, values_of(assignment, right=3), by=teacher)
    attempt, other = assignment.attempts.get(), make_student(classroom=classroom)
    seen = version_of(assignment, student)
    acts: dict[str, Callable[[], object]] = {
        "move": partial(move_paper_answers, assignment, student, other, seen=seen, by=teacher, now=LATER),
        "delete": partial(delete_paper_answers, assignment, student, seen=seen, by=teacher, now=LATER),
        "type": partial(type_in, assignment, student, values_of(assignment, right=1), by=teacher, operation="again"),
        "grade": partial(grade, attempt, teacher),
        "comment": partial(manual_grades.comment_on, attempt, "Well done.", by=teacher, now=LATER),
    }
    assert deadlocks(at_once(attempt, [acts[first], acts[second]])) == []


ERASURE_PAIRS = [
    *(("erase class", act) for act in ("extend", "grade", "erase student")),
    *((act, "erase class") for act in ("extend", "grade", "erase student")),
    *(("erase student", act) for act in ("extend", "grade")),
    *((act, "erase student") for act in ("extend", "grade")),
    ("grade", "reopen"),
    ("reopen", "grade"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "second"), ERASURE_PAIRS)
def test_an_erasure_and_an_act_on_the_same_attempt_end_in_no_deadlock(
    first: str, second: str, edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, closes_at=NOW + 40 * MINUTE, max_attempts=None
    )
    # An extension changes the attempt that is open, and a new opening the one that is not.
    attempt = make_answered_attempt(assignment=assignment, student=student, submitted="reopen" in {first, second})
    times = {"due_at": None, "closes_at": NOW + 50 * MINUTE, "extra_attempts": 0, "reason_kind": "typed", "reason": ""}
    acts: dict[str, Callable[[], object]] = {
        "extend": partial(accommodations.extend, assignment, student, **times, by=teacher, now=LATER),
        "grade": partial(grade, attempt, teacher),
        "reopen": partial(reopen, attempt, more_time=MINUTE, reason="", by=teacher, now=LATER),
        "erase student": partial(erasure.erase_student, student, by=teacher, now=LATER),
        "erase class": partial(erasure.erase_classroom, classroom, by=teacher, now=LATER),
    }
    assert deadlocks(at_once(attempt, [acts[first], acts[second]])) == []


MERGE_PAIRS = [
    *(("merge", act) for act in ("extend", "grade", "erase student", "merge back")),
    *((act, "merge") for act in ("extend", "grade", "erase student", "merge back")),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "second"), MERGE_PAIRS)
def test_a_merge_and_an_act_on_the_same_attempt_end_in_no_deadlock(
    first: str, second: str, edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, closes_at=NOW + 40 * MINUTE, max_attempts=None
    )
    attempt = make_answered_attempt(assignment=assignment, student=student, submitted=False)
    keep = make_student(classroom=classroom)
    seen = merge_plan(keep, student, now=LATER).seen
    times = {"due_at": None, "closes_at": NOW + 50 * MINUTE, "extra_attempts": 0, "reason_kind": "typed", "reason": ""}
    acts: dict[str, Callable[[], object]] = {
        "merge": partial(merge_students, keep, student, seen=seen, by=teacher, now=LATER),
        "merge back": partial(
            merge_students, student, keep, seen=merge_plan(student, keep, now=LATER).seen, by=teacher, now=LATER
        ),
        "extend": partial(accommodations.extend, assignment, student, **times, by=teacher, now=LATER),
        "grade": partial(grade, attempt, teacher),
        "erase student": partial(erasure.erase_student, student, by=teacher, now=LATER),
    }
    assert deadlocks(at_once(attempt, [acts[first], acts[second]])) == []
    merged = [one for one in Student.objects.all() if one.merged_into_id is not None]
    assert len(merged) <= 1
    assert all(one.current.removed_at is None for one in merged)


@pytest.mark.django_db(transaction=True)
def test_a_start_at_the_moment_of_a_merge_makes_no_second_attempt(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, max_attempts=None)
    attempt = make_answered_attempt(assignment=assignment, student=student, submitted=False)
    keep = make_student(classroom=classroom)
    seen = merge_plan(keep, student, now=LATER).seen
    # The merge has the quiz and waits for the attempt. The start waits for the quiz.
    merge = partial(merge_students, keep, student, seen=seen, by=teacher, now=LATER)
    assert at_once(attempt, [merge, partial(start_attempt, keep, assignment, now=LATER)]) == []
    assert list(Attempt.objects.values_list("pk", "student", "number")) == [(attempt.pk, keep.pk, 1)]


@pytest.mark.django_db(transaction=True)
def test_a_merge_while_the_student_moves_with_work_ends_in_no_deadlock(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    """The other entry has work in the class to which the student moves."""
    here = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    to = make_classroom(teacher=teacher)
    there = make_assignment(edition=edition, classroom=to, assigned_by=teacher)
    make_answered_attempt(assignment=here, student=student)
    other = make_student(classroom=to)
    make_answered_attempt(assignment=there, student=other)
    other = move_student(other, to=classroom, by=teacher, now=NOW)
    seen = merge_plan(other, student, now=LATER).seen
    acts: list[Callable[[], object]] = [
        partial(move_with_work, student, to=to, by=teacher, now=LATER),
        partial(merge_students, other, student, seen=seen, by=teacher, now=LATER),
    ]
    assert deadlocks(at_once(Student.objects.filter(pk=student.pk), acts)) == []
    student.refresh_from_db()
    assert student.classroom == to


@pytest.mark.django_db(transaction=True)
def test_late_answers_of_one_student_hold_up_no_one_else(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    attempt = make_answered_attempt(assignment=assignment, student=student)
    other = start_attempt(make_student(classroom=classroom), assignment, now=NOW)
    question = edition.questions.get(position=1)
    save = partial(save_answer, other, question.pk, "a", operation="one", seen_revision=0, now=LATER)
    assert held_up(save, partial(accept_late, attempt, by=teacher, now=LATER)) == []
    assert other.answers.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["accept", "grade"])
def test_the_grading_queue_and_an_act_on_the_same_attempt_end_in_no_deadlock(
    act: str, edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    attempt = make_answered_attempt(assignment=assignment, student=student)
    acts: dict[str, Callable[[], object]] = {
        "accept": partial(accept_late, attempt, by=teacher, now=LATER),
        "grade": partial(grade, attempt, teacher),
    }

    def settle() -> None:
        with transaction.atomic():
            lock_affected(edition, here=classroom, by=teacher)
            grade(attempt, teacher)

    assert at_once(attempt, [settle, acts[act]]) == []


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_and_an_act_on_the_same_student_end_in_no_deadlock(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, closes_at=NOW + 40 * MINUTE)
    attempt = start_attempt(student, assignment, now=NOW)
    extend = acts_of(attempt, teacher)["extend"]
    sign_in = partial(check_pin, student, pin_of(student), address="192.0.2.1", device="tablet", now=LATER)
    assert at_once(attempt, [extend, sign_in]) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["add students", "add person", "hand over"])
def test_changes_of_a_class_hold_up_no_start(
    act: str, edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    colleague = make_user()
    acts: dict[str, Callable[[], object]] = {
        "add students": partial(add_students, classroom, new_students(["Ana Diaz"]), by=teacher, now=NOW),
        "add person": partial(add_person, classroom, colleague, role="teacher", by=teacher, now=NOW),
        "hand over": partial(hand_over, classroom, giver=teacher, to=colleague, by=teacher, now=NOW),
    }
    assert held_up(partial(start_attempt, student, assignment, now=NOW), acts[act]) == []


@pytest.mark.django_db(transaction=True)
def test_a_new_name_of_a_class_while_the_account_of_an_owner_is_deleted_ends_in_no_deadlock(
    classroom: Classroom, teacher: User
) -> None:
    """A new name locks the class, then its owners."""
    other = make_user()
    add_person(classroom, other, role="owner", by=teacher, now=NOW)

    def rename() -> None:
        try:
            change_classroom(classroom, by=other, name="Period 8", time_zone=classroom.time_zone, now=NOW)
        finally:
            connection.close()

    thread = threading.Thread(target=rename)

    def rename_after_the_lock(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if 'FROM "quizzes_user"' in sql and "FOR NO KEY UPDATE" in sql and not thread.ident:
            thread.start()
            _wait_until(lambda: _waiting() == 1)
        return result

    with connection.execute_wrapper(rename_after_the_lock):
        erasure.erase_teacher(teacher, now=NOW)
    thread.join(timeout=30)
    classroom.refresh_from_db()
    assert classroom.name == "Period 8"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["add class", "copy set", "invite", "sample class"])
def test_what_a_teacher_makes_holds_up_no_other_act_of_the_teacher(
    act: str, edition: Edition, classroom: Classroom, teacher: User
) -> None:
    publish_built_in_sets()
    acts: dict[str, Callable[[], object]] = {
        "add class": partial(add_classroom, by=teacher, name="Period 9", time_zone="America/Denver", now=NOW),
        "copy set": partial(copy_set, edition, by=teacher, now=NOW),
        "invite": partial(invite, by=teacher, now=NOW),
        "sample class": partial(make_sample_class, by=teacher, now=NOW),
    }
    assert held_up(partial(set_missing_rule, classroom, is_zero=True, by=teacher, now=NOW), acts[act]) == []


@pytest.mark.django_db(transaction=True)
def test_a_start_at_the_moment_of_a_transfer_ends_in_no_deadlock(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    make_answered_attempt(
        assignment=make_assignment(edition=edition, classroom=classroom, assigned_by=teacher), student=student
    )
    quiz = make_assignment(edition=edition, classroom=make_classroom(teacher=teacher), assigned_by=teacher)
    student = move_student(student, to=quiz.classroom, by=teacher, now=NOW)
    started: list[Attempt] = []

    def start() -> None:
        try:
            started.append(start_attempt(student, quiz, now=LATER))
        finally:
            connection.close()

    thread = threading.Thread(target=start)

    def start_before_the_copy(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "quizzes_attempt"') and not thread.ident:
            thread.start()
            _wait_until(lambda: _waiting() == 1)
        return execute(sql, *rest)

    with connection.execute_wrapper(start_before_the_copy):
        transfer_attempts(student, by=teacher, now=LATER)
    thread.join(timeout=30)
    assert started == [quiz.attempts.get()]
    assert started[0].carried_from is not None


@pytest.mark.django_db(transaction=True)
def test_an_undone_close_and_grades_of_several_attempts_end_in_no_deadlock(
    edition: Edition, classroom: Classroom, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    students = [make_student(classroom=classroom) for _ in range(2)]
    # The student who was added last started first.
    attempts = [make_answered_attempt(assignment=assignment, student=one, submitted=False) for one in students[::-1]]
    lifecycle.close_now(assignment, by=teacher, now=NOW + MINUTE)
    attempts = [submit_attempt(Attempt.objects.get(pk=one.pk), now=LATER) for one in attempts]
    undo = partial(undo_close_now, assignment, due_at=None, closes_at=NOW + 40 * MINUTE, by=teacher, now=LATER)
    grades = partial(grade_all, attempts, teacher)
    assert at_once(attempts[0], [undo, grades]) == []


@pytest.mark.django_db(transaction=True)
def test_supports_of_a_class_and_a_pause_end_in_no_deadlock(
    edition: Edition, classroom: Classroom, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    attempts = [start_attempt(make_student(classroom=classroom), assignment, now=NOW) for _ in range(2)]
    Attempt.objects.filter(pk=attempts[1].pk).update(supports=Supports(fewer_choices=True).stored())
    pause = partial(lifecycle.pause, assignment, by=teacher, now=LATER)
    change = partial(set_class_supports, classroom, Supports(break_minutes=5), by=teacher, now=LATER)
    assert at_once(attempts[0], [pause, change]) == []


@pytest.mark.django_db(transaction=True)
def test_another_order_of_the_roster_and_grades_end_in_no_deadlock(
    edition: Edition, classroom: Classroom, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    students = [make_student(classroom=classroom) for _ in range(2)]
    attempts = [make_answered_attempt(assignment=assignment, student=one) for one in students]
    # PostgreSQL stores a changed row behind the others, and an update finds it last.
    students[0].save(update_fields=["family_name"])
    grades = partial(grade_all, attempts, teacher)
    last = Student.objects.filter(pk=students[1].pk)
    order = partial(sort_roster, classroom, by_first=True, by=teacher, now=LATER)
    assert at_once(last, [order, grades]) == []


@pytest.mark.django_db(transaction=True)
def test_supports_of_several_students_and_grades_end_in_no_deadlock(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, max_attempts=None)
    # By name, the student who was added last comes first.
    students = [make_student(classroom=classroom, name=name) for name in ("Zoe Young", "Ana Adams")]
    attempts = [make_answered_attempt(assignment=assignment, student=one) for one in students]
    working = [start_attempt(one, assignment, now=NOW) for one in students]
    page = reverse("class_accommodations", args=[classroom.public_id])
    form = form_of(teacher_client.get(page), having="students")
    data = form.data(students=[one.public_id for one in students], read_aloud="yes")
    change = partial(teacher_client.post, page, data)
    grades = partial(grade_all, attempts, teacher)
    assert at_once(working[1], [change, grades]) == []
    assert list(classroom.students.values_list("supports", flat=True)) == [{"read_aloud": True}] * 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of_class", [False, True])
def test_a_start_that_waits_for_other_supports_has_them(
    of_class: bool, edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    page = Student.objects.select_related("classroom").get(pk=student.pk)
    change = partial(set_class_supports, classroom) if of_class else partial(set_supports, student)
    started: list[Attempt] = []

    def start() -> None:
        started.append(start_attempt(page, assignment, now=LATER))
        connection.close()

    thread = threading.Thread(target=start)
    with transaction.atomic():
        change(Supports(read_aloud=True), by=teacher, now=NOW)
        thread.start()
        _wait_until(lambda: _waiting() == 1)
    thread.join(timeout=30)
    assert [one.supports for one in started] == [{"read_aloud": True}]


@pytest.mark.django_db(transaction=True)
def test_a_roster_sync_and_new_pins_end_in_no_deadlock(classroom: Classroom, student: Student, teacher: User) -> None:
    changes = (
        Change("gone", "gone", person_name(student), "1", student),
        Change("new", "new", PersonName("Bo Chen", "Chen"), "2"),
    )
    plan = ClassPlan(RosterClass("c", "Period 3", (), (), (), (), False, ()), classroom, changes, ())
    chosen = [("c", "gone"), ("c", "new")]
    sync = partial(roster_sync.apply, [plan], chosen, time_zone="America/Denver", by=teacher, now=LATER)
    pins = partial(change_pins, classroom, seen=pins_state(classroom), by=teacher, now=LATER)
    assert at_once(Student.objects.filter(pk=student.pk), [sync, pins]) == []


@pytest.mark.django_db(transaction=True)
def test_marks_of_two_windows_at_once_end_in_no_deadlock(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    attempt = start_attempt(student, assignment, now=NOW)
    marks = [Mark("highlight", place, "yellow") for place in ("s1", "s2")]
    save_marks(attempt.pk, marks, now=NOW)
    first = SupportMark.objects.filter(place="s1")
    acts = [partial(save_marks, attempt.pk, some, now=LATER) for some in (marks, marks[::-1])]
    assert at_once(first, acts) == []


@pytest.mark.django_db(transaction=True)
def test_a_quiz_that_a_student_starts_now_is_not_deleted(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    delete = partial(delete_assignment, Assignment.objects.get(pk=assignment.pk), by=teacher, now=LATER)
    with transaction.atomic():
        start_attempt(student, assignment, now=NOW)
        thread, errors = _waiting_thread(delete)
    thread.join(timeout=30)
    assert [type(error) for error in errors] == [newer_versions.HasAttempts]


@pytest.mark.django_db(transaction=True)
def test_a_quiz_that_is_deleted_twice_at_once_is_deleted_once(
    edition: Edition, classroom: Classroom, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    delete = partial(delete_assignment, Assignment.objects.get(pk=assignment.pk), by=teacher, now=LATER)
    with transaction.atomic():
        delete_assignment(assignment, by=teacher, now=LATER)
        thread, errors = _waiting_thread(delete)
    thread.join(timeout=30)
    assert [type(error) for error in errors] == [RowDeleted]
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_settings_of_students_are_saved_while_a_quiz_is_deleted(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    supports = Supports(break_minutes=5)
    acts: tuple[Callable[[], object], ...] = (
        partial(accommodations.set_accommodation, student, time_factor=Decimal(2), by=teacher, now=LATER),
        partial(set_supports, student, supports, by=teacher, now=LATER),
        partial(set_class_supports, classroom, supports, by=teacher, now=LATER),
    )
    for act in acts:
        assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
        with transaction.atomic():
            delete_assignment(assignment, by=teacher, now=LATER)
            thread, errors = _waiting_thread(act)
        thread.join(timeout=30)
        assert errors == []
    assert AuditEvent.objects.exclude(action="assignment_changed").count() == len(acts)


@pytest.mark.django_db(transaction=True)
def test_more_time_is_saved_while_a_quiz_that_it_extends_is_deleted(
    edition: Edition, classroom: Classroom, student: Student, teacher: User, teacher_client: Client
) -> None:
    limits = {"time_limit": 60 * MINUTE, "closes_at": timezone.now() + 65 * MINUTE}
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, **limits)
    form = form_of(teacher_client.get(reverse("student_history", args=[student.public_id])), having="time")
    form = form_of(teacher_client.post(form.action, form.data(time="1.5")), having="time")
    data = form.data(**{f"room-{assignment.public_id}": "extend"})
    with transaction.atomic():
        delete_assignment(assignment, by=teacher, now=LATER)
        thread, errors = _waiting_thread(partial(teacher_client.post, form.action, data))
    thread.join(timeout=30)
    assert errors == []
    assert Accommodation.objects.get().time_factor == Decimal("1.5")


@pytest.mark.django_db(transaction=True)
def test_a_version_that_a_new_student_gets_now_is_deleted_for_them_too(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    older = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    newest = make_edition(question_set=edition.question_set, document=make_document(title="Corrected"))
    split = partial(newer_versions.split_by_edition, older, newest, by=teacher, now=LATER)
    start_attempt(make_student(classroom=classroom), older, now=NOW)
    newer = split(group=uuid.uuid4())
    late = make_student(classroom=classroom)
    delete = partial(delete_assignment, Assignment.objects.get(pk=newer.pk), by=teacher, now=LATER)
    with transaction.atomic():
        split(group=uuid.uuid4())
        assert set(older.excuses.values_list("student", flat=True)) == {student.pk, late.pk}
        thread, errors = _waiting_thread(delete)
    thread.join(timeout=30)
    assert errors == []
    assert list(classroom.assignments.all()) == [older]
    assert not older.excuses.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_split_first", [True, False])
@pytest.mark.parametrize("come", ["add", "move", "restore"])
def test_a_student_who_comes_while_a_newer_version_is_given_has_that_one(
    come: str, is_split_first: bool, edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    older = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    newest = make_edition(question_set=edition.question_set, document=make_document(title="Corrected"))
    start_attempt(student, older, now=NOW)
    make_student(classroom=classroom)
    removed = make_student(classroom=classroom, removed_at=NOW)
    elsewhere = make_student(classroom=make_classroom(teacher=teacher))
    acts: dict[str, Callable[[], object]] = {
        "add": partial(add_students, classroom, new_students(["Ana Diaz"]), by=teacher, now=LATER),
        "move": partial(move_student, elsewhere, to=classroom, by=teacher, now=LATER),
        "restore": partial(restore_student, removed, by=teacher, now=LATER),
    }
    split = partial(newer_versions.split_by_edition, older, newest, group=uuid.uuid4(), by=teacher, now=LATER)
    both = [split, acts[come]] if is_split_first else [acts[come], split]
    # The split waits for a student whom it has to lock.
    assert at_once(Student.objects.filter(pk=student.pk), both) == []
    came = classroom.students.enrolled().latest("pk") if come != "restore" else removed
    assert [one.edition for one in classroom.assignments.exclude(excuses__student=came)] == [newest]


@pytest.mark.django_db(transaction=True)
def test_a_version_that_is_restored_while_students_are_excused_ends_in_no_deadlock(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    older = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    newest = make_edition(question_set=edition.question_set, document=make_document(title="Corrected"))
    started = make_student(classroom=classroom)
    start_attempt(started, older, now=NOW)
    newer = newer_versions.split_by_edition(older, newest, group=uuid.uuid4(), by=teacher, now=LATER)
    rows = delete_assignment(newer, by=teacher, now=LATER)
    with transaction.atomic():
        lock_rows(assignments=[older.pk])
        thread, errors = _waiting_thread(partial(restore_assignment, rows, classroom, by=teacher, now=LATER))
        excuses.excuse(older, started, reason="Away", by=teacher, now=LATER)
    thread.join(timeout=30)
    assert errors == []
    assert set(older.excuses.values_list("student", flat=True)) == {student.pk, started.pk}


@pytest.mark.django_db(transaction=True)
def test_a_student_who_comes_while_a_version_gets_another_edition_has_that_one(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    older, newer = two_versions(edition, classroom, student, teacher)
    newest = make_edition(question_set=edition.question_set, document=make_document(title="Corrected again"))
    with transaction.atomic():
        newer_versions.use_edition(newer, newest, by=teacher, now=LATER)
        add = partial(add_students, classroom, new_students(["Ana Diaz"]), by=teacher, now=LATER)
        thread, errors = _waiting_thread(add)
    thread.join(timeout=30)
    assert errors == []
    assert older.excuses.filter(student=classroom.students.latest("pk")).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_version_is_given_again_while_it_is_deleted_without_a_deadlock(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    _, newer = two_versions(edition, classroom, student, teacher)
    newest = make_edition(question_set=edition.question_set, document=make_document(title="Corrected again"))
    delete = partial(delete_assignment, Assignment.objects.get(pk=newer.pk), by=teacher, now=LATER)
    threads: list[tuple[threading.Thread, list[Exception]]] = []

    def delete_after_the_first_lock(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if 'FROM "quizzes_assignment"' in sql and " FOR " in sql and not threads:
            threads.append(_waiting_thread(delete))
        return result

    with connection.execute_wrapper(delete_after_the_first_lock):
        newer_versions.split_by_edition(newer, newest, group=uuid.uuid4(), by=teacher, now=LATER)
    [(thread, errors)] = threads
    thread.join(timeout=30)
    assert errors == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["restore", "number", "give again"])
def test_a_class_that_is_extended_while_its_students_change_ends_in_no_deadlock(
    act: str, edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> None:
    """The extension locks the students in the order of their ids, and the acts come to the last name first."""
    older, newer = two_versions(edition, classroom, student, teacher)
    rows = delete_assignment(Assignment.objects.get(pk=newer.pk), by=teacher, now=LATER)
    came = add_students(classroom, new_students(["Zoe Young", "Ana Diaz"]), by=teacher, now=LATER)
    numbers = [(came[1], "4711"), (came[0], "4712")]
    acts: dict[str, Callable[[], object]] = {
        "restore": partial(restore_assignment, rows, classroom, by=teacher, now=LATER),
        "number": partial(add_list, classroom, [], to_restore=[], to_number=numbers, by=teacher, now=LATER),
        "give again": partial(
            newer_versions.split_by_edition, older, newer.edition, group=uuid.uuid4(), by=teacher, now=LATER
        ),
    }
    times = {"due_at": None, "closes_at": NOW + 50 * MINUTE, "extra_attempts": 0, "reason_kind": "typed", "reason": ""}
    if act == "give again":
        # Extensions of students who left the class are given again too.
        accommodations.extend(older, came[0], **times, by=teacher, now=LATER)
        remove_student(came[0], by=teacher, now=LATER)
    other = make_assignment(classroom=classroom, assigned_by=teacher)
    extend = partial(accommodations.extend_students, other, came, **times, by=teacher, now=LATER)
    assert at_once(Student.objects.filter(pk=came[0].pk), [extend, acts[act]]) == []


def two_versions(
    edition: Edition, classroom: Classroom, student: Student, teacher: User
) -> tuple[Assignment, Assignment]:
    """A quiz that another student has started, and the newer version of it that this student has."""
    older = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    newest = make_edition(question_set=edition.question_set, document=make_document(title="Corrected"))
    start_attempt(make_student(classroom=classroom), older, now=NOW)
    return older, newer_versions.split_by_edition(older, newest, group=uuid.uuid4(), by=teacher, now=LATER)


def grade(attempt: Attempt, teacher: User) -> None:
    question = attempt.assignment.edition.questions.get(position=1)
    manual_grades.grade_answer(attempt, question, points=Decimal(1), comment="", by=teacher, now=LATER)


def grade_all(attempts: list[Attempt], teacher: User) -> None:
    """One grade for the answers of all these attempts to one question."""
    question = attempts[0].assignment.edition.questions.get(position=1)
    grades = {"points": Decimal(1), "comment": "", "group": uuid.uuid4()}
    manual_grades.grade_answers(attempts, question, **grades, by=teacher, now=LATER)


def deadlocks(errors: list[Exception]) -> list[Exception]:
    """Those that PostgreSQL raised to end a circle. Whoever comes second may find the row gone."""
    return [error for error in errors if isinstance(error, OperationalError)]


def held_up(act: Callable[[], object], by: Callable[[], object]) -> list[Exception]:
    """Run an act while another one has all its locks; the error of an act that waits for 5 seconds."""
    errors: list[Exception] = []

    def run() -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '5s'")
                act()
        except OperationalError as error:
            errors.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        by()
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(timeout=30)
    assert not thread.is_alive()
    return errors


def at_once(held: Attempt | QuerySet[Any], acts: list[Callable[[], object]]) -> list[Exception]:
    """Run the acts in threads, each up to the lock of this row, then all to their ends; what they raised.

    An act that needs no lock of the row ends before the next one starts.
    """
    rows = Attempt.objects.filter(pk=held.pk) if isinstance(held, Attempt) else held
    errors: list[Exception] = []
    threads = [_thread_of(act, errors) for act in acts]
    # Whoever comes first holds its first locks and waits for the row; then the other one takes its own.
    with transaction.atomic():
        list(rows.select_for_update().values_list("pk"))
        for thread in threads:
            thread.start()
            _wait_until(lambda: _waiting() == sum(each.is_alive() for each in threads))
    for thread in threads:
        thread.join(timeout=30)
    assert [thread for thread in threads if thread.is_alive()] == []
    return errors


def _waiting() -> int:
    with connection.cursor() as cursor:
        # In a transaction, PostgreSQL reads the list of activities once.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


def _thread_of(act: Callable[[], object], errors: list[Exception]) -> threading.Thread:
    """A thread that acts on a connection of its own, and adds what it raises to the errors."""

    def run() -> None:
        try:
            act()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    return threading.Thread(target=run)


def _waiting_thread(act: Callable[[], object]) -> tuple[threading.Thread, list[Exception]]:
    """A thread that waits for a lock, and the errors that it will have raised."""
    errors: list[Exception] = []
    thread = _thread_of(act, errors)
    thread.start()
    _wait_until(lambda: _waiting() == 1)
    return thread, errors


def _wait_until(holds: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 10
    while not holds() and time.monotonic() < ends_at:
        time.sleep(0.01)
    assert holds()
