"""The form of each type's own part: one module and one template a type, reached by the question's type."""

from quizzes.content.question_types.answer_and_proof.form import AnswerAndProofForm
from quizzes.content.question_types.blanks.form import BlanksForm
from quizzes.content.question_types.evidence.form import EvidenceForm
from quizzes.content.question_types.form import KindForm
from quizzes.content.question_types.free_text.form import FreeTextForm
from quizzes.content.question_types.matching.form import MatchingForm
from quizzes.content.question_types.numeric.form import NumericForm
from quizzes.content.question_types.ordering.form import OrderingForm
from quizzes.content.question_types.short_answer.form import ShortAnswerForm
from quizzes.content.question_types.single.form import ChoicesForm
from quizzes.content.question_types.true_false.form import TrueFalseForm
from quizzes.content.question_types.who_says_so.form import WhoSaysSoForm

FORMS: dict[str, type[KindForm]] = {
    "single": ChoicesForm,
    "multiple": ChoicesForm,
    "true_false": TrueFalseForm,
    "who_says_so": WhoSaysSoForm,
    "evidence": EvidenceForm,
    "matching": MatchingForm,
    "ordering": OrderingForm,
    "short_answer": ShortAnswerForm,
    "numeric": NumericForm,
    "blanks": BlanksForm,
    "free_text": FreeTextForm,
    "answer_and_proof": AnswerAndProofForm,
}
