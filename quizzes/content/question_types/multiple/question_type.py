"""Multiple answers: all parts of the type."""

from quizzes.content.question_types.multiple.draft import MultipleDraft
from quizzes.content.question_types.multiple.form import MultipleForm
from quizzes.content.question_types.multiple.paper import MultipleEntry
from quizzes.content.question_types.multiple.question import PARTIAL_CREDIT, Multiple
from quizzes.content.question_types.question_type import QuestionType
from quizzes.phrases import gettext_noop

MULTIPLE = QuestionType(
    name="multiple",
    label=gettext_noop("Choose all that apply"),
    hint=gettext_noop("Choose all answers that apply"),
    partial_credit=PARTIAL_CREDIT,
    graded_by="rule",
    is_typed=False,
    lists_all_choices=True,
    regrade_sets_evidence=False,
    review_shows_rows=False,
    is_answered_in_reading=False,
    question=Multiple,
    draft=MultipleDraft(),
    form=MultipleForm,
    paper=MultipleEntry(),
)
