"""Points earned by speaker and by skill, of a class or of one student.

A question counts for each speaker of the sentences that prove its answer key, and for its skill. Dropped questions and
answers that need grading count nowhere.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from quizzes.content.question_types.question import SKILL_LABELS, Question
from quizzes.content.reading import Reading


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """Points earned and possible on one question, over one or more attempts. reading: of the question."""

    question: Question
    reading: Reading
    earned: Fraction
    possible: int


@dataclass(frozen=True, slots=True)
class BreakdownLine:
    """Points earned and possible for one speaker or skill. question_count: questions with points that count."""

    label: str
    question_count: int
    earned: Fraction
    possible: int

    @property
    def share(self) -> Fraction:
        """Points earned as a share of the points possible, 0 to 1."""
        return self.earned / self.possible


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The lines by speaker, in the order of first use, and by skill, in the order of the skills."""

    speakers: tuple[BreakdownLine, ...]
    skills: tuple[BreakdownLine, ...]

    @property
    def groups(self) -> tuple[tuple[BreakdownLine, ...], ...]:
        """The speakers, then the skills, each if there are any."""
        return tuple(lines for lines in (self.speakers, self.skills) if lines)


def breakdown(answered: Iterable[AnsweredQuestion]) -> Breakdown:
    """The points by speaker and by skill; no lines without points that count."""
    by_speaker: defaultdict[str, list[AnsweredQuestion]] = defaultdict(list)
    by_skill: dict[str, list[AnsweredQuestion]] = {skill: [] for skill in SKILL_LABELS}
    for entry in answered:
        if entry.possible:
            sentences = entry.reading.sentences(entry.question.evidence)
            for label in dict.fromkeys(sentence.voice.label for sentence in sentences):
                by_speaker[label].append(entry)
            by_skill[entry.question.skill].append(entry)
    return Breakdown(
        tuple(_line(label, entries) for label, entries in by_speaker.items()),
        tuple(_line(SKILL_LABELS[skill], entries) for skill, entries in by_skill.items() if entries),
    )


def _line(label: str, entries: list[AnsweredQuestion]) -> BreakdownLine:
    return BreakdownLine(
        label,
        len(entries),
        sum((entry.earned for entry in entries), start=Fraction(0)),
        sum(entry.possible for entry in entries),
    )
