"""A report of one student for a parent: quizzes, scores, questions, and answers in words."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from quizzes.assignments.release import can_see_answers, can_see_score
from quizzes.assignments.student_statuses import Key, answers_shown_times_of, attempts_ended_times
from quizzes.attempts.attempt_content import AttemptContent, content_of, shown_content
from quizzes.content.editions import shown_edition
from quizzes.content.question_types.registry import Value
from quizzes.content.reading import Citation
from quizzes.grading.scores import adjustments, values_of
from quizzes.models import Answer, Assignment, Attempt, ManualGrade, Student, User
from quizzes.reports.attempt_review import ReviewedQuestion, review_content
from quizzes.reports.breakdown import AnsweredQuestion, Breakdown, answered_questions, breakdown
from quizzes.reports.student_history import HistoryLine, history_lines_of
from quizzes.reports.support_use import support_lines


@dataclass(frozen=True, slots=True)
class ReportedAnswer:
    """One question of an attempt, in the order of the set. texts: the stem, and the statement that it is about.

    given: the answer in words, () without one.
    comment: of the newest grade, "" without one. commented_by: the teacher who gave it.
    """

    number: int
    texts: tuple[str, ...]
    given: tuple[str, ...]
    comment: str
    commented_by: str
    reviewed: ReviewedQuestion

    @property
    def saved_at(self) -> datetime | None:
        """When the answer was saved; None without one."""
        return self.reviewed.answer.saved_at if self.reviewed.answer is not None and self.given else None


@dataclass(frozen=True, slots=True)
class ReportedAttempt:
    """One attempt. is_released: whether the student may see verdicts and correct answers.

    shows_score: whether the student may see the score.
    supports: those that the student had, in words. citation: the source of the story.
    """

    attempt: Attempt
    citation: Citation
    is_released: bool
    shows_score: bool
    supports: list[str]
    answers: tuple[ReportedAnswer, ...]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One quiz of a student. shows_score: whether the student may see the score of the attempt that counts."""

    line: HistoryLine
    shows_score: bool

    @property
    def assignment(self) -> Assignment:
        """The quiz."""
        return self.line.assignment

    @property
    def scored(self) -> Attempt | None:
        """The attempt that counts, if the student may see its score."""
        return self.line.student_status.counting_attempt if self.shows_score else None


@dataclass(frozen=True, slots=True)
class ReportLine(ScoreLine):
    """One quiz of a student, with its attempts by number."""

    attempts: tuple[ReportedAttempt, ...]

    @property
    def citation(self) -> Citation | None:
        """The source of the story that the questions are about; None without an attempt."""
        return self.attempts[0].citation if self.attempts else None


@dataclass(frozen=True, slots=True)
class _Visibility:
    """What students may see of their attempts now. shown_at and ended_at: by student and assignment."""

    shown_at: Mapping[Key, datetime | None]
    ended_at: Mapping[Key, datetime | None]
    now: datetime

    def has_answers(self, attempt: Attempt) -> bool:
        return can_see_answers(attempt.assignment, attempt, shown_at=self.shown_at[_key(attempt)], now=self.now)

    def has_score(self, attempt: Attempt | None) -> bool:
        if attempt is None:
            return False
        key = _key(attempt)
        return can_see_score(
            attempt.assignment, attempt, shown_at=self.shown_at[key], ended_at=self.ended_at.get(key), now=self.now
        )


def student_report(student: Student, *, by: User, now: datetime) -> list[ReportLine]:
    """Everything that the student did in this teacher's classes, the newest quiz first.

    At most 10 queries, 11 if a quiz shows scores, and 2 for each edition that is not in the process cache.
    """
    return student_reports([student], by=by, now=now)[student.pk]


def student_reports(students: Collection[Student], *, by: User, now: datetime) -> dict[int, list[ReportLine]]:
    """`student_report` of several students, by student id; the queries of one."""
    lines = history_lines_of(students, by=by, now=now)
    attempts = _attempts(lines)
    reviewed = review_attempts(attempts, content_for=shown_content)
    visible = _visibility(lines, attempts, now=now)
    comments = _comments(attempts)
    supports = support_lines(attempts, now=now)

    def reported(attempt: Attempt) -> ReportedAttempt:
        return _reported(
            attempt,
            reviewed[attempt.pk],
            comments[attempt.pk],
            supports[attempt.pk],
            is_released=visible.has_answers(attempt),
            shows_score=visible.has_score(attempt),
        )

    return {
        student_id: [
            ReportLine(
                line,
                visible.has_score(line.student_status.counting_attempt),
                tuple(reported(attempt) for attempt, _ in reversed(line.attempts)),
            )
            for line in own
        ]
        for student_id, own in lines.items()
    }


def score_lines(students: Collection[Student], *, by: User, now: datetime) -> dict[int, list[ScoreLine]]:
    """The quizzes of `student_reports`, by student id; its queries without those for questions and answers."""
    lines = history_lines_of(students, by=by, now=now)
    visible = _visibility(lines, _attempts(lines), now=now)
    return {
        student_id: [ScoreLine(line, visible.has_score(line.student_status.counting_attempt)) for line in own]
        for student_id, own in lines.items()
    }


