"""The key of a form, question by question, as it stands on the sheet: for the teacher's own sheet alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quizzes.attempts.paper.entries import written
from quizzes.attempts.paper.handout import PaperForm
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import type_of
from quizzes.content.reading import Reading, Sentence, Voice
from quizzes.grading.points import Correction, Policy

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


def _line(
    number: int, question: Question, form: PaperForm, reading: Reading, corrections: Sequence[Correction]
) -> KeyLine:
    keyed = next((made.question for made in reversed(corrections) if made.question is not None), question)
    sentences = reading.sentences(keyed.evidence)
    marks = ""
    if type_of(keyed).paper.has_marks_as_key:
        marks = " ".join(written(keyed, keyed.correct_answer(), form.shuffle, reading))
    return KeyLine(
        number,
        question,
        marks,
        keyed.review(None, reading).correct,
        " ".join(dict.fromkeys(NOTES[made.policy] for made in corrections)),
        sentences,
        tuple(dict.fromkeys(sentence.voice for sentence in sentences)),
    )
