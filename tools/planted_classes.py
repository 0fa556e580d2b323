"""`python -m tools.planted_classes PICTURES KEY [--seed 1]`: is the planted misconception of a class on its results?

Five sample classes of different sizes answer built-in sets. In each, a part of the class shares one wrong answer; all
other answers are those of students of average ability. The seed decides sets, sizes, questions, and answers. The
command serves the classes on this machine, takes pictures of the first screen of their results at 1280 x 800 and of the
whole page at 360 pixels, and writes what was planted into KEY. A reader who has not seen KEY says from the pictures
what to reteach, and why.
"""

import argparse
import random
import sys
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

SEED = 1
# A class of average ability: other wrong answers are spread over the questions.
ABILITY = 0.8


@dataclass(frozen=True, slots=True)
class Plan:
    """A class of so many students, and the question on which this share of them gives the same wrong answer."""

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


def make_classes(*, now: datetime, seed: int = SEED) -> list[Planted]:
    """Make the classes of a new teacher, and return what was planted. The built-in sets are loaded."""
    from quizzes.models import User  # noqa: PLC0415  main() serves the site in another process

    teacher = User.objects.create_user("planted@school.example", name="Ms. Rivera")
    rng = random.Random(seed)  # noqa: S311  sample data, the same each time
    return [_make_class(plan, teacher, rng, now) for plan in _plans(rng)]


def _plans(rng: random.Random) -> list[Plan]:
    """The classes, each with a built-in set of its own and one of its questions that lists wrong answers."""
    from quizzes.content.editions import latest_edition, published  # noqa: PLC0415  as above
    from quizzes.models import QuestionSet  # noqa: PLC0415

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


def _make_class(plan: Plan, teacher: Any, rng: random.Random, now: datetime) -> Planted:
    from django.urls import reverse  # noqa: PLC0415  as above

    from quizzes.assignments.deadlines import Window  # noqa: PLC0415
    from quizzes.assignments.lifecycle import AssignmentSettings, assign  # noqa: PLC0415
    from quizzes.assignments.release import Release  # noqa: PLC0415
    from quizzes.attempts.answers import save_answer  # noqa: PLC0415
    from quizzes.attempts.attempt_content import content_of  # noqa: PLC0415
    from quizzes.attempts.lifecycle import start_attempt, submit_attempt  # noqa: PLC0415
    from quizzes.attempts.sample_class import believable_value  # noqa: PLC0415
    from quizzes.content.editions import latest_edition, published  # noqa: PLC0415
    from quizzes.management.sample_school import CLASSES  # noqa: PLC0415
    from quizzes.models import Assignment, QuestionSet  # noqa: PLC0415
    from quizzes.people.classrooms import add_classroom  # noqa: PLC0415
    from quizzes.people.rosters import add_students, new_students  # noqa: PLC0415

    opens_at = now - timedelta(days=2)
    names = next(iter(CLASSES.values())).split(",")[: plan.size]
    classroom = add_classroom(by=teacher, name=plan.name, time_zone="America/New_York", now=opens_at)
    add_students(classroom, new_students(names), by=teacher, now=opens_at)
    edition = latest_edition(QuestionSet.objects.built_in().get(slug=plan.slug))
    settings = AssignmentSettings(
        time_limit=None,
        max_attempts=1,
        attempt_policy=Assignment.AttemptPolicy.BEST,
        shuffle_questions=False,
        shuffle_choices=True,
        release=Release.AFTER_SUBMIT,
    )
    window = Window(opens_at, now - timedelta(hours=2), now - timedelta(hours=1))
    [assignment] = assign(edition, {classroom: window}, settings=settings, group=uuid.uuid4(), by=teacher, now=opens_at)

    document = published(edition.pk).document
    question = document.question(plan.question)
    assert question is not None  # noqa: S101  a built-in set
    wrong = rng.choice([option for option in question.options(document.reading) if option.listed and not option.right])
    students = list(classroom.students.order_by("pk"))
    misled = set(rng.sample(range(plan.size), round(plan.size * plan.share)))
    for place, student in enumerate(students):
        started_at = opens_at + timedelta(minutes=5, seconds=rng.randrange(600))
        attempt = start_attempt(student, assignment, now=started_at)
        content = content_of(attempt)
        for asked in content.questions:
            value = believable_value(asked, ABILITY, rng)
            if asked.key == plan.question:
                value = (
                    with_option(question.correct_answer(), wrong.id) if place in misled else question.correct_answer()
                )
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


def with_option(correct: Any, option_id: str) -> Any:
    """The correct answer with this wrong option in the place of a correct one."""
    if isinstance(correct, dict):
        part, _, value = option_id.partition(":")
        return {**correct, part: value}
    if isinstance(correct, list):
        return sorted([*correct[1:], option_id])
    return option_id


def print_classes(seed: int) -> None:
    """Make the classes on the site of the settings; print the sign-in link's email and one line for each class."""
    from django.utils import timezone  # noqa: PLC0415  as above

    for planted in make_classes(now=timezone.now(), seed=seed):
        fields = (planted.class_name, planted.address, planted.number, planted.answer, planted.why)
        sys.stdout.write("\t".join(map(str, (*fields, planted.student_count, planted.class_size))) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures, and write the key."""
    from tests.browser.chromium import launch_arguments  # noqa: PLC0415  only this command needs the tests
    from tests.servers import Site, running  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    options.pictures.mkdir(parents=True, exist_ok=True)
    options.key.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="footnote-planted-") as data:
        site = Site(Path(data))
        site.run("migrate", "-v", "0")
        site.run("load_question_sets", "-v", "0")
        code = f"from tools.planted_classes import print_classes; print_classes({options.seed})"
        lines = site.run("shell", "--no-imports", "-c", code).splitlines()
        printed = site.run("sign_in_link", "planted@school.example", "--base-url", site.url)
        with running(site), sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_arguments())
            page = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 800}).new_page()
            page.goto(printed.split()[-1])
            page.get_by_role("button").first.click()
            page.wait_for_url("**/teacher/")
            for number, line in enumerate(lines, start=1):
                page.set_viewport_size({"width": 1280, "height": 800})
                page.goto(line.split("\t")[1])
                page.screenshot(path=options.pictures / f"class-{number}-1280.png")
                page.set_viewport_size({"width": 360, "height": 740})
                page.screenshot(path=options.pictures / f"class-{number}-360.png", full_page=True)
            browser.close()
    options.key.write_text("".join(f"{_in_words(line)}\n" for line in lines), encoding="utf-8")


def _in_words(line: str) -> str:
    name, _, number, answer, why, count, size = line.split("\t")
    return f"{name}: {count} of {size} students give the wrong answer “{answer}” to question {number}. {why}".strip()


if __name__ == "__main__":
    main()
