"""The accounts of a site for its administrator, by counts: no class, no student and no work is named."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from quizzes.models import Assignment, Classroom, Student, User
from quizzes.people.erasure import accounts_not_erased
from quizzes.people.second_factor import STEPS


@dataclass(frozen=True, slots=True)
class SiteCounts:
    """How much a site holds. classes: not archived. students, quizzes: of these classes."""

    teachers: int
    closed_accounts: int
    classes: int
    students: int
    quizzes: int


def teacher_accounts() -> QuerySet[User]:
    """All accounts by name, with `class_count` (not archived, as owner or teacher or viewer) and `has_second_step`."""
    steps = Authenticator.objects.filter(user=OuterRef("pk"), type__in=STEPS)
    current = Q(classrooms__isnull=False, classrooms__archived_at=None)
    return (
        accounts_not_erased()
        .annotate(class_count=Count("classrooms", filter=current, distinct=True), has_second_step=Exists(steps))
        .order_by("name", "pk")
    )


def site_counts() -> SiteCounts:
    """The counts; 4 queries."""
    accounts = accounts_not_erased().aggregate(teachers=Count("pk"), closed=Count("pk", filter=Q(is_active=False)))
    return SiteCounts(
        accounts["teachers"],
        accounts["closed"],
        Classroom.objects.current().count(),
        Student.objects.enrolled().filter(classroom__archived_at=None).count(),
        Assignment.objects.filter(classroom__archived_at=None).count(),
    )
