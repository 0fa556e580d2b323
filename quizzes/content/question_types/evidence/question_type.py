"""Evidence: all parts of the type."""

from quizzes.content.question_types.evidence.draft import EvidenceDraft
from quizzes.content.question_types.evidence.form import EvidenceForm
from quizzes.content.question_types.evidence.paper import EvidenceEntry
from quizzes.content.question_types.evidence.question import PARTIAL_CREDIT, Evidence
from quizzes.content.question_types.question_type import QuestionType
from quizzes.phrases import gettext_noop

EVIDENCE = QuestionType(
    name="evidence",
    label=gettext_noop("Evidence"),
    hint=gettext_noop("Choose the sentence. Choose it again to undo."),
    partial_credit=PARTIAL_CREDIT,
    graded_by="rule",
    is_typed=False,
    lists_all_choices=False,
    regrade_sets_evidence=True,
    review_shows_rows=False,
    is_answered_in_reading=True,
    question=Evidence,
    draft=EvidenceDraft(),
    form=EvidenceForm,
    paper=EvidenceEntry(),
)
