"""Which of two quizzes a student has, after a newer version was given to those who had not started."""

from collections.abc import Mapping, Sequence

from quizzes.assignments.student_statuses import Key
from quizzes.models import Assignment, Excuse


def own_versions(quizzes: Sequence[Assignment]) -> Mapping[Key, Assignment]:
    """The other quiz that a student has in place of one of the classes of these, by student id and assignment id.

    1 query, 2 if a class has two versions of a quiz.
    """
    of_classes = Assignment.objects.filter(classroom__in={quiz.classroom_id for quiz in quizzes})
    families = {quiz.pk: versions for versions in of_classes.versions() for quiz in versions}
    if not families:
        return {}
    excused = set(Excuse.objects.filter(assignment__in=families).order_by().values_list("student_id", "assignment_id"))
    found = {}
    for student, left in excused:
        own = [quiz for quiz in families[left] if (student, quiz.pk) not in excused]
        if own:
            found[student, left] = own[-1]
    return found


def excuses_for(quiz: Assignment) -> list[Excuse]:
    """The excuses from another version of students who have this quiz in its place, at most 1 for each. 3 queries.

    They are from the older version. Without one, they are from a newer version.
    """
    older = quiz.newer_version_of_id
    excuses = (
        Excuse.objects.filter(assignment=older) if older else Excuse.objects.filter(assignment__newer_version_of=quiz)
    )
    own = own_versions([quiz])
    found = excuses.select_related("assignment__classroom", "student__classroom").order_by("assignment", "pk")
    # If there are several newer versions, a student gets the newest.
    by_student = {
        given.student_id: given for given in found if own.get((given.student_id, given.assignment_id)) == quiz
    }
    return list(by_student.values())
