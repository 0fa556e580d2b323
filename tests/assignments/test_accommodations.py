"""The time of students with an accommodation: what they get, and that every shortened time is listed."""

import itertools
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from quizzes.assignments import accommodations, excuses
from quizzes.assignments.deadlines import Window, needed_close
from quizzes.assignments.extended_times import ExtendedTime, extended_times
from quizzes.assignments.lifecycle import AssignmentSettings, change_assignment
from quizzes.assignments.student_settings import student_settings, window_of
from quizzes.attempts.lifecycle import start_attempt, submit_overdue
from quizzes.models import Accommodation, Assignment, AuditEvent, Classroom, Edition, Extension, Student, User
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_edition,
    make_student,
    make_user,
)
from tests.pages import errors_of, form_of, text_of
from tests.slow_cases import slow_after

MINUTE = timedelta(minutes=1)
Queries = Callable[[], Any]
# Each lock is a query of its own for these.
LOCKED = "quizzes_assignment", "quizzes_student"


@pytest.mark.parametrize(
    ("granted", "closes", "needed"),
    [
        (None, 10, None),
        (45, None, None),
        (45, 45, None),
        (45, 60, None),
        (45, 44, 45),
        (45, 0, 45),
    ],
)
def test_needed_close(granted: int | None, closes: int | None, needed: int | None) -> None:
    found = needed_close(
        starts_at=NOW,
        granted=None if granted is None else granted * MINUTE,
        closes_at=None if closes is None else NOW + closes * MINUTE,
    )
    assert found == (None if needed is None else NOW + needed * MINUTE)


def test_needed_close_is_a_whole_minute() -> None:
    start = NOW + timedelta(seconds=10)
    assert needed_close(starts_at=start, granted=45 * MINUTE, closes_at=NOW) == NOW + 46 * MINUTE


# --- Window x limit x factor x extension --------------------------------------------------------------------------

