"""The key of a form, question by question, as it stands on the sheet: for the teacher's own sheet alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quizzes.grading import Correction, Policy
from quizzes.paper.forms import PaperForm
from quizzes.paper.marks import written
from quizzes.question_types import Question, Value, review
from quizzes.question_types.answer_and_proof import AnswerAndProof
from quizzes.question_types.blanks import Blanks
from quizzes.question_types.evidence import Evidence
from quizzes.question_types.matching import Matching
from quizzes.question_types.multiple import Multiple
from quizzes.question_types.numeric import Numeric
from quizzes.question_types.ordering import Ordering
from quizzes.question_types.short_answer import ShortAnswer
from quizzes.question_types.single import Single
from quizzes.question_types.true_false import TrueFalse
from quizzes.question_types.who_says_so import WhoSaysSo
from quizzes.reading import Reading, Sentence, Voice

_MARKED = (Single, Multiple, TrueFalse, WhoSaysSo, Matching, Ordering, AnswerAndProof)

NOTES: Mapping[Policy, str] = {
    "new_key": "Corrected.",
    "either_key": "Corrected: the key before counts as well.",
    "drop": "Dropped: it counts for nobody.",
    "full_credit": "Corrected: everyone gets the points.",
}


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One question of a form with its key. number: its place on the sheet.

    marks: what a right sheet shows there, "" where the answer is words. answer: in words. note: what was corrected.
    sentences: those that prove it; voices: who vouches for them, each once.
    """

    number: int
    question: Question
    marks: str
    answer: str
    note: str
    sentences: tuple[Sentence, ...]
    voices: tuple[Voice, ...]


def key_lines(
    form: PaperForm, reading: Reading, corrections: Mapping[str, Sequence[Correction]]
) -> tuple[KeyLine, ...]:
    """A line a question, in the order of the sheet. corrections: those in force, by question key."""
    return tuple(
        _line(number, question, form, reading, corrections.get(question.key, ()))
        for number, question in enumerate(form.questions, start=1)
    )


def key_value(question: Question) -> Value:
    """The value that earns everything; None for a question that a teacher marks."""
    match question:
        case Single():
            return next(choice.id for choice in question.choices if choice.right)
        case Multiple():
            return list(question.right_ids)
        case TrueFalse():
            return question.answer
        case WhoSaysSo():
            return {statement.id: statement.voice for statement in question.statements}
        case Evidence():
            return sorted(question.key_sentences)
        case Matching():
            return {prompt.id: prompt.option for prompt in question.prompts}
        case Ordering():
            return [item.id for item in question.in_order]
        case ShortAnswer():
            return question.accepted[0]
        case Numeric():
            return question.shown
        case Blanks():
            return {gap.id: _of_gap(gap.choices, gap.accepted[0]) for gap in question.gaps}
        case AnswerAndProof():
            return {"answer": key_value(question.answer), "proof": key_value(question.proof)}
    return None


def _of_gap(choices: Mapping[str, str], text: str) -> str:
    return next((choice_id for choice_id, choice in choices.items() if choice == text), text)


def _line(
    number: int, question: Question, form: PaperForm, reading: Reading, corrections: Sequence[Correction]
) -> KeyLine:
    keyed = next((made.question for made in reversed(corrections) if made.question is not None), question)
    sentences = reading.sentences(keyed.evidence)
    marks = ""
    if isinstance(keyed, _MARKED):
        marks = " ".join(written(keyed, key_value(keyed), form.presentation, reading))
    return KeyLine(
        number,
        question,
        marks,
        review(keyed, None, reading).correct,
        " ".join(dict.fromkeys(NOTES[made.policy] for made in corrections)),
        sentences,
        tuple(dict.fromkeys(sentence.voice for sentence in sentences)),
    )