def next_student(student: Student) -> Student | None:
    """The next student on the roster of the class; None after the last. One query."""
    later = Q(sort_key__gt=student.sort_key) | Q(sort_key=student.sort_key, pk__gt=student.pk)
    return student.classroom.students.enrolled().filter(later).first()


def review_attempts(
    attempts: list[Attempt], *, content_for: Callable[[Attempt], AttemptContent] = content_of
) -> dict[int, tuple[ReviewedQuestion, ...]]:
    """The questions of each attempt with answers and verdicts, in the order of the set, by attempt id; 3 queries.

    attempts: with their assignments. content_for: the content of an attempt; as written by default.
    """
    answers = _answers(attempts)
    adjusted = adjustments(attempts)
    reviewed = {}
    for attempt in attempts:
        content = content_for(attempt)
        by_key = {
            item.question.key: item
            for item in review_content(content, answers[attempt.pk], adjusted[attempt.pk]).questions
        }
        reviewed[attempt.pk] = tuple(by_key[question.key] for question in content.published.document.questions)
    return reviewed


def student_breakdown(student: Student, lines: list[HistoryLine]) -> Breakdown:
    """The student's points by speaker and skill, in the attempts that count; 3 queries.

    Work that counts in several classes is in it once: as in the student's class, otherwise as in a copy.
    """

    def place(line: HistoryLine) -> tuple[bool, bool]:
        return line.assignment.classroom_id != student.classroom_id, not line.is_carried

    attempts: list[Attempt] = []
    taken: set[int] = set()
    for line in sorted(lines, key=place):
        originals = {attempt.carried_from_id or attempt.pk for attempt, _ in line.attempts}
        if line.student_status.counting_attempt is not None and taken.isdisjoint(originals):
            taken |= originals
            line.student_status.counting_attempt.assignment = line.assignment
            attempts.append(line.student_status.counting_attempt)
    values, adjusted = values_of(attempts), adjustments(attempts)
    answered: list[AnsweredQuestion] = []
    for attempt in attempts:
        document = shown_edition(attempt.assignment.edition_id).document
        answered += answered_questions(attempt.assignment_id, document, values[attempt.pk], adjusted[attempt.pk])
    return breakdown(answered)


def in_words(content: AttemptContent, question_key: str, value: Value) -> tuple[str, ...]:
    """The parts of an answer in words, as the student wrote them; () for none. content: of the attempt."""
    [question] = [question for question in content.questions if question.key == question_key]
    chosen = question.chosen_options(value, content.published.document.reading)
    return tuple(question.as_written(option, value) for option in chosen)


def _attempts(lines: Mapping[int, list[HistoryLine]]) -> list[Attempt]:
    """The attempts of these lines, each with its assignment. Otherwise each would load it."""
    attempts = []
    for line in (line for own in lines.values() for line in own):
        for attempt, _ in line.attempts:
            attempt.assignment = line.assignment
            attempts.append(attempt)
    return attempts


def _visibility(student_ids: Collection[int], attempts: list[Attempt], *, now: datetime) -> _Visibility:
    student_ids = list(student_ids)
    return _Visibility(answers_shown_times_of(student_ids, attempts), attempts_ended_times(student_ids, attempts), now)


def _key(attempt: Attempt) -> Key:
    return attempt.student_id, attempt.assignment_id


def _answers(attempts: list[Attempt]) -> defaultdict[int, dict[int, Answer]]:
    """The current answers by attempt id and question row id; 1 query."""
    answers: defaultdict[int, dict[int, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(attempt__in=attempts).order_by():
        answers[answer.attempt_id][answer.question_id] = answer
    return answers


def _reported(
    attempt: Attempt,
    questions: tuple[ReviewedQuestion, ...],
    comments: Mapping[str, tuple[str, str]],
    supports: list[str],
    *,
    is_released: bool,
    shows_score: bool,
) -> ReportedAttempt:
    content = shown_content(attempt)
    none = "", ""
    answers = tuple(
        ReportedAnswer(
            number=number,
            texts=item.question.asked,
            given=in_words(content, item.question.key, item.answer.value if item.answer is not None else None),
            comment=comments.get(item.question.key, none)[0],
            commented_by=comments.get(item.question.key, none)[1],
            reviewed=item,
        )
        for number, item in enumerate(questions, start=1)
    )
    citation = content.published.document.reading.citation
    return ReportedAttempt(attempt, citation, is_released, shows_score, supports, answers)


def _comments(attempts: list[Attempt]) -> defaultdict[int, dict[str, tuple[str, str]]]:
    """The comment of the newest grade of each answer and its teacher, by attempt id and question key. One query."""
    comments: defaultdict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    rows = ManualGrade.objects.in_force().filter(attempt__in=attempts)
    for attempt_id, key, comment, by in rows.values_list("attempt_id", "question__key", "comment", "made_by__name"):
        comments[attempt_id][key] = comment, by
    return comments
