"""The key of a form, question by question, as it stands on the sheet: for the teacher's own sheet alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quizzes.attempts.paper.entries import written
from quizzes.attempts.paper.handout import PaperForm
from quizzes.content.question_types.answer_and_proof.question import AnswerAndProof
from quizzes.content.question_types.blanks.question import Blanks
from quizzes.content.question_types.evidence.question import Evidence
from quizzes.content.question_types.matching.question import Matching
from quizzes.content.question_types.multiple.question import Multiple
from quizzes.content.question_types.numeric.question import Numeric
from quizzes.content.question_types.ordering.question import Ordering
from quizzes.content.question_types.registry import Question, Value, review
from quizzes.content.question_types.short_answer.question import ShortAnswer
from quizzes.content.question_types.single.question import Single
from quizzes.content.question_types.true_false.question import TrueFalse
from quizzes.content.question_types.who_says_so.question import WhoSaysSo
from quizzes.content.reading import Reading, Sentence, Voice
from quizzes.grading.points import Correction, Policy

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
