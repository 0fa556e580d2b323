"""What a teacher says of an attempt: points for one answer, and a comment on the whole attempt."""

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef

from quizzes.content.question_types.question import Value
from quizzes.grading.scores import lock_scores, rescore
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, AuditEvent, ManualGrade, Question, User
from quizzes.models.locks import lock_rows, read_again

# How many earlier comments the grading queue offers.
OFFERED_COMMENTS = 5


class GradeOutdated(Exception):
    """The answer changed, or a teacher graded it, after the page was opened. seen: the `seen_stamp` of now."""

    def __init__(self, seen: str) -> None:
        super().__init__(seen)
        self.seen = seen


def seen_stamp(value: Value, grade: ManualGrade | None) -> str:
    """A text that is another one for another answer or another grade. grade: the one that counts, None for none."""
    digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:20]
    return f"{digest}.{grade.pk if grade is not None else 0}"


@transaction.atomic
def grade_answer(
    attempt: Attempt, question: Question, *, points: Decimal, comment: str, seen: str = "", by: User, now: datetime
) -> None:
    """Give one answer a grade, 0 to the question's points. It counts until a newer grade.

    A grade that equals the newest one is not added. seen: the `seen_stamp` of the page, "" for a page of an older
    version. Raises GradeOutdated if the answer or its grade changed since the page was opened.
    """
    lock_scores([attempt])
    answer = Answer.objects.filter(attempt=attempt, question=question).first()
    newest = ManualGrade.objects.in_force().filter(attempt=attempt, question=question).last()
    is_saved = newest is not None and (newest.points, newest.comment) == (points, comment)
    stamp = seen_stamp(answer.value if answer is not None else None, newest)
    if seen and not is_saved and seen != stamp:
        raise GradeOutdated(stamp)
    _grade([attempt], question, points=points, comment=comment, group=None, by=by, now=now)


@transaction.atomic
def grade_answers(
    attempts: Sequence[Attempt],
    question: Question,
    *,
    points: Decimal,
    comment: str,
    group: uuid.UUID,
    by: User,
    now: datetime,
) -> None:
    """`grade_answer` for the answers of several attempts to one question, with as many queries as for one.

    group: an id from the form, so that a form sent twice grades once, even if the grade was undone between.
    """
    keys = [attempt.pk for attempt in attempts]
    lock_rows(students={attempt.student_id for attempt in attempts}, attempts=keys)
    if is_used(group):
        return
    locked = list(Attempt.objects.filter(pk__in=keys).select_related("assignment", "student").order_by("pk"))
    _grade(locked, question, points=points, comment=comment, group=group, by=by, now=now)


def _grade(
    attempts: Sequence[Attempt],
    question: Question,
    *,
    points: Decimal,
    comment: str,
    group: uuid.UUID | None,
    by: User,
    now: datetime,
) -> None:
    """Add the grade where the newest is another one, and rescore. attempts: locked, with their scores of now."""
    in_force = ManualGrade.objects.in_force().filter(attempt__in=attempts, question=question)
    newest = {grade.attempt_id: grade for grade in in_force}
    given = {"question": question, "points": points, "comment": comment, "group": group, "made_by": by}
    grades = []
    for attempt in attempts:
        before = newest.get(attempt.pk)
        if before is None or (before.points, before.comment) != (points, comment):
            # The last one counts, also after a clock was set back.
            made_at = now if before is None else max(now, before.made_at)
            grades.append(ManualGrade(attempt=attempt, made_at=made_at, **given))
    ManualGrade.objects.bulk_create(grades)
    rescore([grade.attempt for grade in grades])
    detail = {"question": question.key, "points": str(points), "comment": comment}
    AuditEvent.objects.record_each(
        AuditEvent.Action.ANSWER_GRADED,
        [
            (one.attempt.classroom_id, one.attempt.student, {"attempt": one.attempt.public_id, **detail})
            for one in grades
        ],
        actor=by,
        at=now,
    )


class CommentOutdated(Exception):
    """Another comment was saved after the page was opened. comment: the one that is saved now."""

    def __init__(self, comment: str) -> None:
        super().__init__(comment)
        self.comment = comment


@transaction.atomic
def comment_on(attempt: Attempt, comment: str, *, seen: str = "", by: User, now: datetime) -> bool:
    """Set the comment on the whole attempt, "" for none. Returns whether it changed.

    seen: the `seen_stamp` of the comment on the page, "" for a page of an older version. Raises CommentOutdated.
    """
    lock_rows(students=[attempt.student_id], attempts=[attempt.pk])
    read_again(attempt, "comment")
    if attempt.comment == comment:
        return False
    if seen and seen != seen_stamp(attempt.comment, None):
        raise CommentOutdated(attempt.comment)
    attempt.comment = comment
    attempt.save(update_fields=["comment"])
    attempt.record_event(AuditEvent.Action.ATTEMPT_COMMENTED, by=by, now=now, comment=comment)
    return True


