"""Two entries of one student become one: what moves, what stays, conflicts, and the way back."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from quizzes.assignments.accommodations import extend, set_accommodation
from quizzes.assignments.excuses import excuse
from quizzes.assignments.growth import HalvedCheck
from quizzes.assignments.newer_versions import split_by_edition
from quizzes.assignments.status import Status
from quizzes.assignments.supports import Supports, set_supports
from quizzes.attempts.integrity import check_integrity
from quizzes.attempts.lifecycle import start_attempt, submit_attempt
from quizzes.attempts.merges import (
    CannotMerge,
    MergeChanged,
    MergePlan,
    merge_choices,
    merge_plan,
    merge_students,
    undo_merge,
)
from quizzes.attempts.transfers import transfer_attempts
from quizzes.files.downloads import FileFormat, Layout, export
from quizzes.models import Accommodation, Assignment, Attempt, AuditEvent, Classroom, Excuse, Extension, Student, User
from quizzes.models.reasons import ReasonKind
from quizzes.people.erased_counts import preview_student
from quizzes.people.erasure import erase_student
from quizzes.people.erasure_ledger import ledger_path, read_ledger
from quizzes.people.rosters import (
    NameTaken,
    add_students,
    change_external_id,
    move_student,
    new_students,
    remove_student,
)
from quizzes.reports.class_report import class_report
from quizzes.reports.gradebook import gradebook
from quizzes.reports.progress import progress
from quizzes.reports.student_assignments import student_assignments
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_student,
    save,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def twin(classroom: Classroom) -> Student:
    """The same student under another spelling."""
    return make_student(classroom=classroom, name="Maya Lopes")


def fresh(student: Student) -> Student:
    return Student.objects.select_related("classroom", "merged_into").get(pk=student.pk)


def plan_of(keep: Student, other: Student, now: datetime) -> MergePlan:
    return merge_plan(fresh(keep), fresh(other), now=now)


def merge(keep: Student, other: Student, by: User, now: datetime) -> Student:
    merge_students(fresh(keep), fresh(other), seen=plan_of(keep, other, now).seen, by=by, now=now)
    return fresh(keep)


def attempts_of(student: Student) -> list[tuple[int, int]]:
    """(attempt id, number) by number."""
    return list(Attempt.objects.made_by(student.pk).order_by("assignment", "number").values_list("pk", "number"))


def no_faults() -> bool:
    return all(finding.broken == () for finding in check_integrity())


def test_work_moves_with_receipt_and_counts_on_every_page_and_file(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    done = make_answered_attempt(assignment=assignment, student=twin)
    before = Attempt.objects.filter(pk=done.pk).values("receipt", "score", "seed", "number", "submitted_at").get()
    merge(student, twin, teacher, now)

    assert Attempt.objects.filter(pk=done.pk).values(*before).get() == before
    [row] = gradebook(assignment.classroom, now=now).rows
    assert (row.student.pk, row.cells[0].status.name, row.cells[0].score) == (student.pk, "SUBMITTED", done.score)
    assert [line.status.name for line in class_report(assignment, now=now).lines] == ["SUBMITTED"]
    assert [given.assignment for given in student_assignments(fresh(student), now=now).done] == [assignment]
    assert [(entry.student, entry.student_status.status.name) for entry in progress(assignment, now=now)] == [
        (student, "SUBMITTED")
    ]
    for layout in (Layout.SCORES, Layout.ANSWERS):
        file = export(assignment.classroom, layout, FileFormat.CSV, by=teacher, now=now).content.decode()
        assert "Maya Lopez" in file
        assert "Maya Lopes" not in file
    gone = fresh(twin)
    assert (gone.removed_at, gone.merged_into) == (now, student)
    assert no_faults()


def test_merge_is_logged_for_both(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    done = make_answered_attempt(assignment=assignment, student=twin)
    merge(student, twin, teacher, now)

    events = AuditEvent.objects.filter(action="student_merged").order_by("pk")
    assert [(event.actor, event.student, event.detail) for event in events] == [
        (teacher, student, {"other": twin.public_id, "attempts": [done.public_id]}),
        (teacher, twin, {"other": student.public_id, "attempts": [done.public_id]}),
    ]
    assert AuditEvent.objects.get(action="student_removed").student == twin


def test_attempts_of_both_stay_in_the_order_of_their_starts(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    second = make_answered_attempt(assignment=assignment, student=student, started_at=now + HOUR)
    first = make_answered_attempt(assignment=assignment, student=twin, answers={}, started_at=now)
    third = make_answered_attempt(assignment=assignment, student=twin, number=2, answers={}, started_at=now + 2 * HOUR)
    later = now + 3 * HOUR

    [planned] = plan_of(student, twin, later).quizzes
    assert (planned.moved_count, planned.count, planned.is_both) == (2, 3, True)
    assert planned.student_status.counting_attempt == second
    merge(student, twin, teacher, later)

    assert attempts_of(student) == [(first.pk, 1), (second.pk, 2), (third.pk, 3)]
    [row] = gradebook(assignment.classroom, now=later).rows
    assert row.cells[0].score == second.score
    assert no_faults()


@pytest.mark.parametrize("policy", ["first", "latest"])
def test_policy_decides_among_the_attempts_of_both(
    policy: str, assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(attempt_policy=policy)
    early = make_answered_attempt(assignment=assignment, student=twin, answers={}, started_at=now)
    late = make_answered_attempt(assignment=assignment, student=student, started_at=now + HOUR)
    later = now + 2 * HOUR
    expected = early if policy == "first" else late
    [planned] = plan_of(student, twin, later).quizzes
    assert planned.student_status.counting_attempt == expected
    merge(student, twin, teacher, later)
    [row] = gradebook(assignment.classroom, now=later).rows
    assert row.cells[0].score == expected.score


def test_open_attempt_goes_on(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    attempt = make_attempt(assignment=assignment, student=twin)
    save(attempt, "one", "a", now=now)
    [planned] = plan_of(student, twin, now).quizzes
    assert (planned.is_running, planned.submits, planned.student_status.status) == (True, False, Status.IN_PROGRESS)
    merge(student, twin, teacher, now)

    assert start_attempt(fresh(student), assignment, now=now) == attempt
    attempt = Attempt.objects.select_related("assignment").get(pk=attempt.pk)
    save(attempt, "some", ["a"], now=now)
    assert submit_attempt(attempt, now=now).answers.count() == 2
    assert no_faults()


@pytest.mark.parametrize("over", ["neither", "kept", "moved"])
def test_of_two_open_attempts_one_is_turned_in(
    over: str, assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    kept = make_attempt(assignment=assignment, student=student, started_at=now + HOUR)
    moving = make_attempt(assignment=assignment, student=twin, started_at=now)
    save(moving, "one", "a", now=now)
    later = now + 2 * HOUR
    if over != "neither":
        Attempt.objects.filter(pk=(kept if over == "kept" else moving).pk).update(
            deadline_at=now + timedelta(minutes=90)
        )
    [planned] = plan_of(student, twin, later).quizzes
    assert (planned.is_running, planned.submits) == (over == "kept", over == "neither")
    merge(student, twin, teacher, later)

    kept.refresh_from_db()
    moving.refresh_from_db()
    goes_on, ended = (moving, kept) if over == "kept" else (kept, moving)
    assert goes_on.is_open
    assert (ended.submitted_by, ended.submitted_at) == (
        "deadline",
        later if over == "neither" else now + timedelta(minutes=90),
    )
    assert attempts_of(student) == [(moving.pk, 1), (kept.pk, 2)]
    assert moving.answers.get().value == "a"
    assert no_faults()


def test_repeat_changes_nothing(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    make_answered_attempt(assignment=assignment, student=twin)
    seen = plan_of(student, twin, now).seen
    for _ in range(2):
        merge_students(fresh(student), fresh(twin), seen=seen, by=teacher, now=now)
    assert AuditEvent.objects.filter(action="student_merged").count() == 2


def test_plan_of_earlier_is_refused(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    attempt = make_attempt(assignment=assignment, student=twin)
    seen = plan_of(student, twin, now).seen
    save(attempt, "one", "a", now=now)
    assert plan_of(student, twin, now).seen == seen
    changes: list[Callable[[], Any]] = [
        lambda: submit_attempt(attempt, now=now),
        lambda: start_attempt(student, assignment, now=now),
        lambda: set_accommodation(student, time_factor=Decimal(2), by=teacher, now=now),
        lambda: Student.objects.filter(pk=twin.pk).update(external_id="7"),
    ]
    for change in changes:
        change()
        with pytest.raises(MergeChanged):
            merge_students(fresh(student), fresh(twin), seen=seen, by=teacher, now=now)
        seen = plan_of(student, twin, now).seen
    assert attempts_of(twin) == [(attempt.pk, 1)]
    merge(student, twin, teacher, now)
    undo_merge(fresh(twin), by=teacher, now=now)
    # The form of before the merge, sent again after the undo.
    with pytest.raises(MergeChanged):
        merge_students(fresh(student), fresh(twin), seen=seen, by=teacher, now=now)


def test_only_two_entries_of_one_class_can_be_merged(
    student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    third = make_student(classroom=student.classroom, name="Noah Kim")
    elsewhere = make_student(classroom=make_classroom(teacher=teacher, name="Period 6"))
    for keep, other in [(student, student), (student, elsewhere), (elsewhere, student)]:
        with pytest.raises(CannotMerge):
            plan_of(keep, other, now)
    merge(student, twin, teacher, now)
    for keep, other in [(twin, student), (third, twin), (student, twin)]:
        with pytest.raises(CannotMerge):
            plan_of(keep, other, now)
    with pytest.raises(CannotMerge):
        merge_students(fresh(third), fresh(twin), seen="", by=teacher, now=now)
    assert merge_choices(fresh(student)) == [third]


def test_removed_entry_can_be_merged(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    done = make_answered_attempt(assignment=assignment, student=twin)
    remove_student(twin, by=teacher, now=now)
    assert merge_choices(fresh(student)) == [twin]
    merge(student, twin, teacher, now + HOUR)
    assert attempts_of(student) == [(done.pk, 1)]
    assert fresh(twin).removed_at == now
    # The undo leaves it off the roster, so another student can have the name by then.
    add_students(student.classroom, new_students(["Maya Lopes"]), by=teacher, now=now)
    undo_merge(fresh(twin), by=teacher, now=now + HOUR)
    assert attempts_of(twin) == [(done.pk, 1)]
    assert (fresh(twin).removed_at, fresh(twin).merged_into) == (now, None)


def test_settings_that_only_the_other_one_has_come_along(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(time_limit=timedelta(minutes=30))
    assignment.refresh_from_db()
    attempt = start_attempt(student, assignment, now=now)
    Student.objects.filter(pk=twin.pk).update(
        external_id="1042", reading_variant="easier", language="es", chosen_variant=""
    )
    set_accommodation(twin, time_factor=Decimal(2), by=teacher, now=now)
    set_supports(fresh(twin), Supports(notes=True), by=teacher, now=now)
    plan = plan_of(student, twin, now)
    assert (plan.taken, plan.not_taken) == (("number", "time", "supports", "level"), ())
    kept = merge(student, twin, teacher, now)

    assert (kept.external_id, kept.reading_variant, kept.language) == ("1042", "easier", "es")
    assert kept.supports == {"notes": True}
    assert Accommodation.objects.get(student=kept).time_factor == 2
    attempt.refresh_from_db()
    assert (attempt.deadline_at, attempt.supports) == (now + HOUR, {"notes": True})


def test_settings_that_both_have_stay(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    for one, number, factor, support in ((student, "1", "1.5", "notes"), (twin, "2", "2", "spacing")):
        Student.objects.filter(pk=one.pk).update(external_id=number, reading_variant="es", supports={support: True})
        set_accommodation(one, time_factor=Decimal(factor), by=teacher, now=now)
    Assignment.objects.filter(pk=assignment.pk).update(closes_at=now + HOUR)
    assignment.refresh_from_db()
    times = {"due_at": None, "closes_at": now + 3 * HOUR, "extra_attempts": 0}
    extend(assignment, student, **times, reason="Sick", by=teacher, now=now)
    attempt = start_attempt(fresh(twin), assignment, now=now)
    plan = plan_of(student, twin, now)
    assert (plan.taken, plan.not_taken) == ((), ("number", "time", "supports"))
    kept = merge(student, twin, teacher, now)
    assert kept.external_id == "1"
    assert Accommodation.objects.get(student=kept).time_factor == Decimal("1.5")
    attempt.refresh_from_db()
    assert (attempt.student, attempt.supports, attempt.deadline_at) == (student, {"notes": True}, now + 3 * HOUR)
    undo_merge(fresh(twin), by=teacher, now=now)
    attempt.refresh_from_db()
    assert (attempt.student, attempt.supports, attempt.deadline_at) == (twin, {"spacing": True}, now + HOUR)


def test_of_two_extensions_the_later_times_and_more_attempts_hold(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    other_quiz = make_assignment(edition=assignment.edition, classroom=assignment.classroom, assigned_by=teacher)
    given = {"reason": "Sick", "by": teacher, "now": now}
    extend(assignment, student, due_at=now + HOUR, closes_at=None, extra_attempts=2, **given)
    extend(assignment, twin, due_at=now + 2 * HOUR, closes_at=now + 3 * HOUR, extra_attempts=1, **given)
    extend(other_quiz, twin, due_at=None, closes_at=now + HOUR, extra_attempts=0, **given)
    assert set(plan_of(student, twin, now).extended) == {assignment, other_quiz}
    merge(student, twin, teacher, now + HOUR)

    rows = Extension.objects.filter(student=student).order_by("assignment")
    columns = rows.values_list("assignment", "due_at", "closes_at", "extra_attempts", "given_at")
    assert list(columns) == [
        (assignment.pk, now + 2 * HOUR, now + 3 * HOUR, 2, now),
        (other_quiz.pk, None, now + HOUR, 0, now),
    ]


@pytest.mark.parametrize(
    ("who", "works", "expected"),
    [
        # The other name was only a copy that looked missing.
        ("twin", "student", False),
        ("twin", "nobody", True),
        ("twin", "twin", True),
        ("student", "twin", False),
        ("student", "student", True),
    ],
)
def test_excuse_comes_along_unless_work_counts(
    who: str,
    works: str,
    expected: bool,
    assignment: Assignment,
    student: Student,
    twin: Student,
    teacher: User,
    now: datetime,
) -> None:
    people = {"student": student, "twin": twin}
    if works != "nobody":
        make_answered_attempt(assignment=assignment, student=people[works])
    excuse(assignment, people[who], reason="Sick", by=teacher, now=now)
    plan = plan_of(student, twin, now)
    assert bool(plan.excused) == (expected and who == "twin")
    assert [quiz.ends_excuse for quiz in plan.quizzes] == ([who == "student"] if works == "twin" else [])
    merge(student, twin, teacher, now)
    assert Excuse.objects.filter(student=student).exists() == expected


@pytest.mark.parametrize("works", [False, True])
def test_half_of_a_check_comes_along_only_with_work(
    works: bool, student: Student, twin: Student, assignment: Assignment, teacher: User, now: datetime
) -> None:
    """With the halves of both, the student would be excused from both forms."""
    other_form = make_assignment(classroom=assignment.classroom)
    for quiz, who in ((other_form, student), (assignment, twin)):
        excuse(quiz, who, reason_kind=ReasonKind.OTHER_FORM, by=teacher, now=now)
    if works:
        make_answered_attempt(assignment=other_form, student=twin, started_at=now)

    plan = plan_of(student, twin, now)
    merge(student, twin, teacher, now)

    assert plan.excused == ((assignment,) if works else ())
    kept = set(Excuse.objects.filter(student=student).values_list("assignment", flat=True))
    assert kept == {assignment.pk if works else other_form.pk}


@pytest.fixture
def check(classroom: Classroom, teacher: User, now: datetime) -> HalvedCheck:
    """Forms A and B, each before and after the lessons."""
    forms = [make_edition() for _ in range(2)]
    before, after = ([make_assignment(edition=form, classroom=classroom) for form in forms] for _ in range(2))
    return HalvedCheck((before[0], before[1]), (after[0], after[1]))


def excuse_half(check: HalvedCheck, student: Student, *, first: int, by: User, now: datetime) -> set[int]:
    """Put the student into the half that takes this form first; the quizzes that the student is excused from."""
    excused = check.before[1 - first], check.after[first]
    for quiz in excused:
        excuse(quiz, student, reason_kind=ReasonKind.OTHER_FORM, by=by, now=now)
    return {quiz.pk for quiz in excused}


@pytest.mark.parametrize("first", [None, 0, 1], ids=["no work", "work of this half", "work of the other half"])
def test_half_of_the_entry_that_goes_comes_along_unless_the_work_of_the_other_is_against_it(
    first: int | None, student: Student, twin: Student, check: HalvedCheck, teacher: User, now: datetime
) -> None:
    """With a part of a half, the student would take the same form before and after."""
    half = excuse_half(check, twin, first=0, by=teacher, now=now)
    if first is not None:
        make_answered_attempt(assignment=check.before[first], student=student, started_at=now)

    plan = plan_of(student, twin, now)
    merge(student, twin, teacher, now)

    expected = set() if first == 1 else half
    assert {quiz.pk for quiz in plan.excused} == expected
    assert set(Excuse.objects.filter(student=student).values_list("assignment", flat=True)) == expected


def test_half_with_work_comes_along_to_an_entry_with_work_of_the_other_half(
    student: Student, twin: Student, check: HalvedCheck, teacher: User, now: datetime
) -> None:
    excuse_half(check, twin, first=0, by=teacher, now=now)
    for form, who in enumerate((twin, student)):
        make_answered_attempt(assignment=check.before[form], student=who, started_at=now)
    merge(student, twin, teacher, now)
    # Both forms were taken before. The later one is the other form than that of the half.
    assert set(Excuse.objects.filter(student=student).values_list("assignment", flat=True)) == {check.after[0].pk}


def test_undo_gives_each_entry_what_it_had(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    Student.objects.filter(pk=twin.pk).update(external_id="1042")
    own = make_answered_attempt(assignment=assignment, student=student, started_at=now + HOUR)
    theirs = make_answered_attempt(assignment=assignment, student=twin, answers={}, started_at=now)
    later = now + 2 * HOUR
    merge(student, twin, teacher, later)
    for _ in range(2):
        undo_merge(fresh(twin), by=teacher, now=later)

    assert (attempts_of(student), attempts_of(twin)) == ([(own.pk, 1)], [(theirs.pk, 1)])
    assert (fresh(student).external_id, fresh(twin).external_id) == ("", "1042")
    assert (fresh(twin).removed_at, fresh(twin).merged_into) == (None, None)
    assert not Attempt.objects.exclude(made_as=None).exists()
    assert AuditEvent.objects.filter(action="merge_undone").count() == 2
    # And again.
    merge(student, twin, teacher, later)
    assert attempts_of(student) == [(theirs.pk, 1), (own.pk, 2)]
    assert no_faults()


def test_undo_changes_nothing_in_the_class_that_the_student_moved_to(
    assignment: Assignment, student: Student, twin: Student, teacher: User, other_teacher: User, now: datetime
) -> None:
    Student.objects.filter(pk=twin.pk).update(external_id="1042")
    done = make_answered_attempt(assignment=assignment, student=twin)
    merge(student, twin, teacher, now)
    theirs = make_classroom(teacher=other_teacher, name="Period 8")
    make_assignment(edition=assignment.edition, classroom=theirs, assigned_by=other_teacher)
    move_student(fresh(student), to=theirs, by=teacher, now=now)
    transfer_attempts(fresh(student), by=other_teacher, now=now)
    [row] = gradebook(theirs, now=now).rows
    assert row.cells[0].score == done.score

    undo_merge(fresh(twin), by=teacher, now=now)

    assert attempts_of(twin) == [(done.pk, 1)]
    assert gradebook(theirs, now=now).rows == (row,)
    assert (fresh(student).external_id, fresh(twin).external_id) == ("1042", "1042")
    assert no_faults()


def test_undo_is_refused_while_someone_has_the_name(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    done = make_answered_attempt(assignment=assignment, student=twin)
    merge(student, twin, teacher, now)
    add_students(student.classroom, new_students(["Maya Lopes"]), by=teacher, now=now)
    with pytest.raises(NameTaken):
        undo_merge(fresh(twin), by=teacher, now=now)
    assert attempts_of(student) == [(done.pk, 1)]
    assert fresh(twin).merged_into == student


def test_entries_become_one_and_each_can_come_back_with_those_that_were_merged_into_it(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    third, fourth = (make_student(classroom=student.classroom, name=name) for name in ("M. Lopez", "Mia Lopez"))
    entries = [student, twin, third, fourth]
    made = [
        make_answered_attempt(assignment=assignment, student=one, started_at=now + place * HOUR).pk
        for place, one in enumerate(entries)
    ]
    for keep, other in ((third, fourth), (twin, third), (student, twin)):
        merge(keep, other, teacher, now + 4 * HOUR)
    assert [pk for pk, _ in attempts_of(student)] == made
    assert [fresh(one).merged_into for one in entries] == [None, student, student, student]

    undo_merge(fresh(twin), by=teacher, now=now + 5 * HOUR)
    assert [attempts_of(one) for one in (student, twin)] == [
        [(made[0], 1)],
        [(pk, number) for number, pk in enumerate(made[1:], start=1)],
    ]
    assert [fresh(one).merged_into for one in entries] == [None, None, twin, twin]
    assert no_faults()

    for one in (fourth, third):
        undo_merge(fresh(one), by=teacher, now=now + 6 * HOUR)
    assert [attempts_of(one) for one in entries] == [[(pk, 1)] for pk in made]
    assert no_faults()


def test_saves_after_a_deadline_that_was_moved_stay_counted(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    # The log of the site is older.
    AuditEvent.objects.record("code_changed", actor=teacher, classroom=twin.classroom, at=now - HOUR)
    done = make_answered_attempt(assignment=assignment, student=twin)
    Attempt.objects.filter(pk=done.pk).update(deadline_at=done.started_at - HOUR)
    given = {"due_at": None, "closes_at": now + HOUR, "extra_attempts": 0, "reason": ""}
    extend(assignment, twin, **given, by=teacher, now=now + HOUR)
    merge(student, twin, teacher, now + HOUR)
    assert no_faults()


def test_erasing_takes_the_merged_entry_too(
    assignment: Assignment, student: Student, twin: Student, classmate: Student, teacher: User, now: datetime
) -> None:
    make_answered_attempt(assignment=assignment, student=twin)
    kept = merge(student, twin, teacher, now)
    assert preview_student(kept).attempts == 1
    done = erase_student(kept, by=teacher, now=now)
    assert (done.counts.students, done.counts.attempts) == (1, 1)
    assert list(Student.objects.all()) == [classmate]
    assert not Attempt.objects.exists()
    assert {line.key for line in read_ledger(ledger_path())} >= {student.public_id, twin.public_id}


def test_erasing_only_the_merged_entry_keeps_the_work(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    done = make_answered_attempt(assignment=assignment, student=twin)
    merge(student, twin, teacher, now)
    erase_student(fresh(twin), by=teacher, now=now)
    assert attempts_of(student) == [(done.pk, 1)]
    assert no_faults()


def test_more_time_starts_no_attempt_again_that_was_over(
    assignment: Assignment, student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(time_limit=timedelta(minutes=30))
    assignment.refresh_from_db()
    over = start_attempt(student, assignment, now=now)
    running = start_attempt(twin, assignment, now=now + timedelta(minutes=20))
    later = now + timedelta(minutes=40)
    set_accommodation(twin, time_factor=Decimal(2), by=teacher, now=later)
    [planned] = plan_of(student, twin, later).quizzes
    assert (planned.is_running, planned.submits) == (True, False)
    merge(student, twin, teacher, later)

    over.refresh_from_db()
    running.refresh_from_db()
    assert (over.submitted_at, running.submitted_at) == (now + timedelta(minutes=30), None)
    assert running.deadline_at == now + timedelta(minutes=80)


def test_undo_gives_the_number_back_to_which_a_sync_added_zeros(
    student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    Student.objects.filter(pk=twin.pk).update(external_id="7")
    change_external_id(merge(student, twin, teacher, now), "007")
    undo_merge(fresh(twin), by=teacher, now=now)
    assert (fresh(student).external_id, fresh(twin).external_id) == ("", "7")


def test_student_can_get_the_number_of_the_entry_that_went(
    student: Student, twin: Student, teacher: User, now: datetime
) -> None:
    for one, number in ((student, "1"), (twin, "2")):
        Student.objects.filter(pk=one.pk).update(external_id=number)
    change_external_id(merge(student, twin, teacher, now), "2")
    assert fresh(student).external_id == "2"
    undo_merge(fresh(twin), by=teacher, now=now)
    assert (fresh(student).external_id, fresh(twin).external_id) == ("", "2")


@pytest.mark.parametrize(
    ("own", "others", "kept"),
    [((0,), (1,), 0), ((1,), (0,), 1), ((), (0,), 0), ((), (1,), 1), ((0,), (), 0), ((), (), 1)],
)
def test_one_of_two_versions_counts_after_a_merge(
    own: tuple[int, ...],
    others: tuple[int, ...],
    kept: int,
    classroom: Classroom,
    student: Student,
    twin: Student,
    teacher: User,
    now: datetime,
) -> None:
    """Versions that the entries have started: that of the entry which stays counts."""
    older = make_assignment(edition=make_edition(), classroom=classroom, assigned_by=teacher)
    newer = make_edition(question_set=older.edition.question_set, document=make_document(title="Corrected"))
    for done, one in ((own, student), (others, twin), ((0,), make_student(classroom=classroom))):
        if 0 in done:
            make_answered_attempt(assignment=older, student=one)
    make_student(classroom=classroom)
    # Not on the roster when the newer version is given, so with no excuse.
    remove_student(twin, by=teacher, now=now)
    versions = older, split_by_edition(older, newer, group=uuid.uuid4(), by=teacher, now=now)
    for done, one in ((own, student), (others, twin)):
        if 1 in done:
            make_answered_attempt(assignment=versions[1], student=one)

    plan = plan_of(student, twin, now)
    counting = [one.assignment for one in plan.quizzes if one.student_status.status is not Status.EXCUSED]
    merge(student, twin, teacher, now)

    assert list(classroom.assignments.exclude(excuses__student=student)) == [versions[kept]]
    assert student.excuses.get().own_version == kept + 1
    assert counting == [versions[kept] for done in others if done == kept]
    back = undo_merge(fresh(twin), by=teacher, now=now)
    assert list(classroom.assignments.exclude(excuses__student=back)) == [versions[others[0] if others else 1]]
