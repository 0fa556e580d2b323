"""Attempts, their current answers, the log of saves, support marks, and heartbeats."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils.translation import gettext_lazy

from quizzes.models.accounts import User
from quizzes.models.assignments import Assignment
from quizzes.models.audit import AuditEvent
from quizzes.models.overrides import Excuse
from quizzes.models.public_ids import new_public_id
from quizzes.models.question_sets import Question
from quizzes.models.rosters import Classroom, Student


def new_seed() -> str:
    """A secret of 128 bits. The order and the choice tokens of an attempt are computed from it."""
    return secrets.token_hex(16)


def is_excused() -> Exists:
    """Whether the student is excused from the quiz, for a query of attempts."""
    return Exists(Excuse.objects.filter(assignment=OuterRef("assignment"), student=OuterRef("student")).order_by())


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Queries of attempts. Only `taught_by` checks who may see them."""

    def taught_by(self, user: User) -> Self:
        """Attempts in this teacher's classrooms."""
        return self.filter(classroom__teachers=user)

    def with_role(self) -> Self:
        """After `taught_by`: with `own_role`, that teacher's role in the class."""
        return self.annotate(own_role=F("classroom__teaching__role"))

    def made_by(self, student_id: int) -> Self:
        """Attempts of this student."""
        return self.filter(student_id=student_id)

    def with_left_class(self) -> Self:
        """With `has_left_class`: the student moved to a class that has no quiz of the same question set."""
        same_set = Assignment.objects.filter(
            classroom=OuterRef("student__classroom"),
            edition__question_set=OuterRef("assignment__edition__question_set"),
        )
        return self.annotate(has_left_class=~Q(student__classroom=F("classroom")) & ~Exists(same_set))

    def with_none_left_class(self) -> Self:
        """As `with_left_class`, without its joins. For attempts in the student's class of today only."""
        return self.annotate(has_left_class=Value(False))

    def open(self) -> Self:
        """Attempts that are not submitted."""
        return self.filter(submitted_at=None)

    def submitted(self) -> Self:
        """Attempts submitted by the student or at the deadline."""
        return self.filter(submitted_at__isnull=False)

    def in_class(self) -> Self:
        """Attempts of students who are still in the class: neither removed nor moved away."""
        return self.filter(student__removed_at=None, student__classroom=F("classroom"))

    def in_reports(self) -> Self:
        """Attempts that reports count: of students who are still in the class and not excused from the quiz."""
        return self.in_class().filter(~is_excused())

    def with_set(self) -> Self:
        """With student, classroom, assignment and question set, without the edition's large document."""
        related = self.select_related("student", "classroom", "assignment__edition__question_set")
        return related.defer("assignment__edition__document")

    def started_count(self) -> int:
        """How many students have started, of those whom reports count. One query."""
        return self.in_reports().order_by().values("student").distinct().count()

    def on_paper(self) -> Self:
        """Attempts that a teacher entered from paper."""
        return self.filter(medium=Attempt.Medium.PAPER)

    def overdue(self, *, before: datetime) -> Self:
        """Open attempts with a deadline before this moment."""
        return self.open().filter(deadline_at__lt=before)


# The language of an attempt whose student changed it on a question page.
MIXED_LANGUAGES = "mixed"


