"""From which quizzes a student is excused after two entries of a roster are merged. `keep` stays, `other` leaves."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from quizzes.assignments.student_statuses import Key
from quizzes.models import Excuse, Student
from quizzes.models.reasons import ReasonKind


@dataclass(frozen=True, slots=True)
class EntryQuizzes:
    """Quizzes of one entry, by id. worked: it has attempts. excused: it is excused, with attempts or without."""

    worked: Set[int]
    excused: Set[int]

    @property
    def counting(self) -> Set[int]:
        """The excuses whose attempts count."""
        return self.worked - self.excused


def excused_after_merge(keep: Student, other: Student, *, made: Iterable[Key], excused: Iterable[Key]) -> Set[int]:
    """The quizzes from which the student is excused after the merge. made, excused: of both entries. 1 to 3 queries."""
    of_keep, of_other = (EntryQuizzes(_quizzes_of(entry, made), _quizzes_of(entry, excused)) for entry in (keep, other))
    if of_other.excused:
        dropped = _dropped_half(keep, other, of_keep.worked, of_other.worked)
        of_other = replace(of_other, excused=of_other.excused - dropped)
    versions = [{version.pk for version in quiz} for quiz in keep.classroom.assignments.all().versions()]
    return merged_excuses(of_keep, of_other, versions)


def merged_excuses(keep: EntryQuizzes, other: EntryQuizzes, versions: Iterable[Set[int]]) -> Set[int]:
    """The quizzes from which one of the two is excused, without those on which one of the two has work that counts.

    versions: of each quiz with several, all of them. The student is excused from all but the one that counts.
    """
    excused = (keep.excused | other.excused) - (keep.counting | other.counting)
    for quiz in versions:
        excused = (excused - quiz) | (quiz - _counting_versions(quiz, keep, other))
    return excused


def _counting_versions(versions: Set[int], keep: EntryQuizzes, other: EntryQuizzes) -> Set[int]:
    """The version of `keep`, unless `other` alone has work that counts.

    Empty if no work counts and one of the two is excused from all.
    """
    if work := versions & keep.counting or versions & other.counting:
        return work
    is_excused_from_all = versions <= keep.excused or versions <= other.excused
    return frozenset() if is_excused_from_all else versions - keep.excused


def _dropped_half(keep: Student, other: Student, keep_worked: Set[int], other_worked: Set[int]) -> Set[int]:
    """The half of a check of `other`, if `keep` has a half or did a quiz that it excuses, and `other` did none.

    With both halves, the student would be excused from both forms. With a part of one, the student would take a form
    twice. At most 2 queries.
    """
    halves = Excuse.objects.filter(student__in=[keep.pk, other.pk], reason_kind=ReasonKind.OTHER_FORM)
    rows = list(halves.values_list("student", "assignment", "assignment__edition"))
    keep_half, other_half = (_quizzes_of(entry, (row[:2] for row in rows)) for entry in (keep, other))
    if not other_half or not (keep_half or other_half & keep_worked):
        return frozenset()
    check = keep.classroom.assignments.filter(edition__in={edition for _, _, edition in rows}).order_by()
    return frozenset() if other_worked & set(check.values_list("pk", flat=True)) else other_half


def _quizzes_of(entry: Student, keys: Iterable[Key]) -> frozenset[int]:
    return frozenset(quiz for student, quiz in keys if student == entry.pk)
