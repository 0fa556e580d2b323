"""The sample class that a teacher opens to look around: invented students and seeded random answers."""

import random
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from quizzes.assignments.deadlines import Window
from quizzes.assignments.lifecycle import AssignmentSettings, assign
from quizzes.assignments.release import Release
from quizzes.attempts.answers import save_answer
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import start_attempt, submit_attempt
from quizzes.content.editions import latest_edition
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import type_of
from quizzes.models import Assignment, Classroom, QuestionSet, Student, User
from quizzes.models.locks import lock_account
from quizzes.people.classrooms import ClassroomNameTaken, add_classroom
from quizzes.people.rosters import add_students, new_students

NAMES = (gettext_noop("Sample class"), gettext_noop("Sample class 2"), gettext_noop("Sample class 3"))
STUDENTS = (
    "Amara B.,Anthony D.,Brianna W.,Chidi O.,Elif Y.,Gabriel P.,Grace L.,Jin-woo P.,Khadija N.,Luis V.,Maya S.,Zion W."
)
# The last student has not answered, so that one is missing.
ANSWERED_COUNT = 11
SET_SLUG = "exit-ticket"
SEED = 20260831


class NoBuiltInSets(Exception):
    """The question set of the sample class is not loaded."""


@transaction.atomic
def make_sample_class(*, by: User, now: datetime) -> Classroom:
    """The teacher's sample class; a new one if there is none. Safe to repeat. Raises NoBuiltInSets.

    Its quiz is closed and its class code off, so that it changes nothing for real classes.
    """
    # The lock makes two clicks create one class.
    lock_account(by)
    present = Classroom.objects.taught_by(by).current().filter(is_sample=True).first()
    if present is not None:
        return present
    question_set = QuestionSet.objects.built_in().filter(slug=SET_SLUG).published().first()
    if question_set is None:
        raise NoBuiltInSets
    opens_at = now - timedelta(days=2)
    classroom = _add_classroom(by, opens_at)
    add_students(classroom, new_students(STUDENTS.split(",")), by=by, now=opens_at)
    settings = AssignmentSettings(release=Release.AFTER_SUBMIT)
    window = Window(opens_at, now - timedelta(days=1, hours=1), now - timedelta(days=1))
    edition = latest_edition(question_set)
    [assignment] = assign(edition, {classroom: window}, settings=settings, group=uuid.uuid4(), by=by, now=opens_at)
    rng = random.Random(SEED)  # noqa: S311  sample data, the same each time
    for student in list(classroom.students.order_by("pk"))[:ANSWERED_COUNT]:
        started_at = opens_at + timedelta(minutes=5, seconds=rng.randrange(600))
        ability = min(0.97, max(0.25, rng.gauss(0.68, 0.18)))
        make_sample_attempt(student, assignment, ability, rng, is_submitted=True, started_at=started_at, now=now)
    return classroom


def _add_classroom(by: User, created_at: datetime) -> Classroom:
    """A class with the first name of NAMES, in the language of the page, that the teacher has not used."""
    for name in NAMES:
        try:
            with transaction.atomic():
                classroom = add_classroom(by=by, name=gettext(name), time_zone="America/New_York", now=created_at)
        except ClassroomNameTaken:
            continue
        classroom.is_sample, classroom.join_open = True, False
        classroom.save(update_fields=["is_sample", "join_open"])
        return classroom
    raise ClassroomNameTaken(by)


def make_sample_attempt(
    student: Student,
    assignment: Assignment,
    ability: float,
    rng: random.Random,
    *,
    is_submitted: bool,
    started_at: datetime,
    now: datetime,
) -> None:
    """Make an attempt with random answers. ability: 0 to 1. An attempt that is not submitted has the first answers."""
    attempt = start_attempt(student, assignment, now=started_at)
    content = content_of(attempt)
    questions = content.questions if is_submitted else content.questions[: max(1, len(content.questions) * 2 // 5)]
    moment = started_at
    for question in questions:
        moment = min(moment + timedelta(seconds=rng.randrange(20, 100)), now)
        value = believable_value(question, ability, rng)
        if value is not None:
            save_answer(
                attempt,
                content.question_id(question),
                value,
                operation=f"sample-{question.key}",
                seen_revision=0,
                now=moment,
            )
    if is_submitted:
        submit_attempt(attempt, now=min(moment + timedelta(seconds=30), now))


def believable_value(question: Question, ability: float, rng: random.Random) -> Value:
    """A random answer of a student with this ability (0 to 1): correct, wrong, or in 2 % of cases None."""
    if rng.random() < 0.02:
        return None
    correct = question.correct_answer()
    wrong = question.wrong_answer(rng.choice)
    if isinstance(correct, dict):
        # Each part is correct or wrong independently.
        parts = {part: correct[part] if rng.random() < ability else (wrong or {}).get(part) for part in correct}
        return {part: value for part, value in parts.items() if value is not None} or None
    if rng.random() < ability or wrong is None:
        return correct
    has_several = type_of(question).lists_all_choices and isinstance(correct, list)
    # Students miss one choice of several more often than all of them.
    return sorted({*correct[1:], *wrong}) if has_several else wrong
