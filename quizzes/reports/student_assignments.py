"""A student's assignments: to continue, to do, coming, done and missed.

Before the answers or the scores are shown, nothing here depends on the answer key. The best attempt is therefore named
only after.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils import timezone

from quizzes.assignments.deadlines import Window, WindowState, has_countdown, is_over, minutes_left
from quizzes.assignments.release import can_see_answers, can_see_score, last_closes
from quizzes.assignments.status import Status, StudentStatus, counting_attempt, is_late
from quizzes.assignments.student_settings import extended_window, window_of
from quizzes.assignments.student_statuses import Overrides, by_student_and_assignment, load_overrides
from quizzes.attempts.attempt_content import AttemptContent, content_of
from quizzes.attempts.breaks import earliest_end
from quizzes.content.editions import Size, sizes_of
from quizzes.models import Answer, Assignment, Attempt, Extension, Student
from quizzes.models.attempts import AttemptQuerySet
from quizzes.models.question_sets import title_in_page_language
from quizzes.models.quiz_titles import quiz_title
from quizzes.reports.live_etag import content_etag

# A quiz that the class takes now opened in this lesson. Three hours are longer than a double lesson.
LESSON = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class OpenTime:
    """What of one assignment an open home page shows. If it changes, the page opens again.

    made_at: of the assignment. is_open: for the student. is_working: whether the student has an open attempt.
    """

    made_at: datetime
    is_open: bool
    paused_at: datetime | None
    shows_scores: bool
    extra_attempts: int
    is_excused: bool
    is_working: bool


@dataclass(frozen=True, slots=True)
class StudentAssignment:
    """One assignment of a student.

    attempt: the open one, else the one to show, None before the first.
    is_shown, is_score_shown: whether its answers and its score are shown.
    is_late: whether it was submitted late. is_past_due: whether the due time is over and the window still open.
    attempts_left: how many more the student may start now, None without a limit. shown_at: when answers are shown, None
    if no time decides. question_count, about_minutes: of the whole set. extension, is_excused: of this student.
    left_class: the class of the quiz if the student left it, "" for the student's own. It gives no new attempts.
    """

    assignment: Assignment
    title: str
    student_status: StudentStatus[Attempt]
    window: Window
    attempt: Attempt | None
    is_shown: bool
    is_score_shown: bool
    is_late: bool
    is_past_due: bool
    attempts_left: int | None
    shown_at: datetime | None
    question_count: int
    about_minutes: int
    extension: Extension | None
    is_excused: bool
    left_class: str

    @property
    def status(self) -> Status:
        """The student's status."""
        return self.student_status.status

    @property
    def can_start(self) -> bool:
        """Whether the student may start a new attempt now."""
        return self.student_status.can_start


@dataclass(frozen=True, slots=True)
class Current:
    """The attempt to continue first.

    number: of the question to continue with. left_count: of questions without a complete answer. saved_count: of
    answers that the site has, complete or not. minutes_left: None without countdown.
    """

    quiz: StudentAssignment
    attempt: Attempt
    number: int
    question_count: int
    left_count: int
    saved_count: int
    minutes_left: int | None


@dataclass(frozen=True, slots=True)
class StudentAssignments:
    """A student's assignments by what to do with them, each list with the most urgent or newest first.

    current: the attempt to continue. next_up: without one, the quiz to start; not in `to_do`. A quiz that the class
    takes now comes before an attempt at another quiz, which is then in `to_do`.
    waiting: with neither, the newest one that the teacher starts in class; not in `coming`.
    open_times: as in the function `open_times`.
    """

    current: Current | None
    next_up: StudentAssignment | None
    waiting: StudentAssignment | None
    to_do: tuple[StudentAssignment, ...]
    coming: tuple[StudentAssignment, ...]
    done: tuple[StudentAssignment, ...]
    missed: tuple[StudentAssignment, ...]
    open_times: tuple[OpenTime, ...]

    @property
    def retry(self) -> StudentAssignment | None:
        """The newest done assignment that the student may try again; None without one."""
        return next((given for given in self.done if given.can_start), None)


