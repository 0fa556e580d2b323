"""Short answer: all parts of the type."""

from quizzes.content.question_types.paper import TypedEntry
from quizzes.content.question_types.question_type import QuestionType
from quizzes.content.question_types.short_answer.draft import ShortAnswerDraft
from quizzes.content.question_types.short_answer.form import ShortAnswerForm
from quizzes.content.question_types.short_answer.question import ShortAnswer
from quizzes.phrases import gettext_noop

SHORT_ANSWER = QuestionType(
    name="short_answer",
    label=gettext_noop("Short answer"),
    hint=gettext_noop("Answer in a few words"),
    partial_credit="",
    graded_by="rule",
    is_typed=True,
    lists_all_choices=False,
    regrade_sets_evidence=False,
    review_shows_rows=False,
    is_answered_in_reading=False,
    question=ShortAnswer,
    draft=ShortAnswerDraft(),
    form=ShortAnswerForm,
    paper=TypedEntry(),
)