@transaction.atomic
def undo(group: uuid.UUID, *, by: User, now: datetime) -> list[ManualGrade]:
    """Undo the grades of one act in this teacher's classrooms, and rescore. Returns them; [] if they are undone.

    An older grade of the same answer counts again. The same number of queries for any number of grades.
    """
    taught = Assignment.objects.editable_by(by)
    graded = Attempt.objects.filter(manual_grades__group=group, assignment__in=taught)
    keys = dict(graded.order_by().values_list("pk", "student"))
    lock_rows(students=set(keys.values()), attempts=keys)
    in_force = ManualGrade.objects.in_force().filter(group=group, attempt__assignment__in=taught)
    grades = list(in_force.select_related("attempt__assignment", "attempt__student", "question"))
    ManualGrade.objects.filter(pk__in=[grade.pk for grade in grades]).update(undone_at=now)
    rescore([grade.attempt for grade in grades])
    undone = [
        (
            one.attempt.classroom_id,
            one.attempt.student,
            {"attempt": one.attempt.public_id, "question": one.question.key, "points": str(one.points)},
        )
        for one in grades
    ]
    AuditEvent.objects.record_each(AuditEvent.Action.GRADE_UNDONE, undone, actor=by, at=now)
    return grades


def undo_outdated(attempts: Sequence[Attempt], *, now: datetime) -> int:
    """Undo the grades of answers that changed after them; returns how many. 1 to 4 queries. The caller updates the
    scores.

    A grade is of the answer that the teacher read: a new one needs a grade of its own. The page of a question saves the
    same answer again when a student goes on to the next one. Then the grade stays.
    """
    saved_later = Answer.objects.filter(
        attempt=OuterRef("attempt"), question=OuterRef("question"), saved_at__gt=OuterRef("made_at")
    )
    grades = list(ManualGrade.objects.filter(Exists(saved_later.order_by()), attempt__in=attempts, undone_at=None))
    if not grades:
        return 0
    answers = Answer.objects.filter(attempt__in={grade.attempt_id for grade in grades}).order_by()
    values = {(answer.attempt_id, answer.question_id): answer.value for answer in answers}
    saves: defaultdict[tuple[int, int], list[AnswerEvent]] = defaultdict(list)
    counted = AnswerEvent.objects.filter(
        attempt__in={grade.attempt_id for grade in grades},
        question__in={grade.question_id for grade in grades},
        outcome__in=AnswerEvent.COUNTED,
    )
    for event in counted.order_by("pk"):
        saves[event.attempt_id, event.question_id].append(event)
    outdated = [grade.pk for grade in grades if not _is_of(grade, values, saves)]
    return ManualGrade.objects.filter(pk__in=outdated).update(undone_at=now)


def _is_of(
    grade: ManualGrade,
    values: Mapping[tuple[int, int], Value],
    saves: Mapping[tuple[int, int], Sequence[AnswerEvent]],
) -> bool:
    """Whether the answer has the value that it had when it was graded. It has not if the log is deleted by now."""
    key = grade.attempt_id, grade.question_id
    graded = next((event for event in reversed(saves[key]) if event.at <= grade.made_at), None)
    return graded is not None and graded.value == values[key]


def replace_grades(replaced: Mapping[tuple[int, int], datetime | None], *, now: datetime) -> None:
    """Undo the grades of replaced answers, and restore the grades of the answers in their place. At most 3 queries.

    replaced: by the ids of attempt and question, the `now` of the replacement that undid those of the other answer,
    None for none. The caller updates the scores.
    """
    attempts, questions = ({key[place] for key in replaced} for place in (0, 1))
    undone, restored = [], []
    grades = ManualGrade.objects.filter(attempt__in=attempts, question__in=questions)
    for grade in grades.only("attempt_id", "question_id", "undone_at"):
        key = (grade.attempt_id, grade.question_id)
        if key in replaced and grade.undone_at is None:
            undone.append(grade.pk)
        elif key in replaced and grade.undone_at == replaced[key]:
            restored.append(grade.pk)
    ManualGrade.objects.filter(pk__in=undone).update(undone_at=now)
    ManualGrade.objects.filter(pk__in=restored).update(undone_at=None)


def recent_comments(assignment: Assignment, *, by: User) -> list[str]:
    """The newest comments of this teacher on quizzes with the same question set, each once. One query.

    At most `OFFERED_COMMENTS`.
    """
    given = ManualGrade.objects.in_force().filter(
        attempt__assignment__edition__question_set=assignment.edition.question_set_id, made_by=by
    )
    newest = given.exclude(comment="").order_by("-pk").values_list("comment", flat=True)
    # A comment repeats for many students.
    return list(dict.fromkeys(newest[:200]))[:OFFERED_COMMENTS]


def is_used(group: uuid.UUID) -> bool:
    """Whether grades with this id were saved, undone or not."""
    return ManualGrade.objects.filter(group=group).exists()


def grades_of(group: uuid.UUID, *, assignment: Assignment) -> list[ManualGrade]:
    """The grades on this assignment that were saved with this id, undone or not, with their questions. One query."""
    return list(ManualGrade.objects.filter(group=group, attempt__assignment=assignment).select_related("question"))
