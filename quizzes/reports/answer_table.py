"""A classroom's answers as rows: the answer, its points, and when it was saved."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from quizzes.assignments.status import counting_attempt, is_late
from quizzes.assignments.student_statuses import Overrides, by_student_and_assignment, load_overrides
from quizzes.content.editions import published
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import type_of
from quizzes.grading.points import Adjustments, Verdict, earned, needs_grading, regraded_question, verdict
from quizzes.grading.scores import adjustments
from quizzes.models import Answer, Assignment, Attempt, Classroom


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question of one attempt. number: its position in the set, not in the order that the student saw.

    given: the answer as the student wrote it, "" without an answer. saved_at: None without an answer.
    is_late: submitted after the student's own due time; False for an excused student. counts: whether the attempt is
    the one that counts, by the policy of the quiz.
    """

    student: str
    assignment: Assignment
    title: str
    attempt: Attempt
    number: int
    question: Question
    type_label: str
    objective: str
    given: str
    verdict: Verdict
    points: Fraction
    max_points: int
    saved_at: datetime | None
    is_late: bool
    counts: bool


def answer_rows(classroom: Classroom, *, assignments: Sequence[Assignment] | None = None) -> list[AnswerRow]:
    """Every question of every submitted attempt of enrolled students, by student, assignment, attempt, number.

    assignments: only these assignments of the classroom; None for all. 5 queries, and 2 for each edition that is not
    in the process cache.
    """
    submitted = classroom.attempts.submitted().filter(student__in=classroom.students.enrolled()).with_set()
    if assignments is not None:
        submitted = submitted.filter(assignment__in=assignments)
    attempts = list(
        submitted.order_by("student__sort_key", "student", "assignment__created_at", "assignment", "number")
    )
    adjusted = adjustments(attempts, among=submitted)
    answers: defaultdict[int, dict[int, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(attempt__in=submitted.order_by().values("pk")):
        answers[answer.attempt_id][answer.question_id] = answer
    overrides = load_overrides(assignment__classroom=classroom)
    counting = {
        counting_attempt(made, made[0].assignment.attempt_policy)
        for key, made in by_student_and_assignment(attempts).items()
        if key not in overrides.excused
    }
    return [
        row
        for attempt in attempts
        for row in _rows(attempt, answers[attempt.pk], adjusted[attempt.pk], overrides, counts=attempt in counting)
    ]


def _rows(
    attempt: Attempt, answers: dict[int, Answer], after: Adjustments, overrides: Overrides, *, counts: bool
) -> Iterator[AnswerRow]:
    content = published(attempt.assignment.edition_id)
    titles = {objective.key: objective.title for objective in content.document.objectives}
    is_excused = (attempt.student_id, attempt.assignment_id) in overrides.excused
    due_at = overrides.window(attempt.assignment, attempt.student_id).due_at
    for number, question in enumerate(content.document.questions, start=1):
        answer = answers.get(content.question_ids[question.key])
        value = answer.value if answer is not None else None
        points = earned(question, value, after)
        chosen = regraded_question(question, after).chosen_options(value, content.document.reading)
        yield AnswerRow(
            student=attempt.student.display_name,
            assignment=attempt.assignment,
            title=attempt.assignment.title,
            attempt=attempt,
            number=number,
            question=question,
            type_label=type_of(question).label,
            objective=titles.get(question.objective, question.objective),
            given="; ".join(question.as_written(option, value) for option in chosen),
            verdict=verdict(
                points,
                is_answered=value is not None,
                needs_grading=needs_grading(question, value, after),
            ),
            points=points.points,
            max_points=points.possible,
            saved_at=answer.saved_at if answer is not None and value is not None else None,
            is_late=not is_excused and is_late(attempt, due_at),
            counts=counts,
        )
