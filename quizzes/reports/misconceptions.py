"""The most common wrong answers of an assignment, over all its questions."""

from dataclasses import dataclass
from fractions import Fraction

from quizzes.content.reading import Sentence
from quizzes.reports.item_analysis.figures import ChoiceFigures
from quizzes.reports.item_report import ItemReport, QuestionReport

# 1 or 2 students are no reason to teach a class again, and in a large class neither are 3.
MIN_STUDENTS = 3
MIN_SHARE = Fraction(1, 5)
# A teacher reads 3 at a glance, and a lesson has no room for more.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Misconception:
    """A wrong answer that many students share. choice: the answer, with its count and the author's reason."""

    question: QuestionReport
    choice: ChoiceFigures

    @property
    def evidence(self) -> tuple[Sentence, ...]:
        """The sentences that answer it; of a question with several parts, those that the wrong answer points to."""
        misread = self.question.reading.sentences(self.choice.option.leans_on)
        return tuple(sentence for sentence in self.question.evidence if sentence in misread) or self.question.evidence


def most_common(items: ItemReport) -> tuple[Misconception, ...]:
    """At most 3 wrong answers, each shared by at least 3 students and 20 %; the most common first, then the hardest.

    A question that was dropped has none.
    """
    least = max(Fraction(MIN_STUDENTS), items.figures.attempt_count * MIN_SHARE)
    found = [
        Misconception(question, choice)
        for question in items.questions
        if question.figures.item.points
        for choice in question.figures.choices
        if choice.count >= least and not choice.option.right
    ]
    found.sort(key=lambda shared: (-shared.choice.count, shared.question.figures.facility or 0))
    return tuple(found[:SHOWN])
