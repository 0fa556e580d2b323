"""What an erasure would delete: the rows that a page names before, and a receipt after it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from quizzes.models import Answer, Attempt, AuditEvent, Classroom, Student, Teaching, User
from quizzes.models.rosters import EDITORS


@dataclass(frozen=True, slots=True)
class ErasedCounts:
    """What an erasure deletes. downloads: files with the students that someone downloaded, from the audit log."""

    classrooms: int
    students: int
    attempts: int
    answers: int
    downloads: int

    @property
    def stamp(self) -> str:
        """A text that changes with how many classes, students, and attempts are deleted.

        Not with answers, which come all the time while a class works.
        """
        return f"{self.classrooms}-{self.students}-{self.attempts}"


def preview_student(student: Student) -> ErasedCounts:
    """What `erase_student` deletes; 4 queries."""
    students = Student.objects.with_merged(student.pk)
    return erased_counts(students, Attempt.objects.filter(student__in=students.order_by()), 0)


def preview_classroom(classroom: Classroom) -> ErasedCounts:
    """What `erase_classroom` deletes; 4 queries."""
    return preview_classrooms([classroom])


def preview_teacher(user: User) -> ErasedCounts:
    """What `erase_teacher` deletes: the classes that no one else teaches, with their students."""
    return preview_classrooms(list(own_classrooms(user)))


def own_classrooms(user: User) -> QuerySet[Classroom]:
    """Classes that no one but this teacher owns or teaches, archived ones included. Viewers do not keep a class."""
    editors = Q(teaching__role__in=EDITORS)
    own = Teaching.objects.filter(teacher=user, role__in=EDITORS).values("classroom")
    counted = Classroom.objects.filter(pk__in=own).annotate(teacher_count=Count("teaching", filter=editors))
    return counted.filter(teacher_count=1)


def erased_counts(students: QuerySet[Student], attempts: QuerySet[Attempt], classroom_count: int) -> ErasedCounts:
    """The counts of these rows; 4 queries."""
    added_at = list(students.order_by("created_at").values_list("created_at", flat=True))
    downloads = 0
    if added_at:
        # Other students' own files do not mention these.
        own = Q(student__in=students.order_by().values("pk"), action=AuditEvent.Action.SCORES_EXPORTED)
        downloads = AuditEvent.objects.filter(own | class_files(students, attempts, since=added_at[0])).count()
    return ErasedCounts(
        classrooms=classroom_count,
        students=len(added_at),
        attempts=attempts.count(),
        answers=Answer.objects.filter(attempt__in=attempts.order_by()).filter(value__isnull=False).count(),
        downloads=downloads,
    )


def class_files(students: QuerySet[Student], attempts: QuerySet[Attempt], *, since: datetime) -> Q:
    """The audit events of downloads of files about all students of a class that has one of these rows, since then.

    Such an event has no student.
    """
    has_rows = Q(students__in=students.order_by().values("pk")) | Q(attempts__in=attempts.order_by().values("pk"))
    classes = Classroom.objects.filter(has_rows).order_by().values("pk")
    return Q(action=AuditEvent.Action.SCORES_EXPORTED, student=None, classroom__in=classes, at__gte=since)


def preview_classrooms(classrooms: Collection[Classroom]) -> ErasedCounts:
    """The counts of these classes; 4 queries."""
    return erased_counts(students_of(classrooms), attempts_of(classrooms), len(classrooms))


def students_of(classrooms: Collection[Classroom]) -> QuerySet[Student]:
    """The students of these classes, with what was merged into them before they moved there."""
    return Student.objects.filter(Q(classroom__in=classrooms) | Q(merged_into__classroom__in=classrooms))


def attempts_of(classrooms: Collection[Classroom]) -> QuerySet[Attempt]:
    """Attempts in these classes, and those of their students in other classes."""
    ours = Q(classroom__in=classrooms) | Q(student__classroom__in=classrooms) | Q(assignment__classroom__in=classrooms)
    return Attempt.objects.filter(ours)
