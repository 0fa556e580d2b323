"""Two entries of one student on a roster. One stays and gets the work of the other, which leaves the roster.

Attempts move with answers, log, grades and receipt. The entry that stays keeps its settings, and gets those that only
the other entry has.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q

from quizzes.assignments.accommodations import move_deadlines, set_accommodation
from quizzes.assignments.deadlines import is_over
from quizzes.assignments.excuses import excuse, undo_excuse
from quizzes.assignments.reading_levels import set_reading_level
from quizzes.assignments.status import StudentStatus
from quizzes.assignments.student_statuses import Key, Overrides, by_student_and_assignment, load_overrides
from quizzes.assignments.supports import Supports, set_open_attempts, set_supports, supports_of
from quizzes.attempts.lifecycle import submit_at_deadline
from quizzes.attempts.merged_excuses import excused_after_merge
from quizzes.models import Accommodation, Assignment, Attempt, AuditEvent, Excuse, Extension, Student, User
from quizzes.models.locks import lock_rows, read_row
from quizzes.models.reasons import ReasonKind, ReasonValues
from quizzes.people import rosters
from quizzes.people.names import number_key

Action = AuditEvent.Action
# Added to the numbers of attempts while they get new ones. No student has as many on one quiz.
_ASIDE = 10_000


class CannotMerge(Exception):
    """The entries are not two of one class, or the one that stays is not on the roster."""


class MergeChanged(Exception):
    """Something about one of the entries changed after the page was opened."""


@dataclass(frozen=True, slots=True)
class MergedQuiz:
    """One quiz on which the entry that leaves the roster has work.

    student_status: after the merge. moved_count: how many attempts move. count: how many there are then. is_running:
    whether one that moves is open. submits: whether one that moves is turned in first, because the entry that stays
    has one in progress too. ends_excuse: whether the entry that stays was excused, and the work counts from now on.
    """

    assignment: Assignment
    student_status: StudentStatus[Attempt]
    moved_count: int
    count: int
    is_running: bool
    submits: bool
    ends_excuse: bool

    @property
    def is_both(self) -> bool:
        """Whether both entries have attempts."""
        return self.count > self.moved_count


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge does.

    taken: settings that only the other entry has, which are added: number, time, supports, level. not_taken: those that
    both have; `keep` keeps its own. extended, excused: the quizzes with an extension or excuse that moves.
    seen: changes with everything that the page of the plan shows.
    """

    keep: Student
    other: Student
    quizzes: tuple[MergedQuiz, ...]
    taken: tuple[str, ...]
    not_taken: tuple[str, ...]
    extended: tuple[Assignment, ...]
    excused: tuple[Assignment, ...]
    seen: str


def merge_choices(student: Student) -> list[Student]:
    """The other entries of the class that can be merged into this one, removed ones too. One query."""
    return list(student.classroom.students.filter(merged_into=None).exclude(pk=student.pk))


def merge_plan(keep: Student, other: Student, *, now: datetime) -> MergePlan:
    """What a merge of `other` into `keep` does. Raises CannotMerge. keep, other: with the classroom."""
    is_pair = keep.pk != other.pk and keep.classroom_id == other.classroom_id
    if not is_pair or keep.removed_at is not None or other.merged_into_id is not None:
        raise CannotMerge
    pair = [keep.pk, other.pk]
    made = by_student_and_assignment(Attempt.objects.filter(student__in=pair))
    overrides = load_overrides(student__in=pair)
    extended = _new_extensions(keep, other)
    excused_before = {quiz for student, quiz in overrides.excused if student == keep.pk}
    excused = excused_after_merge(keep, other, made=made, excused=overrides.excused)
    touched = {quiz for _, quiz in [*made, *overrides.extensions, *overrides.excused]} | excused
    quizzes = {quiz.pk: quiz for quiz in Assignment.objects.filter(pk__in=touched).with_set()}
    extensions = {**overrides.extensions, **{(keep.pk, quiz): row for quiz, row in extended.items()}}
    after = Overrides(extensions, {(keep.pk, quiz) for quiz in excused})
    keep_settings, other_settings = _settings(keep), _settings(other)
    set_for_other = [name for name, value in other_settings.items() if value is not None]
    return MergePlan(
        keep=keep,
        other=other,
        quizzes=tuple(
            _merged_quiz(
                quiz,
                keep,
                own=made.get((keep.pk, pk), []),
                moved=made[other.pk, pk],
                after=after,
                ends_excuse=pk in excused_before - excused,
                now=now,
            )
            for pk, quiz in quizzes.items()
            if (other.pk, pk) in made
        ),
        taken=tuple(name for name in set_for_other if keep_settings[name] is None),
        not_taken=tuple(name for name in set_for_other if keep_settings[name] not in (None, other_settings[name])),
        extended=tuple(quizzes[quiz] for quiz in extended),
        excused=tuple(quiz for pk, quiz in quizzes.items() if pk in excused - excused_before),
        seen=_seen(pair, (keep_settings, other_settings), made),
    )


