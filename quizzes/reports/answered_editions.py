"""The editions of a question set that students answered, for the editor, the page of a set, and Progress."""

from dataclasses import dataclass

from django.db.models import F

from quizzes.models import Answer, Assignment, Edition, QuestionSet, User


@dataclass(frozen=True, slots=True)
class AnsweredEdition:
    """One edition that a teacher's students answered. edition: with its document.

    student_count: students with an answer. assignments: at least one, those of archived classes last. A regrade of one
    also changes the others in classes that are not archived.
    """

    edition: Edition
    student_count: int
    assignments: tuple[Assignment, ...]

    def position(self, key: str) -> int | None:
        """The position of a question in this edition, from 1. None if no question has this key."""
        keys = [table["key"] for table in self.edition.document["questions"]]
        return keys.index(key) + 1 if key in keys else None


def answered_editions(
    question_set: QuestionSet, *, by: User, key: str = "", only: Assignment | None = None
) -> list[AnsweredEdition]:
    """The editions of a set that students of this teacher answered, the oldest first; at most 3 queries.

    Only in classes that the teacher may change: nobody else can regrade there. key: count only answers to this
    question; "" for all questions. only: count only answers to this assignment; None for all assignments.
    """
    given = Assignment.objects.editable_by(by).of_set(question_set)
    if only is not None:
        given = given.filter(pk=only.pk)
    answer_rows = Answer.objects.filter(attempt__assignment__in=given, value__isnull=False)
    if key:
        answer_rows = answer_rows.filter(question__key=key)
    pairs = set(answer_rows.order_by().values_list("attempt__assignment", "attempt__student").distinct())
    if not pairs:
        return []
    assignments = Assignment.objects.filter(pk__in={pk for pk, _ in pairs}).select_related("classroom")
    by_edition: dict[int, list[Assignment]] = {}
    current_first = F("classroom__archived_at").asc(nulls_first=True)
    for assignment in assignments.order_by(current_first, "classroom__name", "pk"):
        by_edition.setdefault(assignment.edition_id, []).append(assignment)
    return [
        AnsweredEdition(
            edition,
            len({student for pk, student in pairs if pk in {assignment.pk for assignment in by_edition[edition.pk]}}),
            tuple(by_edition[edition.pk]),
        )
        for edition in Edition.objects.filter(pk__in=by_edition).order_by("number")
    ]
