"""A newer version goes to the students who have not started."""

import uuid
from datetime import datetime, timedelta

import pytest

from quizzes.assignments.accommodations import extend
from quizzes.assignments.board import show_on_board
from quizzes.assignments.excuses import excuse, undo_excuse
from quizzes.assignments.newer_versions import split_by_edition, use_edition
from quizzes.assignments.student_settings import window_of
from quizzes.attempts.attempt_content import content_of
from quizzes.models import Assignment, Board, Classroom, Excuse, Extension, Student, User
from quizzes.people.rosters import add_students, new_students
from tests.factories import NOW, make_answered_attempt, make_assignment, make_document, make_edition, make_student

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_split_gives_each_student_one_edition(classroom: Classroom, teacher: User, now: datetime) -> None:
    first = make_edition()
    newer = make_edition(question_set=first.question_set, document=make_document(title="Small set, corrected"))
    given = make_assignment(
        edition=first,
        classroom=classroom,
        assigned_by=teacher,
        own_title="T" * 100,
        due_at=NOW + DAY,
        closes_at=NOW + 2 * DAY,
        paused_at=now - MINUTE,
        time_limit=30 * MINUTE,
        max_attempts=2,
        shows_scores=True,
    )
    started, waiting, excused = (make_student(classroom=classroom, name=name) for name in ("Ana", "Ben", "Cy"))
    make_student(classroom=classroom, name="Gone", removed_at=now)
    attempt = make_answered_attempt(assignment=given, student=started)
    Excuse.objects.create(assignment=given, student=excused, reason="Away", given_by=teacher, given_at=now)
    for student in (started, waiting):
        Extension.objects.create(
            assignment=given, student=student, closes_at=NOW + 3 * DAY, given_by=teacher, given_at=now
        )
    group = uuid.uuid4()

    for _ in range(2):
        made = split_by_edition(given, newer, group=group, by=teacher, now=now)

    assert classroom.assignments.count() == 2
    assert (made.edition, made.title, made.max_attempts, made.time_limit, made.shows_scores) == (
        *(newer, "T" * 89 + ", version 2"),
        *(2, 30 * MINUTE, True),
    )
    assert window_of(made) == window_of(given)
    assert {(excuse.assignment, excuse.student, excuse.shown_reason) for excuse in Excuse.objects.all()} == {
        (given, waiting, "Has version 2 of this quiz."),
        (made, started, "Has version 1 of this quiz."),
        (given, excused, "Away"),
        (made, excused, "Excused from this quiz."),
    }
    assert [extension.student for extension in made.extensions.all()] == [waiting]
    assert given.extensions.count() == 2
    attempt.refresh_from_db()
    assert (attempt.assignment, content_of(attempt).published.document.title) == (given, "Small set")


def test_title_and_reason_name_the_version_that_the_quiz_uses(
    classroom: Classroom, teacher: User, now: datetime
) -> None:
    first = make_edition()
    second, third, fourth, fifth = (
        make_edition(question_set=first.question_set, document=make_document(title=f"Correction {number}"))
        for number in (1, 2, 3, 4)
    )
    given = make_assignment(edition=first, classroom=classroom, assigned_by=teacher)
    started, waiting, late = (make_student(classroom=classroom, name=name) for name in ("Ana", "Ben", "Cy"))
    make_answered_attempt(assignment=given, student=started)
    made = split_by_edition(given, second, group=uuid.uuid4(), by=teacher, now=now)

    use_edition(made, third, by=teacher, now=now)

    made = Assignment.objects.get(pk=made.pk)
    assert (made.edition, made.title) == (third, "Small set, version 3")
    assert {*Excuse.objects.filter(student__in=[waiting, late]).values_list("own_version", flat=True)} == {3}
    # Sent twice, after the class board has started.
    board = show_on_board(made, number=1, phase=Board.Phase.QUESTION, by=teacher, now=now)
    use_edition(made, third, by=teacher, now=now)
    assert Board.objects.get() == board

    make_answered_attempt(assignment=made, student=waiting)
    newest = split_by_edition(made, fourth, group=uuid.uuid4(), by=teacher, now=now)
    assert newest.title == "Small set, version 4"
    assert (made.title, given.title) == ("Small set, version 3", "Small set")
    [came] = add_students(classroom, new_students(["Dee"]), by=teacher, now=now)
    use_edition(newest, fifth, by=teacher, now=now)
    # Of the first version and the second one.
    assert [excuse.own_version for excuse in came.excuses.all()] == [5, 5]
    assert [excuse.own_version for excuse in waiting.excuses.all()] == [3, 3]