@transaction.atomic
def merge_students(keep: Student, other: Student, *, seen: str, by: User, now: datetime) -> Student:
    """Give the work of one entry to the other, and remove it from the roster. Safe to repeat.

    seen: of the plan that the teacher confirmed. Raises CannotMerge and MergeChanged.
    """
    rosters.lock_roster(keep.classroom_id)
    _lock([keep.pk, other.pk])
    keep, other = (read_row(Student.objects.select_related("classroom"), one.pk) for one in (keep, other))
    if other.merged_into_id == keep.pk:
        return keep
    plan = merge_plan(keep, other, now=now)
    if plan.seen != seen:
        raise MergeChanged
    attempts = list(Attempt.objects.made_by(other.pk).select_related("assignment").order_by("pk"))
    # Before the settings: more time must not restart an attempt that the page of the plan showed as over.
    _give(attempts, keep, now=now)
    Attempt.objects.filter(pk__in=[one.pk for one in attempts], made_as=None).update(made_as=other)
    _take_settings(plan, by=by, now=now)
    # Also those that came from the other entry.
    set_open_attempts(Attempt.objects.made_by(keep.pk).open(), supports_of(keep))
    move_deadlines(Attempt.objects.made_by(keep.pk).open().select_related("assignment", "student"), now=now)
    rosters.remove_student(other, by=by, now=now)
    Student.objects.with_merged(other.pk).update(merged_into=keep)
    _record(Action.STUDENT_MERGED, keep, other, attempts, by=by, now=now)
    return keep


@transaction.atomic
def undo_merge(other: Student, *, by: User, now: datetime) -> Student:
    """Give a merged entry the attempts that it had, and its place on the roster. Safe to repeat. Raises NameTaken.

    An entry that was removed before the merge stays removed. Entries that were merged into it before, and their
    attempts, come along. Both need the events of the merges, which the audit log keeps for its term. Settings that were
    added also stay, what was turned in stays turned in, and time limits never get shorter.
    """
    rosters.lock_roster(other.classroom_id)
    # The entry that it was merged into may have been merged into another one since.
    other = read_row(Student.objects.all(), other.pk)
    if other.merged_into_id is None:
        return other
    entries = Student.objects.with_merged(other.merged_into_id)
    _lock(list(entries.order_by().values_list("pk", flat=True)))
    other = read_row(Student.objects.select_related("classroom", "merged_into__classroom"), other.pk)
    keep = other.merged_into
    if keep is None:
        return other
    # The number that a student has in another class is of that class. A sync may have added zeros since the merge.
    if keep.classroom_id == other.classroom_id and number_key(keep.external_id) == number_key(other.external_id):
        rosters.keep_external_id(keep, "", replaces=keep.external_id)
    newest_merges = _newest_merges(keep)
    merged = Student.objects.filter(public_id__in=_merged_earlier(other.public_id, newest_merges))
    theirs = Q(made_as=other) | Q(made_as__in=merged.order_by().values("pk"))
    attempts = list(Attempt.objects.filter(theirs, student=keep).select_related("assignment").order_by("pk"))
    # First, because a student who comes back has the version of a quiz that they started.
    _give(attempts, other, now=now)
    set_open_attempts(Attempt.objects.made_by(other.pk).open(), supports_of(other))
    move_deadlines(Attempt.objects.made_by(other.pk).open().select_related("assignment", "student"), now=now)
    own_merge = newest_merges.get(other.public_id)
    if own_merge is None or own_merge.at == other.removed_at:
        rosters.restore_student(other, by=by, now=now)
    Attempt.objects.filter(made_as=other).update(made_as=None)
    Student.objects.filter(pk=other.pk).update(merged_into=None)
    merged.update(merged_into=other)
    _record(Action.MERGE_UNDONE, keep, other, attempts, by=by, now=now)
    return other


