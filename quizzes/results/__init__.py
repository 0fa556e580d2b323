"""The read side: a classroom's gradebook and progress, one attempt reviewed, and what needs a teacher.

Only attempts that were handed in count. Shares run from 0 to 1; no data is None.
"""

from quizzes.results.answered import AnsweredEdition, answered_editions
from quizzes.results.doubts import Doubt, doubts
from quizzes.results.gradebooks import (
    Cell,
    CellState,
    Column,
    Gradebook,
    Progress,
    Row,
    WorkState,
    counting_attempt,
    due_at,
    gradebook,
    is_late,
    progress,
    share_of,
)
from quizzes.results.histories import WorkLine, work_of
from quizzes.results.mastery import Mastery, MasteryLine, mastery_of, narrowed, titles_of
from quizzes.results.overview import SOON, ClassroomSummary, Need, classroom_summaries, needs
from quizzes.results.reviews import (
    NOT_YET_SHARE,
    SECURE_SHARE,
    Level,
    ObjectiveScore,
    ReviewedAttempt,
    ReviewedQuestion,
    newest_marks,
    review_attempt,
    review_question,
    review_sitting,
    unused_events,
)

__all__ = [
    "NOT_YET_SHARE",
    "SECURE_SHARE",
    "SOON",
    "AnsweredEdition",
    "Cell",
    "CellState",
    "ClassroomSummary",
    "Column",
    "Doubt",
    "Gradebook",
    "Level",
    "Mastery",
    "MasteryLine",
    "Need",
    "ObjectiveScore",
    "Progress",
    "ReviewedAttempt",
    "ReviewedQuestion",
    "Row",
    "WorkLine",
    "WorkState",
    "answered_editions",
    "classroom_summaries",
    "counting_attempt",
    "doubts",
    "due_at",
    "gradebook",
    "is_late",
    "mastery_of",
    "narrowed",
    "needs",
    "newest_marks",
    "progress",
    "review_attempt",
    "review_question",
    "review_sitting",
    "share_of",
    "titles_of",
    "unused_events",
    "work_of",
]
