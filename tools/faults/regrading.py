"""A regrade of many attempts, killed at random points: all of it or nothing, and the same scores when run again.

The killed one is a process of its own: `python -m tools.faults.regrading GROUP [torn]`.
"""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import connection  # after the settings are read
from django.utils import timezone

from quizzes.attempts.lifecycle import submit_attempt
from quizzes.grading import regrades
from quizzes.grading.scores import rescore
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, AuditEvent, ManualGrade, Question, Regrade, Student
from tests.factories import make_assignment, make_classroom, make_edition, make_user, regrade_document
from tools.faults.ledger import single_choice_document

QUESTIONS = 4
# The key of every question is b; that of question 2 turns out to be c, and one student in twenty has a mark for it.
NEW_KEY = "c"
ATTEMPTS, OPEN = 1000, 50


@dataclass(frozen=True)
class Class:
    """What is regraded. given: the answers by attempt id; marked: points for question 2, by attempt id."""

    assignment: Assignment
    question: Question
    given: dict[int, str]
    marked: dict[int, Decimal]

    def worth(self, pk: int, key: str) -> Decimal:
        """Points of an attempt when question 2 has this key, counted by hand."""
        second = self.marked.get(pk, Decimal(self.given[pk][1] == key))
        return second + sum(self.given[pk][place] == "b" for place in (0, 2, 3))


@dataclass
class Tally:
    """wrong: how many scores are wrong; torn: how many killed regrades were applied in part.

    rerun: times that a regrade run again changed a row.
    """

    wrong: int = 0
    torn: int = 0
    rerun: int = 0


def regraded_and_killed(kills: int) -> tuple[str, bool]:
    """(line, whether it is as promised) of that many kills; on SQLite with a control that has no transaction."""
    school = make_class()
    opened = open_rows(school)
    tally = Tally(wrong=differences(school, {pk: school.worth(pk, "b") for pk in school.given}))
    # One that is let be must come to what was counted by hand, and says how long one takes.
    seconds = run_to_its_end(group := uuid.uuid4())
    tally.wrong += differences(school, {pk: school.worth(pk, NEW_KEY) for pk in school.given})
    undo(school, group)
    chance = random.Random(14)
    moments = [kill_one(school, chance, seconds, tally) for _ in range(kills)]
    tally.wrong += opened != open_rows(school)
    apply(school, uuid.uuid4())
    tally.wrong += submit_open_attempts(school)
    line = (
        f"attempts={len(school.given) - OPEN} open={OPEN} kills={kills} wrong={tally.wrong} torn={tally.torn} "
        f"changed_on_rerun={tally.rerun} took={seconds:.2f}s killed_at={min(moments):.0%}..{max(moments):.0%}"
    )
    good = tally.wrong == tally.torn == tally.rerun == 0
    if connection.vendor == "sqlite":
        # Without its transaction a regrade that is killed leaves a correction recorded that reached no score.
        control, other = Tally(), make_class()
        for _ in range(3):
            kill_one(other, chance, seconds, control, mode="torn")
        line += f" control_torn={control.torn} control_wrong={control.wrong}"
        good &= control.torn > 0 and control.wrong > 0
    return line, good


def kill_one(school: Class, chance: random.Random, seconds: float, tally: Tally, mode: str = "") -> float:
    """Kill one regrade before its end, run it again twice, take it back; when it was killed, as a share of its time."""
    before = {pk: school.worth(pk, "b") for pk in school.given}
    after = {pk: school.worth(pk, NEW_KEY) for pk in school.given}
    while True:
        group, share = uuid.uuid4(), chance.random()
        if killed(group, share * seconds, mode):
            break
        # It had come to its end.
        undo(school, group)
    recorded = Regrade.objects.filter(group=group).exists()
    tally.torn += bool(differences(school, after if recorded else before))
    apply(school, group)
    tally.wrong += differences(school, after)
    rows = all_rows(school)
    apply(school, group)
    tally.rerun += rows != all_rows(school)
    undo(school, group)
    tally.wrong += differences(school, before)
    return share


def undo(school: Class, group: uuid.UUID) -> None:
    """Take the regrade back."""
    given = school.assignment
    regrades.undo(group, here=given.classroom, by=given.assigned_by, now=timezone.now())


def killed(group: uuid.UUID, after: float, mode: str) -> bool:
    """Start a regrade in a process of its own and kill it so many seconds into its work; False when it was done."""
    child = start(group, mode)
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate(timeout=60)
    return "done" not in rest


def run_to_its_end(group: uuid.UUID) -> float:
    """How many seconds a regrade takes that no one kills."""
    child = start(group, "")
    began = time.monotonic()
    assert child.stdout is not None
    if child.stdout.readline() != "done\n":
        raise RuntimeError("the regrade that nobody killed came to no end")
    seconds = time.monotonic() - began
    child.communicate(timeout=60)
    return seconds


