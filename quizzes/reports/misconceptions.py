"""The most common wrong answers of an assignment, over all its questions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from quizzes.content.question_types.question import Value
from quizzes.content.reading import Sentence
from quizzes.grading.points import Adjustments, accepted_versions, needs_grading
from quizzes.models import Student
from quizzes.reports.answer_options import options_of
from quizzes.reports.item_analysis.figures import ChoiceFigures
from quizzes.reports.item_report import ItemReport, QuestionReport

# 1 or 2 students are no reason to teach a class again, and in a large class neither are 3.
MIN_STUDENTS = 3
MIN_SHARE = Fraction(1, 5)
# A third of the class is a group worth class time. Fewer may share a wrong answer by chance.
STRONG_SHARE = Fraction(1, 3)
# A teacher reads 3 at a glance, and a lesson has no room for more.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """What one student answered, by question key, and the regrades of the attempt that counts."""

    student: Student
    values: Mapping[str, Value]
    after: Adjustments


@dataclass(frozen=True, slots=True)
class Misconception:
    """A wrong answer that many students share. choice: the answer, with its count and the author's reason.

    is_strong: whether at least a third of the class and more than the fewest students gave it. students: who gave it.
    """

    question: QuestionReport
    choice: ChoiceFigures
    is_strong: bool
    students: tuple[Student, ...] = ()

    @property
    def feedback(self) -> str:
        """What students read about the part of the question; "" without it."""
        return self.choice.option.part_feedback

    @property
    def evidence(self) -> tuple[Sentence, ...]:
        """The sentences that answer it; of a question with several parts, those that the wrong answer points to.

        () for a statement that no one in the story says.
        """
        option = self.choice.option
        misread = set(option.leans_on) if option.group else set[str]()
        of_part = tuple(sentence for sentence in self.question.evidence if sentence.key in misread)
        return of_part if of_part or option.row else self.question.evidence

    @property
    def correct(self) -> tuple[str, ...]:
        """The correct answers to the same part, in words; () if they are sentences that `evidence` shows."""
        option = self.choice.option
        right = [
            choice.option
            for choice in self.question.figures.choices
            if choice.option.right and choice.option.group == option.group
        ]
        return tuple(
            answer.column or answer.text
            for answer in right
            if not any(answer.text.endswith(sentence.text) for sentence in self.evidence)
        )

    def given_by(self, answers: Iterable[GivenAnswers]) -> Self:
        """The same with the students who gave it, in the order of `answers`."""
        question, reading, wrong = self.question.question, self.question.reading, self.choice.option.id
        return replace(
            self,
            students=tuple(
                given.student
                for given in answers
                if not needs_grading(question, given.values.get(question.key), given.after)
                and any(
                    option.id == wrong
                    for option in options_of(
                        accepted_versions(question, given.after), given.values.get(question.key), reading
                    )
                )
            ),
        )


def most_common(items: ItemReport) -> tuple[Misconception, ...]:
    """At most 3 wrong answers, each shared by at least 3 students and 20 %; the most common first, then the hardest.

    A question that was dropped, or that gives everyone full credit, has none. “No idea” is none.
    """
    attempt_count = items.figures.attempt_count
    least = max(Fraction(MIN_STUDENTS), attempt_count * MIN_SHARE)
    found = [
        Misconception(
            question,
            choice,
            is_strong=choice.count > MIN_STUDENTS and choice.count >= attempt_count * STRONG_SHARE,
        )
        for question in items.questions
        if question.figures.item.points and not question.gives_full_credit
        for choice in question.figures.choices
        if choice.count >= least and not choice.option.right and not choice.option.dont_know
    ]
    found.sort(key=lambda shared: (-shared.choice.count, shared.question.figures.facility or 0))
    return tuple(found[:SHOWN])
