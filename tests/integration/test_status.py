"""Every situation of a student, and the one status that every page and file shows for it."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.assignments import accommodations, excuses, lifecycle
from quizzes.assignments.status import Status
from quizzes.attempts import lifecycle as attempts
from quizzes.models import Assignment, Attempt, Classroom, Edition, Student, User
from quizzes.people import rosters
from tests.factories import NOW, make_answered_attempt, make_assignment, make_attempt
from tests.pages import text_of

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LABELS = [status.label for status in Status] + ["Opens Sat, Oct 24", "Late"]
PAST_DUE = {"due_at": NOW - HOUR}
CLOSED = {"closes_at": NOW - HOUR}

Act = Callable[[Assignment, Student, User], Any]


@dataclass(frozen=True)
class Situation:
    """given: fields of the assignment. acts: what student and teacher did before `NOW`. words: of every page.

    has_score: whether a score counts.
    """

    name: str
    words: list[str]
    given: dict[str, Any] = field(default_factory=dict)
    acts: tuple[Act, ...] = ()
    has_score: bool = False


def start(assignment: Assignment, student: Student, teacher: User) -> Attempt:
    number = assignment.attempts.count() + 1
    return make_attempt(assignment=assignment, student=student, started_at=NOW - 30 * MINUTE, number=number)


def turn_in(assignment: Assignment, student: Student, teacher: User) -> Attempt:
    return make_answered_attempt(assignment=assignment, student=student, started_at=NOW - 40 * MINUTE)


def turn_in_on_paper(assignment: Assignment, student: Student, teacher: User) -> Attempt:
    return make_answered_attempt(assignment=assignment, student=student, started_at=NOW - HOUR, medium="paper")


def excuse(assignment: Assignment, student: Student, teacher: User) -> None:
    excuses.excuse(assignment, student, reason="Ill", by=teacher, now=NOW)


def extend(assignment: Assignment, student: Student, teacher: User) -> None:
    accommodations.extend(
        assignment,
        student,
        due_at=NOW + HOUR,
        closes_at=NOW + DAY if assignment.closes_at else None,
        extra_attempts=0,
        reason="Ill",
        by=teacher,
        now=NOW,
    )


def remove(assignment: Assignment, student: Student, teacher: User) -> None:
    rosters.remove_student(student, by=teacher, now=NOW)


def press_start(assignment: Assignment, student: Student, teacher: User) -> None:
    lifecycle.open_now(assignment, by=teacher, now=NOW - MINUTE)


def pause(assignment: Assignment, student: Student, teacher: User) -> None:
    lifecycle.pause(assignment, by=teacher, now=NOW - MINUTE)


def pause_early(assignment: Assignment, student: Student, teacher: User) -> None:
    lifecycle.pause(assignment, by=teacher, now=NOW - 20 * MINUTE)


def start_early(assignment: Assignment, student: Student, teacher: User) -> Attempt:
    return attempts.start_attempt(student, assignment, now=NOW - 30 * MINUTE)


TWO = {"max_attempts": 2}
SITUATIONS = [
    Situation("not open", ["Opens Sat, Oct 24"], {"opens_at": NOW + DAY}),
    Situation("waits for the teacher", ["Not open yet"], {"waits_for_teacher": True}),
    Situation("waited, then closed", ["Missing"], {"waits_for_teacher": True, **CLOSED}),
    Situation("started by the teacher", ["Not started"], {"waits_for_teacher": True}, (press_start,)),
    Situation("open", ["Not started"]),
    Situation("paused", ["Not started"], {}, (pause,)),
    Situation("paused past the due time", ["Not started"], {"due_at": NOW - MINUTE}, (pause_early,)),
    Situation("past due", ["Missing"], PAST_DUE),
    Situation("closed", ["Missing"], CLOSED),
    Situation("extended", ["Not started"], PAST_DUE, (extend,)),
    Situation("extended past the close", ["Not started"], {"due_at": NOW - 2 * HOUR, **CLOSED}, (extend,)),
    Situation("in progress", ["In progress"], {}, (start,)),
    Situation("paused in progress", ["In progress"], {"time_limit": 20 * MINUTE}, (start_early, pause_early)),
    Situation("in progress past due", ["In progress"], PAST_DUE, (start,)),
    Situation("time up", ["Time’s up"], {"time_limit": 20 * MINUTE}, (start,)),
    Situation("time up and closed", ["Time’s up"], {"closes_at": NOW - 10 * MINUTE}, (start,)),
    Situation("turned in", ["Turned in"], {}, (turn_in,), has_score=True),
    Situation("late", ["Turned in", "Late"], PAST_DUE, (turn_in,), has_score=True),
    Situation("extended and turned in", ["Turned in"], PAST_DUE, (extend, turn_in), has_score=True),
    Situation("on paper", ["Turned in"], PAST_DUE, (turn_in_on_paper,), has_score=True),
    Situation("second attempt", ["In progress"], TWO, (turn_in, start), has_score=True),
    Situation("second attempt, first late", ["In progress", "Late"], {**TWO, **PAST_DUE}, (turn_in, start), True),
    Situation("second time up", ["Time’s up"], {**TWO, "time_limit": 20 * MINUTE}, (turn_in, start), has_score=True),
    Situation("excused before", ["Excused"], PAST_DUE, (excuse,)),
    Situation("excused and not open", ["Excused"], {"opens_at": NOW + DAY}, (excuse,)),
    Situation("excused in progress", ["Excused"], {}, (start, excuse)),
    Situation("excused after", ["Excused"], PAST_DUE, (turn_in, excuse)),
    Situation("excused, time up", ["Excused"], {"time_limit": 20 * MINUTE}, (start, excuse)),
]


WITH_ATTEMPT = [one for one in SITUATIONS if {start, start_early, turn_in, turn_in_on_paper} & set(one.acts)]
TURNED_IN = [one for one in SITUATIONS if {turn_in, turn_in_on_paper} & set(one.acts)]


@pytest.fixture(params=SITUATIONS, ids=lambda situation: situation.name)
def situation(request: pytest.FixtureRequest) -> Situation:
    found: Situation = request.param
    return found


@pytest.fixture
def assignment(
    situation: Situation,
    edition: Edition,
    classroom: Classroom,
    student: Student,
    teacher: User,
    clock: time_machine.Traveller,
) -> Assignment:
    given = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, created_at=NOW - 2 * DAY, **situation.given
    )
    for act in situation.acts:
        act(given, student, teacher)
    student.refresh_from_db()
    return given


def words(fragment: str) -> list[str]:
    """The status words of a fragment, each a tag with an icon."""
    tags = re.findall(r'<span class="tag[^"]*"><svg[^>]*>.*?</svg> ([^<]*)</span>', fragment, re.DOTALL)
    return [word for word in tags if word in LABELS]


def part(client: Client, name: str, args: list[str], pattern: str) -> str:
    """The one part of this page that matches."""
    [found] = re.findall(pattern, client.get(reverse(name, args=args)).content.decode(), re.DOTALL)
    return str(found)


def file(client: Client, assignment: Assignment, layout: str) -> list[dict[str, str]]:
    """The rows of a file of the class, by column."""
    address = reverse("download_file", args=[assignment.classroom.public_id])
    content = client.post(address, {"form": "csv", "layout": layout}).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


# --- Pages of a teacher -------------------------------------------------------------------------------------------


def test_gradebook_shows_the_status(situation: Situation, assignment: Assignment, teacher_client: Client) -> None:
    row = part(
        teacher_client,
        "classroom_gradebook",
        [assignment.classroom.public_id],
        r'<tbody>\s*<tr><th scope="row">.*?</td>(<td>.*?)</tr>',
    )
    assert ("8" in re.sub(r"<[^>]*>", "", row).split()) is situation.has_score
    # A score means turned in, unless a status is next to it.
    shown = words(row)
    if situation.has_score and not set(shown) - {"Late"}:
        shown = ["Turned in", *shown]
    assert sorted(shown) == sorted(situation.words)


@pytest.mark.parametrize("name", ["assignment_progress", "live_progress"])
def test_progress_shows_the_status(
    name: str, situation: Situation, assignment: Assignment, teacher_client: Client
) -> None:
    row = part(teacher_client, name, [assignment.public_id], r'<tr id="row-.*?</tr>')
    assert words(row) == situation.words


def test_results_show_the_status(situation: Situation, assignment: Assignment, teacher_client: Client) -> None:
    row = part(
        teacher_client, "assignment_results", [assignment.public_id], r'<table class="heat">.*?<tbody>\s*(<tr>.*?</tr>)'
    )
    assert words(row) == situation.words
    assert ("3 of 3" in row) is situation.has_score


def test_student_page_shows_the_status(situation: Situation, assignment: Assignment, teacher_client: Client) -> None:
    student = Student.objects.get()
    work = part(teacher_client, "student_history", [student.public_id], r'aria-labelledby="h-work">(.*?)</section>')
    assert words(work) == situation.words
    links = [reverse("attempt_review", args=[attempt.public_id]) for attempt in assignment.attempts.all()]
    assert [link in work for link in links] == [True] * len(links)


def test_page_of_a_students_times_shows_the_status(
    situation: Situation, assignment: Assignment, teacher_client: Client
) -> None:
    ids = [assignment.public_id, Student.objects.get().public_id]
    holds = part(teacher_client, "student_overrides", ids, r'aria-labelledby="h-settings">(.*?)</section>')
    assert words(holds) == situation.words


@pytest.mark.parametrize("situation", WITH_ATTEMPT, ids=lambda situation: situation.name, indirect=True)
def test_page_of_an_attempt_shows_the_status(
    situation: Situation, assignment: Assignment, teacher_client: Client
) -> None:
    attempts = list(assignment.attempts.order_by("number"))
    assert attempts
    for attempt in attempts:
        shown = words(
            part(teacher_client, "attempt_review", [attempt.public_id], r'aria-labelledby="h-sc">(.*?)</div>')
        )
        # The page is about one attempt: an earlier one stays turned in.
        is_earlier = attempt is not attempts[-1] and situation.words != ["Excused"]
        late = [word for word in situation.words if word == "Late"] if attempt.submitted_at else []
        assert shown == (["Turned in", *late] if is_earlier else [situation.words[0], *late])


# --- Pages of the student -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["student_home", "start_attempt"])
def test_pages_of_the_student_show_the_status(
    name: str, situation: Situation, assignment: Assignment, student_client: Client
) -> None:
    args = [assignment.public_id] if name == "start_attempt" else []
    shown = words(part(student_client, name, args, r"<main.*?</main>"))
    # The list names the next one twice. While a second attempt is open, only teachers see that the first was late.
    expected = [word for word in situation.words if word != "Late" or len(situation.acts) == 1]
    assert list(dict.fromkeys(shown)) == expected


@pytest.mark.parametrize("situation", TURNED_IN, ids=lambda situation: situation.name, indirect=True)
@pytest.mark.parametrize("name", ["receipt", "result"])
def test_pages_of_an_attempt_say_late_to_the_student(
    name: str, situation: Situation, assignment: Assignment, student_client: Client
) -> None:
    Assignment.objects.update(release=Assignment.Release.AFTER_SUBMIT)
    [attempt] = assignment.attempts.filter(submitted_at__isnull=False)
    shown = words(part(student_client, name, [attempt.public_id], r"<main.*?</main>"))
    assert shown == [word for word in situation.words if word == "Late"]


# --- Files --------------------------------------------------------------------------------------------------------


def test_file_of_scores_has_the_status_where_no_score_is(
    situation: Situation, assignment: Assignment, teacher_client: Client
) -> None:
    [_, _, row] = file(teacher_client, assignment, "scores")
    assert row["Small set"] == ("8.0" if situation.has_score else situation.words[0])


def test_files_for_other_gradebooks_have_scores_only(
    situation: Situation, assignment: Assignment, teacher_client: Client
) -> None:
    [_, canvas] = file(teacher_client, assignment, "canvas")
    moodle = file(teacher_client, assignment, "moodle")
    score = "8.0" if situation.has_score else ""
    assert canvas["Small set"] == ("EX" if situation.words == ["Excused"] else score)
    # Moodle deletes a grade for an empty cell, so that a student without a score has no row.
    assert [row["Small set, points out of 8"] for row in moodle] == ([score] if score else [])


def test_file_of_answers_says_late(situation: Situation, assignment: Assignment, teacher_client: Client) -> None:
    late = {row["Late"] for row in file(teacher_client, assignment, "answers")}
    expected = {"Late" if "Late" in situation.words else ""}
    assert late == (expected if assignment.attempts.submitted().exists() else set())


# --- Counts -------------------------------------------------------------------------------------------------------


def test_counts_are_counts_of_the_status(situation: Situation, assignment: Assignment, teacher_client: Client) -> None:
    label = situation.words[0]
    turned_in = f"{int(label == 'Turned in')} of {int(label != 'Excused')} turned in"
    is_early = label == "Not open yet" or label.startswith("Opens")
    other = "not open yet" if is_early else label.lower()
    # “Paused since …” comes before the counts.
    progress = part(
        teacher_client,
        "assignment_progress",
        [assignment.public_id],
        r'id="progress-counts"[^>]*>(?:\s*<span class="tag">.*?</span>)?(.*?)</p>',
    )
    # The number of stuck students comes after the counts.
    assert " ".join(progress.split()).partition(". ")[0] == turned_in + ("" if label == "Turned in" else f", 1 {other}")
    results = text_of(teacher_client.get(reverse("assignment_results", args=[assignment.public_id])))
    assert turned_in + (", 1 excused. " if label == "Excused" else ". ") in results
    home = text_of(teacher_client.get(reverse("teacher_home")))
    is_open = not is_early and not {"opens_at", "closes_at"} & set(situation.given)
    assert (turned_in in home) is is_open
    needs_teacher = "Not turned in" in home
    is_due = "due_at" in situation.given and "closes_at" not in situation.given
    assert needs_teacher is (is_due and label not in {"Turned in", "Excused"})
    assert ("1 missing." in home) is (is_due and label == "Missing")


# --- Removed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [turn_in, start])
def test_removed_student_is_on_no_class_page(
    act: Act,
    edition: Edition,
    classroom: Classroom,
    student: Student,
    classmate: Student,
    teacher: User,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, due_at=NOW + HOUR)
    act(given, student, teacher)
    pages = [
        reverse("classroom_gradebook", args=[classroom.public_id]),
        reverse("classroom_mastery", args=[classroom.public_id]),
        *(reverse(name, args=[given.public_id]) for name in ("assignment_progress", "live_progress")),
        reverse("assignment_results", args=[given.public_id]),
    ]
    for page in pages:
        assert student.display_name in text_of(teacher_client.get(page))
    remove(given, student, teacher)
    for page in pages:
        text = text_of(teacher_client.get(page))
        assert (student.display_name in text, classmate.display_name in text) == (False, True)
    for layout in ("scores", "canvas", "moodle", "answers"):
        assert student.display_name not in {
            row.get("Student", row.get("First name")) for row in file(teacher_client, given, layout)
        }
    assert "0 of 1 turned in" in text_of(teacher_client.get(reverse("teacher_home")))
    assert "0 of 1 turned in, 1 not started" in text_of(teacher_client.get(pages[2]))
    work = part(teacher_client, "student_history", [student.public_id], r'aria-labelledby="h-work">(.*?)</section>')
    assert words(work) == ["Turned in" if act is turn_in else "In progress"]
