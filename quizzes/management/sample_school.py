"""Sample data for `load_demo`: invented students and seeded random answers, stored by the domain functions."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from quizzes.assignments.deadlines import Window
from quizzes.assignments.lifecycle import AssignmentSettings, assign
from quizzes.assignments.release import Release
from quizzes.attempts.sample_class import make_sample_attempt
from quizzes.content.drafts import lifecycle, publishing
from quizzes.content.editions import latest_edition
from quizzes.content.rules.folder import SOURCE_NAME
from quizzes.content.set_document import combine
from quizzes.files.built_in_sets import read_toml
from quizzes.models import Classroom, Edition, QuestionSet, Student, User
from quizzes.people.classrooms import add_classroom
from quizzes.people.rosters import add_students, new_students

OWN_SET = settings.BASE_DIR / "fixtures" / "pars-agreement" / "demo" / "other-ways-to-ask.toml"
TEACHER_EMAIL = "rivera@school.example"
TEACHER_NAME = "Ms. Rivera"
SEED = 20260831
CLASSES = {
    "Civics, Period 3": (
        "Aaliyah M.,Amara B.,Ana Sofía R.,Anthony D.,Brianna W.,Chidi O.,Daniel K.,Destiny J.,Elif Y.,Emmanuel T.,"
        "Fatou S.,Gabriel P.,Grace L.,Hassan A.,Imani C.,Isabella G.,Jaylen H.,Jin-woo P.,Khadija N.,Leah F.,"
        "Linh T.,Luis V.,Malik R.,Maya S.,Nathan E.,Oleksandr H.,Priya N.,Quinn B.,Sofia D.,Zion W."
    ),
    "Civics, Period 5": (
        "Adrian C.,Aisha K.,Alejandra P.,Amir H.,Ava T.,Bilal S.,Camila R.,Chloe N.,David O.,Diego M.,"
        "Ebony F.,Eli G.,Esperanza V.,Farah D.,Giovanni L.,Hana J.,Isaiah B.,Jasmine W.,Kofi A.,Lucía E.,"
        "Marcus P.,Mei L.,Nadia Z.,Noah S.,Olivia R.,Rafael T.,Samira Q.,Tomás I.,Victoria U.,Xavier Y."
    ),
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """One set assigned to both classes.

    opens, due, closes: relative to now. submitted_counts, open_counts: students with such an attempt, for each class.
    """

    slug: str
    opens: timedelta
    due: timedelta
    closes: timedelta | None
    release: Release
    max_attempts: int
    submitted_counts: tuple[int, int]
    open_counts: tuple[int, int]


LESSONS = (
    Lesson(
        "exit-ticket",
        timedelta(days=-6),
        timedelta(days=-4),
        timedelta(days=-3),
        Release.AFTER_SUBMIT,
        1,
        (28, 26),
        (0, 0),
    ),
    Lesson(
        "who-says-so",
        timedelta(days=-2),
        timedelta(hours=-20),
        timedelta(days=1),
        Release.AFTER_CLOSE,
        1,
        (24, 21),
        (3, 2),
    ),
    # A set of the teacher's own, with answers that need grading.
    Lesson(
        OWN_SET.stem,
        timedelta(days=-1),
        timedelta(hours=-2),
        None,
        Release.AFTER_SUBMIT,
        1,
        (8, 5),
        (1, 1),
    ),
    Lesson("pars-agreement", timedelta(hours=-1), timedelta(hours=3), None, Release.AFTER_LAST, 2, (15, 4), (9, 6)),
)


@transaction.atomic
def make_sample_school(*, now: datetime) -> User:
    """The sample teacher, with two classrooms of 30 students, assignments and attempts. Safe to repeat."""
    teacher = User.objects.filter(email=TEACHER_EMAIL).first()
    if teacher is not None:
        return teacher
    rng = random.Random(SEED)  # noqa: S311  sample data, the same each time
    teacher = User.objects.create_user(TEACHER_EMAIL, name=TEACHER_NAME)
    created_at = now - timedelta(days=30)
    classrooms = []
    for name, names in CLASSES.items():
        classroom = add_classroom(by=teacher, name=name, time_zone="America/New_York", now=created_at)
        add_students(classroom, new_students(names.split(",")), by=teacher, now=created_at)
        classrooms.append(classroom)
    ability = {
        student.pk: min(0.97, max(0.25, rng.gauss(0.68, 0.18)))
        for student in Student.objects.filter(classroom__in=classrooms).order_by("pk")
    }
    own_edition = _publish_own_set(by=teacher, now=created_at)
    for lesson in LESSONS:
        is_own = lesson.slug == OWN_SET.stem
        edition = own_edition if is_own else latest_edition(QuestionSet.objects.built_in().get(slug=lesson.slug))
        _assign_lesson(lesson, edition, classrooms, ability, rng, by=teacher, now=now)
    return teacher


def _publish_own_set(*, by: User, now: datetime) -> Edition:
    """Publish a set of the teacher's own on the built-in story. It has every type that built-in sets do not use."""
    source = read_toml((OWN_SET.parent.parent / SOURCE_NAME).read_bytes())
    document = combine(source, read_toml(OWN_SET.read_bytes()))
    draft = lifecycle.take_document(document, title=document["title"], by=by, now=now)
    edition = publishing.publish(draft, seen=draft.revision, note="", by=by, now=now)
    if edition is None:
        raise RuntimeError("a new set was not published, because it equals its latest edition")
    return edition


def _assign_lesson(
    lesson: Lesson,
    edition: Edition,
    classrooms: Sequence[Classroom],
    ability: dict[int, float],
    rng: random.Random,
    *,
    by: User,
    now: datetime,
) -> None:
    opens_at = now + lesson.opens
    window = Window(opens_at, now + lesson.due, now + lesson.closes if lesson.closes else None)
    settings = AssignmentSettings(max_attempts=lesson.max_attempts, release=lesson.release)
    assignments = assign(
        edition,
        dict.fromkeys(classrooms, window),
        settings=settings,
        group=uuid.UUID(int=rng.getrandbits(128)),
        by=by,
        now=opens_at,
    )
    for assignment, submitted_count, open_count in zip(
        assignments, lesson.submitted_counts, lesson.open_counts, strict=True
    ):
        students = list(assignment.classroom.students.order_by("pk"))
        rng.shuffle(students)
        for index, student in enumerate(students[: submitted_count + open_count]):
            is_late = lesson.due < timedelta(0) and index < 2
            started_at = now + lesson.due + timedelta(hours=1) if is_late else opens_at + timedelta(minutes=2)
            started_at += timedelta(seconds=rng.randrange(600))
            is_submitted = index < submitted_count
            make_sample_attempt(
                student, assignment, ability[student.pk], rng, is_submitted=is_submitted, started_at=started_at, now=now
            )
