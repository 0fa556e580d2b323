"""The accounts of a site for its administrator, by counts: no class, no student and no work is named."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from quizzes.models import Assignment, Classroom, Student, User
from quizzes.people.erased_rows import accounts_not_erased
from quizzes.people.second_factor import STEPS
from quizzes.reports.search import written_as


@dataclass(frozen=True, slots=True)
class SiteCounts:
    """How much a site holds. classes: not archived, and no sample classes. students, quizzes: of these classes."""

    teachers: int
    closed_accounts: int
    classes: int
    students: int
    quizzes: int


def teacher_accounts() -> QuerySet[User]:
    """All accounts by name, with `class_count` and `has_second_step`.

    class_count: classes that `site_counts` counts, in which the person is an owner, a teacher or a viewer.
    """
    steps = Authenticator.objects.filter(user=OuterRef("pk"), type__in=STEPS)
    counted = Q(classrooms__archived_at=None, classrooms__is_sample=False)
    return (
        accounts_not_erased()
        .annotate(class_count=Count("classrooms", filter=counted, distinct=True), has_second_step=Exists(steps))
        .order_by("name", "pk")
    )


def find_accounts(text: str) -> QuerySet[User]:
    """Those of `teacher_accounts` with this text in their name or email; all without a text."""
    part = written_as(text)
    return teacher_accounts().filter(Q(name__iregex=part) | Q(email__iregex=part)) if text else teacher_accounts()


def site_counts() -> SiteCounts:
    """The counts; 4 queries."""
    in_class = {"classroom__archived_at": None, "classroom__is_sample": False}
    accounts = accounts_not_erased().aggregate(teachers=Count("pk"), closed=Count("pk", filter=Q(is_active=False)))
    return SiteCounts(
        accounts["teachers"],
        accounts["closed"],
        Classroom.objects.current().without_samples().count(),
        Student.objects.enrolled().filter(**in_class).count(),
        Assignment.objects.filter(**in_class).count(),
    )
