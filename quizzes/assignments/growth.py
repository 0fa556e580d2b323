"""Give the 2 forms of a check to a class in halves: half takes form A first, half form B, and later the other one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import chain

from django.db import transaction

from quizzes.assignments import excuses, lifecycle
from quizzes.assignments.deadlines import Window
from quizzes.assignments.lifecycle import AssignmentSettings
from quizzes.content.editions import published
from quizzes.models import Assignment, Classroom, Edition, Excuse, QuestionSet, Student, User
from quizzes.models.assignments import by_quiz
from quizzes.models.locks import lock_rows
from quizzes.models.quiz_titles import AFTER_LESSONS, BEFORE_LESSONS
from quizzes.models.reasons import ReasonKind
from quizzes.people.newcomers import by_student

# One quiz of a check: the assignments of all its versions, the oldest first.
type Quiz = list[Assignment]


@dataclass(frozen=True, slots=True)
class HalvedCheck:
    """The 4 quizzes of 2 forms in a class. before, after: form A and form B of each time."""

    before: tuple[Quiz, Quiz]
    after: tuple[Quiz, Quiz]

    @property
    def assignments(self) -> list[Assignment]:
        """The assignments of all 4 quizzes."""
        return list(chain(*self.before, *self.after))

    def other_form(self, half: int) -> Quiz:
        """The assignments from which a student of this half is excused. half: 0 takes form A first, 1 form B."""
        return [*self.before[1 - half], *self.after[half]]


def check_forms(user: User) -> tuple[Edition, Edition] | None:
    """The newest editions of the first 2 sets that are forms of each other, form A first; None without such sets.

    Among the sets that this teacher may use. 2 queries.
    """
    newest: dict[str, tuple[str, int]] = {}
    for question_set in QuestionSet.objects.open_to(user).published():
        document = published(question_set.latest_edition_id).document
        if document.form_of:
            newest[document.slug] = (document.form_of, question_set.latest_edition_id)
    for slug, (other, edition_id) in sorted(newest.items()):
        if other in newest and newest[other][0] == slug:
            other_id = newest[other][1]
            rows = Edition.objects.defer("document").in_bulk([edition_id, other_id])
            return rows[edition_id], rows[other_id]
    return None


@transaction.atomic
def assign_halves(
    classroom: Classroom,
    forms: tuple[Edition, Edition],
    *,
    before: Window,
    after: Window,
    group: uuid.UUID,
    by: User,
    now: datetime,
) -> int:
    """Assign both forms for both times, and give each student a half; returns how many got one.

    The answers show after every class with the form has closed, so after the second time. group: an id from the page,
    so that a form sent twice assigns once.
    """
    for name, own_title, window in (("before", BEFORE_LESSONS, before), ("after", AFTER_LESSONS, after)):
        for edition in forms:
            title = published(edition.pk).document.title
            lifecycle.assign(
                edition,
                {classroom: window},
                settings=AssignmentSettings(
                    attempt_policy=Assignment.AttemptPolicy.FIRST,
                    release=Assignment.Release.AFTER_CLOSE,
                    own_title=own_title.format(title=title),
                    is_title_made=True,
                ),
                group=uuid.uuid5(group, f"{name}:{edition.pk}"),
                by=by,
                now=now,
            )
    given = halved_check(list(classroom.assignments.with_set()))
    return give_halves(given, by=by, now=now) if given is not None else 0


def halved_check(assignments: Sequence[Assignment]) -> HalvedCheck | None:
    """The newest check of a class that was given in halves; None without one. assignments: of it, oldest first."""
    forms = [assignment for assignment in assignments if published(assignment.edition_id).document.form_of]
    by_form: dict[frozenset[str], dict[str, list[Quiz]]] = {}
    for quiz in by_quiz(forms):
        document = published(quiz[0].edition_id).document
        pair = by_form.setdefault(frozenset({document.slug, document.form_of}), {})
        pair.setdefault(document.slug, []).append(quiz)
    for pair in reversed(by_form.values()):
        if len(pair) == 2 and all(len(of_form) >= 2 for of_form in pair.values()):
            first, second = (pair[slug][-2:] for slug in sorted(pair))
            return HalvedCheck((first[0], second[0]), (first[1], second[1]))
    return None


def students_without_half(check: HalvedCheck, classroom: Classroom) -> list[Student]:
    """The students who have started none of the 4 quizzes, and have no excuses that give them a half. 2 queries.

    A student who is excused from a form for another reason, such as illness, still needs a half.
    """
    halved = Excuse.objects.filter(assignment__in=check.assignments, reason_kind=ReasonKind.OTHER_FORM)
    started = classroom.attempts.filter(assignment__in=check.assignments)
    students = (
        classroom.students.enrolled().exclude(pk__in=halved.values("student")).exclude(pk__in=started.values("student"))
    )
    excused = by_student(Excuse, [assignment.pk for assignment in check.assignments])
    other_forms = [{assignment.pk for assignment in check.other_form(half)} for half in (0, 1)]
    return [student for student in students if not any(ids <= excused[student.pk] for ids in other_forms)]


@transaction.atomic
def give_halves(check: HalvedCheck, *, by: User, now: datetime) -> int:
    """Put each student without a half into the smaller one, at random; returns how many. Safe to repeat.

    A student of a half is excused from the other form each time.
    """
    oldest = check.before[0][0]
    classroom = oldest.classroom
    lock_rows(classrooms=[classroom.pk])
    students = students_without_half(check, classroom)
    quizzes = [assignment.pk for assignment in check.assignments]
    lock_rows(assignments=quizzes, students=[student.pk for student in students], with_starts=True)
    # Random, but the same when the page is sent twice.
    lot = {student.pk: sha256(f"{oldest.public_id}:{student.public_id}".encode()).digest() for student in students}
    # Students who are excused from form B at first take form A first. Students who left the class keep the excuse.
    enrolled = classroom.students.enrolled()
    # A student who has another version of a quiz is excused too, and has no half by that.
    halved = Excuse.objects.exclude(reason_kind=ReasonKind.HAS_VERSION).filter(student__in=enrolled).order_by()
    sizes = [
        halved.filter(assignment__in=other).values("student").distinct().count() for other in reversed(check.before)
    ]
    halves: tuple[list[Student], list[Student]] = ([], [])
    for student in sorted(students, key=lambda student: lot[student.pk]):
        half = 0 if sizes[0] <= sizes[1] else 1
        sizes[half] += 1
        halves[half].append(student)
    for half, chosen in enumerate(halves):
        for assignment in check.other_form(half):
            excuses.excuse_students(assignment, chosen, reason_kind=ReasonKind.OTHER_FORM, by=by, now=now)
    return len(students)
