"""What of a set students have answered: its editions, and one question of them. Asked before a set is changed."""

from dataclasses import dataclass

from quizzes.models import Answer, Assignment, Edition, QuestionSet, User


@dataclass(frozen=True, slots=True)
class AnsweredEdition:
    """One edition that students of the teacher's answered. edition: with its document.

    student_count: how many gave an answer. assignments: where, at least one; a correction at one reaches all of them.
    """

    edition: Edition
    student_count: int
    assignments: tuple[Assignment, ...]

    def position(self, key: str) -> int | None:
        """The place of a question in this edition, None where it has none with this key."""
        keys = [table["key"] for table in self.edition.document["questions"]]
        return keys.index(key) + 1 if key in keys else None


def answered_editions(question_set: QuestionSet, *, by: User, key: str = "") -> list[AnsweredEdition]:
    """The editions of a set that students of this teacher answered, the oldest first; at most three statements.

    key: count answers to this question alone; "" for all of them.
    """
    given = Answer.objects.filter(
        attempt__assignment__edition__question_set=question_set,
        attempt__assignment__classroom__teachers=by,
        value__isnull=False,
    )
    if key:
        given = given.filter(question__key=key)
    pairs = set(given.order_by().values_list("attempt__assignment", "attempt__student").distinct())
    if not pairs:
        return []
    standing = Assignment.objects.filter(pk__in={pk for pk, _ in pairs}).select_related("classroom")
    by_edition: dict[int, list[Assignment]] = {}
    for assignment in standing.order_by("classroom__name", "pk"):
        by_edition.setdefault(assignment.edition_id, []).append(assignment)
    return [
        AnsweredEdition(
            edition,
            len({student for pk, student in pairs if pk in {own.pk for own in by_edition[edition.pk]}}),
            tuple(by_edition[edition.pk]),
        )
        for edition in Edition.objects.filter(pk__in=by_edition).order_by("number")
    ]