def student_assignments(student: Student, *, now: datetime) -> StudentAssignments:
    """The student's assignments; 5 or 6 queries for any number, more for editions that are not in the process cache."""
    found = _load(_assignments_of(student).order_by("-created_at", "-pk"), student, now)
    running = [given for given in found if given.status is Status.IN_PROGRESS]
    running.sort(key=lambda given: (not _is_taken_now(given, now), -_started(given)))
    to_start = [given for given in found if given.status in {Status.NOT_STARTED, Status.MISSING} and given.can_start]
    done = {Status.SUBMITTED, Status.TIME_UP, Status.EXCUSED}
    taken_now = max((given for given in to_start if _is_taken_now(given, now)), key=_opening, default=None)
    continues = bool(running) and (taken_now is None or _is_taken_now(running[0], now))
    current = current_of(running[0], now=now) if continues else None
    others = [*(running[1:] if continues else running), *to_start]
    to_do = sorted(others, key=lambda given: (given is not taken_now, *_urgency(given)))
    coming = sorted((given for given in found if given.status is Status.NOT_OPEN), key=_opening)
    is_free = current is None and not to_do
    waiting = max((given for given in coming if is_free and given.window.waits_for_teacher), key=_opening, default=None)
    return StudentAssignments(
        current=current,
        next_up=to_do[0] if to_do and current is None else None,
        waiting=waiting,
        to_do=tuple(to_do if current is not None else to_do[1:]),
        coming=tuple(given for given in coming if given is not waiting),
        done=tuple(given for given in found if given.status in done),
        missed=tuple(given for given in found if given.status is Status.MISSING and not given.can_start),
        open_times=_open_or_scored(
            _open_time(
                given.assignment,
                given.window,
                extra_attempts=given.extension.extra_attempts if given.extension is not None else 0,
                is_excused=given.is_excused,
                is_working=given.student_status.open_attempt is not None,
                now=now,
            )
            for given in found
            if _may_work_on(given)
        ),
    )


def open_times(student: Student, *, now: datetime) -> tuple[OpenTime, ...]:
    """The assignments that are open for the student or show scores, in the same order for the same ones; 1 query.

    They change when a quiz opens, closes, is paused, or is resumed, and when its scores are shown or hidden. Of the
    student, with an extension, an excuse, a start, a turned-in attempt, and a reopened one.
    A turned-in quiz of a class that the student left is left out, because the student can do nothing more with it.
    """
    columns = ("opens_at", "due_at", "closes_at", "waits_for_teacher", "paused_at", "created_at", "shows_scores")
    own = FilteredRelation("extensions", condition=Q(extensions__student=student))
    excuse = FilteredRelation("excuses", condition=Q(excuses__student=student))
    # A student has at most one open attempt of an assignment.
    work = FilteredRelation("attempts", condition=Q(attempts__student=student, attempts__submitted_at=None))
    rows: Iterable[Any] = (
        _of_class_or_attempts(student, _made_by(student).open())
        .order_by()
        .only(*columns)
        .annotate(own=own, own_closes_at=F("own__closes_at"), own_attempts=F("own__extra_attempts"))
        .annotate(excuse=excuse, excuse_id=F("excuse__pk"), work=work, work_id=F("work__pk"))
    )
    return _open_or_scored(
        _open_time(
            row,
            extended_window(window_of(row), due_at=None, closes_at=row.own_closes_at),
            extra_attempts=row.own_attempts or 0,
            is_excused=row.excuse_id is not None,
            is_working=row.work_id is not None,
            now=now,
        )
        for row in rows
    )


def home_etag(times: Sequence[OpenTime], *, now: datetime) -> str:
    """The ETag of the home page with these `open_times`. It changes at midnight, when “tomorrow” becomes “today”."""
    return content_etag(times, timezone.localdate(now))


