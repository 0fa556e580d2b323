"""Ordering: all parts of the type."""

from quizzes.content.question_types.ordering.draft import OrderingDraft
from quizzes.content.question_types.ordering.form import OrderingForm
from quizzes.content.question_types.ordering.paper import OrderingEntry
from quizzes.content.question_types.ordering.question import Ordering
from quizzes.content.question_types.question_type import QuestionType
from quizzes.phrases import gettext_noop

ORDERING = QuestionType(
    name="ordering",
    label=gettext_noop("Ordering"),
    hint=gettext_noop("Put the lines in order"),
    partial_credit=gettext_noop("The closer your order is, the more points you earn."),
    graded_by="rule",
    is_typed=False,
    lists_all_choices=False,
    regrade_sets_evidence=False,
    review_shows_rows=False,
    is_answered_in_reading=False,
    question=Ordering,
    draft=OrderingDraft(),
    form=OrderingForm,
    paper=OrderingEntry(),
)
