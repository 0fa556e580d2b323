"""In any order of regrades, accepted answers, and undos, a score follows from the regrades that are not undone."""

import copy
import random
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from quizzes.content.editions import published, written_questions
from quizzes.content.question_types.short_answer.question import ShortAnswer
from quizzes.grading import regrades
from quizzes.grading.new_keys import adding, replacing
from quizzes.grading.points import Adjustments, accepted_versions, regraded_question
from quizzes.grading.scores import applied_regrades, document_in_force
from quizzes.models import Assignment, Attempt, Classroom, Edition, Question, Teaching, User
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_document,
    make_edition,
    make_student,
    make_user,
)
from tests.slow_cases import slow_after

# None of them is close to another one.
WORDS = ("harbor", "market", "school", "bridge")
# What students answer and what becomes correct, by question. The first answer of each is in the key of the edition.
VALUES: dict[str, list[Any]] = {
    "one": ["b", "a", "c"],
    "some": list(WORDS),
    "who": ["30", "45", "60"],
    "proof": [{"a": one, "b": other} for one, other in zip(WORDS, reversed(WORDS), strict=True)],
}
# What a typed answer is added to makes the difference, so most steps are about one.
QUESTIONS = ["some", "some", "some", "proof", "who", "one"]
POLICIES = [*["new_key"] * 4, *["either_key"] * 5, "drop", "full_credit"]
STEPS = 40


def document() -> dict[str, Any]:
    """`make_document` with a short answer, a number, and two typed blanks after its first question."""
    made = copy.deepcopy(make_document())
    common = ("key", "objective", "skill", "points", "facts", "stem", "evidence", "explanation")
    some, who, proof = ({name: table[name] for name in common} for table in made["questions"][1:])
    made["questions"][1:] = [
        {**some, "type": "short_answer", "accepted": [WORDS[0]], "wrong": [{"text": WORDS[1], "rationale": "No."}]},
        {**who, "type": "numeric", "kind": "number", "answer": "30"},
        {
            **proof,
            "type": "blanks",
            "text": "From the {a} to the {b}.",
            "gaps": [{"accepted": [WORDS[0]], "rationale": "No."}, {"accepted": [WORDS[-1]], "rationale": "No."}],
        },
    ]
    return made


@dataclass
class Made:
    """A regrade. assignments: row ids of the quizzes that it affects."""

    group: uuid.UUID
    question: str
    policy: str
    values: list[Any]
    assignments: set[int]
    undone: set[int] = field(default_factory=set)


def parts_of(value: Any) -> list[Any]:
    """The answer to each part of a question."""
    return list(value.values()) if isinstance(value, dict) else [value]


def accepted_parts(question: str, in_force: list[Made]) -> list[set[Any]]:
    """What each part of a question accepts after these regrades."""
    accepted = [{part} for part in parts_of(VALUES[question][0])]
    for made in in_force:
        if made.policy == "new_key":
            accepted = [set() for _ in accepted]
        for value in made.values:
            for own, part in zip(accepted, parts_of(value), strict=True):
                own.add(part)
    return accepted


def expected(answers: dict[str, Any], points: dict[str, int], in_force: list[Made]) -> tuple[Decimal, int]:
    """(points, points possible) of an attempt, recomputed from the regrades in force."""
    got, possible = Fraction(0), 0
    for question, most in points.items():
        own = [made for made in in_force if made.question == question]
        if any(made.policy == "drop" for made in own):
            continue
        possible += most
        policies = [made.policy for made in own]
        since = len(policies) - policies[::-1].index("new_key") if "new_key" in policies else 0
        parts = parts_of(answers[question])
        right = [part in good for part, good in zip(parts, accepted_parts(question, own), strict=True)]
        got += most if "full_credit" in policies[since:] else Fraction(most * sum(right), len(right))
    return Decimal(got.numerator) / got.denominator, possible


