"""The audit log."""

from datetime import datetime
from typing import Any

from django.db import models

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


class AuditEvent(models.Model):
    """Who did what to which record, and when. Never changed, and deleted only by `quizzes.people.erasure`.

    actor None: a command or a periodic job. classroom None: not about a classroom.
    """

    class Action(models.TextChoices):
        CLASSROOM_MADE = "classroom_made", "created the class"
        CLASSROOM_CHANGED = "classroom_changed", "changed the class"
        CLASSROOM_ARCHIVED = "classroom_archived", "archived the class"
        CLASSROOM_RESTORED = "classroom_restored", "restored the class"
        CODE_CHANGED = "code_changed", "changed the class code"
        STUDENTS_ADDED = "students_added", "added students"
        STUDENT_RENAMED = "student_renamed", "renamed"
        STUDENT_MOVED = "student_moved", "moved to another class"
        WORK_CARRIED = "work_carried", "counted work of another class of"
        STUDENT_REMOVED = "student_removed", "removed"
        STUDENT_RESTORED = "student_restored", "restored"
        PIN_CHANGED = "pin_changed", "made a new PIN for"
        LET_IN = "let_in", "let in"
        ASSIGNMENT_GIVEN = "assignment_given", "assigned"
        ASSIGNMENT_CHANGED = "assignment_changed", "changed quiz settings"
        ACCOMMODATION_CHANGED = "accommodation_changed", "changed the accommodations of"
        EXTENSION_GIVEN = "extension_given", "gave an extension to"
        EXCUSED = "excused", "excused"
        EXCUSE_TAKEN_BACK = "excuse_taken_back", "no longer excused"
        ATTEMPT_REOPENED = "attempt_reopened", "reopened the attempt of"
        LATE_ACCEPTED = "late_accepted", "accepted late answers of"
        PAPER_TYPED = "paper_typed", "entered paper answers for"
        PAPER_MOVED = "paper_moved", "moved paper answers of"
        PAPER_TAKEN_AWAY = "paper_taken_away", "took away paper answers of"
        ANSWER_GRADED = "answer_marked", "graded an answer of"
        GRADE_UNDONE = "grade_undone", "undid a grade of"
        REGRADED = "regraded", "regraded a question"
        REGRADE_UNDONE = "regrade_undone", "undid a regrade"
        DRAFT_DELETED = "draft_deleted", "deleted the draft"
        SET_DELETED = "set_deleted", "deleted the question set"
        SET_RESTORED = "set_restored", "restored the question set"
        SCORES_EXPORTED = "scores_exported", "downloaded the scores"
        STUDENT_ERASED = "student_erased", "erased a student"
        CLASSROOM_ERASED = "classroom_erased", "erased a class"
        ACCOUNT_ERASED = "account_erased", "erased an account"
        ACCOUNT_CLOSED = "account_closed", "closed an account"
        ACCOUNT_REOPENED = "account_reopened", "reopened an account"
        ACCOUNT_EXPORTED = "account_exported", "downloaded the data of an account"
        EMAIL_CHANGED = "email_changed", "changed an email address"
        COURSE_CONNECTED = "course_connected", "connected a course to the class"
        CLASSROOM_HANDED_OVER = "classroom_handed_over", "handed over the class"
        ADMINISTRATOR_ADDED = "administrator_added", "made an account a site administrator"
        ADMINISTRATOR_REMOVED = "administrator_removed", "took the role of site administrator"
        SET_SHARED = "set_shared", "shared a question set"
        SET_UNSHARED = "set_unshared", "stopped sharing a question set"
        PERSON_ADDED = "person_added", "added a colleague to the class"
        ROLE_CHANGED = "role_changed", "changed a role in the class"
        PERSON_REMOVED = "person_removed", "removed a colleague from the class"
        PERSON_LEFT = "person_left", "left the class"
        SECOND_FACTOR_ADDED = "second_factor_added", "added a second step of sign-in"
        SECOND_FACTOR_REMOVED = "second_factor_removed", "removed a second step of sign-in"
        RECOVERY_CODES_MADE = "recovery_codes_made", "made new recovery codes"

    action = models.CharField(max_length=21, choices=Action)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="audit_events")
    classroom = models.ForeignKey(Classroom, models.PROTECT, null=True, related_name="audit_events")
    student = models.ForeignKey(Student, models.PROTECT, null=True, related_name="audit_events")
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    objects = AuditEventManager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.action} at {self.at:%Y-%m-%d %H:%M}"


class ErasureInProgress(models.Model):
    """The one row that lets its own transaction delete from the two logs. It is gone before the commit."""

    id = models.PositiveSmallIntegerField(primary_key=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="erasure_in_progress_is_one_row")]

    def __str__(self) -> str:
        return "an erasure"
