"""Number or date: all parts of the type."""

from quizzes.content.question_types.numeric.draft import NumericDraft
from quizzes.content.question_types.numeric.form import NumericForm
from quizzes.content.question_types.numeric.question import Numeric
from quizzes.content.question_types.paper import TypedEntry
from quizzes.content.question_types.question_type import QuestionType
from quizzes.phrases import gettext_noop

NUMERIC = QuestionType(
    name="numeric",
    label=gettext_noop("Number or date"),
    hint=gettext_noop("Type a number or a date"),
    partial_credit="",
    graded_by="rule",
    is_typed=True,
    lists_all_choices=False,
    regrade_sets_evidence=False,
    review_shows_rows=False,
    is_answered_in_reading=False,
    question=Numeric,
    draft=NumericDraft(),
    form=NumericForm,
    paper=TypedEntry(),
)
