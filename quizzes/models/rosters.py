"""Classrooms, their teachers, and the students on their rosters."""

import zoneinfo
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext, gettext_lazy

from quizzes.models.accounts import User
from quizzes.models.public_ids import new_public_id, new_readable_code

JOIN_CODE_LENGTH = 6
# `Teaching.role` of those who change a class. `quizzes.people.class_roles` says what each role may do.
EDITORS = ("owner", "teacher")


def new_join_code() -> str:
    """A class code of six characters (29 bits). It gives access to the names of a class, and PINs protect each name."""
    return new_readable_code(JOIN_CODE_LENGTH)


def check_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(gettext("Choose a time zone from the list."))


class ClassroomQuerySet(models.QuerySet["Classroom"]):
    """Queries of classrooms. Only `taught_by` and `editable_by` check who may see them."""

    def taught_by(self, user: User) -> Self:
        """Classrooms of this teacher in any role, archived ones included."""
        return self.filter(teachers=user)

    def editable_by(self, user: User) -> Self:
        """Classrooms that this teacher may change."""
        return self.filter(teaching__teacher=user, teaching__role__in=EDITORS)

    def with_role(self) -> Self:
        """After `taught_by`: with `own_role`, that teacher's role."""
        return self.annotate(own_role=F("teaching__role"))

    def current(self) -> Self:
        """Classrooms that are not archived."""
        return self.filter(archived_at=None)

    def with_student_counts(self) -> Self:
        """With `student_count`: how many students are on the roster."""
        enrolled = Q(students__removed_at=None, students__isnull=False)
        return self.annotate(student_count=Count("students", filter=enrolled, distinct=True))

    def with_list_names(self, user: User) -> Self:
        """With `list_name` that tells the current classes of this teacher apart, also those of one name."""
        alike = Classroom.objects.taught_by(user).current().filter(name=OuterRef("name")).exclude(pk=OuterRef("pk"))
        # The longest owner. An owner seldom has two of one name.
        owners = Teaching.objects.filter(classroom=OuterRef("pk"), role=Teaching.Role.OWNER).order_by("pk")
        of_another = When(Exists(alike), then=Subquery(owners.values("teacher__name")[:1]))
        return self.annotate(namesake_owner=Case(of_another))

    def archived(self) -> Self:
        """Archived classrooms."""
        return self.filter(archived_at__isnull=False)

    def without_samples(self) -> Self:
        """Classrooms that are not sample classes."""
        return self.filter(is_sample=False)

    def joinable(self) -> Self:
        """Classrooms that students can sign in to with the class code."""
        return self.current().filter(join_open=True)


class PinKind(models.TextChoices):
    """How the students of a class see their PINs."""

    DIGITS = "digits", gettext_lazy("4 digits")
    PICTURES = "pictures", gettext_lazy("4 pictures, for young students")
    WORDS = "words", gettext_lazy("2 words, such as “frog lamp”")