def test_title_of_a_teacher_stays_with_another_version(classroom: Classroom, teacher: User, now: datetime) -> None:
    first = make_edition()
    newer = make_edition(question_set=first.question_set, document=make_document(title="Corrected"))
    given = [
        make_assignment(edition=first, classroom=classroom, assigned_by=teacher, own_title=title)
        for title in ("", "Monday, version 3")
    ]
    for quiz in given:
        use_edition(quiz, newer, by=teacher, now=now)
    assert [*Assignment.objects.order_by("pk").values_list("own_title", flat=True)] == ["", "Monday, version 3"]


def give_three_versions(classroom: Classroom, teacher: User, now: datetime) -> tuple[list[Assignment], list[Student]]:
    """Three versions, the oldest first; students who did the first, the second, and none."""
    oldest = make_assignment(edition=make_edition(), classroom=classroom, assigned_by=teacher)
    students = [make_student(classroom=classroom, name=name) for name in ("Ana", "Ben", "Cy")]
    quizzes = [oldest]
    for student, title in zip(students, ("B", "C"), strict=False):
        make_answered_attempt(assignment=quizzes[-1], student=student)
        newer = make_edition(question_set=oldest.edition.question_set, document=make_document(title=title))
        quizzes.append(split_by_edition(quizzes[-1], newer, group=uuid.uuid4(), by=teacher, now=now))
    return quizzes, students


def test_student_who_came_since_gets_the_third_version_alone(
    classroom: Classroom, teacher: User, now: datetime
) -> None:
    (given, between, newest), (started, second_started, waiting) = give_three_versions(classroom, teacher, now)
    came, came_and_started = (make_student(classroom=classroom, name=name) for name in ("Dee", "Eve"))
    make_answered_attempt(assignment=between, student=came_and_started)
    for student in (waiting, came):
        extend(given, student, due_at=None, closes_at=None, extra_attempts=1, reason="", by=teacher, now=now)

    assert split_by_edition(given, newest.edition, group=uuid.uuid4(), by=teacher, now=now) == newest

    # Not of the student who had the version before.
    assert [extension.student for extension in newest.extensions.all()] == [came]

    own = {
        student: [*classroom.assignments.exclude(excuses__student=student)]
        for student in (started, second_started, waiting, came, came_and_started)
    }
    assert own == {
        started: [given],
        second_started: [between],
        waiting: [newest],
        came: [newest],
        came_and_started: [between],
    }
    assert set(came_and_started.excuses.values_list("assignment", "own_version")) == {(given.pk, 2), (newest.pk, 2)}


@pytest.mark.parametrize("presses", [(0,), (0, 1), (1, 0), (1, 1)])
def test_third_version_is_given_once_whichever_version_it_is_given_from(
    presses: tuple[int, ...], classroom: Classroom, teacher: User, now: datetime
) -> None:
    oldest = make_assignment(edition=make_edition(), classroom=classroom, assigned_by=teacher)
    started, second_started, waiting, by_hand = (make_student(classroom=classroom, name=name) for name in "ABCD")
    make_answered_attempt(assignment=oldest, student=started)
    second, third = (
        make_edition(question_set=oldest.edition.question_set, document=make_document(title=title)) for title in "BC"
    )
    between = split_by_edition(oldest, second, group=uuid.uuid4(), by=teacher, now=now)
    make_answered_attempt(assignment=between, student=second_started)
    # The teacher gave one student the first version again.
    undo_excuse(oldest, by_hand, reason="", by=teacher, now=now)
    excuse(between, by_hand, reason="As the others", by=teacher, now=now)

    quizzes = oldest, between
    [newest] = {split_by_edition(quizzes[press], third, group=uuid.uuid4(), by=teacher, now=now) for press in presses}

    assert [*classroom.assignments.all()] == [oldest, between, newest]
    assert newest.newer_version_of == between
    own = {
        student: [*classroom.assignments.exclude(excuses__student=student)]
        for student in (started, second_started, waiting, by_hand)
    }
    assert own == {
        started: [oldest],
        second_started: [between],
        waiting: [newest if 1 in presses else between],
        by_hand: [newest if 0 in presses else oldest],
    }
    # Sent again from a page of before.
    assert split_by_edition(newest, third, group=uuid.uuid4(), by=teacher, now=now) == newest
