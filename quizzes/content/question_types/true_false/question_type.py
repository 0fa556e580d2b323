"""True or false: all parts of the type."""

from quizzes.content.question_types.question_type import QuestionType
from quizzes.content.question_types.true_false.draft import TrueFalseDraft
from quizzes.content.question_types.true_false.form import TrueFalseForm
from quizzes.content.question_types.true_false.paper import TrueFalseEntry
from quizzes.content.question_types.true_false.question import TrueFalse
from quizzes.phrases import gettext_noop

TRUE_FALSE = QuestionType(
    name="true_false",
    label=gettext_noop("True or false"),
    hint=gettext_noop("Choose true or false"),
    partial_credit="",
    graded_by="rule",
    is_typed=False,
    lists_all_choices=True,
    regrade_sets_evidence=False,
    review_shows_rows=False,
    is_answered_in_reading=False,
    question=TrueFalse,
    draft=TrueFalseDraft(),
    form=TrueFalseForm,
    paper=TrueFalseEntry(),
)