class Chance:
    """A program of random steps over two classes with the same questions, and the model of it."""

    def __init__(self, seed: int, teacher: User, classroom: Classroom, edition: Edition) -> None:
        self.random, self.edition, self.now = random.Random(seed), edition, NOW
        self.teachers = [teacher]
        self.points = dict(edition.questions.values_list("key", "points"))
        self.made: list[Made] = []
        self.given: dict[int, dict[str, Any]] = {}
        self.classroom = classroom
        self.assignments = [self.assign(classroom)]

    def assign(self, classroom: Classroom) -> Assignment:
        assignment = make_assignment(edition=self.edition, classroom=classroom, assigned_by=self.teachers[0])
        for _ in range(4):
            answers = {key: self.random.choice(values) for key, values in VALUES.items()}
            student = make_student(classroom=classroom)
            self.given[make_answered_attempt(assignment=assignment, student=student, answers=answers).pk] = answers
        return assignment

    def assign_later(self) -> None:
        """Give the same questions to a second class, which a colleague also teaches."""
        if len(self.assignments) == 1:
            later, colleague = make_classroom(teacher=self.teachers[0], name="Period 6"), make_user(name="Mr. Diaz")
            Teaching.objects.create(classroom=later, teacher=colleague)
            self.teachers.append(colleague)
            self.assignments.append(self.assign(later))

    def regrade(self) -> None:
        question = Question.objects.get(edition=self.edition, key=self.random.choice(QUESTIONS))
        policy = self.random.choice(POLICIES)
        by, group = self.random.choice(self.teachers), uuid.UUID(int=self.random.getrandbits(128))
        affected = regrades.affected_assignments(self.edition, here=self.classroom, by=by)
        # The queue accepts several wordings of a short answer at once.
        several = self.random.choice([1, 1, 2]) if question.key == "some" else 1
        count = {"new_key": 1, "either_key": several}.get(policy, 0)
        values = self.random.sample(VALUES[question.key], count)
        stored = None
        if policy == "new_key":
            stored = replacing(written_questions(self.edition.pk)[question.key], values[0], {})
        elif values:
            shown = self.random.choice(affected).pk
            earlier = applied_regrades([shown])[shown].get(question.key, ())
            stored = adding(document_in_force(self.edition.pk, question.key, earlier), values, {})
        change: dict[str, Any] = {"policy": policy, "document": stored}
        stamp = regrades.preview(affected, question, **change).stamp
        for _ in range(2):
            regrades.apply(
                affected, question, **change, reason="It was unclear.", stamp=stamp, group=group, by=by, now=self.now
            )
        self.made.append(Made(group, question.key, policy, values, {assignment.pk for assignment in affected}))

    def undo(self) -> None:
        if self.made:
            made, by = self.random.choice(self.made[-6:]), self.random.choice(self.teachers)
            regrades.undo(made.group, here=self.classroom, by=by, now=self.now)
            reached = regrades.affected_assignments(self.edition, here=self.classroom, by=by)
            made.undone |= made.assignments & {one.pk for one in reached}

    def step(self) -> None:
        self.now += timedelta(minutes=self.random.choice([-5, 0, 5]))
        self.random.choice([self.assign_later, *[self.regrade] * 5, *[self.undo] * 4])()

    def check(self) -> None:
        """Compare each score with the model, and the answers that pages name with those that count."""
        for assignment in self.assignments:
            own = [made for made in self.made if assignment.pk in made.assignments - made.undone]
            for attempt in Attempt.objects.filter(assignment=assignment):
                assert (attempt.score, attempt.max_score) == expected(self.given[attempt.pk], self.points, own)
            adjusted = Adjustments(applied_regrades([assignment.pk])[assignment.pk])
            short = next(one for one in published(self.edition.pk).document.questions if one.key == "some")
            shown = regraded_question(short, adjusted)
            assert isinstance(shown, ShortAnswer)
            of_short = [made for made in own if made.question == "some"]
            assert [set(shown.accepted)] == accepted_parts("some", of_short)
            versions = accepted_versions(short, adjusted)
            assert {word for version in versions for word in version.accepted} == set(shown.accepted)  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", slow_after(1, range(8)))
def test_score_follows_from_the_regrades_in_force(seed: int, teacher: User, classroom: Classroom) -> None:
    chance = Chance(seed, teacher, classroom, make_edition(document=document()))
    chance.check()
    for _ in range(STEPS):
        chance.step()
        chance.check()
    assert {"new_key", "either_key"} <= {made.policy for made in chance.made if made.undone}
