"""Fill in the blanks: all parts of the type."""

from quizzes.content.question_types.blanks.draft import BlanksDraft
from quizzes.content.question_types.blanks.form import BlanksForm
from quizzes.content.question_types.blanks.paper import BlanksEntry
from quizzes.content.question_types.blanks.question import Blanks
from quizzes.content.question_types.question_type import QuestionType
from quizzes.phrases import gettext_noop

BLANKS = QuestionType(
    name="blanks",
    label=gettext_noop("Fill in the blanks"),
    hint=gettext_noop("Fill in each blank"),
    partial_credit=gettext_noop("Each blank counts the same."),
    graded_by="rule",
    is_typed=True,
    lists_all_choices=False,
    regrade_sets_evidence=False,
    review_shows_rows=False,
    is_answered_in_reading=False,
    question=Blanks,
    draft=BlanksDraft(),
    form=BlanksForm,
    paper=BlanksEntry(),
)
