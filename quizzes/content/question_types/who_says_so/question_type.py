"""Who says so: all parts of the type."""

from quizzes.content.question_types.paper import RowsEntry
from quizzes.content.question_types.question_type import QuestionType
from quizzes.content.question_types.who_says_so.draft import WhoSaysSoDraft
from quizzes.content.question_types.who_says_so.form import WhoSaysSoForm
from quizzes.content.question_types.who_says_so.question import WhoSaysSo
from quizzes.phrases import gettext_noop

WHO_SAYS_SO = QuestionType(
    name="who_says_so",
    label=gettext_noop("Who says so?"),
    hint=gettext_noop("Choose who says each statement"),
    partial_credit=gettext_noop("Each statement counts the same."),
    graded_by="rule",
    is_typed=False,
    lists_all_choices=True,
    regrade_sets_evidence=True,
    review_shows_rows=True,
    is_answered_in_reading=False,
    question=WhoSaysSo,
    draft=WhoSaysSoDraft(),
    form=WhoSaysSoForm,
    paper=RowsEntry(
        rows="statements",
        choices="speakers",
        token="key",  # noqa: S106  not a password
        hint=gettext_noop("{count} letters, 1 for each statement: {letters}"),
        request=gettext_noop("Enter {count} letters, 1 for each statement: {letters}, or {none} for none."),
    ),
)
