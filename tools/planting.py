"""Sample classes where a part of the students share one wrong answer. `tools.planted_classes` shows them."""

import random
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from quizzes.assignments.deadlines import Window
from quizzes.assignments.lifecycle import AssignmentSettings, assign
from quizzes.assignments.release import Release
from quizzes.attempts.answers import save_answer
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import start_attempt, submit_attempt
from quizzes.attempts.sample_class import believable_value
from quizzes.content.editions import latest_edition, published
from quizzes.management.sample_school import CLASSES
from quizzes.models import Attempt, QuestionSet, User
from quizzes.people.classrooms import add_classroom
from quizzes.people.rosters import add_students, new_students

# A class of average ability: other wrong answers are spread over the questions.
ABILITY = 0.8


@dataclass(frozen=True, slots=True)
class Plan:
    """A class of this size, and the question to which this share of the students gives the same wrong answer."""

    name: str
    slug: str
    question: str
    size: int
    share: float


CLASS_COUNT = 5
SIZES, SHARES = (15, 30), (0.35, 0.6)


@dataclass(frozen=True, slots=True)
class Planted:
    """What is wrong in one class. number: of the question. answer: the shared wrong answer in words."""

    class_name: str
    address: str
    assignment_id: int
    number: int
    option_id: str
    answer: str
    why: str
    student_count: int
    class_size: int


def make_classes(*, now: datetime, seed: int) -> list[Planted]:
    """Make the classes of a new teacher, and return what was planted. The built-in sets are loaded."""
    teacher = User.objects.create_user("planted@school.example", name="Ms. Rivera")
    rng = random.Random(seed)
    return [_make_class(plan, teacher, rng, now) for plan in _plans(rng)]


def _plans(rng: random.Random) -> list[Plan]:
    """The classes, each with a built-in set of its own and one of its questions that lists wrong answers."""
    found = []
    sets = rng.sample(list(QuestionSet.objects.built_in().order_by("slug")), CLASS_COUNT)
    for number, question_set in enumerate(sets, start=1):
        document = published(latest_edition(question_set).pk).document
        listed = [
            question.key
            for question in document.questions
            if any(option.listed and not option.right for option in question.options(document.reading))
        ]
        plan = Plan(f"Class {number}", question_set.slug, rng.choice(listed), rng.randint(*SIZES), rng.uniform(*SHARES))
        found.append(plan)
    return found


def _make_class(plan: Plan, teacher: User, rng: random.Random, now: datetime) -> Planted:
    opens_at = now - timedelta(days=2)
    names = next(iter(CLASSES.values())).split(",")[: plan.size]
    classroom = add_classroom(by=teacher, name=plan.name, time_zone="America/New_York", now=opens_at)
    add_students(classroom, new_students(names), by=teacher, now=opens_at)
    edition = latest_edition(QuestionSet.objects.built_in().get(slug=plan.slug))
    settings = AssignmentSettings(release=Release.AFTER_SUBMIT)
    window = Window(opens_at, now - timedelta(hours=2), now - timedelta(hours=1))
    [assignment] = assign(edition, {classroom: window}, settings=settings, group=uuid.uuid4(), by=teacher, now=opens_at)

    document = published(edition.pk).document
    question = document.question(plan.question)
    assert question is not None
    wrong = rng.choice([option for option in question.options(document.reading) if option.listed and not option.right])
    students = list(classroom.students.order_by("pk"))
    misled = set(rng.sample(range(plan.size), round(plan.size * plan.share)))
    for place, student in enumerate(students):
        correct = question.correct_answer()
        shared = with_option(correct, wrong.id) if place in misled else correct
        started_at = opens_at + timedelta(minutes=5, seconds=rng.randrange(600))
        _answer_all(start_attempt(student, assignment, now=started_at), {plan.question: shared}, rng, started_at)
    return Planted(
        class_name=plan.name,
        address=reverse("assignment_results", args=[assignment.public_id]),
        assignment_id=assignment.pk,
        number=document.questions.index(question) + 1,
        option_id=wrong.id,
        answer=wrong.text,
        why=wrong.why,
        student_count=len(misled),
        class_size=plan.size,
    )


def _answer_all(attempt: Attempt, planted: Mapping[str, Any], rng: random.Random, started_at: datetime) -> None:
    """Answer every question and submit. planted: the answer to a question, by its key."""
    content = content_of(attempt)
    for asked in content.questions:
        value = planted.get(asked.key, believable_value(asked, ABILITY, rng))
        if value is not None:
            save_answer(
                attempt,
                content.question_id(asked),
                value,
                operation=f"planted-{asked.key}",
                seen_revision=0,
                now=started_at + timedelta(minutes=1),
            )
    submit_attempt(attempt, now=started_at + timedelta(minutes=15))


def with_option(correct: Any, option_id: str) -> Any:
    """The correct answer with this wrong option in the place of a correct one."""
    if isinstance(correct, dict):
        part, _, value = option_id.partition(":")
        return {**correct, part: value}
    if isinstance(correct, list):
        return sorted([*correct[1:], option_id])
    return option_id


def print_classes(seed: int) -> None:
    """Make the classes on the site of the settings, and print one line for each."""
    for planted in make_classes(now=timezone.now(), seed=seed):
        fields = (planted.class_name, planted.address, planted.number, planted.answer, planted.why)
        sys.stdout.write("\t".join(map(str, (*fields, planted.student_count, planted.class_size))) + "\n")
