"""Assignments of editions to classrooms."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from quizzes.models.accounts import User
from quizzes.models.audit import AuditEvent
from quizzes.models.public_ids import new_public_id
from quizzes.models.question_sets import Edition, QuestionSet
from quizzes.models.quiz_titles import quiz_title
from quizzes.models.rosters import EDITORS, Classroom, Teaching

# The longest own title of an assignment, in characters.
MAX_TITLE = 100

# Raw SQL for the 15 ms gate of the gradebook: as querysets, it takes 0.7 ms to build.
_DROPPED_POINTS = """
(SELECT COALESCE(SUM(q.points), 0) FROM quizzes_question q WHERE q.id IN (SELECT r.question_id FROM quizzes_regrade r
WHERE r.assignment_id = quizzes_assignment.id AND r.policy = 'drop' AND r.undone_at IS NULL))
"""


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Queries of assignments. Only `taught_by` and `editable_by` check who may see them."""

    def taught_by(self, user: User) -> Self:
        """Assignments in this teacher's classrooms."""
        return self.filter(classroom__teachers=user)

    def editable_by(self, user: User) -> Self:
        """Assignments in classrooms that this teacher may change."""
        return self.filter(classroom__teaching__teacher=user, classroom__teaching__role__in=EDITORS)

    def with_role(self) -> Self:
        """After `taught_by`: with `own_role`, that teacher's role in the class."""
        return self.annotate(own_role=F("classroom__teaching__role"))

    def given_together(self, group: uuid.UUID) -> Self:
        """Assignments of one group, by classroom."""
        return self.filter(group=group).order_by("classroom__name", "pk")

    def of_set(self, question_set: QuestionSet) -> Self:
        """Assignments of any edition of this set."""
        return self.filter(edition__question_set=question_set)

    def of_title(self, title: str) -> Self:
        """Assignments with this title, their own or that of their question set."""
        return self.filter(Q(own_title=title) | Q(own_title="", edition__question_set__title=title))

    def with_erased_counts(self) -> Self:
        """With `erased_count`: how many students of the class were deleted for good since it was assigned."""
        erased = Q(classroom__audit_events__action="student_erased", classroom__audit_events__at__gte=F("created_at"))
        return self.annotate(erased_count=Count("classroom__audit_events", filter=erased, distinct=True))

    def with_max_points(self) -> Self:
        """With `max_points`: what a submitted attempt can earn, so without dropped questions."""
        dropped_points = RawSQL(_DROPPED_POINTS, [], models.IntegerField())  # noqa: S611  a constant
        return self.annotate(max_points=F("edition__max_points") - dropped_points)

    def with_newest(self, user: User) -> Self:
        """With `newest_number`: of the newest edition of the set, None if the set is not open to this teacher."""
        editions = Edition.objects.newest_first(OuterRef("edition__question_set"), user)
        return self.annotate(newest_number=Subquery(editions.values("number")[:1]))

    def with_guide(self) -> Self:
        """With `guide`: the tables of the source's teaching guide, None without one."""
        return self.annotate(guide=F("edition__question_set__reading__source__teaching_guide"))

    def with_responsible(self) -> Self:
        """With `responsible`: the teacher who assigned it; the first owner of the class if that teacher left it.

        An owner whose account is closed comes after the others.
        """
        people = Teaching.objects.filter(classroom=OuterRef("classroom"))
        is_there = Exists(people.filter(teacher=OuterRef("assigned_by"), role__in=EDITORS))
        owner = people.filter(role=Teaching.Role.OWNER).order_by("-teacher__is_active", "pk").values("teacher")[:1]
        # A key and a foreign key are two types for Django.
        key = models.BigIntegerField()
        left = Coalesce(Subquery(owner), F("assigned_by"), output_field=key)
        return self.annotate(responsible=Case(When(is_there, then=F("assigned_by")), default=left, output_field=key))

    def of_same_set(self, assignments: Iterable["Assignment"], first_sets: Mapping[int, int]) -> Self:
        """Assignments of the question set of one of these, or of a copy of it, as `with_first_set`."""
        these = Assignment.objects.filter(pk__in=[item.pk for item in assignments]).order_by()
        own = these.with_first_set(first_sets).values("first_set")  # type: ignore[misc]  # mypy sees no annotation
        return self.with_first_set(first_sets).filter(first_set__in=own)

    def with_first_set(self, first_sets: Mapping[int, int]) -> Self:
        """With `first_set`: the id of the question set, or of the one where its line of copies began.

        first_sets: from `QuestionSet.objects.first_sets`.
        """
        copies = [When(edition__question_set=copy, then=Value(first)) for copy, first in first_sets.items()]
        first_set = Case(*copies, default=F("edition__question_set"), output_field=models.BigIntegerField())
        return self.annotate(first_set=first_set)

    def with_set(self) -> Self:
        """With classroom and question set, without the edition's large document."""
        return self.select_related("classroom", "edition__question_set").defer("edition__document")

    def with_versions(self) -> Self:
        """Assignments that are a newer version of another, or have one."""
        newer = Assignment.objects.filter(newer_version_of=OuterRef("pk"))
        return self.filter(Q(newer_version_of__isnull=False) | Exists(newer))

    def versions(self) -> list[list["Assignment"]]:
        """Each quiz with several versions: all of them, the oldest first. Each `with_set()`; 1 query."""
        # An older version has the smaller id.
        return by_quiz(self.with_versions().with_set().order_by("pk"))