def start(group: uuid.UUID, mode: str) -> "subprocess.Popen[str]":
    """A process that is about to apply the regrade."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tools.faults.regrading", str(group), mode],
        cwd=Path(__file__).parents[2],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    if child.stdout.readline() != "go\n":
        raise RuntimeError("the regrade did not begin")
    return child


def apply(school: Class, group: uuid.UUID, mode: str = "") -> None:
    """Regrade as the form does; `torn`: without the transaction around it."""
    act: Any = regrades.apply.__wrapped__ if mode == "torn" else regrades.apply  # type: ignore[attr-defined]
    document = regrade_document(school.assignment.edition_id, school.question.key, "new_key", NEW_KEY)
    reached = [school.assignment]
    stamp = regrades.preview(reached, school.question, policy="new_key", document=document).stamp
    sys.stdout.write("go\n" if __name__ == "__main__" else "")
    sys.stdout.flush()
    act(
        reached,
        school.question,
        policy="new_key",
        document=document,
        reason="The key was wrong.",
        stamp=stamp,
        group=group,
        by=school.assignment.assigned_by,
        now=timezone.now(),
    )


def differences(school: Class, expected: dict[int, Decimal]) -> int:
    """How many submitted attempts have another score, seen in one statement."""
    done = Attempt.objects.submitted().filter(assignment=school.assignment)
    stored = dict(done.values_list("pk", "score"))
    return sum(stored[pk] != expected[pk] for pk in stored) + abs(len(stored) - (len(expected) - OPEN))


def open_rows(school: Class) -> list[Any]:
    """The open attempts as they are now."""
    return list(Attempt.objects.open().filter(assignment=school.assignment).order_by("pk").values_list())


def all_rows(school: Class) -> list[Any]:
    """Everything that a regrade might write."""
    return [
        list(Attempt.objects.filter(assignment=school.assignment).order_by("pk").values_list()),
        list(Regrade.objects.order_by("pk").values_list()),
        list(ManualGrade.objects.order_by("pk").values_list()),
        list(AuditEvent.objects.order_by("pk").values_list("pk", "action")),
    ]


def submit_open_attempts(school: Class) -> int:
    """Submit what is still open; how many did not get the correction."""
    wrong = 0
    for attempt in Attempt.objects.open().filter(assignment=school.assignment).select_related("assignment"):
        submit_attempt(attempt, now=timezone.now())
        wrong += attempt.score != school.worth(attempt.pk, NEW_KEY)
    return wrong


def make_class() -> Class:
    """An assignment with a thousand attempts submitted and some open, whose answers follow from a seed."""
    now, chance = timezone.now(), random.Random(1000)
    classroom = make_classroom(teacher=(teacher := make_user()), created_at=now)
    edition = make_edition(document=single_choice_document(QUESTIONS), published_at=now)
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, created_at=now)
    names = [f"Student {number}" for number in range(ATTEMPTS + OPEN)]
    students = Student.objects.bulk_create(
        Student(classroom=classroom, display_name=name, name_key=name.lower(), created_at=now) for name in names
    )
    made = Attempt.objects.bulk_create(
        Attempt(
            assignment=assignment,
            student=student,
            classroom=classroom,
            number=1,
            shuffle_questions=False,
            shuffle_choices=True,
            started_at=now,
            **(
                {"submitted_at": now, "submitted_by": "student", "receipt": f"{student.pk:07d}", "score": 0}
                if place < ATTEMPTS
                else {}
            ),
        )
        for place, student in enumerate(students)
    )
    asked = list(edition.questions.order_by("position"))
    given = {attempt.pk: "".join(chance.choice("abcd") for _ in asked) for attempt in made}
    pairs = [
        (attempt, question, value) for attempt in made for question, value in zip(asked, given[attempt.pk], strict=True)
    ]
    Answer.objects.bulk_create(
        Answer(attempt=attempt, question=question, value=value, revision=1, saved_at=now)
        for attempt, question, value in pairs
    )
    AnswerEvent.objects.bulk_create(
        AnswerEvent(
            attempt=attempt, question=question, operation=question.key, value=value, revision=1, outcome="saved", at=now
        )
        for attempt, question, value in pairs
    )
    marked = {attempt.pk: Decimal("0.5") for attempt in made[::20]}
    ManualGrade.objects.bulk_create(
        ManualGrade(attempt=attempt, question=asked[1], points=Decimal("0.5"), made_by=teacher, made_at=now)
        for attempt in made[::20]
    )
    rescore(Attempt.objects.filter(assignment=assignment).select_related("assignment"))
    return Class(assignment, asked[1], given, marked)


def main(group: str, mode: str = "") -> None:
    """Regrade the newest assignment."""
    assignment = Assignment.objects.select_related("edition", "assigned_by").latest("pk")
    question = assignment.edition.questions.get(position=2)
    apply(Class(assignment, question, {}, {}), uuid.UUID(group), mode)
    sys.stdout.write("done\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