CLOSES = (None, 20, 30, 45, 60)
LIMITS = (None, 20, 30)
FACTORS = ("1", "1.25", "1.5", "2", None)
EXTENSIONS = (None, 40, 90)
SITUATIONS = list(itertools.product(CLOSES, LIMITS, FACTORS, EXTENSIONS))
# Every fourth one has each value of each of the four.
SAMPLE = SITUATIONS[::4]


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Edition, Classroom, Student, User]]:
    """An edition and a class, made once for all cases below. What a case writes is rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        teacher = make_user()
        classroom = make_classroom(teacher=teacher)
        yield make_edition(), classroom, make_student(classroom=classroom), teacher
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("closes", "limit", "factor", "extended"),
    slow_after(len(SAMPLE), [*SAMPLE, *(one for one in SITUATIONS if one not in SAMPLE)]),
)
def test_every_shortened_time_is_listed(
    closes: int | None,
    limit: int | None,
    factor: str | None,
    extended: int | None,
    rows: tuple[Edition, Classroom, Student, User],
) -> None:
    edition, classroom, student, teacher = deepcopy(rows)
    assignment = make_assignment(
        edition=edition,
        classroom=classroom,
        opens_at=NOW,
        closes_at=None if closes is None else NOW + closes * MINUTE,
        time_limit=None if limit is None else limit * MINUTE,
    )
    accommodations.set_accommodation(
        student, time_factor=None if factor is None else Decimal(factor), by=teacher, now=NOW
    )
    if extended is not None and closes is not None and extended > closes:
        give(assignment, student, NOW + extended * MINUTE, teacher)
    granted = None if limit is None or factor is None else limit * MINUTE * float(factor)
    times = listed(assignment, now=NOW - 5 * MINUTE)

    attempt = start_attempt(student, assignment, now=NOW)

    is_accommodated = factor != "1" and limit is not None
    assert [own.student for own in times] == ([student] if is_accommodated else [])
    if is_accommodated:
        assert times[0].ends_at == attempt.deadline_at
        is_cut = granted is not None and attempt.deadline_at < NOW + granted
        assert (times[0].needed_close_at is not None) is is_cut
        accommodations.extend_to_fit(assignment, [own for own in times if own.needed_close_at], by=teacher, now=NOW)
        attempt.refresh_from_db()
        assert granted is None or attempt.deadline_at == NOW + granted


def give(assignment: Assignment, student: Student, closes_at: datetime, teacher: User) -> None:
    accommodations.extend(
        assignment, student, due_at=None, closes_at=closes_at, extra_attempts=1, reason="Ill.", by=teacher, now=NOW
    )


def listed(assignment: Assignment, *, now: datetime = NOW) -> list[ExtendedTime]:
    return extended_times(
        assignment.classroom,
        window_of(assignment),
        assignment.time_limit,
        max_attempts=assignment.max_attempts,
        now=now,
        assignment=assignment,
    )


@pytest.fixture
def tight(edition: Edition, classroom: Classroom, teacher: User) -> Assignment:
    """An assignment of 30 minutes that closes in 40 minutes."""
    return make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        closes_at=NOW + 40 * MINUTE,
        time_limit=30 * MINUTE,
        release="never",
    )


def accommodate(student: Student, factor: str = "1.5") -> None:
    Accommodation.objects.create(student=student, time_factor=Decimal(factor), changed_at=NOW)


def test_open_attempt_is_measured_from_its_start(tight: Assignment, student: Student) -> None:
    accommodate(student)
    make_attempt(assignment=tight, student=student, started_at=NOW - 20 * MINUTE)
    assert [(own.starts_at, own.needed_close_at) for own in listed(tight)] == [(NOW - 20 * MINUTE, None)]
    # It keeps minutes that were added to it.
    tight.attempts.update(time_limit=70 * MINUTE)
    assert [own.needed_close_at for own in listed(tight)] == [NOW + 50 * MINUTE]
    tight.attempts.update(time_limit=None)
    assert [own.time_limit for own in listed(tight)] == [None]


def test_students_who_submitted_or_left_are_not_listed(tight: Assignment, student: Student, classmate: Student) -> None:
    accommodate(student)
    accommodate(classmate)
    make_answered_attempt(assignment=tight, student=student)
    Student.objects.filter(pk=classmate.pk).update(removed_at=NOW)
    assert listed(tight) == []
    # The time of the next attempt counts.
    tight.max_attempts = 2
    assert [(own.student, own.starts_at) for own in listed(tight)] == [(student, NOW)]


def test_excused_students_are_not_listed(
    tight: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    accommodate(student)
    accommodate(classmate)
    excuses.excuse(tight, student, reason="Ill.", by=teacher, now=NOW)
    assert [time.student for time in listed(tight)] == [classmate]


def test_extend_to_fit_keeps_the_rest_of_the_extension(tight: Assignment, student: Student, teacher: User) -> None:
    accommodate(student)
    give(tight, student, NOW + 41 * MINUTE, teacher)
    accommodations.extend_to_fit(tight, listed(tight), by=teacher, now=NOW)
    extension = Extension.objects.get()
    assert (extension.closes_at, extension.extra_attempts, extension.reason) == (NOW + 45 * MINUTE, 1, "Ill.")
    assert listed(tight)[0].needed_close_at is None


@pytest.mark.parametrize(("due", "moved"), [(40, 45), (39, None), (None, None)])
def test_extend_to_fit_moves_a_due_time_at_the_close(
    due: int | None, moved: int | None, tight: Assignment, student: Student, teacher: User
) -> None:
    def at(minutes: int | None) -> datetime | None:
        return None if minutes is None else NOW + minutes * MINUTE

    Assignment.objects.update(due_at=at(due))
    tight.refresh_from_db()
    accommodate(student)
    accommodations.extend_to_fit(tight, listed(tight), by=teacher, now=NOW)
    assert Extension.objects.get().due_at == at(moved)


def test_an_extension_locks_its_rows_once(tight: Assignment, student: Student, teacher: User, queries: Queries) -> None:
    values = {"due_at": None, "closes_at": NOW + 41 * MINUTE, "extra_attempts": 0, "reason": "Ill."}
    with queries() as seen:
        accommodations.change_extension(tight, student, seen=None, by=teacher, now=NOW, **values)
    assert [sum(f'FROM "{table}" WHERE' in sql for sql in seen) for table in LOCKED] == [1, 1]


def test_extensions_for_a_class_lock_its_rows_once(
    tight: Assignment, student: Student, classmate: Student, teacher: User, queries: Queries
) -> None:
    accommodate(student)
    accommodate(classmate)
    times = listed(tight)
    with queries() as seen:
        accommodations.extend_to_fit(tight, times, by=teacher, now=NOW)
    assert Extension.objects.count() == len(times) == 2
    assert [sum(f'FROM "{table}" WHERE' in sql for sql in seen) for table in LOCKED] == [1, 1]


@pytest.mark.parametrize(("minutes", "own"), [(50, 60), (60, 60), (70, 70), (None, None)])
def test_student_has_the_later_close_of_extension_and_class(
    minutes: int | None, own: int | None, tight: Assignment, student: Student, teacher: User
) -> None:
    give(tight, student, NOW + 60 * MINUTE, teacher)
    settings = AssignmentSettings(**{name: getattr(tight, name) for name in AssignmentSettings.__dataclass_fields__})
    # The close of the class moves past the extension, and back.
    for class_close, expected in ((minutes, own), (40, 60)):
        window = Window(None, None, None if class_close is None else NOW + class_close * MINUTE)
        change_assignment(tight, window=window, settings=settings, by=teacher, now=NOW)
        close = student_settings(tight, student).window.closes_at
        assert close == (None if expected is None else NOW + expected * MINUTE)


def test_taking_an_extension_back_ends_an_attempt_at_that_moment(
    assignment: Assignment, student: Student, teacher: User
) -> None:
    Assignment.objects.update(closes_at=NOW + 60 * MINUTE)
    assignment.refresh_from_db()
    give(assignment, student, NOW + 300 * MINUTE, teacher)
    attempt = start_attempt(student, assignment, now=NOW + 120 * MINUTE)

    for minutes in (130, 140):
        extend = partial(accommodations.extend, assignment, student, due_at=None, closes_at=None, by=teacher)
        extend(extra_attempts=0, reason=f"After {minutes} minutes.", now=NOW + minutes * MINUTE)
        attempt.refresh_from_db()
        assert attempt.deadline_at == NOW + 130 * MINUTE
    submit_overdue(NOW + 140 * MINUTE)
    attempt.refresh_from_db()
    assert (attempt.started_at, attempt.submitted_at) == (NOW + 120 * MINUTE, NOW + 130 * MINUTE)


# --- The forms ----------------------------------------------------------------------------------------------------


@pytest.fixture
def ana(classroom: Classroom) -> Student:
    student = make_student(classroom=classroom, name="Ana B.")
    accommodate(student)
    return student


@pytest.fixture
def ben(classroom: Classroom) -> Student:
    student = make_student(classroom=classroom, name="Ben O.")
    Accommodation.objects.create(student=student, time_factor=None, changed_at=NOW)
    return student


def assign_address(edition: Edition) -> str:
    return reverse("assign", args=[edition.question_set.public_id])


def summary_of(client: Client, edition: Edition, classroom: Classroom, **changes: str) -> Any:
    """The summary of 30 minutes between 12:00 and 12:40 in New York."""
    form = form_of(client.get(assign_address(edition)), having="release")
    times = {"opens": "2026-10-23T12:00", "closes": "2026-10-23T12:40", "time_limit": "30"}
    data = form.data(**{**times, "act": "preview", **changes}) | {"classrooms": [classroom.public_id]}
    return client.post(assign_address(edition), data)


def test_assigning_asks_for_each_student_whose_time_does_not_fit(
    edition: Edition,
    classroom: Classroom,
    ana: Student,
    ben: Student,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    page = summary_of(teacher_client, edition, classroom)
    text = text_of(page)
    assert "Ana B. : 1.5x time, 45 minutes, ends Fri, Oct 23, 12:40 pm EDT if started 12:00 pm" in text
    assert "Ben O. : no time limit, ends Fri, Oct 23, 12:40 pm EDT at the latest" in text
    assert "Ana B.: 45 minutes won’t fit before Fri, Oct 23, 12:40 pm EDT." in text
    assert "Ben O.: " not in text
    form = form_of(page, having="group")
    silent = teacher_client.post(assign_address(edition), form.data(act="save"))
    assert errors_of(silent) == ["Choose one for Ana’s time."]
    assert Assignment.objects.count() == 0
    room = f"room-{ana.public_id}"
    for _ in range(2):
        done = teacher_client.post(
            assign_address(edition), form_of(silent, having="group").data(**{room: "extend"}, act="save")
        )
        assert done.status_code == 302
    extension = Extension.objects.get()
    assert (extension.student, extension.closes_at) == (ana, datetime(2026, 10, 23, 16, 45, tzinfo=UTC))
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["assignment_given", "extension_given"]


def test_keeping_the_close_is_a_choice(
    edition: Edition, classroom: Classroom, ana: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    form = form_of(summary_of(teacher_client, edition, classroom), having="group")
    room = f"room-{ana.public_id}"
    assert teacher_client.post(assign_address(edition), form.data(**{room: "keep"}, act="save")).status_code == 302
    assert (Assignment.objects.count(), Extension.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"time_limit": ""}, "extra time adds nothing. The closing time is the same for: Ana B."),
        ({"time_limit": "", "closes": "", "is_teacher_paced": "on"}, "Wait on the class board for: Ana B."),
        ({"time_limit": "", "closes": ""}, ""),
        ({"closes": "2026-10-23T12:45"}, ""),
        ({"closes": ""}, ""),
    ],
)
def test_what_fits_is_not_asked_about_and_what_adds_nothing_is_said(
    changes: dict[str, str],
    said: str,
    edition: Edition,
    classroom: Classroom,
    ana: Student,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    Student.objects.update(reading_variant="es")
    page = summary_of(teacher_client, edition, classroom, **changes)
    text = text_of(page)
    assert "The reading has no level “Spanish”. These students get the standard reading: Ana B." in text
    assert ("won’t fit" in text, "adds nothing" in text, said in text) == (False, bool(said), True)
    assert (
        teacher_client.post(assign_address(edition), form_of(page, having="group").data(act="save")).status_code == 302
    )
    # An own choice of the student counts, where the class allows one.
    Classroom.objects.update(students_choose_variant=True)
    Student.objects.update(chosen_variant="standard")
    assert "no level" not in text_of(summary_of(teacher_client, edition, classroom, **changes))


def test_changing_asks_as_well_and_moves_the_running_attempt(
    tight: Assignment, ana: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    running, close = start_attempt(ana, tight, now=NOW), "2026-10-23T11:35"
    address = reverse("change_assignment", args=[tight.public_id])
    page = teacher_client.post(
        address, form_of(teacher_client.get(address), having="release").data(due=close, closes=close, act="preview")
    )
    assert "Ana B.: 45 minutes won’t fit before Fri, Oct 23, 11:35 am EDT." in text_of(page)
    form = form_of(page, having=f"room-{ana.public_id}")
    for _ in range(2):
        saved = teacher_client.post(address, form.data(**{f"room-{ana.public_id}": "extend"}, act="save"))
        assert saved.status_code == 302
    running.refresh_from_db()
    assert running.deadline_at == Extension.objects.get().due_at == NOW + 45 * MINUTE
    assert AuditEvent.objects.filter(action="extension_given").count() == 1


def test_changing_names_no_excused_student(
    tight: Assignment,
    ana: Student,
    ben: Student,
    teacher: User,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    Student.objects.update(reading_variant="es")
    excuses.excuse(tight, ana, reason="Ill.", by=teacher, now=NOW)
    address = reverse("change_assignment", args=[tight.public_id])
    form = form_of(teacher_client.get(address), having="release")
    text = text_of(teacher_client.post(address, form.data(time_limit="", act="preview")))
    assert re.findall(r"(?:standard reading|is the same for): ([^.]*\.)", text) == ["Ben O."] * 2


def test_progress_says_whose_time_is_longer_and_when_it_ends(
    tight: Assignment, ana: Student, ben: Student, student: Student, teacher: User, teacher_client: Client
) -> None:
    excuses.excuse(tight, ben, reason="Ill.", by=teacher, now=NOW)
    start_attempt(ana, tight, now=NOW)
    start_attempt(student, tight, now=NOW)
    with time_machine.travel(NOW, tick=False):
        text = text_of(teacher_client.get(reverse("assignment_progress", args=[tight.public_id])))
    for shown in ("Ana B. 1.5x time Ends 11:40 am", "Ben O. No time limit", "Maya Lopez Ends 11:30 am"):
        assert shown in text


def test_times_have_a_decimal_point_in_spanish(
    tight: Assignment, ana: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    teacher_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "es"
    progress = reverse("assignment_progress", args=[tight.public_id])
    assert "Ana B. 1.5 veces" in text_of(teacher_client.get(progress))
    settings = reverse("change_assignment", args=[tight.public_id])
    form = form_of(teacher_client.get(settings), having="release")
    assert "Ana B. : 1.5 veces" in text_of(teacher_client.post(settings, form.data(act="preview")))


def test_progress_board_comes_again_when_an_end_moves(
    tight: Assignment, ana: Student, teacher: User, teacher_client: Client
) -> None:
    start_attempt(ana, tight, now=NOW)
    with time_machine.travel(NOW, tick=False):
        tag = teacher_client.get(reverse("assignment_progress", args=[tight.public_id])).headers["ETag"]
        address = reverse("live_progress", args=[tight.public_id])
        assert teacher_client.get(address, headers={"If-None-Match": tag}).status_code == 304
        give(tight, ana, NOW + 60 * MINUTE, teacher)
        assert teacher_client.get(address, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_summary_costs_the_same_however_many_are_accommodated(
    count: int, tight: Assignment, classroom: Classroom, teacher_client: Client, queries: Queries
) -> None:
    for number in range(count):
        accommodate(make_student(classroom=classroom, name=f"Student {number}"))
    address = reverse("change_assignment", args=[tight.public_id])
    with time_machine.travel(NOW, tick=False):
        data = form_of(teacher_client.get(address), having="release").data(act="preview")
        with queries() as seen:
            page = teacher_client.post(address, data)
    assert len(re.findall("won’t fit before", text_of(page))) == count
    # Session, teacher, assignment, its lock; students who have started, any attempt, newest version; ten constraints;
    # extensions, attempts, accommodations, levels; the estimated time; the edition, 2 on a first use.
    assert len(seen) == 24