class Classroom(models.Model):
    """A group taught together, with its class code.

    erasure_announced_at: since when its teachers see that this archived class will be erased.
    counts_missing_as_zero: whether missing work counts as 0 in averages; otherwise it is left out.
    is_sample: a teacher opened it to look around. Its students are invented, and home asks for nothing in it.
    reading_variant: the level of readings for the class. students_choose_variant: whether students may choose another.
    supports: of students without their own, as `assignments.supports.Supports` stores them.
    pin_kind: how the sign-in page and cards show PINs. The PINs themselves are the same.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id)
    name = models.CharField(max_length=80)
    join_code = models.CharField(max_length=12, unique=True, default=new_join_code)
    join_open = models.BooleanField(default=True)
    time_zone = models.CharField(max_length=60, default="America/New_York", validators=[check_time_zone])
    teachers = models.ManyToManyField(User, through="Teaching", related_name="classrooms")
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)
    sorts_by_first_name = models.BooleanField(default=False, db_default=False)
    counts_missing_as_zero = models.BooleanField(default=False, db_default=False)
    is_sample = models.BooleanField(default=False, db_default=False)
    reading_variant = models.CharField(max_length=10, default="standard", db_default="standard")
    students_choose_variant = models.BooleanField(default=True, db_default=True)
    supports = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    pin_kind = models.CharField(
        max_length=10, choices=PinKind.choices, default=PinKind.DIGITS, db_default=PinKind.DIGITS
    )
    erasure_announced_at = models.DateTimeField(null=True, blank=True)

    namesake_owner: str | None = None  # on rows of `with_list_names()`
    student_count: int  # on rows of `with_student_counts()`
    own_role: str  # on rows of `with_role()`

    objects = ClassroomQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def list_name(self) -> str:
        """The name in a list of classes, as `with_list_names()` tells them apart."""
        if self.namesake_owner is None:
            return self.name
        return gettext("{classroom} ({teacher})").format(classroom=self.name, teacher=self.namesake_owner)

    @property
    def is_joinable(self) -> bool:
        """Whether students can sign in with the class code, as in `joinable()`."""
        return self.join_open and self.archived_at is None

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The classroom's time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def shown_code(self) -> str:
        """The class code as pages show it: H4K-7WP."""
        half = len(self.join_code) // 2
        return f"{self.join_code[:half]}-{self.join_code[half:]}"


class Teaching(models.Model):
    """One teacher of one classroom."""

    class Role(models.TextChoices):
        OWNER = "owner", gettext_lazy("Owner")
        TEACHER = "teacher", gettext_lazy("Teacher")
        VIEWER = "viewer", gettext_lazy("Viewer")

    classroom = models.ForeignKey(Classroom, models.CASCADE)
    teacher = models.ForeignKey(User, models.PROTECT)
    role = models.CharField(max_length=7, choices=Role, default=Role.OWNER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["classroom", "teacher"], name="teaching_once_per_teacher_and_classroom")
        ]

    def __str__(self) -> str:
        return f"{self.teacher} teaches {self.classroom}"


class StudentQuerySet(models.QuerySet["Student"]):
    """Queries of students. Only `taught_by` checks who may see them."""

    def taught_by(self, user: User) -> Self:
        """Students of this teacher's classrooms, removed ones included."""
        return self.filter(classroom__teachers=user)

    def with_role(self) -> Self:
        """After `taught_by`: with `own_role`, that teacher's role in the class."""
        return self.annotate(own_role=F("classroom__teaching__role"))

    def enrolled(self) -> Self:
        """Students on a roster."""
        return self.filter(removed_at=None)

    def given(self, assignment_id: int) -> Self:
        """Students with this assignment: of its classroom, or moved to another one after they started it."""
        has_assignment = Q(classroom__assignments=assignment_id) | Q(attempts__assignment=assignment_id)
        return self.filter(has_assignment).distinct()

    def not_excused(self, assignment: models.Model | int | None) -> Self:
        """Students who are not excused from this assignment; all for None, a new one. assignment: the row or its id."""
        return self if assignment is None else self.exclude(excuses__assignment=assignment)

    def without_work(self, assignment_id: int) -> Self:
        """Students who have not started this assignment and are not excused from it."""
        return self.exclude(attempts__assignment=assignment_id).not_excused(assignment_id)

    def removed(self) -> Self:
        """Students removed from a roster."""
        return self.filter(removed_at__isnull=False)

    def with_merged(self, student_id: int) -> Self:
        """All entries of one student: this one, and those merged into it."""
        return self.filter(Q(pk=student_id) | Q(merged_into=student_id))


class Student(models.Model):
    """One student on a classroom's roster. The PIN is computed from `public_id` and `pin_version`.

    family_name: the part of `display_name` to sort by, "" if not known. sort_key: computed from the name in the order
    that the classroom has chosen. external_id: the school's own number, "" if not kept. language: of the pages, "" if
    the student never chose one. let_in_at: when a teacher last pressed “Let in now”, None for never.
    reading_variant: the level of readings that the teacher chose, "" for as the class. chosen_variant: the level that
    the student chose, "" for none. supports: the student's own, None for those of the class.
    merged_into: the entry of the same student that stays on the roster (`attempts.merges`), None for most.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id)
    classroom = models.ForeignKey(Classroom, models.PROTECT, related_name="students")
    display_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60, blank=True)
    name_key = models.CharField(max_length=240)
    sort_key = models.CharField(max_length=480)
    external_id = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    pin_version = models.PositiveIntegerField(default=1)
    let_in_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    reading_variant = models.CharField(max_length=10, blank=True, default="", db_default="")
    chosen_variant = models.CharField(max_length=10, blank=True, default="", db_default="")
    supports = models.JSONField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged")

    own_role: str  # on rows of `with_role()`

    objects = StudentQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["classroom", "name_key"],
                condition=Q(removed_at=None),
                name="student_name_once_per_classroom",
                violation_error_message=gettext_lazy("A student in this class already has that name."),
            )
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def pin_kind(self) -> str:
        """How the PIN looks. A query, unless the classroom is loaded."""
        return self.classroom.pin_kind

    @property
    def current(self) -> "Student":
        """The entry that has the student's work. A query, unless `merged_into` is loaded."""
        return self.merged_into or self

    @property
    def first_name(self) -> str:
        """The first word of the name, for greetings."""
        return self.display_name.split()[0]


class Accommodation(models.Model):
    """More time for a student on every assignment. time_factor None: no timer."""

    class Factor(models.TextChoices):
        QUARTER_MORE = "1.25", gettext_lazy("1.25x time")
        HALF_MORE = "1.5", gettext_lazy("1.5x time")
        DOUBLE = "2", gettext_lazy("2x time")

    student = models.OneToOneField(Student, models.CASCADE, related_name="accommodation")
    time_factor = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(time_factor=None) | Q(time_factor__gt=1),
                name="accommodation_gives_more_time",
                violation_error_message=gettext_lazy("An accommodation gives more time, never less."),
            )
        ]

    def __str__(self) -> str:
        return (
            gettext("no time limit")
            if self.time_factor is None
            else gettext("{factor}x time").format(factor=self.time_factor.normalize())
        )
