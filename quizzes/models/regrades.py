"""Regrades and manual grades."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from quizzes.models.accounts import User
from quizzes.models.assignments import Assignment
from quizzes.models.attempts import Attempt
from quizzes.models.question_sets import Question
from quizzes.models.reasons import ReasonKind, shown_reason


class RegradeQuerySet(models.QuerySet["Regrade"]):
    """Queries of regrades, which keep the undone ones."""

    def in_force(self) -> Self:
        """Regrades that were not undone, in the order made."""
        return self.filter(undone_at=None)


class Regrade(models.Model):
    """One recorded change of a key on one assignment. After that only undone_by and undone_at change.

    group: the rows of one regrade, one row per assignment. document: the question with its new key, None if the policy
    needs none. If it says what it adds (`grading.new_keys`), the rest of it was the result when it was made.
    reason: what the teacher typed, or the answers that a regrade of the kinds "accepted" and "all_accepted" accepts.
    """

    class Policy(models.TextChoices):
        NEW_KEY = "new_key", gettext_lazy("New answer only")
        EITHER_KEY = "either_key", gettext_lazy("Accept both answers")
        DROP = "drop", gettext_lazy("Drop the question")
        FULL_CREDIT = "full_credit", gettext_lazy("Full credit for everyone")

    group = models.UUIDField(db_index=True)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="regrades")
    question = models.ForeignKey(Question, models.PROTECT, related_name="regrades")
    policy = models.CharField(max_length=11, choices=Policy)
    document = models.JSONField(null=True)
    reason_kind = models.CharField(
        max_length=15, choices=ReasonKind, default=ReasonKind.TYPED, db_default=ReasonKind.TYPED
    )
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="regrades_made")
    made_at = models.DateTimeField()
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="regrades_undone")
    undone_at = models.DateTimeField(null=True)

    objects = RegradeQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "assignment"], name="regrade_once_per_group_and_assignment"),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="regrade_has_a_reason",
                violation_error_message=gettext_lazy("Tell students why."),
            ),
            models.CheckConstraint(
                condition=Q(policy__in=["drop", "full_credit"], document__isnull=True)
                | Q(policy__in=["new_key", "either_key"], document__isnull=False),
                name="regrade_has_a_new_key_where_one_is_used",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} on question {self.question_id}"

    @property
    def shown_reason(self) -> str:
        """The reason in the language of the page, as typed if the teacher typed it."""
        return shown_reason(self.reason, self.reason_kind)


class ManualGradeQuerySet(models.QuerySet["ManualGrade"]):
    """Queries of grades by teachers, which keep the undone ones."""

    def in_force(self) -> Self:
        """Grades that were not undone, the oldest first. Of one answer, the last one counts."""
        return self.filter(undone_at=None)


class ManualGrade(models.Model):
    """A teacher's points for one answer. The newest row that is not undone counts. No regrade changes the row.

    group: the rows of one act in the grading queue, None for a grade on the page of an attempt.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="manual_grades")
    question = models.ForeignKey(Question, models.PROTECT, related_name="manual_grades")
    points = models.DecimalField(max_digits=6, decimal_places=2)
    comment = models.CharField(max_length=600, blank=True)
    group = models.UUIDField(null=True, db_index=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="manual_grades_made")
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects = ManualGradeQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=0),
                name="manual_grade_is_not_negative",
                violation_error_message=gettext_lazy("Points can’t be below 0."),
            ),
            models.UniqueConstraint(
                fields=["attempt", "question", "group"], name="manual_grade_once_per_group_and_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} points"
