"""Goals 9 and 10 of docs/performance.md: the gradebook of a class, and the figures of many attempts, on made-up rows.

Run after `django.setup()` on an empty, migrated database; each function adds the rows that it reads.
"""

import gzip
import itertools
import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from quizsite.call_stack import with_large_stack
from quizzes.content.editions import published
from quizzes.grading.points import NO_ADJUSTMENTS, score
from quizzes.models import Answer, Assignment, Attempt, Classroom, Edition, Student
from quizzes.reports.item_report import item_report
from tests.factories import make_classroom, make_document, make_edition, make_question_set, make_user, right_value

_receipts = itertools.count()
_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one run of the same work takes, in ms: process time, which other programs disturb least, and wall."""

    cpu_ms: list[float]
    wall_ms: list[float]


@dataclass(frozen=True, slots=True)
class PageFigures:
    """What a page costs. byte_count: compressed by gzip at the level that a proxy uses, 6."""

    timing: Timing
    byte_count: int
    query_count: int


def gradebook_figures() -> PageFigures:
    """Goal 9: a gradebook of 30 students and 10 quizzes over HTTP within this process, every middleware on."""
    teacher = make_user(email=f"{uuid.uuid4()}@school.test")
    classroom = make_classroom(teacher=teacher, name="Civics, Period 3")
    now = timezone.now()
    enrolled = _students(classroom, 30)
    for number in range(10):
        assignment = _assignment(
            _edition(f"Set number {number + 1} of this class", 4),
            classroom,
            teacher_id=teacher.pk,
            due_at=now - timedelta(hours=12 * number) + timedelta(days=1),
        )
        # Nine in ten have turned in, so that each state is there.
        _attempts(
            assignment,
            [student for student in enrolled if (student.pk + number) % 10],
            seed=number,
        )
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(teacher)
    address = reverse("classroom_gradebook", args=[classroom.public_id])
    with CaptureQueriesContext(connection) as seen:
        response = client.get(address)
        query_count = sum(not query["sql"].startswith(_CONTROL) for query in seen)
    if response.status_code != 200:
        raise RuntimeError(f"gradebook: {response.status_code}")
    return PageFigures(
        timed(lambda: client.get(address), 15),
        len(gzip.compress(response.content, 6)),
        query_count,
    )


def item_report_figures(*, attempts: int) -> Timing:
    """Goal 10: the figures of this many attempts at 20 questions, read from the database and worked out."""
    teacher = make_user(email=f"{uuid.uuid4()}@school.test")
    classroom = make_classroom(teacher=teacher)
    assignment = _assignment(_edition("A long set", 5), classroom, teacher_id=teacher.pk)
    _attempts(assignment, _students(classroom, attempts), seed=attempts)
    return timed(lambda: item_report([assignment]), 7)


def timed(work: Callable[[], object], repeats: int) -> Timing:
    """The work so many times with the call stack of `make run`, after one run that fills the caches."""
    with_large_stack(work)
    cpu, wall = [], []
    for _ in range(repeats):
        began, began_cpu = time.perf_counter(), time.process_time()
        with_large_stack(work)
        cpu.append((time.process_time() - began_cpu) * 1000)
        wall.append((time.perf_counter() - began) * 1000)
    return Timing(cpu, wall)


def used_connection_shares(address: str, client: Client) -> list[float]:
    """The processor time of a page on a connection that has sent 500 other queries, over one on a new connection."""
    shares = []
    for _ in range(5):
        connection.close()
        new = timed(lambda: client.get(address), 40)
        connection.close()
        with connection.cursor() as cursor:
            for number in range(500):
                cursor.execute(f"SELECT {number}")  # nosec B608
        used = timed(lambda: client.get(address), 40)
        shares.append(median(used.cpu_ms) / median(new.cpu_ms))
    return shares


def lines(row: Callable[[str, Sequence[float]], str]) -> Iterator[str]:
    """Goals 9 and 10 as lines of a table. row: writes a line of a name and the values of the runs."""
    page = gradebook_figures()
    yield row("9 gradebook 30 x 10: CPU ms", page.timing.cpu_ms)
    yield row("  wall ms", page.timing.wall_ms)
    yield row("  compressed bytes", [page.byte_count])
    yield row("  queries, sign-in included", [page.query_count])
    for count in (1_000, 10_000):
        timing = item_report_figures(attempts=count)
        yield row(
            f"10 item statistics of {count:,} attempts x 20 questions: CPU ms",
            timing.cpu_ms,
        )
        yield row("  wall ms", timing.wall_ms)


# --- Rows ---------------------------------------------------------------------------------------------------------


def _edition(title: str, times: int) -> Edition:
    """The four questions of the small set so many times over, each time under other keys."""
    document = make_document(slug=f"bench-{uuid.uuid4().hex[:12]}", title=title)
    questions: list[dict[str, Any]] = document["questions"]
    document["questions"] = [
        {
            **question,
            "key": f"{question['key']}-{turn}",
            "stem": f"{question['stem']} ({turn})",
        }
        for turn in range(times)
        for question in questions
    ]
    return make_edition(question_set=make_question_set(title=title), document=document)


def _assignment(edition: Edition, classroom: Classroom, *, teacher_id: int, **fields: Any) -> Assignment:
    created_at = timezone.now() - timedelta(days=9)
    return Assignment.objects.create(
        edition=edition,
        classroom=classroom,
        assigned_by_id=teacher_id,
        created_at=created_at,
        **fields,
    )


def _students(classroom: Classroom, count: int) -> list[Student]:
    made = [
        Student(
            classroom=classroom,
            display_name=f"Student {number:05}",
            name_key=f"student {number:05}",
            created_at=timezone.now(),
        )
        for number in range(count)
    ]
    return Student.objects.bulk_create(made, batch_size=1000)


def _attempts(assignment: Assignment, students: Sequence[Student], *, seed: int) -> None:
    """Turned in, each question answered by nine in ten: most right, the rest spread over the wrong answers."""
    draw = random.Random(seed)
    content = published(assignment.edition_id)
    begun = timezone.now() - timedelta(days=1)
    given: list[dict[str, Any]] = [
        {
            question.key: right_value(question) if draw.random() < 0.6 else _slip(question.type, draw)
            for question in content.document.questions
            if draw.random() < 0.9
        }
        for _ in students
    ]
    attempts = []
    for student, values in zip(students, given, strict=True):
        points, possible = score(content.document.questions, values, NO_ADJUSTMENTS)
        attempts.append(
            Attempt(
                assignment=assignment,
                student=student,
                classroom_id=assignment.classroom_id,
                number=1,
                shuffle_questions=False,
                shuffle_choices=False,
                started_at=begun,
                submitted_at=begun + timedelta(minutes=10),
                submitted_by=Attempt.SubmittedBy.STUDENT,
                receipt=f"{next(_receipts):07}",
                score=points,
                max_score=possible,
            )
        )
    Attempt.objects.bulk_create(attempts, batch_size=1000)
    Answer.objects.bulk_create(
        (
            Answer(
                attempt=attempt,
                question_id=content.question_ids[key],
                value=value,
                revision=1,
                saved_at=begun,
            )
            for attempt, values in zip(attempts, given, strict=True)
            for key, value in values.items()
        ),
        batch_size=5000,
    )


def _slip(kind: str, draw: random.Random) -> Any:
    """Some answer of the small set's question of this type, seldom right."""
    match kind:
        case "single":
            return draw.choice("ac")
        case "multiple":
            return sorted(draw.sample("abcd", 2))
        case "who_says_so":
            return {key: draw.choice(["reporter", "mayor", "protesters", "not_stated"]) for key in "abc"}
    return sorted(draw.sample(["s1", "s2", "s3", "s4", "s5", "s6"], 2))
