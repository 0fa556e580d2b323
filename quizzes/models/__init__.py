"""Rows, their constraints, and querysets that start from who asks."""

from quizzes.models.accounts import Invitation, User
from quizzes.models.assignments import Assignment
from quizzes.models.attempts import Answer, AnswerEvent, Attempt
from quizzes.models.audit import AuditEvent
from quizzes.models.question_sets import Edition, Question, QuestionSet, Reading, Source
from quizzes.models.rosters import Classroom, FailedTry, Student, Teaching

__all__ = [
    "Answer",
    "AnswerEvent",
    "Assignment",
    "Attempt",
    "AuditEvent",
    "Classroom",
    "Edition",
    "FailedTry",
    "Invitation",
    "Question",
    "QuestionSet",
    "Reading",
    "Source",
    "Student",
    "Teaching",
    "User",
]
