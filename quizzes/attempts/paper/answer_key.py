"""The answer key of a handout, question by question, for teachers only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from quizzes.attempts.paper.entries import paper_view, written
from quizzes.attempts.paper.handout import PaperForm
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import type_of
from quizzes.content.reading import Sentence
from quizzes.content.set_document import SetDocument
from quizzes.formatting import Label
from quizzes.grading.points import Adjustments, AppliedRegrade, Policy, accepted_versions, earned

NOTES: Mapping[Policy, Label] = {
    "new_key": gettext_lazy("Regraded."),
    "either_key": gettext_lazy("Regraded: the old answer counts too."),
    "drop": gettext_lazy("Dropped: doesn’t count."),
    "full_credit": gettext_lazy("Regraded: full credit for everyone."),
}


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One question of a handout with its key. number: on the handout, from 1.

    marks: the letters or numbers of the correct answer, "" if the answer is text. answer: in words. note: how a
    regrade changed the key. points: 0 for a dropped question. more: the marks and words of the other answers that
    count, or of the other lines of the key, such as a rubric. sentences: the evidence.
    """

    number: int
    question: Question
    marks: str
    answer: str
    note: str
    points: int
    more: tuple[tuple[str, str], ...]
    sentences: tuple[Sentence, ...]


def key_lines(
    form: PaperForm, document: SetDocument, regrades: Mapping[str, Sequence[AppliedRegrade]]
) -> tuple[KeyLine, ...]:
    """One line per question, in the order of the handout. document: that of the form.

    regrades: those in force, by question key.
    """
    return tuple(
        _line(number, question, form, document, regrades.get(question.key, ()))
        for number, question in enumerate(form.questions, start=1)
    )


def _line(
    number: int, question: Question, form: PaperForm, document: SetDocument, regrades: Sequence[AppliedRegrade]
) -> KeyLine:
    after = Adjustments({question.key: regrades})
    accepted = accepted_versions(question, after)
    keyed, *older = [version.in_language(document.language) for version in reversed(accepted)]
    sentences = document.reading.sentences(keyed.evidence)
    lines = _right_answers(keyed, form, document)
    old = [line for version in older for line in _right_answers(version, form, document) if line not in lines]
    (marks, answer), *more = dict.fromkeys([*lines, *old])
    # A later key can take the old answer away again.
    policies = [regrade.policy for regrade in regrades if old or regrade.policy != "either_key"]
    return KeyLine(
        number,
        question,
        marks,
        answer,
        " ".join(dict.fromkeys(str(NOTES[policy]) for policy in policies)),
        earned(question, None, after).possible,
        tuple(more),
        sentences,
    )


def _right_answers(keyed: Question, form: PaperForm, document: SetDocument) -> list[tuple[str, str]]:
    """The marks and the words of the correct answer; of a typed one, each line of its key."""
    reading = document.reading
    if type_of(keyed).is_typed:
        return [("", row.text) for row in keyed.answer_key(reading) if row.right]
    paper, words = type_of(keyed).paper, keyed.arranged(form.shuffle).review(None, reading).correct
    if not paper.has_marks_as_key:
        return [("", words)]
    marks = " ".join(written(keyed, keyed.correct_answer(), form.shuffle, reading))
    return [(marks, paper.key_words(words, marks, paper_view(keyed, form.shuffle, reading)))]
