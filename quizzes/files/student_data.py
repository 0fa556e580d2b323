"""All data about one student as one file, for requests by parents and students."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet

from quizzes.assignments.release import can_see_answers
from quizzes.assignments.student_statuses import answers_shown_times
from quizzes.assignments.supports import supports_of
from quizzes.attempts.attempt_content import content_of
from quizzes.files.downloads import ExportedFile, file_name, record_download
from quizzes.models import (
    Accommodation,
    Answer,
    AnswerEvent,
    Attempt,
    Excuse,
    Extension,
    FailedTry,
    KnownDevice,
    LtiStudent,
    ManualGrade,
    Presence,
    Student,
    SupportMark,
    User,
)
from quizzes.models.reasons import logged_reason
from quizzes.reports.attempt_review import ReviewedQuestion
from quizzes.reports.student_history import events_and_class_files
from quizzes.reports.student_report import in_words, review_attempts

Json = dict[str, Any]


def export_student(student: Student, *, by: User, now: datetime) -> ExportedFile:
    """Every row about the student in this teacher's classes, as JSON; at most 19 queries. Records the download first.

    Questions and answers are in words too, correct answers only where the student may see them. Moments are in UTC;
    points are text, so that decimals stay exact. The PIN is not stored, so it is not in the file.
    student: with the classroom.
    """
    record_download(student.classroom, "student", "json", student=student, by=by, now=now)
    # With what another entry of the same student has.
    entries = list(Student.objects.with_merged(student.pk).order_by("pk"))
    own: Json = {"student__in": [one.pk for one in entries]}
    document = {
        "about": "All data that Footnote has about 1 student. Times are in UTC.",
        "made_at": now,
        "student": {"classroom": student.classroom.name, **_entry(student)},
        "merged_entries": [_entry(one) for one in entries if one.pk != student.pk],
        "accommodations": [_columns(row, "time_factor", "changed_at") for row in Accommodation.objects.filter(**own)],
        "extensions": [
            {
                "assignment": row.assignment.title,
                **_columns(row, "due_at", "closes_at", "extra_attempts", "given_at"),
                "reason": row.shown_reason,
            }
            for row in _of_assignments(Extension.objects.filter(**own), by)
        ],
        "excuses": [
            {"assignment": row.assignment.title, "reason": row.shown_reason, "given_at": row.given_at}
            for row in _of_assignments(Excuse.objects.filter(**own), by)
        ],
        "attempts": _attempts(student, by, now),
        "wrong_pins": [row.at for row in FailedTry.objects.filter(**own, kind=FailedTry.Kind.PIN).order_by("at")],
        "devices_last_used": [row.used_at for row in KnownDevice.objects.filter(**own).order_by("used_at")],
        "learning_platforms": [
            _of_platform(row) for row in LtiStudent.objects.filter(**own, course__classroom__teachers=by)
        ],
        "record": [
            {
                **_columns(row, "action", "at"),
                "detail": row.detail | ({"reason": logged_reason(row.detail)} if "reason" in row.detail else {}),
                "by": row.actor.name if row.actor else "",
            }
            for row in events_and_class_files(entries, by=by).select_related("actor").order_by("at", "pk")
        ],
    }
    content = json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
    label = f"{student.display_name}, {student.classroom.name}, all data"
    name = file_name(label, "json", now=now, zone=student.classroom.zone)
    return ExportedFile(name, "application/json", content)


_SET = ("assignment__edition__question_set",)
_DOCUMENT = "assignment__edition__document"


def _entry(student: Student) -> Json:
    """What a class has about the student, apart from any work."""
    return {
        "name": student.display_name,
        "last_name": student.family_name,
        "student_number": student.external_id,
        "language": student.language,
        "added_at": student.created_at,
        "removed_at": student.removed_at,
        "reading_level": student.reading_variant,
        "own_reading_level": student.chosen_variant,
        "supports": supports_of(student).stored(),
    }


def _of_assignments[Row: (Extension, Excuse)](rows: QuerySet[Row], teacher: User) -> QuerySet[Row]:
    """Those of this teacher's classes, with what a title needs."""
    return rows.filter(assignment__classroom__teachers=teacher).select_related(*_SET).defer(_DOCUMENT)


def _of_platform(row: LtiStudent) -> Json:
    scores = row.scores.order_by("pk").values("points", "max_points", "progress", "changed_at", "sent_at")
    return {"id_on_platform": row.subject, "scores": list(scores)}


