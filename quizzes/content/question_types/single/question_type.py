"""Single choice: all parts of the type."""

from quizzes.content.question_types.question_type import QuestionType
from quizzes.content.question_types.single.draft import SingleDraft
from quizzes.content.question_types.single.form import SingleForm
from quizzes.content.question_types.single.paper import SingleEntry
from quizzes.content.question_types.single.question import Single
from quizzes.phrases import gettext_noop

SINGLE = QuestionType(
    name="single",
    label=gettext_noop("Multiple choice"),
    hint=gettext_noop("Choose one answer"),
    partial_credit="",
    graded_by="rule",
    is_typed=False,
    lists_all_choices=True,
    regrade_sets_evidence=False,
    review_shows_rows=False,
    is_answered_in_reading=False,
    question=Single,
    draft=SingleDraft(),
    form=SingleForm,
    paper=SingleEntry(),
)
