"""Extensions and excuses: what one student has on one assignment instead of the settings of the class."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from quizzes.models.accounts import User
from quizzes.models.assignments import Assignment
from quizzes.models.audit import AuditEvent
from quizzes.models.reasons import ReasonKind, reason_detail, shown_reason
from quizzes.models.rosters import Student


class ExtensionValues(TypedDict):
    """What a teacher sets of an extension."""

    due_at: datetime | None
    closes_at: datetime | None
    extra_attempts: int
    reason_kind: str
    reason: str


class Extension(models.Model):
    """Later times or more attempts for one student on one assignment. due_at, closes_at None: as for the class.

    reason: what the teacher typed, "" for another kind.
    """

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="extensions")
    student = models.ForeignKey(Student, models.CASCADE, related_name="extensions")
    due_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    extra_attempts = models.PositiveSmallIntegerField(default=0)
    reason_kind = models.CharField(
        max_length=15, choices=ReasonKind, default=ReasonKind.TYPED, db_default=ReasonKind.TYPED
    )
    reason = models.CharField(max_length=300, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="extensions_given")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "student"],
                name="extension_once_per_assignment_and_student",
                violation_error_message=gettext_lazy("This student already has an extension. Change that one."),
            )
        ]

    def __str__(self) -> str:
        return f"extension of {self.assignment}"

    @property
    def has_reason(self) -> bool:
        """Whether it says why it was given."""
        return self.reason_kind != ReasonKind.TYPED or self.reason != ""

    @property
    def shown_reason(self) -> str:
        """The reason in the language of the page, as typed if a teacher typed it; "" without one."""
        return shown_reason(self.reason, self.reason_kind)

    def has(self, values: ExtensionValues) -> bool:
        """Whether it gives the same."""
        return all(getattr(self, name) == value for name, value in values.items())


class ExcuseManager(models.Manager["Excuse"]):
    """Stores excuses, each with its row of the audit log."""

    def give(self, excuses: Sequence["Excuse"], *, by: User | None, now: datetime) -> None:
        """Store new excuses, each with a row of the audit log. 2 queries. by: as the actor of the log."""
        self.bulk_create(excuses)
        AuditEvent.objects.record_each(
            AuditEvent.Action.EXCUSED,
            [
                (
                    one.assignment.classroom_id,
                    one.student,
                    {
                        "assignment": one.assignment.public_id,
                        **reason_detail(reason_kind=one.reason_kind, reason=one.reason, own_version=one.own_version),
                    },
                )
                for one in excuses
            ],
            actor=by,
            at=now,
        )


class Excuse(models.Model):
    """One student who need not do one assignment. It is not missing, and its score does not count.

    reason: what the teacher typed, "" for another kind. own_version: the number of the version that the student has,
    if that is why, else None.
    """

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="excuses")
    student = models.ForeignKey(Student, models.CASCADE, related_name="excuses")
    reason_kind = models.CharField(
        max_length=15, choices=ReasonKind, default=ReasonKind.TYPED, db_default=ReasonKind.TYPED
    )
    reason = models.CharField(max_length=300, blank=True)
    own_version = models.PositiveIntegerField(null=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="excuses_given")
    given_at = models.DateTimeField()

    objects = ExcuseManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "student"], name="excuse_once_per_assignment_and_student"),
            models.CheckConstraint(
                condition=Q(reason_kind="has_version", own_version__isnull=False)
                | (~Q(reason_kind="has_version") & Q(own_version=None)),
                name="excuse_for_another_version_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"excused from {self.assignment}"

    @property
    def shown_reason(self) -> str:
        """The reason in the language of the page, as typed if a teacher typed it."""
        return shown_reason(self.reason, self.reason_kind, self.own_version)
