"""What a student reads above the button that starts an attempt: on the home page and on the quiz's own page."""

from datetime import datetime, timedelta
from typing import Any

from quizzes.assignments.deadlines import deadline
from quizzes.assignments.student_settings import settings_given
from quizzes.content.editions import published
from quizzes.content.question_types.registry import TYPES
from quizzes.models import Student
from quizzes.phrases import gettext
from quizzes.reports.student_assignments import StudentAssignment


def start_context(student: Student, given: StudentAssignment, *, now: datetime) -> dict[str, Any]:
    """The context of `parts/before_start.html` and `parts/slip.html`. One query with a time limit, else none,
    and one for an edition that is not in the process cache.

    time_left: from now to the end, None without one and in a pause. full_minutes_left: without its seconds.
    is_last_minute: whether it is less than a minute.
    """
    settings = settings_given(given.assignment, student, extension=given.extension, is_excused=given.is_excused)
    window = given.window
    ends_at = deadline(
        started_at=now, time_limit=settings.time_limit, closes_at=window.closes_at, paused_at=window.paused_at
    )
    time_left = ends_at - now if ends_at is not None else None
    return {
        "quiz": given,
        "settings": settings,
        "time_left": time_left,
        "full_minutes_left": time_left - time_left % timedelta(minutes=1) if time_left is not None else None,
        "is_last_minute": time_left is not None and time_left < timedelta(minutes=1),
        "partial_credit": _partial_credit(given.assignment.edition_id),
    }


def _partial_credit(edition_id: int) -> list[tuple[str, str]]:
    """(label of the type, rule) for each rule of partial credit in the edition, in order of first use."""
    questions = published(edition_id).document.questions
    types = [(question, TYPES[question.type]) for question in questions]
    rules = ((gettext(entry.label), gettext(question.credit_rule(entry.partial_credit))) for question, entry in types)
    return list(dict.fromkeys(rule for rule in rules if rule[1]))