class Attempt(models.Model):
    """One attempt of one student on one assignment.

    seed, shuffle_questions, shuffle_choices: fix the order that the student sees; on paper, of the printed form.
    deadline_at None: no deadline, or the teacher has paused the quiz. paused_for: how long its clock was stopped by
    pauses and breaks. break_time, break_ends_at: as in `assignments.deadlines.Breaks`.
    score, max_score: in points, None until it is submitted. ungraded_count: answers that a teacher must still grade, 0
    until it is submitted. All three are a cache that `grading.scores.rescore` recomputes.
    supports: those that the student has in it, as `assignments.supports.Supports` stores them.
    language: of the pages in which the student worked on it, MIXED_LANGUAGES after a change on a question page, "" if
    it is not known.
    comment: of a teacher on the whole attempt, shown with the answers, "" for none. The audit log says who wrote it.
    carried_from: the attempt in another class that this one is a copy of (`attempts.transfers`), None for most.
    made_as: the student's other entry on a roster that had it until a teacher merged the two (`attempts.merges`), None
    for most.
    """

    class SubmittedBy(models.TextChoices):
        STUDENT = "student"
        DEADLINE = "deadline"

    class Medium(models.TextChoices):
        SCREEN = "screen", gettext_lazy("Online")
        PAPER = "paper", gettext_lazy("On paper")

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="attempts")
    student = models.ForeignKey(Student, models.PROTECT, related_name="attempts")
    classroom = models.ForeignKey(Classroom, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    medium = models.CharField(max_length=6, choices=Medium, default=Medium.SCREEN, db_default=Medium.SCREEN)
    seed = models.CharField(max_length=32, default=new_seed)
    shuffle_questions = models.BooleanField()
    shuffle_choices = models.BooleanField()
    time_limit = models.DurationField(null=True)
    started_at = models.DateTimeField()
    paused_for = models.DurationField(default=timedelta(0), db_default=timedelta(0))
    break_time = models.DurationField(default=timedelta(0), db_default=timedelta(0))
    break_ends_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=8, choices=SubmittedBy, blank=True)
    receipt = models.CharField(max_length=7, null=True, unique=True)  # noqa: DJ001  unique needs NULL for "none yet"
    score = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    max_score = models.PositiveIntegerField(null=True)
    ungraded_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    supports = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    comment = models.CharField(max_length=600, blank=True, default="", db_default="")
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    carried_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="carried_to")
    made_as = models.ForeignKey(Student, models.SET_NULL, null=True, related_name="given_attempts")

    own_role: str  # on rows of `with_role()`
    # On rows of `with_left_class()` and `with_none_left_class()`. No default, so that no other row says False.
    has_left_class: bool

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["student_id", "assignment_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "student", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["assignment", "student"],
                condition=Q(submitted_at=None),
                name="attempt_open_once_per_student_and_assignment",
                violation_error_message="This student already has this quiz in progress.",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, receipt=None, score=None)
                | Q(submitted_at__isnull=False, receipt__isnull=False, score__isnull=False),
                name="attempt_receipt_and_score_when_submitted",
            ),
        ]
        indexes = [
            models.Index(fields=["deadline_at"], condition=Q(submitted_at=None), name="attempt_open_by_deadline"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.public_id}"

    @property
    def is_open(self) -> bool:
        """Whether the attempt is not submitted."""
        return self.submitted_at is None

    @property
    def is_on_paper(self) -> bool:
        """Whether a teacher entered the answers from paper."""
        return self.medium == self.Medium.PAPER

    def record_event(self, action: str, *, by: User, now: datetime, **detail: Any) -> None:
        """Log an action on this attempt of its student. detail: JSON values."""
        AuditEvent.objects.record(
            action,
            actor=by,
            classroom=self.classroom,
            student=self.student,
            at=now,
            attempt=self.public_id,
            **detail,
        )


class Answer(models.Model):
    """The current answer to one question of an attempt.

    value None: no answer. revision: how many saves changed it; 0 for a question that is only flagged.
    operation: of the save that wrote the value, "" if something else did. The database logs a write that sets it
    (migration 0055), in the same query.
    checked_at: when the student checked the answer, which is final from then on.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    value = models.JSONField(null=True)
    revision = models.PositiveIntegerField(default=0)
    operation = models.CharField(max_length=64, blank=True, default="", db_default="")
    flagged = models.BooleanField(default=False)
    saved_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["attempt_id", "question_id"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "question"], name="answer_once_per_attempt_and_question")
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"


class AnswerEvent(models.Model):
    """One save as it arrived, never changed. operation: an id from the page, unique per attempt.

    Only an erasure and the removal of paper answers delete it. revision: of the answer after this event. outcome:
    whether the event changed the answer, as those of COUNTED did.
    """

    class Outcome(models.TextChoices):
        SAVED = "saved", gettext_lazy("Saved")
        STALE = "stale", gettext_lazy("Not used: a newer answer was saved")
        SETTLED = "settled", gettext_lazy("Not used: it was already checked")
        LATE = "late", gettext_lazy("Late, not counted")
        ACCEPTED = "accepted", gettext_lazy("Late, accepted by the teacher")
        UNDONE = "undone", gettext_lazy("Late, no longer accepted by the teacher")

    COUNTED = frozenset({Outcome.SAVED, Outcome.ACCEPTED, Outcome.UNDONE})

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="events")
    question = models.ForeignKey(Question, models.PROTECT, related_name="events")
    operation = models.CharField(max_length=64)
    value = models.JSONField(null=True)
    revision = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    at = models.DateTimeField()

    class Meta:
        ordering = ["attempt_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "operation"], name="answer_event_operation_once_per_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.outcome} at {self.at:%Y-%m-%d %H:%M:%S}"


class SupportMark(models.Model):
    """What a student did with a support in an attempt, by kind and place.

    place: the token of a crossed-out choice, with the number of its question if it is “true” or “false”; the key of a
    highlighted sentence; else a name.
    """

    class Kind(models.TextChoices):
        CROSSED = "crossed", gettext_lazy("Crossed out")
        HIGHLIGHT = "highlight", gettext_lazy("Highlight")
        NOTE = "note", gettext_lazy("Note")
        SETTING = "setting", gettext_lazy("Setting")
        USED = "used", gettext_lazy("Used")

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="support_marks")
    kind = models.CharField(max_length=9, choices=Kind)
    place = models.CharField(max_length=80)
    value = models.TextField(blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["attempt_id", "kind", "place"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "kind", "place"], name="support_mark_once_per_attempt_and_place")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"


class Presence(models.Model):
    """The last heartbeat of an attempt's page. No row: its browser sends none, for example without JavaScript.

    question None: the review page. open_since: the first heartbeat of those without a gap of more than 90 seconds;
    None if an older version of the site stored it.
    """

    attempt = models.OneToOneField(Attempt, models.CASCADE, primary_key=True, related_name="presence")
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField()
    open_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"seen at {self.seen_at:%Y-%m-%d %H:%M:%S}"
