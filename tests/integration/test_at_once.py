"""Many equal actions at the same time, each on a connection of its own, in transactions that commit."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from quizzes.assignments import lifecycle, newer_versions
from quizzes.assignments.accommodations import add_minutes
from quizzes.assignments.deadlines import Window
from quizzes.assignments.deletion import delete_assignment, restore_assignment
from quizzes.assignments.lifecycle import AssignmentSettings, assign
from quizzes.assignments.reading_levels import set_reading_level
from quizzes.assignments.supports import Supports, set_class_supports, set_supports
from quizzes.attempts.answers import SaveResult
from quizzes.attempts.breaks import end_break, start_break
from quizzes.attempts.integrity import check_integrity
from quizzes.attempts.late_joiners import excuse_from_earlier
from quizzes.attempts.lifecycle import IsExcused, reopen, start_attempt, submit_attempt
from quizzes.attempts.merges import merge_students
from quizzes.attempts.paper.answers import save_paper_answers
from quizzes.attempts.transfers import transfer_attempts
from quizzes.content.drafts.lifecycle import delete_set, restore_set
from quizzes.content.drafts.publishing import publish
from quizzes.content.drafts.saving import save_text
from quizzes.files.class_export.document import read_class_export
from quizzes.files.class_export.writer import export_classroom
from quizzes.files.questions import importing
from quizzes.files.questions.footnote_files import write_own
from quizzes.files.questions.formats import read_questions
from quizzes.grading.manual_grades import grade_answer
from quizzes.grading.scores import computed, stored
from quizzes.models import (
    Answer,
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Classroom,
    Draft,
    Edition,
    FailedTry,
    ManualGrade,
    Question,
    QuestionSet,
    Regrade,
    Student,
    TeacherSession,
    Teaching,
    User,
)
from quizzes.models.locks import RowDeleted
from quizzes.people.accounts import sign_in_link
from quizzes.people.class_people import add_person, change_role, remove_person
from quizzes.people.classrooms import (
    archive_classroom,
    change_classroom,
    change_code,
    hand_over,
    restore_code,
    set_code_active,
    set_missing_rule,
    set_pin_kind,
    set_reading_levels,
)
from quizzes.people.erasure_ledger import ledger_path, read_ledger
from quizzes.people.guess_limits import PIN_TRIES
from quizzes.people.names import PersonName, sort_key
from quizzes.people.rosters import (
    ClassFull,
    NumberTaken,
    add_list,
    add_students,
    change_external_id,
    change_pin,
    change_pins,
    move_student,
    new_students,
    remove_student,
    rename_student,
    restore_student,
    sort_roster,
)
from quizzes.people.sign_in_trouble import let_in
from quizzes.people.student_sign_in import (
    CODE_TRIES,
    NoSuchCode,
    PinLocked,
    TooManyTries,
    WrongPin,
    check_pin,
    check_pin_of_attempt,
    find_classroom,
    pin_of,
)
from quizzes.people.teacher_sign_in import ACCOUNT_TRIES, PasswordLocked, count_try
from tests.factories import (
    make_assignment,
    make_attempt,
    make_draft,
    make_edition,
    make_question_set,
    make_student,
    make_user,
    save,
)
from tests.files.test_levels_and_languages import documents
from tests.pages import errors_of, form_of
from tests.slow_cases import slow_after
from tests.views.teacher.test_grading_queue import give, typed_document

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery"


def restore_from_page(classroom: Classroom, *, code: str, by: User, now: datetime) -> Classroom:
    """As the view calls it, with the code that replaced the old one."""
    return restore_code(classroom, code=code, seen=classroom.join_code, by=by, now=now)


SETTINGS: list[tuple[Any, dict[str, Any]]] = [
    (change_classroom, {"name": "Period 9", "time_zone": "America/Denver"}),
    (archive_classroom, {}),
    (set_code_active, {"is_open": False}),
    (set_missing_rule, {"is_zero": True}),
    (set_pin_kind, {"pin_kind": "words"}),
    (set_reading_levels, {"variant": "easier", "may_choose": True}),
    (set_class_supports, {"supports": Supports(notes=True)}),
    (restore_from_page, {"code": "ABC234"}),
]


def at_once[T](acts: Sequence[Callable[[], T]]) -> list[T]:
    """Run all actions at the same time in threads; returns their results. An action that raises fails the test."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def meeting_before_update() -> Callable[..., Any]:
    """A wrapper of queries in which two threads wait for each other before their updates, for a second at most."""
    meeting = Barrier(2)

    def meet(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE"):
            with suppress(BrokenBarrierError):
                meeting.wait(timeout=1)
        return execute(sql, *rest)

    return meet


def test_student_number_given_to_two_students_at_once_is_kept_for_one(student: Student, classmate: Student) -> None:
    meet_after_the_check = meeting_before_update()

    def give(one: Student) -> bool:
        with connection.execute_wrapper(meet_after_the_check), suppress(NumberTaken):
            change_external_id(one, "4711")
            return True
        return False

    assert sorted(at_once([partial(give, student), partial(give, classmate)])) == [False, True]
    assert Student.objects.filter(external_id="4711").count() == 1


def test_student_number_of_a_student_who_is_restored_is_kept_for_one(
    student: Student, classmate: Student, teacher: User, now: datetime
) -> None:
    Student.objects.filter(pk=student.pk).update(external_id="4711", removed_at=now)
    Student.objects.filter(pk=classmate.pk).update(external_id="4711", removed_at=now)
    student.refresh_from_db()
    classmate.refresh_from_db()
    meet_after_the_check = meeting_before_update()

    def restore(one: Student) -> None:
        with connection.execute_wrapper(meet_after_the_check):
            restore_student(one, by=teacher, now=now)

    at_once([partial(restore, student), partial(restore, classmate)])
    assert Student.objects.enrolled().filter(external_id="4711").count() == 1


def test_students_who_are_added_while_the_order_changes_are_sorted_by_it(
    classroom: Classroom, teacher: User, now: datetime
) -> None:
    pages = [Classroom.objects.get(pk=classroom.pk) for _ in range(2)]
    sort_roster(pages[0], by_first=True, by=teacher, now=now)
    add_students(pages[1], new_students(["Zoë Adams", "Ana Young"]), by=teacher, now=now)
    assert list(classroom.students.values_list("display_name", flat=True)) == ["Ana Young", "Zoë Adams"]


@pytest.mark.parametrize("act", slow_after(1, [remove_student, restore_student, change_pin]))
def test_one_act_on_a_student_sent_twice_at_once_is_logged_once(
    act: Any, student: Student, teacher: User, now: datetime
) -> None:
    Student.objects.filter(pk=student.pk).update(removed_at=now if act is restore_student else None)
    pages = [Student.objects.select_related("classroom").get(pk=student.pk) for _ in range(2)]
    meet = meeting_before_update()

    def send(page: Student) -> Student:
        with connection.execute_wrapper(meet):
            done: Student = act(page, by=teacher, now=now)
            return done

    done = at_once([partial(send, page) for page in pages])
    assert AuditEvent.objects.count() == 1
    stored = Student.objects.values_list("pin_version", "removed_at").get(pk=student.pk)
    assert [(one.pin_version, one.removed_at) for one in done] == [stored] * 2


@pytest.mark.parametrize(
    ("act", "to"), [(set_supports, {"supports": Supports(notes=True)}), (set_reading_level, {"variant": "easier"})]
)
def test_one_accommodation_sent_twice_at_once_is_logged_once(
    act: Any, to: dict[str, Any], student: Student, teacher: User, now: datetime
) -> None:
    pages = [Student.objects.select_related("classroom").get(pk=student.pk) for _ in range(2)]
    meet = meeting_before_update()

    def send(page: Student) -> None:
        with connection.execute_wrapper(meet):
            act(page, by=teacher, now=now, **to)

    at_once([partial(send, page) for page in pages])
    assert AuditEvent.objects.count() == 1


def test_let_in_pressed_six_times_at_once_is_logged_once(student: Student, teacher: User, now: datetime) -> None:
    pages = [Student.objects.select_related("classroom").get(pk=student.pk) for _ in range(6)]
    assert len(set(at_once([partial(let_in, page, by=teacher, now=now) for page in pages]))) == 1
    assert AuditEvent.objects.count() == 1


def test_one_new_name_sent_twice_at_once_is_logged_once(student: Student, teacher: User, now: datetime) -> None:
    pages = [Student.objects.select_related("classroom").get(pk=student.pk) for _ in range(2)]
    meet = meeting_before_update()

    def send(page: Student) -> None:
        with connection.execute_wrapper(meet):
            rename_student(page, name="Maya Young", by=teacher, now=now)

    at_once([partial(send, page) for page in pages])
    assert [event.detail for event in AuditEvent.objects.all()] == [{"before": "Maya Lopez"}]


def test_one_move_sent_twice_at_once_is_logged_once(
    student: Student, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    pages = [Student.objects.select_related("classroom").get(pk=student.pk) for _ in range(2)]
    meet = meeting_before_update()

    def send(page: Student) -> int:
        with connection.execute_wrapper(meet):
            return move_student(page, to=Classroom.objects.get(pk=other_classroom.pk), by=teacher, now=now).classroom_id

    assert at_once([partial(send, page) for page in pages]) == [other_classroom.pk] * 2
    assert [event.detail for event in AuditEvent.objects.all()] == [{"before": student.classroom.public_id}]


@pytest.mark.parametrize("is_renamed_first", [False, True])
def test_name_that_changes_while_the_class_is_sorted_is_sorted_too(
    is_renamed_first: bool, classroom: Classroom, student: Student, teacher: User, now: datetime
) -> None:
    page, sorting = Student.objects.select_related("classroom").get(pk=student.pk), Classroom.objects.get()
    acts: list[Callable[[], object]] = [
        partial(rename_student, page, name="Ana Young", by=teacher, now=now),
        partial(sort_roster, sorting, by_first=True, by=teacher, now=now),
    ]
    first, second = acts if is_renamed_first else acts[::-1]
    seconds: list[Any] = []

    def start_the_second(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """Before the write of students: the second act has read what it needs, or waits for the first."""
        if sql.startswith('UPDATE "quizzes_student"') and not seconds:
            seconds.append(pool.submit(at_once, [second]))
            time.sleep(0.2)
        return execute(sql, *rest)

    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(start_the_second):
        first()
    seconds[0].result()
    assert Student.objects.values_list("display_name", "sort_key").get(pk=student.pk) == (
        "Ana Young",
        sort_key(PersonName("Ana Young", "Young"), by_first=True),
    )


def test_quiz_that_is_restored_twice_at_once_is_restored_once(
    assignment: Assignment, teacher: User, now: datetime
) -> None:
    rows = delete_assignment(Assignment.objects.get(pk=assignment.pk), by=teacher, now=now)
    restore = partial(restore_assignment, rows, assignment.classroom, by=teacher, now=now)
    assert at_once([restore] * 4) == [assignment] * 4
    assert AuditEvent.objects.filter(detail__withdrawn=False).count() == 1


def test_start_attempt_many_times_at_once_starts_once(assignment: Assignment, student: Student, now: datetime) -> None:
    begun = at_once([lambda: start_attempt(student, assignment, now=now).pk] * 20)

    assert begun == [Attempt.objects.get().pk] * 20


@pytest.mark.parametrize("act", [lifecycle.close_now, lifecycle.pause])
def test_close_or_pause_while_a_student_starts_is_not_missed(
    act: Any, assignment: Assignment, student: Student, teacher: User, now: datetime
) -> None:
    """The start has read the settings when the teacher presses the button."""
    Assignment.objects.update(time_limit=timedelta(minutes=10))
    assignment.refresh_from_db()
    acts: list[Any] = []

    def act_after_the_settings_were_read(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        rows = execute(sql, *rest)
        if 'FROM "quizzes_excuse"' in sql and not acts:
            fresh = Assignment.objects.select_related("classroom").get(pk=assignment.pk)
            acts.append(pool.submit(at_once, [partial(act, fresh, by=teacher, now=now)]))
            # It waits for the start, or takes effect before the start continues.
            time.sleep(0.2)
        return rows

    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(act_after_the_settings_were_read):
        attempt = start_attempt(student, assignment, now=now)

    attempt.refresh_from_db()
    assignment.refresh_from_db()
    ends_at = None if act is lifecycle.pause else now
    assert (attempt.deadline_at, assignment.closes_at is not None) == (ends_at, act is lifecycle.close_now)


@pytest.mark.parametrize("of_class", [False, True])
def test_supports_that_change_while_a_student_starts_are_not_missed(
    of_class: bool, assignment: Assignment, student: Student, teacher: User, now: datetime
) -> None:
    student = Student.objects.select_related("classroom").get(pk=student.pk)
    acts: list[Any] = []

    def change() -> None:
        fresh = Student.objects.select_related("classroom").get(pk=student.pk)
        if of_class:
            set_class_supports(fresh.classroom, Supports(read_aloud=True), by=teacher, now=now)
        else:
            set_supports(fresh, Supports(read_aloud=True), by=teacher, now=now)

    def act_after_the_settings_were_read(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        rows = execute(sql, *rest)
        if 'FROM "quizzes_excuse"' in sql and not acts:
            acts.append(pool.submit(at_once, [change]))
            # It waits for the start, or takes effect before the start continues.
            time.sleep(0.2)
        return rows

    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(act_after_the_settings_were_read):
        attempt = start_attempt(student, assignment, now=now)

    acts[0].result()
    attempt.refresh_from_db()
    assert attempt.supports == {"read_aloud": True}


def test_late_joiner_who_starts_a_quiz_while_it_is_excused_finds_the_excuse(
    assignment: Assignment, student: Student, teacher: User, now: datetime
) -> None:
    Assignment.objects.update(due_at=now - timedelta(days=1), closes_at=None)
    acts: list[Any] = []

    def start_after_the_attempts_were_read(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        rows = execute(sql, *rest)
        if 'FROM "quizzes_attempt"' in sql and not acts:
            acts.append(pool.submit(at_once, [partial(start_attempt, student, assignment, now=now)]))
            # It waits for the excuse, or takes effect before that.
            time.sleep(0.2)
        return rows

    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(start_after_the_attempts_were_read):
        assert excuse_from_earlier(student, by=teacher, now=now) == 1

    with pytest.raises(IsExcused):
        acts[0].result()


def test_start_attempt_of_a_class_at_once_starts_for_each(assignment: Assignment, now: datetime) -> None:
    students = [make_student(classroom=assignment.classroom) for _ in range(20)]

    begun = at_once([lambda one=one: start_attempt(one, assignment, now=now).student_id for one in students])  # type: ignore[misc]

    assert begun == [one.pk for one in students]
    assert Attempt.objects.count() == 20


def test_one_save_many_times_at_once_is_logged_once(attempt: Attempt) -> None:
    replies = at_once([lambda: save(attempt, "one", "b", operation="tap")] * 50)

    assert replies == [SaveResult("saved", 1, "b")] * 50
    assert list(Answer.objects.values_list("value", "revision")) == [("b", 1)]
    assert list(AnswerEvent.objects.values_list("value", "revision", "outcome")) == [("b", 1, "saved")]


def test_one_stale_save_many_times_at_once_is_logged_once(attempt: Attempt) -> None:
    save(attempt, "one", "a")

    replies = at_once([lambda: save(attempt, "one", "b", operation="old tab")] * 20)

    assert replies == [SaveResult("stale", 1, "a")] * 20
    assert AnswerEvent.objects.filter(outcome="stale").count() == 1


def test_different_saves_at_once_are_one_saved_and_the_others_stale(attempt: Attempt) -> None:
    replies = at_once([lambda value=value: save(attempt, "one", value) for value in "abcabcabcabc"])  # type: ignore[misc]

    assert Counter(reply.outcome for reply in replies) == {"saved": 1, "stale": 11}
    [winner] = [reply for reply in replies if reply.outcome == "saved"]
    assert list(Answer.objects.values_list("value", "revision")) == [(winner.value, 1)]
    # Each reply has the current answer.
    assert {(reply.revision, reply.value) for reply in replies} == {(1, winner.value)}
    assert AnswerEvent.objects.count() == 12


def test_submit_attempt_many_times_at_once_gives_one_receipt(attempt: Attempt, now: datetime) -> None:
    save(attempt, "one", "b")

    def tab() -> tuple[str | None, datetime | None]:
        done = submit_attempt(Attempt.objects.select_related("assignment").get(pk=attempt.pk), now=now)
        return done.receipt, done.submitted_at

    done = at_once([tab] * 20)

    stored = Attempt.objects.get()
    assert stored.receipt is not None
    assert done == [(stored.receipt, now)] * 20
    assert stored.score == 1


def test_save_and_submit_at_once_never_lose_an_answer_that_was_acknowledged(
    assignment: Assignment, now: datetime
) -> None:
    """In either order: an answer with the outcome "saved" is in the score, and a later one is "late"."""
    for _ in range(8):
        attempt = make_attempt(assignment=assignment)
        tab = Attempt.objects.select_related("assignment").get(pk=attempt.pk)

        replies = at_once(
            [
                lambda attempt=attempt: save(attempt, "one", "b").outcome,  # type: ignore[misc]
                lambda tab=tab: submit_attempt(tab, now=now).receipt,  # type: ignore[misc]
                lambda attempt=attempt: save(attempt, "some", ["a", "c"]).outcome,  # type: ignore[misc]
            ]
        )

        done = Attempt.objects.select_related("assignment").get(pk=attempt.pk)
        points = {"saved": (1, 2), "late": (0, 0)}
        assert done.score == points[str(replies[0])][0] + points[str(replies[2])][1]
        assert computed([done])[done.pk] == stored(done)


def test_integrity_and_a_class_file_read_one_snapshot_while_a_student_saves(attempt: Attempt, now: datetime) -> None:
    save(attempt, "one", "a")
    saved, revisions = list[SaveResult](), [1]

    def save_after_the_answers_were_read(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        rows = execute(sql, *rest)
        if 'FROM "quizzes_answer" ' in sql and revisions:
            seen = revisions.pop()
            saved.extend(at_once([lambda: save(attempt, "one", "b", seen_revision=seen)]))
        return rows

    with connection.execute_wrapper(save_after_the_answers_were_read):
        findings = check_integrity()

    assert saved == [SaveResult("saved", 2, "b")]
    assert [(finding.checked, finding.broken) for finding in findings] == [(1, ()), (0, ()), (1, ()), (1, ())]
    assert [finding.checked for finding in check_integrity()] == [1, 0, 2, 2]

    revisions.append(2)
    with connection.execute_wrapper(save_after_the_answers_were_read):
        content = export_classroom(attempt.classroom, now=now)

    assert saved[1:] == [SaveResult("saved", 3, "b")]
    [part] = read_class_export(content).attempts
    assert ([answer.revision for answer in part.answers], len(part.log)) == ([2], 2)


def test_two_lists_at_once_add_no_more_students_than_a_class_has_room_for(
    classroom: Classroom, teacher: User, now: datetime
) -> None:
    add_students(classroom, new_students([f"Student {n}" for n in range(499)]), by=teacher, now=now)

    def add(name: str) -> int | None:
        with suppress(ClassFull):
            return len(
                add_list(classroom, new_students([name]), to_restore=[], to_number=[], by=teacher, now=now).added
            )
        return None

    assert sorted(at_once([partial(add, "Ana"), partial(add, "Ben")]), key=str) == [1, None]
    assert classroom.students.enrolled().count() == 500


def test_one_roster_sent_twice_at_once_adds_no_one_twice(classroom: Classroom, teacher: User, now: datetime) -> None:
    names = [f"Student {number}" for number in range(10)]

    added = at_once([lambda: len(add_students(classroom, new_students(names), by=teacher, now=now))] * 4)

    assert sorted(added) == [0, 0, 0, 10]
    assert classroom.students.count() == 10
    assert AuditEvent.objects.count() == 1


def test_new_class_code_sent_twice_at_once_is_one_code(classroom: Classroom, teacher: User, now: datetime) -> None:
    forms = [Classroom.objects.get(pk=classroom.pk) for _ in range(8)]

    codes = {one.join_code for one in at_once([partial(change_code, one, by=teacher, now=now) for one in forms])}

    assert codes == {Classroom.objects.get(pk=classroom.pk).join_code} != {classroom.join_code}
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(("act", "to"), SETTINGS)
def test_class_setting_sent_twice_at_once_is_recorded_once(
    act: Any, to: dict[str, Any], classroom: Classroom, teacher: User, now: datetime
) -> None:
    forms = [Classroom.objects.get(pk=classroom.pk) for _ in range(8)]

    at_once([partial(act, one, by=teacher, now=now, **to) for one in forms])

    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "values"),
    slow_after(
        1,
        [
            ("name", ["Civics A", "Civics B"]),
            ("variant", ["easier", "es"]),
            ("pin_kind", ["words", "pictures"]),
            ("text_size", ["125", "150"]),
        ],
    ),
)
def test_class_setting_that_two_teachers_change_at_once_is_not_saved_for_one(
    field: str, values: list[str], classroom: Classroom, teacher: User
) -> None:
    colleague = make_user(name="Mr. Okafor")
    Teaching.objects.create(classroom=classroom, teacher=colleague, role=Teaching.Role.TEACHER)
    clients, address = [Client(), Client()], reverse("change_classroom", args=[classroom.public_id])
    for client, by in zip(clients, (teacher, colleague), strict=True):
        client.force_login(by)
    forms = [form_of(client.get(address), having=field) for client in clients]
    meet = meeting_before_update()

    def send(number: int) -> list[str]:
        with connection.execute_wrapper(meet):
            form = forms[number]
            page = clients[number].post(form.action or address, form.data(**{field: values[number]}))
            return errors_of(page)

    [], [error] = sorted(at_once([partial(send, number) for number in range(2)]))
    assert error.endswith("Yours isn’t saved. Check it, then save again.")
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(("act", "to"), [*SETTINGS, (change_code, {})])
def test_setting_of_a_class_that_was_erased_meanwhile_finds_nothing(
    act: Any, to: dict[str, Any], classroom: Classroom, teacher: User, now: datetime
) -> None:
    Classroom.objects.filter(pk=classroom.pk).delete()

    with pytest.raises(RowDeleted):
        act(classroom, by=teacher, now=now, **to)

    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize(
    "act",
    [
        lambda erased, one, now: add_person(erased, one, role="teacher", by=one, now=now),
        lambda erased, one, now: change_role(erased, one, role="teacher", by=one, now=now),
        lambda erased, one, now: remove_person(erased, one, by=one, now=now),
        lambda erased, one, now: hand_over(erased, giver=one, to=one, by=one, now=now),
        lambda erased, one, now: change_pins(erased, seen=0, by=one, now=now),
    ],
)
def test_act_on_the_people_of_a_class_that_was_erased_meanwhile_finds_nothing(
    act: Any, classroom: Classroom, teacher: User, now: datetime
) -> None:
    Classroom.objects.filter(pk=classroom.pk).delete()

    with pytest.raises(RowDeleted):
        act(classroom, teacher, now)


@pytest.mark.parametrize(
    "act",
    [
        lambda quiz, by, now: newer_versions.use_edition(quiz, quiz.edition, by=by, now=now),
        lambda quiz, by, now: newer_versions.split_by_edition(quiz, quiz.edition, group=uuid.uuid4(), by=by, now=now),
        lambda quiz, by, now: save_paper_answers(quiz, [], operation="page", by=by, now=now),
    ],
)
def test_act_on_a_quiz_that_was_deleted_meanwhile_finds_nothing(
    act: Any, assignment: Assignment, teacher: User, now: datetime
) -> None:
    page = Assignment.objects.select_related("edition").get(pk=assignment.pk)
    Assignment.objects.filter(pk=assignment.pk).delete()

    with pytest.raises(RowDeleted):
        act(page, teacher, now)


@pytest.mark.parametrize(
    "act",
    [
        lambda attempt, by, now: add_minutes(attempt, more_time=timedelta(minutes=5), seen=now, by=by, now=now),
        lambda attempt, by, now: start_break(attempt.pk, now=now),
        lambda attempt, by, now: grade_answer(
            attempt, Question.objects.get(key="one"), points=Decimal(1), comment="", by=by, now=now
        ),
        lambda attempt, by, now: transfer_attempts(attempt.student, by=by, now=now),
        lambda attempt, by, now: start_attempt(attempt.student, attempt.assignment, now=now),
        lambda attempt, by, now: merge_students(attempt.student, attempt.student, seen="", by=by, now=now),
    ],
)
def test_act_on_a_student_who_was_deleted_meanwhile_finds_nothing(
    act: Any, attempt: Attempt, teacher: User, now: datetime
) -> None:
    page = Attempt.objects.select_related("assignment", "student__classroom").get(pk=attempt.pk)
    Attempt.objects.filter(pk=attempt.pk).delete()
    Student.objects.filter(pk=attempt.student_id).delete()

    with pytest.raises(RowDeleted):
        act(page, teacher, now)


@pytest.mark.parametrize(
    "act",
    [
        lambda attempt, by, now: reopen(attempt, more_time=timedelta(minutes=5), reason="Ill.", by=by, now=now),
        lambda attempt, by, now: submit_attempt(attempt, now=now),
        lambda attempt, by, now: save(attempt, "one", "a"),
    ],
)
def test_act_on_an_attempt_that_was_deleted_meanwhile_finds_nothing(
    act: Any, attempt: Attempt, teacher: User, now: datetime
) -> None:
    page = Attempt.objects.select_related("assignment", "student__classroom").get(pk=attempt.pk)
    Attempt.objects.filter(pk=attempt.pk).delete()

    with pytest.raises(RowDeleted):
        act(page, teacher, now)


@pytest.mark.parametrize("act", [delete_set, restore_set])
def test_act_on_a_set_that_was_erased_meanwhile_finds_nothing(act: Any, teacher: User, now: datetime) -> None:
    question_set = make_question_set(owner=teacher)
    QuestionSet.objects.filter(pk=question_set.pk).delete()

    with pytest.raises(RowDeleted):
        act(question_set, by=teacher, now=now)


def test_quiz_is_not_assigned_to_a_class_that_was_erased_meanwhile(
    edition: Edition, classroom: Classroom, teacher: User, now: datetime
) -> None:
    settings = lifecycle.settings_of(Assignment(max_attempts=1))
    Classroom.objects.filter(pk=classroom.pk).delete()

    with pytest.raises(RowDeleted):
        assign(edition, {classroom: Window()}, settings=settings, group=uuid.uuid4(), by=teacher, now=now)


def test_draft_of_an_account_that_was_erased_meanwhile_is_not_found(teacher: User, now: datetime) -> None:
    draft = make_draft(owner=teacher)
    Draft.objects.filter(pk=draft.pk).delete()

    with pytest.raises(RowDeleted):
        publish(draft, seen=draft.revision, note="", by=teacher, now=now)
    with pytest.raises(RowDeleted):
        save_text(draft, "One sentence.", seen=draft.revision, by=teacher, now=now)


def test_one_assignment_sent_twice_at_once_is_given_once(
    edition: Edition, classroom: Classroom, other_classroom: Classroom, teacher: User, now: datetime
) -> None:
    settings = AssignmentSettings(
        time_limit=timedelta(minutes=30),
        max_attempts=1,
        attempt_policy="best",
        shuffle_questions=False,
        shuffle_choices=True,
        release="after_hand_in",
    )
    group = uuid.uuid4()
    windows = {classroom: Window(), other_classroom: Window()}

    made = at_once(
        [
            lambda: len(assign(edition, windows, settings=settings, group=group, by=teacher, now=now)),
            lambda: len(
                assign(edition, dict(reversed(windows.items())), settings=settings, group=group, by=teacher, now=now)
            ),
        ]
        * 3
    )

    assert sorted(made) == [0, 0, 0, 0, 0, 2]
    assert Assignment.objects.filter(group=group).count() == 2
    assert AuditEvent.objects.count() == 2


def test_one_import_confirmed_many_times_at_once_makes_one_set(teacher: User, now: datetime) -> None:
    [document, *_] = documents()
    read = read_questions(write_own(document, as_toml=True))
    some = importing.unpack(importing.pack(read.questions, None, by=teacher), by=teacher)

    sets = at_once([lambda: importing.import_as_set(some, some.questions, title="Some", by=teacher, now=now).pk] * 4)
    whole_sets = at_once([lambda: importing.import_whole_set(document, title="All", by=teacher, now=now).pk] * 4)

    assert (len(set(sets)), len(set(whole_sets)), Draft.objects.count()) == (1, 1, 2)


@pytest.mark.parametrize(("act", "regraded", "graded"), [("accept", 1, 0), ("keep", 0, 1)])
def test_one_queued_answer_settled_many_times_at_once_is_settled_once(
    act: str, regraded: int, graded: int, classroom: Classroom, teacher: User
) -> None:
    assignment = make_assignment(
        edition=make_edition(document=typed_document()), classroom=classroom, assigned_by=teacher
    )
    give(assignment, "Ana", one="Friday, August 31")
    page = Client()
    page.force_login(teacher)
    form = form_of(page.get(reverse("grading_queue", args=[assignment.public_id])), having="entry")
    clients = [Client() for _ in range(8)]
    for client in clients:
        client.force_login(teacher)

    replies = at_once([lambda client=client: client.post(form.action, form.data(act=act)) for client in clients])  # type: ignore[misc]

    assert [(reply.status_code, reply.headers["Location"]) for reply in replies] == [
        (302, reverse("grading_queue", args=[assignment.public_id], query={"undo": form.data()["group"][0]}))
    ] * 8
    assert (Regrade.objects.count(), ManualGrade.objects.count()) == (regraded, graded)
    assert AuditEvent.objects.count() == 1


def test_wrong_pins_at_once_get_no_more_tries(student: Student, now: datetime) -> None:
    """Each from a new device: parallel requests that all find no failure yet would each get a try."""
    wrong = str((int(pin_of(student)) + 1) % 10_000).zfill(4)

    def guess(number: int) -> bool:
        try:
            check_pin(student, wrong, address="192.0.2.1", device=f"device {number}", now=now)
        except (WrongPin, PinLocked):
            return True
        return False

    assert all(at_once([lambda number=number: guess(number) for number in range(30)]))  # type: ignore[misc]
    assert FailedTry.objects.count() == PIN_TRIES


def test_wrong_pins_at_an_unknown_attempt_at_once_get_no_more_tries(now: datetime) -> None:
    """The same as at a known one: else the number of tries would tell which ids exist."""

    def guess(number: int) -> int:
        try:
            check_pin_of_attempt(None, "A" * 12, "1234", address="192.0.2.1", device=f"device {number}", now=now)
        except WrongPin as error:
            return error.tries_left
        except PinLocked:
            return 0
        return -1

    tries_left = at_once([lambda number=number: guess(number) for number in range(30)])  # type: ignore[misc]

    assert sorted(tries_left) == [*[0] * 26, 1, 2, 3, 4]
    assert FailedTry.objects.count() == PIN_TRIES


def test_wrong_codes_at_once_get_no_more_tries(now: datetime) -> None:
    def guess(number: int) -> bool:
        try:
            find_classroom("WRONG2", address="192.0.2.1", device=f"device {number}", now=now)
        except NoSuchCode:
            return True
        except TooManyTries:
            return False
        raise AssertionError("No class has this code.")

    for number in range(CODE_TRIES - 5):
        assert guess(number)

    counted = at_once([lambda number=number: guess(number) for number in range(30)])  # type: ignore[misc]

    assert counted.count(True) == 5
    assert FailedTry.objects.count() == CODE_TRIES


def test_wrong_passwords_at_once_get_no_more_tries(now: datetime) -> None:
    def guess(number: int) -> bool:
        try:
            count_try("a@school.example", address="192.0.2.1", device=f"device {number}", now=now, step="")
        except PasswordLocked:
            return False
        return True

    counted = at_once([lambda number=number: guess(number) for number in range(40)])  # type: ignore[misc]

    assert counted.count(True) == FailedTry.objects.count() == ACCOUNT_TRIES


def test_sign_in_link_at_once_opens_one_session(teacher: User) -> None:
    link = sign_in_link(teacher, "")

    def use() -> int:
        return Client().post(link).status_code

    assert sorted(at_once([use] * 8)) == [302] + [404] * 7
    assert TeacherSession.objects.count() == 1


@pytest.mark.parametrize("leaves_traces", [False, True])
def test_account_deleted_by_two_clicks_is_deleted_once(
    leaves_traces: bool, classroom: Classroom, now: datetime, settings: Any, tmp_path: Path
) -> None:
    """leaves_traces: the record of a class of others names the account, so that its row stays."""
    settings.DATA_DIR = tmp_path
    user = make_user(password=PASSWORD)
    if leaves_traces:
        AuditEvent.objects.record(AuditEvent.Action.CODE_CHANGED, actor=user, classroom=classroom, at=now)
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(user)

    def erase(client: Client) -> int:
        return client.post(reverse("delete_account"), {"password": PASSWORD, "seen": "0-0-0"}).status_code

    assert at_once([partial(erase, client) for client in clients]) == [302] * 4
    assert AuditEvent.objects.filter(action="account_erased").count() == 1
    assert len(read_ledger(ledger_path())) == 1


def test_breaks_and_pauses_at_once_leave_a_deadline_that_their_times_explain(
    classroom: Classroom, student: Student, teacher: User, now: datetime
) -> None:
    minute = timedelta(minutes=1)
    given = make_assignment(classroom=classroom, assigned_by=teacher, time_limit=30 * minute, closes_at=None)
    Student.objects.filter(pk=student.pk).update(supports={"break_minutes": 15})
    attempt = start_attempt(Student.objects.get(pk=student.pk), given, now=now)

    def paused() -> None:
        lifecycle.pause(Assignment.objects.get(pk=given.pk), by=teacher, now=now + 2 * minute)

    def resumed() -> None:
        lifecycle.resume(Assignment.objects.get(pk=given.pk), by=teacher, now=now + 12 * minute)

    start, end = partial(start_break, attempt.pk), partial(end_break, attempt.pk)
    at_once([partial(start, now=now + minute)] * 3 + [paused] * 2)
    at_once([partial(end, now=now + 12 * minute)] * 3 + [resumed] * 2)
    attempt.refresh_from_db()
    # The break started before the pause or not at all, and ended in it or right after it: 1 minute each time.
    assert attempt.break_time in {timedelta(0), minute}
    ends = {now + 2 * minute, now + 12 * minute} if attempt.break_time else {None}
    assert (attempt.break_ends_at in ends, attempt.paused_for) == (True, 10 * minute + attempt.break_time)
    assert attempt.deadline_at == now + 40 * minute + attempt.break_time
