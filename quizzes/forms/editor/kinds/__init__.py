"""The form of each type's own part: one module and one template a type, reached by the question's type."""

from quizzes.forms.editor.kinds.answer_and_proof import AnswerAndProofForm
from quizzes.forms.editor.kinds.base import KindForm
from quizzes.forms.editor.kinds.blanks import BlanksForm
from quizzes.forms.editor.kinds.choices import ChoicesForm
from quizzes.forms.editor.kinds.evidence import EvidenceForm
from quizzes.forms.editor.kinds.free_text import FreeTextForm
from quizzes.forms.editor.kinds.matching import MatchingForm
from quizzes.forms.editor.kinds.numeric import NumericForm
from quizzes.forms.editor.kinds.ordering import OrderingForm
from quizzes.forms.editor.kinds.short_answer import ShortAnswerForm
from quizzes.forms.editor.kinds.true_false import TrueFalseForm
from quizzes.forms.editor.kinds.who_says_so import WhoSaysSoForm

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
