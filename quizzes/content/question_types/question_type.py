"""All parts of one question type."""

from dataclasses import dataclass
from typing import Literal

from quizzes.content.question_types.draft import QuestionDraft
from quizzes.content.question_types.form import QuestionTypeForm
from quizzes.content.question_types.paper import PaperEntry
from quizzes.content.question_types.question import Question

GradedBy = Literal["rule", "teacher"]
TemplatePart = Literal["page", "editor", "paper", "board"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionType:
    """One question type. No field has a default value, so that a type cannot leave one out.

    name: of its folders and in documents. label: its name on pages. hint: what a student does, in a few words.
    partial_credit: how it gives partial credit, "" if it does not.
    graded_by: a rule, right away, or a teacher, later. Until then the credit is 0.
    is_typed: students type the answer, at least in part. The queue for grading looks at these types only.
    lists_all_choices: every possible answer is printed in the question. A board then lists all of them in their order.
    regrade_sets_evidence: a new correct answer names the sentences that prove it.
    review_shows_rows: a review shows each part of the question, instead of one answer.
    is_answered_in_reading: students choose sentences of the reading. So the reading is inside the question, not next to
    it. The view of such a question has `paragraphs` and `has_two_steps`.
    """

    name: str
    label: str
    hint: str
    partial_credit: str
    graded_by: GradedBy
    is_typed: bool
    lists_all_choices: bool
    regrade_sets_evidence: bool
    review_shows_rows: bool
    is_answered_in_reading: bool
    question: type[Question]
    draft: QuestionDraft
    form: type[QuestionTypeForm]
    paper: PaperEntry

    def template(self, part: TemplatePart) -> str:
        """The name of a template of this type. Without a board.html, the board shows the choices only."""
        return f"question_types/{self.name}/{part}.html"
