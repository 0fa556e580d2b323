"""Database rows, their constraints, and their querysets."""

from quizzes.models.accounts import HiddenTodo, Invitation, TeacherSession, User
from quizzes.models.assignments import Assignment
from quizzes.models.attempts import Answer, AnswerEvent, Attempt, Presence, SupportMark
from quizzes.models.audit import AuditEvent, ErasureInProgress
from quizzes.models.boards import Board
from quizzes.models.lti import (
    LtiCourse,
    LtiDeployment,
    LtiKey,
    LtiLaunch,
    LtiLink,
    LtiPlatform,
    LtiRegistrationLink,
    LtiScore,
    LtiStudent,
    LtiTeacher,
)
from quizzes.models.overrides import Excuse, Extension
from quizzes.models.question_sets import Draft, Edition, Question, QuestionSet, Reading, SetShare, Source, StoredPicture
from quizzes.models.regrades import ManualGrade, Regrade
from quizzes.models.rosters import Accommodation, Classroom, PinKind, Student, Teaching
from quizzes.models.sign_in import FailedTry, KnownDevice

__all__ = [
    "Accommodation",
    "Answer",
    "AnswerEvent",
    "Assignment",
    "Attempt",
    "AuditEvent",
    "Board",
    "Classroom",
    "Draft",
    "Edition",
    "ErasureInProgress",
    "Excuse",
    "Extension",
    "FailedTry",
    "HiddenTodo",
    "Invitation",
    "KnownDevice",
    "LtiCourse",
    "LtiDeployment",
    "LtiKey",
    "LtiLaunch",
    "LtiLink",
    "LtiPlatform",
    "LtiRegistrationLink",
    "LtiScore",
    "LtiStudent",
    "LtiTeacher",
    "ManualGrade",
    "PinKind",
    "Presence",
    "Question",
    "QuestionSet",
    "Reading",
    "Regrade",
    "SetShare",
    "Source",
    "StoredPicture",
    "Student",
    "SupportMark",
    "TeacherSession",
    "Teaching",
    "User",
]