def student_assignment(student: Student, public_id: str, *, now: datetime) -> StudentAssignment | None:
    """One of the student's assignments, None if it is not among them; as many queries as for all."""
    return next(iter(_load(_assignments_of(student).order_by().filter(public_id=public_id), student, now)), None)


def current_of(given: StudentAssignment, *, now: datetime) -> Current | None:
    """The open attempt with time left and where to continue in it, else None; 1 query."""
    attempt = given.student_status.open_attempt
    if attempt is None or is_over(at=now, deadline_at=attempt.deadline_at):
        return None
    attempt.assignment = given.assignment
    content = content_of(attempt)
    answers = list(attempt.answers.all())
    # The deadline counts the whole of a break, which the student may end now.
    ends_at = earliest_end(attempt, now=now)
    is_counted = has_countdown(at=now, deadline_at=ends_at, has_time_limit=attempt.time_limit is not None)
    return Current(
        quiz=given,
        attempt=attempt,
        number=content.resume_number(answers),
        question_count=len(content.questions),
        left_count=len(content.questions) - _complete_count(content, answers),
        saved_count=sum(answer.value is not None for answer in answers),
        minutes_left=minutes_left(at=now, deadline_at=ends_at) if is_counted else None,
    )


def answered_count(attempt: Attempt) -> int:
    """How many questions of the attempt have a complete answer, as its review counts them; 1 query."""
    return _complete_count(content_of(attempt), attempt.answers.all())


def _complete_count(content: AttemptContent, answers: Iterable[Answer]) -> int:
    by_question = {answer.question_id: answer for answer in answers}
    return sum(
        content.is_complete(question, by_question.get(content.question_id(question))) for question in content.questions
    )


def _assignments_of(student: Student) -> QuerySet[Assignment]:
    """Those of the class, and those with the student's work in a class that they left, unless it is archived.

    Work that counts in the student's class too is listed there: a copy, or after a way back the original.
    """
    own = student.classroom_id
    copied_here = Q(carried_from__classroom=own) | Q(carried_from__carried_to__classroom=own)
    return _of_class_or_attempts(student, _made_by(student).exclude(copied_here))


def _made_by(student: Student) -> AttemptQuerySet:
    return Attempt.objects.made_by(student.pk).filter(classroom__archived_at=None, carried_to=None)


def _of_class_or_attempts(student: Student, attempts: AttemptQuerySet) -> QuerySet[Assignment]:
    return Assignment.objects.filter(Q(classroom=student.classroom_id) | Q(pk__in=attempts.values("assignment")))


def _may_work_on(given: StudentAssignment) -> bool:
    """Whether `open_times` counts this one, which `_of_class_or_attempts` says in a query."""
    return not given.left_class or given.student_status.open_attempt is not None


def _open_time(
    assignment: Assignment, window: Window, *, extra_attempts: int, is_excused: bool, is_working: bool, now: datetime
) -> OpenTime:
    """window: the student's."""
    return OpenTime(
        made_at=assignment.created_at,
        is_open=window.state(at=now).is_open,
        paused_at=assignment.paused_at,
        shows_scores=assignment.shows_scores,
        extra_attempts=extra_attempts,
        is_excused=is_excused,
        is_working=is_working,
    )


def _open_or_scored(times: Iterable[OpenTime]) -> tuple[OpenTime, ...]:
    found = [time for time in times if time.is_open or time.shows_scores]
    # Quizzes that were assigned together have the same time, and the query of a poll another order.
    return tuple(sorted(found, key=repr))


