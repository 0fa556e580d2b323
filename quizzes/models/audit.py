"""The audit log."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from quizzes.models.accounts import User
from quizzes.models.rosters import Classroom, Student


class AuditEventManager(models.Manager["AuditEvent"]):
    """Appends rows to the audit log."""

    def record(
        self,
        action: str,
        *,
        actor: User | None,
        classroom: Classroom | None,
        student: Student | None = None,
        at: datetime,
        **detail: Any,
    ) -> "AuditEvent":
        """Log an action. actor None: a command or a periodic job. detail: JSON values."""
        return self.create(action=action, actor=actor, classroom=classroom, student=student, at=at, detail=detail)

    def last_change(
        self, column: str, value: Any, *, of: Callable[[Any], Any] = lambda before: before, **rows: Any
    ) -> "AuditEvent | None":
        """The event that gave a column this value, with its actor; None if the log has none. One query.

        of: the value in what an event has under “before” for the column. rows: which events can be the one.
        """
        events = self.filter(detail__before__has_key=column, **rows).select_related("actor")
        return next((event for event in events if of(event.detail["before"][column]) != value), None)

    def record_each(
        self, action: str, rows: Iterable[tuple[int, Student, dict[str, Any]]], *, actor: User | None, at: datetime
    ) -> None:
        """Log an action for each (id of a classroom, student, detail). 1 query, none without rows."""
        self.bulk_create(
            [
                AuditEvent(action=action, actor=actor, classroom_id=classroom_id, student=student, at=at, detail=detail)
                for classroom_id, student, detail in rows
            ]
        )


class AuditEvent(models.Model):
    """Who did what to which record, and when. Never changed, and deleted only in `allow_deleting_logs`.

    actor None: a command or a periodic job. classroom None: not about a classroom.
    """

    class Action(models.TextChoices):
        CLASSROOM_MADE = "classroom_made", pgettext_lazy("who did what", "created the class")
        CLASSROOM_CHANGED = "classroom_changed", pgettext_lazy("who did what", "changed the class")
        CLASSROOM_ARCHIVED = "classroom_archived", pgettext_lazy("who did what", "archived the class")
        CLASSROOM_RESTORED = "classroom_restored", pgettext_lazy("who did what", "restored the class")
        CODE_CHANGED = "code_changed", pgettext_lazy("who did what", "changed the class code")
        STUDENTS_ADDED = "students_added", pgettext_lazy("who did what", "added students")
        STUDENT_RENAMED = "student_renamed", pgettext_lazy("who did what", "renamed")
        STUDENT_MOVED = "student_moved", pgettext_lazy("who did what", "moved to another class")
        WORK_CARRIED = "work_carried", pgettext_lazy("who did what", "counted work from another class for")
        STUDENT_REMOVED = "student_removed", pgettext_lazy("who did what", "removed")
        STUDENT_RESTORED = "student_restored", pgettext_lazy("who did what", "restored")
        STUDENT_MERGED = "student_merged", pgettext_lazy("who did what", "merged 2 entries of")
        MERGE_UNDONE = "merge_undone", pgettext_lazy("who did what", "undid the merge of")
        PIN_CHANGED = "pin_changed", pgettext_lazy("who did what", "made a new PIN for")
        LET_IN = "let_in", pgettext_lazy("who did what", "let in")
        ASSIGNMENT_GIVEN = "assignment_given", pgettext_lazy("who did what", "assigned")
        ASSIGNMENT_CHANGED = "assignment_changed", pgettext_lazy("who did what", "changed quiz settings")
        ACCOMMODATION_CHANGED = "accommodation_changed", pgettext_lazy("who did what", "changed the accommodations of")
        EXTENSION_GIVEN = "extension_given", pgettext_lazy("who did what", "gave an extension to")
        EXCUSED = "excused", pgettext_lazy("who did what", "excused")
        EXCUSE_TAKEN_BACK = "excuse_taken_back", pgettext_lazy("who did what", "no longer excused")
        ATTEMPT_REOPENED = "attempt_reopened", pgettext_lazy("who did what", "reopened the attempt of")
        LATE_ACCEPTED = "late_accepted", pgettext_lazy("who did what", "accepted late answers of")
        LATE_UNDONE = "late_undone", pgettext_lazy("who did what", "no longer accepted late answers of")
        PAPER_TYPED = "paper_typed", pgettext_lazy("who did what", "entered paper answers for")
        PAPER_MOVED = "paper_moved", pgettext_lazy("who did what", "moved paper answers of")
        # The log never changes, so these two keep the names that older versions stored.
        PAPER_DELETED = "paper_taken_away", pgettext_lazy("who did what", "deleted paper answers of")
        ANSWER_GRADED = "answer_marked", pgettext_lazy("who did what", "graded an answer of")
        ATTEMPT_COMMENTED = "attempt_commented", pgettext_lazy("who did what", "commented on an attempt of")
        GRADE_UNDONE = "grade_undone", pgettext_lazy("who did what", "undid a grade of")
        REGRADED = "regraded", pgettext_lazy("who did what", "regraded a question")
        REGRADE_UNDONE = "regrade_undone", pgettext_lazy("who did what", "undid a regrade")
        # Recorded by 0.1 and 0.2, so the log of an old site has it. Now a set is deleted, with or without versions.
        DRAFT_DELETED = "draft_deleted", pgettext_lazy("who did what", "deleted the draft")
        SET_DELETED = "set_deleted", pgettext_lazy("who did what", "deleted the question set")
        SET_RESTORED = "set_restored", pgettext_lazy("who did what", "restored the question set")
        SCORES_EXPORTED = "scores_exported", pgettext_lazy("who did what", "downloaded the scores")
        STUDENT_ERASED = "student_erased", pgettext_lazy("who did what", "deleted a student")
        CLASSROOM_ERASED = "classroom_erased", pgettext_lazy("who did what", "deleted a class")
        ACCOUNT_ERASED = "account_erased", pgettext_lazy("who did what", "deleted an account")
        ACCOUNT_CLOSED = "account_closed", pgettext_lazy("who did what", "closed an account")
        ACCOUNT_REOPENED = "account_reopened", pgettext_lazy("who did what", "reopened an account")
        ACCOUNT_EXPORTED = "account_exported", pgettext_lazy("who did what", "downloaded the data of an account")
        EMAIL_CHANGED = "email_changed", pgettext_lazy("who did what", "changed an email address")
        COURSE_CONNECTED = "course_connected", pgettext_lazy("who did what", "connected a course to the class")
        CLASSROOM_HANDED_OVER = "classroom_handed_over", pgettext_lazy("who did what", "handed over the class")
        ADMINISTRATOR_ADDED = "administrator_added", pgettext_lazy("who did what", "added a site administrator")
        ADMINISTRATOR_REMOVED = "administrator_removed", pgettext_lazy("who did what", "removed a site administrator")
        SET_SHARED = "set_shared", pgettext_lazy("who did what", "shared a question set")
        SET_UNSHARED = "set_unshared", pgettext_lazy("who did what", "stopped sharing a question set")
        PERSON_ADDED = "person_added", pgettext_lazy("who did what", "added a teacher to the class")
        ROLE_CHANGED = "role_changed", pgettext_lazy("who did what", "changed a role in the class")
        PERSON_REMOVED = "person_removed", pgettext_lazy("who did what", "removed a teacher from the class")
        PERSON_LEFT = "person_left", pgettext_lazy("who did what", "left the class")
        SECOND_FACTOR_ADDED = "second_factor_added", pgettext_lazy("who did what", "added a second step of sign-in")
        SECOND_FACTOR_REMOVED = (
            "second_factor_removed",
            pgettext_lazy("who did what", "removed a second step of sign-in"),
        )
        RECOVERY_CODES_MADE = "recovery_codes_made", pgettext_lazy("who did what", "made new recovery codes")
        SIGN_ON_LINKED = "sign_on_linked", pgettext_lazy("who did what", "linked a school account")
        SIGN_ON_UNLINKED = "sign_on_unlinked", pgettext_lazy("who did what", "removed a school account")
        SIGN_IN_LINK_MADE = "sign_in_link_made", pgettext_lazy("who did what", "made a sign-in link for an account")
        PASSWORD_SET = "password_set", pgettext_lazy("who did what", "changed the password of an account")

    action = models.CharField(max_length=21, choices=Action)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="audit_events")
    classroom = models.ForeignKey(Classroom, models.PROTECT, null=True, related_name="audit_events")
    student = models.ForeignKey(Student, models.PROTECT, null=True, related_name="audit_events")
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    objects = AuditEventManager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["at"], name="audit_event_by_time")]

    def __str__(self) -> str:
        return f"{self.action} at {self.at:%Y-%m-%d %H:%M}"


class ErasureInProgress(models.Model):
    """The one row that lets its own transaction delete from the two logs. It is gone before the commit."""

    id = models.PositiveSmallIntegerField(primary_key=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="erasure_in_progress_is_one_row")]

    def __str__(self) -> str:
        return "an erasure"