def _newest_merges(keep: Student) -> dict[str, AuditEvent]:
    """The merge of each entry that was merged into this one, also by way of another, by public id. 1 query."""
    events = AuditEvent.objects.filter(action=Action.STUDENT_MERGED, student__merged_into=keep).order_by("pk")
    return {event.public_id: event for event in events.annotate(public_id=F("student__public_id"))}


def _merged_earlier(public_id: str, newest_merges: Mapping[str, AuditEvent]) -> set[str]:
    """The public ids of the entries that were merged into this one, or into one of these."""
    own = {one for one, event in newest_merges.items() if event.detail["other"] == public_id}
    return own.union(*(_merged_earlier(one, newest_merges) for one in own))


def _lock(students: Sequence[int]) -> None:
    """Lock the students, their attempts, and all quizzes that a start or a setting of theirs can be about."""
    own: dict[str, Any] = {"student__in": students}
    quizzes = Assignment.objects.filter(
        Q(classroom__in=Student.objects.filter(pk__in=students).order_by().values("classroom"))
        | Q(pk__in=Attempt.objects.filter(**own).order_by().values("assignment"))
        | Q(pk__in=Extension.objects.filter(**own).values("assignment"))
        | Q(pk__in=Excuse.objects.filter(**own).values("assignment"))
    )
    lock_rows(
        assignments=quizzes.order_by().values_list("pk", flat=True),
        students=students,
        attempts=Attempt.objects.filter(**own).order_by().values_list("pk", flat=True),
        with_starts=True,
    )


def _merged_quiz(
    quiz: Assignment,
    keep: Student,
    *,
    own: Sequence[Attempt],
    moved: Sequence[Attempt],
    after: Overrides,
    ends_excuse: bool,
    now: datetime,
) -> MergedQuiz:
    is_running, keep_runs = (any(_is_running(one, now) for one in attempts) for attempts in (moved, own))
    return MergedQuiz(
        assignment=quiz,
        student_status=after.status(quiz, keep.pk, _numbered([*own, *moved]), now=now),
        moved_count=len(moved),
        count=len(own) + len(moved),
        is_running=is_running and not keep_runs,
        submits=is_running and keep_runs,
        ends_excuse=ends_excuse,
    )


def _settings(student: Student) -> dict[str, Any]:
    """The settings of an entry, None for each that is the same as for the class."""
    accommodation = Accommodation.objects.filter(student=student).first()
    return {
        "number": student.external_id or None,
        "time": {"factor": accommodation.time_factor} if accommodation is not None else None,
        "supports": student.supports,
        "level": student.reading_variant or None,
    }


def _new_extensions(keep: Student, other: Student) -> dict[int, Extension]:
    """The extensions that `keep` gets, by quiz: of two, the later times and the greater number of attempts."""
    own = {row.assignment_id: row for row in keep.extensions.all()}
    found = {}
    for row in other.extensions.order_by("pk"):
        mine = own.get(row.assignment_id) or Extension()
        due_at = max(filter(None, (mine.due_at, row.due_at)), default=None)
        closes_at = max(filter(None, (mine.closes_at, row.closes_at)), default=None)
        extra = max(mine.extra_attempts, row.extra_attempts)
        if mine.pk is None or (due_at, closes_at, extra) != (mine.due_at, mine.closes_at, mine.extra_attempts):
            found[row.assignment_id] = Extension(
                pk=mine.pk,
                assignment_id=row.assignment_id,
                student=keep,
                due_at=due_at,
                closes_at=closes_at,
                extra_attempts=extra,
                reason_kind=mine.reason_kind if mine.has_reason else row.reason_kind,
                reason=mine.reason if mine.has_reason else row.reason,
                given_by_id=row.given_by_id,
                given_at=row.given_at,
            )
    return found


def _reasons(plan: MergePlan) -> Mapping[int, ReasonValues]:
    """Why `keep` is excused from the quizzes of the plan, by id: as `other`, else by another version. 3 queries."""
    left = set(plan.keep.classroom.assignments.exclude(excuses__student=plan.keep)).difference(plan.excused)
    versions: dict[int, ReasonValues] = {
        quiz.pk: {"reason_kind": ReasonKind.HAS_VERSION, "own_version": own.edition.number}
        for versions in plan.keep.classroom.assignments.all().versions()
        for own in versions
        if own in left
        for quiz in versions
    }
    of_other: dict[int, ReasonValues] = {
        row.assignment_id: {"reason_kind": row.reason_kind, "reason": row.reason, "own_version": row.own_version}
        for row in Excuse.objects.filter(student=plan.other)
    }
    return versions | of_other