def _load(queryset: QuerySet[Assignment], student: Student, now: datetime) -> list[StudentAssignment]:
    # 3 simple queries take half the time of 1 join.
    own = "edition__question_set__"
    names = {"set_title": F(f"{own}title"), "set_texts": F(f"{own}texts"), "class_name": F("classroom__name")}
    assignments: list[Any] = list(queryset.annotate(**names))
    attempts = Attempt.objects.made_by(student.pk).filter(assignment__in=assignments).order_by()
    can_have_left_class = any(assignment.classroom_id != student.classroom_id for assignment in assignments)
    made = by_student_and_assignment(
        attempts.with_left_class() if can_have_left_class else attempts.with_none_left_class()
    )
    overrides = load_overrides(student=student)
    sizes = sizes_of(assignment.edition_id for assignment in assignments)
    closes = last_closes(assignments)
    return [
        _student_assignment(
            assignment,
            student,
            made.get((student.pk, assignment.pk), ()),
            overrides,
            title=_title(assignment),
            class_name=assignment.class_name,
            size=sizes[assignment.edition_id],
            last_close=closes[assignment.pk],
            now=now,
        )
        for assignment in assignments
    ]


def _title(assignment: Any) -> str:
    """The title in the language of the page. assignment: with the title of its set and `QuestionSet.texts`."""
    shown = title_in_page_language(assignment.set_texts) or assignment.set_title
    return quiz_title(assignment.own_title, is_made=assignment.is_title_made, stored=assignment.set_title, shown=shown)


def _student_assignment(
    assignment: Assignment,
    student: Student,
    attempts: Sequence[Attempt],
    overrides: Overrides,
    *,
    title: str,
    class_name: str,
    size: Size,
    last_close: datetime | None,
    now: datetime,
) -> StudentAssignment:
    extension = overrides.extensions.get((student.pk, assignment.pk))
    window = overrides.window(assignment, student.pk)
    found = overrides.status(assignment, student.pk, attempts, now=now)
    left_class = "" if assignment.classroom_id == student.classroom_id else class_name
    if left_class:
        found = replace(found, can_start=False)
    shown_at = overrides.answers_shown_at(assignment, student.pk, attempts, last_close=last_close)
    ended_at = overrides.attempts_ended_at(assignment, student.pk, attempts) if assignment.shows_scores else None
    done = [attempt for attempt in attempts if not attempt.is_open]
    is_score_shown = bool(done) and can_see_score(assignment, done[-1], shown_at=shown_at, ended_at=ended_at, now=now)
    # Which attempt is the best tells something about the key.
    shown = counting_attempt(done, assignment.attempt_policy) if is_score_shown else next(reversed(done), None)
    state = window.state(at=now)
    is_excused = found.status is Status.EXCUSED
    return StudentAssignment(
        assignment=assignment,
        title=title,
        student_status=found,
        window=window,
        attempt=found.open_attempt or shown,
        is_shown=shown is not None and can_see_answers(assignment, shown, shown_at=shown_at, now=now),
        is_score_shown=is_score_shown,
        is_late=not is_excused and shown is not None and is_late(shown, window.due_at),
        is_past_due=state is WindowState.PAST_DUE,
        attempts_left=_attempts_left(overrides.max_attempts(assignment, student.pk), len(attempts), state),
        shown_at=shown_at,
        question_count=size.question_count,
        about_minutes=size.about_minutes,
        extension=extension,
        is_excused=is_excused,
        left_class=left_class,
    )


def _attempts_left(limit: int | None, made: int, state: WindowState) -> int | None:
    if not state.is_open:
        return 0
    return None if limit is None else max(0, limit - made)


def _started(given: StudentAssignment) -> float:
    return given.attempt.started_at.timestamp() if given.attempt is not None else 0


def _urgency(given: StudentAssignment) -> tuple[float, int]:
    end = given.window.due_at or given.window.closes_at
    return (end.timestamp() if end is not None else float("inf"), -given.assignment.pk)


def _is_taken_now(given: StudentAssignment, now: datetime) -> bool:
    # What is due later is homework, whenever it opened.
    opened, due = given.window.opens_at, given.window.due_at
    return opened is not None and due is None and opened <= now < opened + LESSON


def _opening(given: StudentAssignment) -> tuple[float, int]:
    opens = given.window.opens_at
    return (opens.timestamp() if opens is not None else 0, given.assignment.pk)
