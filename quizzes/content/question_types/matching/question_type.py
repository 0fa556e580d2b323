"""Matching: all parts of the type."""

from quizzes.content.question_types.matching.draft import MatchingDraft
from quizzes.content.question_types.matching.form import MatchingForm
from quizzes.content.question_types.matching.question import Matching
from quizzes.content.question_types.paper import RowsEntry
from quizzes.content.question_types.question_type import QuestionType
from quizzes.phrases import gettext_noop

MATCHING = QuestionType(
    name="matching",
    label=gettext_noop("Matching"),
    hint=gettext_noop("Choose an answer for each line"),
    partial_credit=gettext_noop("Use an answer once, more than once, or not at all."),
    graded_by="rule",
    is_typed=False,
    lists_all_choices=False,
    regrade_sets_evidence=False,
    review_shows_rows=False,
    is_answered_in_reading=False,
    question=Matching,
    draft=MatchingDraft(),
    form=MatchingForm,
    paper=RowsEntry(
        rows="prompts",
        choices="options",
        token="token",  # noqa: S106  not a password
        hint=gettext_noop("{count} letters, 1 for each line: {letters}"),
        request=gettext_noop("Enter {count} letters, 1 for each line: {letters}, or {none} for none."),
    ),
)