def _attempts(student: Student, by: User, now: datetime) -> list[Json]:
    made = Attempt.objects.taught_by(by).made_by(student.pk).with_left_class().order_by("started_at", "pk")
    attempts = list(made.select_related(*_SET, "classroom", "carried_from", "made_as").defer(_DOCUMENT))
    in_attempts = {"attempt__in": [attempt.pk for attempt in attempts]}
    reviewed = review_attempts(attempts)
    shown_at = answers_shown_times(student.pk, attempts)
    by_pk = {attempt.pk: attempt for attempt in attempts}
    events = _by_attempt(
        AnswerEvent.objects.filter(**in_attempts).select_related("question").order_by("at", "pk"),
        lambda row: {
            "question": row.question.position,
            "answer": "; ".join(in_words(content_of(by_pk[row.attempt_id]), row.question.key, row.value)),
            **_columns(row, "value", "revision", "outcome", "at"),
        },
    )
    grades = _by_attempt(
        ManualGrade.objects.filter(**in_attempts).select_related("question").order_by("made_at", "pk"),
        lambda row: {
            "question": row.question.position,
            **_columns(row, "points", "comment", "made_at", "undone_at"),
        },
    )
    support_marks = _by_attempt(
        SupportMark.objects.filter(**in_attempts).order_by("kind", "place"),
        lambda row: _columns(row, "kind", "place", "value", "changed_at"),
    )
    presences = {row.attempt_id: row for row in Presence.objects.filter(**in_attempts)}
    return [
        {
            **_attempt(attempt, presences.get(attempt.pk)),
            "answers": _answers(
                attempt,
                reviewed[attempt.pk],
                is_released=can_see_answers(
                    attempt.assignment, attempt, shown_at=shown_at[attempt.assignment_id], now=now
                ),
            ),
            "saves": events[attempt.pk],
            "marks": grades[attempt.pk],
            "support_marks": support_marks[attempt.pk],
        }
        for attempt in attempts
    ]


def _attempt(attempt: Attempt, presence: Presence | None) -> Json:
    """An attempt without its answers. presence: None if no page of it was open."""
    names = ["number", "medium", "started_at", "paused_for", "break_time", "break_ends_at", "deadline_at"]
    names += ["submitted_at", "submitted_by", "receipt", "score", "max_score", "ungraded_count", "comment"]
    return {
        "assignment": attempt.assignment.title,
        "classroom": attempt.classroom.name,
        # Work of an old class that counts in the new one is in the file twice.
        "copy_of": attempt.carried_from.receipt if attempt.carried_from else None,
        "made_as": attempt.made_as.display_name if attempt.made_as else None,
        **_columns(attempt, *names, "supports", "language"),
        "open_since": presence.open_since if presence else None,
        "last_seen_at": presence.seen_at if presence else None,
    }


def _answers(attempt: Attempt, reviewed: Sequence[ReviewedQuestion], *, is_released: bool) -> list[Json]:
    """The answers of an attempt in the order of its questions. is_released: whether the student may see the key."""
    return [
        _answer(attempt, item, item.answer, number, is_released=is_released)
        for number, item in enumerate(reviewed, start=1)
        if isinstance(item.answer, Answer)
    ]


def _answer(attempt: Attempt, item: ReviewedQuestion, answer: Answer, number: int, *, is_released: bool) -> Json:
    """One answer. correct_answer and evidence: None before the student may see them."""
    content = content_of(attempt)
    reading = content.reading_of(item.question)
    return {
        "question": number,
        "text": " ".join(item.question.asked),
        "answer": "; ".join(in_words(content, item.question.key, answer.value)),
        "correct_answer": item.review.correct if is_released else None,
        # A correct answer may consist of numbers of sentences.
        "evidence": [reading.quote(sentence) for sentence in item.evidence] if is_released else None,
        **_columns(answer, "value", "revision", "flagged", "saved_at", "checked_at"),
    }


def _by_attempt[Row: (AnswerEvent, ManualGrade, SupportMark)](
    rows: Iterable[Row], to_json: Callable[[Row], Json]
) -> defaultdict[int, list[Json]]:
    by_attempt: defaultdict[int, list[Json]] = defaultdict(list)
    for row in rows:
        by_attempt[row.attempt_id].append(to_json(row))
    return by_attempt


def _columns(row: Model, *names: str) -> Json:
    return {name: getattr(row, name) for name in names}
