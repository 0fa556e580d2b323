"""Points earned by speaker, by skill and by standard, of a class or of one student.

A part of a question counts for each of its speakers: a statement of “Who says so?” for the one who says it, any other
question for each speaker of the sentences that prove its answer key. A question counts for its skill, and for each
standard of the teaching guide that names it. Dropped questions and answers that need grading count nowhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext, pgettext

from quizzes.content.question_types.question import SKILL_LABELS, Question, Value
from quizzes.content.reading import Reading
from quizzes.content.set_document import SetDocument
from quizzes.content.teaching_guide import Standard
from quizzes.grading.points import Adjustments, EarnedPart, earned_parts, needs_grading


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """One answer to a question of an assignment, in parts. reading: of the question."""

    assignment_id: int
    question: Question
    reading: Reading
    parts: tuple[EarnedPart, ...]

    @property
    def earned(self) -> Fraction:
        """The points earned on the question."""
        return sum((part.points for part in self.parts), start=Fraction(0))

    @property
    def possible(self) -> int:
        """The points possible on the question: 0 if it was dropped."""
        return int(sum(part.possible for part in self.parts))

    @property
    def is_right(self) -> bool:
        """Whether it earned all points of a question that counts."""
        return bool(self.possible) and self.earned >= self.possible


type CountedPart = tuple[AnsweredQuestion, EarnedPart]


@dataclass(frozen=True, slots=True)
class BreakdownLine:
    """Points earned and possible for one speaker, skill or standard.

    question_count: questions with points that count.
    """

    label: str
    question_count: int
    earned: Fraction
    possible: Fraction

    @property
    def share(self) -> Fraction:
        """Points earned as a share of the points possible, 0 to 1."""
        return self.earned / self.possible


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The lines by speaker, in the order of first use, by skill, in the order of the skills, and by standard."""

    speakers: tuple[BreakdownLine, ...]
    skills: tuple[BreakdownLine, ...]
    standards: tuple[BreakdownLine, ...]

    @property
    def groups(self) -> tuple[tuple[str, tuple[BreakdownLine, ...]], ...]:
        """The speakers, the skills, then the standards, each with a heading if there are any."""
        named = (
            (gettext("Speaker"), self.speakers),
            (gettext("Skill"), self.skills),
            (pgettext("of a state", "Standard"), self.standards),
        )
        return tuple((heading, lines) for heading, lines in named if lines)


def answered_questions(
    assignment_id: int, document: SetDocument, values: Mapping[str, Value], adjusted: Adjustments
) -> Iterator[AnsweredQuestion]:
    """The answers of one attempt in parts, without those that need grading. values: by question key."""
    for question in document.questions:
        value = values.get(question.key)
        if not needs_grading(question, value, adjusted):
            parts = earned_parts(question, value, document.reading, adjusted)
            yield AnsweredQuestion(assignment_id, question, document.reading, parts)


def breakdown(answered: Iterable[AnsweredQuestion], standards: Sequence[Standard] = ()) -> Breakdown:
    """The points by speaker, by skill and by each of these standards. Only lines with points that count."""
    counted = [(entry, part) for entry in answered for part in entry.parts if part.possible]
    by_speaker: defaultdict[str, list[CountedPart]] = defaultdict(list)
    by_skill: defaultdict[str, list[CountedPart]] = defaultdict(list)
    for entry, part in counted:
        labels = {speaker.key: speaker.label for speaker in entry.reading.speakers}
        for speaker in part.speakers:
            by_speaker[labels[speaker]].append((entry, part))
        by_skill[entry.question.skill].append((entry, part))
    by_standard = {
        f"{standard.code}: {standard.about}": [one for one in counted if one[0].question.key in standard.questions]
        for standard in standards
    }
    return Breakdown(
        tuple(_line(label, found) for label, found in by_speaker.items()),
        tuple(_line(gettext(label), by_skill[skill]) for skill, label in SKILL_LABELS.items() if skill in by_skill),
        tuple(_line(label, found) for label, found in by_standard.items() if found),
    )


def _line(label: str, found: Sequence[CountedPart]) -> BreakdownLine:
    return BreakdownLine(
        label,
        len({(entry.assignment_id, entry.question.key) for entry, _ in found}),
        sum((part.points for _, part in found), start=Fraction(0)),
        sum((part.possible for _, part in found), start=Fraction(0)),
    )