def _take_settings(plan: MergePlan, *, by: User, now: datetime) -> None:
    keep, other = plan.keep, plan.other
    for row in _new_extensions(keep, other).values():
        # With who gave it and when: answers may have been visible since.
        row.save()
    if "number" in plan.taken:
        rosters.keep_external_id(keep, other.external_id)
    if "time" in plan.taken:
        factor = Accommodation.objects.get(student=other).time_factor
        set_accommodation(keep, time_factor=factor, by=by, now=now)
    if "supports" in plan.taken:
        set_supports(keep, Supports.of(other.supports or {}), by=by, now=now)
    if "level" in plan.taken:
        set_reading_level(keep, variant=other.reading_variant, by=by, now=now)
    # The student's own choices.
    keep.language = keep.language or other.language
    keep.chosen_variant = keep.chosen_variant or other.chosen_variant
    keep.save(update_fields=["language", "chosen_variant"])
    for merged in plan.quizzes:
        if merged.ends_excuse:
            undo_excuse(merged.assignment, keep, by=by, now=now)
    reasons = _reasons(plan)
    for quiz in plan.excused:
        excuse(quiz, keep, by=by, now=now, **reasons[quiz.pk])


def _give(attempts: Sequence[Attempt], to: Student, *, now: datetime) -> None:
    """Move these attempts of one student to another entry. The attempts of both are numbered from 1 again.

    If both have an open attempt of a quiz, one is turned in: one with its time over, else the one that moves.
    """
    if not attempts:
        return
    moved = {attempt.pk for attempt in attempts}
    quizzes = {attempt.assignment_id for attempt in attempts}
    theirs = Attempt.objects.filter(assignment__in=quizzes, student__in=[to.pk, attempts[0].student_id])
    open_here = {one.assignment_id: one for one in theirs.open().filter(student=to).select_related("assignment")}
    for attempt in attempts:
        own = open_here.get(attempt.assignment_id)
        if attempt.is_open and own is not None:
            submit_at_deadline(attempt if _is_running(own, now) else own, now=now)
    theirs.exclude(pk__in=moved).update(number=F("number") + _ASIDE)
    theirs.filter(pk__in=moved).update(number=F("number") + 2 * _ASIDE)
    Attempt.objects.filter(pk__in=moved).update(student=to)
    made = by_student_and_assignment(theirs)
    Attempt.objects.bulk_update([one for own in made.values() for one in _numbered(own)], ["number"])


def _is_running(attempt: Attempt, now: datetime) -> bool:
    return attempt.is_open and not is_over(at=now, deadline_at=attempt.deadline_at)


def _numbered(attempts: Iterable[Attempt]) -> list[Attempt]:
    """The attempts of one student on one quiz, with numbers from 1 in the order of their starts."""
    ordered = sorted(attempts, key=lambda attempt: (attempt.started_at, attempt.pk))
    for number, attempt in enumerate(ordered, start=1):
        attempt.number = number
    return ordered


def _seen(pair: Sequence[int], settings: Sequence[Mapping[str, Any]], made: Mapping[Key, Sequence[Attempt]]) -> str:
    """A digest of what the plan depends on. Each change of a setting by a teacher is in the audit log."""
    newest = AuditEvent.objects.filter(student__in=pair).aggregate(newest=Max("pk"))["newest"]
    rows = sorted((one.pk, one.student_id, one.is_open) for own in made.values() for one in own)
    numbers = [setting["number"] for setting in settings]
    return hashlib.sha256(repr((newest, rows, numbers)).encode()).hexdigest()[:40]


def _record(
    action: Action, keep: Student, other: Student, attempts: Sequence[Attempt], *, by: User, now: datetime
) -> None:
    moved = [attempt.public_id for attempt in attempts]
    for one, another in ((keep, other), (other, keep)):
        AuditEvent.objects.record(
            action, actor=by, classroom=one.classroom, student=one, at=now, other=another.public_id, attempts=moved
        )
