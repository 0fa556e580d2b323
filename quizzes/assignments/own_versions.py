"""Which of two quizzes a student has, after a newer version was given to those who had not started."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

from quizzes.assignments.student_statuses import Key
from quizzes.models import Assignment, Excuse
from quizzes.models.reasons import HAS_VERSION


def own_versions(quizzes: Sequence[Assignment]) -> Mapping[Key, Assignment]:
    """The other quiz that a student has in place of one of the classes of these, by student id and assignment id.

    1 query, 2 if a class has such students.
    """
    classrooms = {quiz.classroom_id for quiz in quizzes}
    before, after = HAS_VERSION.split("{number}")
    excuses = Excuse.objects.filter(
        assignment__classroom__in=classrooms, reason__startswith=before, reason__endswith=after
    ).order_by()
    rows = excuses.values_list("student_id", "assignment_id", "reason")
    versions = {(student, quiz): reason.removeprefix(before).removesuffix(after) for student, quiz, reason in rows}
    if not versions:
        return {}
    given = {quiz.pk: quiz for quiz in Assignment.objects.filter(classroom__in=classrooms).with_set().order_by("pk")}
    places = defaultdict[tuple[int, int, str], list[Assignment]](list)
    for quiz in given.values():
        places[_place(quiz, str(quiz.edition.number))].append(quiz)
    found = {}
    for student, first in versions:
        quiz, passed = given[first], set[int]()
        # Of three versions, the excuse from the first names the second.
        while (version := versions.get((student, quiz.pk))) is not None and quiz.pk not in passed:
            passed.add(quiz.pk)
            # A class can have a version once more, as a quiz of its own. The nearest was made with the excuse.
            quiz = min(places[_place(quiz, version)], key=partial(_distance, quiz), default=quiz)
        if quiz.pk not in passed:
            found[student, first] = quiz
    return found


def _distance(quiz: Assignment, other: Assignment) -> tuple[bool, int]:
    """How far the other is. A newer version was given later."""
    is_later = other.pk > quiz.pk
    return is_later != (other.edition.number > quiz.edition.number), abs(other.pk - quiz.pk)


def _place(quiz: Assignment, version: str) -> tuple[int, int, str]:
    return quiz.classroom_id, quiz.edition.question_set_id, version
