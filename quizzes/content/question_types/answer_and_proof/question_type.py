"""Answer and evidence: all parts of the type."""

from quizzes.content.question_types.answer_and_proof.draft import AnswerAndProofDraft
from quizzes.content.question_types.answer_and_proof.form import AnswerAndProofForm
from quizzes.content.question_types.answer_and_proof.paper import AnswerAndProofEntry
from quizzes.content.question_types.answer_and_proof.question import STEPS_CREDIT, AnswerAndProof
from quizzes.content.question_types.question_type import QuestionType
from quizzes.phrases import gettext_noop

ANSWER_AND_PROOF = QuestionType(
    name="answer_and_proof",
    label=gettext_noop("Answer and evidence"),
    hint=gettext_noop("Answer, then choose the sentence that proves it"),
    partial_credit=STEPS_CREDIT,
    graded_by="rule",
    is_typed=False,
    lists_all_choices=False,
    regrade_sets_evidence=True,
    review_shows_rows=False,
    is_answered_in_reading=True,
    question=AnswerAndProof,
    draft=AnswerAndProofDraft(),
    form=AnswerAndProofForm,
    paper=AnswerAndProofEntry(),
)