def by_quiz(assignments: Iterable["Assignment"]) -> list[list["Assignment"]]:
    """The versions of each quiz among these, the oldest first. assignments: a version comes after the older ones."""
    by_id = dict[int | None, list[Assignment]]()
    for version in assignments:
        by_id[version.pk] = by_id.get(version.newer_version_of_id, [])
        by_id[version.pk].append(version)
    return [versions for pk, versions in by_id.items() if versions[0].pk == pk]


class Assignment(models.Model):
    """An edition given to a classroom: window, time limit, attempts, policy, shuffle, release and pace.

    group: assignments made with one form. Release "after the close" waits for all classes with the set or a copy.
    opens_at None: open from the start. due_at None: never late. closes_at None: never closes.
    waits_for_teacher: not open until the teacher presses Start. started_in_class_at: when the teacher pressed it.
    paused_at: since when it is paused.
    resumed_at: the end of the last pause that is over, None without one.
    time_limit None: untimed. max_attempts None: no limit.
    is_teacher_paced: every student is at the question on the class board, and only that one takes answers.
    shows_scores: students see their score after their last attempt, also before the answers are shown.
    own_title: shown instead of the title of the question set, "" for none. is_title_made: Footnote made it.
    newer_version_of: students of the class have one of the two, and are excused from the other.
    """

    class AttemptPolicy(models.TextChoices):
        FIRST = "first", gettext_lazy("The first")
        BEST = "best", gettext_lazy("The best")
        LATEST = "latest", gettext_lazy("The latest")

    class Release(models.TextChoices):
        AT_ONCE = "at_once", gettext_lazy("Right after each question")
        AFTER_SUBMIT = "after_hand_in", gettext_lazy("After each attempt")
        AFTER_LAST = "after_last", gettext_lazy("After each student’s last attempt")
        AFTER_CLOSE = "after_close", gettext_lazy("After all classes close")
        NEVER = "never", gettext_lazy("Never")

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="assignments")
    classroom = models.ForeignKey(Classroom, models.PROTECT, related_name="assignments")
    group = models.UUIDField(default=uuid.uuid4, db_index=True)
    assigned_by = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    created_at = models.DateTimeField()
    opens_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    waits_for_teacher = models.BooleanField(default=False, db_default=False)
    started_in_class_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    resumed_at = models.DateTimeField(null=True, blank=True)
    time_limit = models.DurationField(null=True, blank=True)
    max_attempts = models.PositiveSmallIntegerField(null=True, blank=True, default=1)
    attempt_policy = models.CharField(max_length=6, choices=AttemptPolicy, default=AttemptPolicy.BEST)
    shuffle_questions = models.BooleanField(default=False)
    shuffle_choices = models.BooleanField(default=True)
    release = models.CharField(max_length=13, choices=Release, default=Release.AFTER_LAST)
    shows_scores = models.BooleanField(default=False, db_default=False)

    is_teacher_paced = models.BooleanField(default=False, db_default=False)
    own_title = models.CharField(max_length=MAX_TITLE, blank=True, default="", db_default="")
    is_title_made = models.BooleanField(default=False, db_default=False)
    newer_version_of = models.ForeignKey("self", models.SET_NULL, related_name="newer_versions", null=True, blank=True)

    started_count: int  # on rows of `affected.with_started_counts`
    has_attempts: bool  # on rows of `affected.with_started_counts`
    newest_number: int | None  # on rows of `with_newest`
    erased_count: int  # on rows of `with_erased_counts()`
    max_points: int  # on rows of `with_max_points()`
    responsible: int  # on rows of `with_responsible()`
    first_set: int  # on rows of `with_first_set()`
    guide: dict[str, Any] | None  # on rows of `with_guide()`

    own_role: str  # on rows of `with_role()`

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "classroom"],
                name="assignment_once_per_group_and_classroom",
                violation_error_message=gettext_lazy("This class already has this quiz."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="assignment_closes_after_it_opens",
                violation_error_message=gettext_lazy("“Closes” is before “Opens”."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(due_at=None) | Q(due_at__gt=F("opens_at")),
                name="assignment_due_after_it_opens",
                violation_error_message=gettext_lazy("“Due” is before “Opens”."),
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(closes_at=None) | Q(closes_at__gte=F("due_at")),
                name="assignment_closes_after_it_is_due",
                violation_error_message=gettext_lazy("“Closes” is before “Due”."),
            ),
            models.CheckConstraint(
                condition=~Q(waits_for_teacher=True) | Q(opens_at=None),
                name="assignment_waits_without_opening_time",
                violation_error_message=gettext_lazy(
                    "A quiz that you start yourself has no opening time. Leave this blank."
                ),
            ),
            models.CheckConstraint(
                condition=Q(max_attempts=None) | Q(max_attempts__gte=1),
                name="assignment_allows_an_attempt",
                violation_error_message=gettext_lazy("Choose 1, 2, 3, or unlimited."),
            ),
            models.CheckConstraint(
                condition=~Q(release="after_close") | Q(closes_at__isnull=False),
                name="assignment_release_after_close_needs_a_close",
                violation_error_message=gettext_lazy("Set a closing time. Answers show after all classes close."),
            ),
            models.CheckConstraint(
                condition=~Q(release="after_last") | Q(max_attempts__isnull=False) | Q(closes_at__isnull=False),
                name="assignment_release_after_last_needs_an_end",
                violation_error_message=gettext_lazy(
                    "Set a closing time. With unlimited attempts, no attempt is the last."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(is_teacher_paced=True) | Q(shuffle_questions=False),
                name="assignment_paced_is_not_shuffled",
                violation_error_message=gettext_lazy(
                    "In a teacher-paced quiz, everyone gets the questions in the same order."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(is_teacher_paced=True) | ~Q(release="at_once"),
                name="assignment_paced_shows_no_answers_at_once",
                violation_error_message=gettext_lazy(
                    "In a teacher-paced quiz, you show the answers on the class board."
                ),
            ),
            # A student whose time is over may see the answers to questions that others have not reached.
            models.CheckConstraint(
                condition=~Q(is_teacher_paced=True) | Q(time_limit=None),
                name="assignment_paced_has_no_time_limit",
                violation_error_message=gettext_lazy("In a teacher-paced quiz, you set the time. Leave this blank."),
            ),
        ]

    def __str__(self) -> str:
        return f"assignment {self.public_id}"

    @property
    def title(self) -> str:
        """The title in the language of the page. Up to 2 queries unless it comes from `with_set()`."""
        question_set = self.edition.question_set
        names = {"stored": question_set.title, "shown": question_set.shown_title}
        return quiz_title(self.own_title, is_made=self.is_title_made, **names)

    @property
    def stored_title(self) -> str:
        """The title that is stored for good, also on a learning platform: in the first language. Costs as `title`."""
        return self.own_title or self.edition.question_set.title

    @property
    def is_homework(self) -> bool:
        """Whether students do it on their own by a due time. The teacher does not start it in class."""
        return self.due_at is not None and not self.waits_for_teacher

    def record_event(self, action: str, *, by: User, now: datetime, **detail: Any) -> None:
        """Log an action on this quiz. detail: JSON values."""
        AuditEvent.objects.record(
            action, actor=by, classroom=self.classroom, at=now, assignment=self.public_id, **detail
        )
