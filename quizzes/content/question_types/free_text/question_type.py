"""Written answer: all parts of the type."""

from quizzes.content.question_types.free_text.draft import FreeTextDraft
from quizzes.content.question_types.free_text.form import FreeTextForm
from quizzes.content.question_types.free_text.question import FreeText
from quizzes.content.question_types.paper import TypedEntry
from quizzes.content.question_types.question_type import QuestionType
from quizzes.phrases import gettext_noop

FREE_TEXT = QuestionType(
    name="free_text",
    label=gettext_noop("Written answer"),
    hint=gettext_noop("Your teacher will read this"),
    partial_credit=gettext_noop("Your teacher will grade this. The question lists how you earn points."),
    graded_by="teacher",
    is_typed=True,
    lists_all_choices=False,
    regrade_sets_evidence=False,
    review_shows_rows=False,
    is_answered_in_reading=False,
    question=FreeText,
    draft=FreeTextDraft(),
    form=FreeTextForm,
    paper=TypedEntry("text"),
)
