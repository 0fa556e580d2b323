"""The misread map: the sentences of a reading that wrong answers point to."""

from bisect import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quizzes.content.reading import Sentence

# Below this many attempts, one student's slip looks like a problem of the class, and a count can identify a student.
MIN_ATTEMPTS = 5
# The quarters of the class in which a sentence of the misread map has a darker tint. In a long set every sentence
# misleads someone, so one threshold would mark nearly all of them alike.
TINT_SHARES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Misread:
    """One sentence that wrong answers point to. share: of the attempts, 0 to 1."""

    attempt_count: int
    share: float


@dataclass(frozen=True, slots=True)
class MappedSentence:
    """One sentence of the reading, and how often wrong answers point to it; None if never."""

    sentence: Sentence
    misread: Misread | None

    @property
    def tint(self) -> int:
        """0 if no wrong answer points to it, else 1 (under a quarter of the attempts) to 4 (three quarters or more)."""
        return 0 if self.misread is None else 1 + bisect(TINT_SHARES, self.misread.share)


@dataclass(frozen=True, slots=True)
class MisreadColumn:
    """One question over all attempts. answer_indexes: for each attempt, the index of its answer in `answers`.

    answers: for each distinct answer, the keys of the sentences that its wrong parts point to.
    """

    answers: Sequence[Sequence[str]]
    answer_indexes: Sequence[int]


def misread_map(columns: Sequence[MisreadColumn], *, reading_order: Sequence[str]) -> dict[str, Misread] | None:
    """Each sentence that wrong answers of these attempts point to, by key; None below 5 attempts.

    reading_order: all sentence keys.
    """
    attempt_count = len(columns[0].answer_indexes) if columns else 0
    if attempt_count < MIN_ATTEMPTS:
        return None
    bit_of = {sentence: 1 << place for place, sentence in enumerate(reading_order)}
    # One bit for each sentence: this reads each column once, not once for each sentence.
    masks = [0] * attempt_count
    for column in columns:
        bits = [sum({bit_of[key] for key in answer}) for answer in column.answers]
        if any(bits):
            masks = [mask | bits[index] for mask, index in zip(masks, column.answer_indexes, strict=True)]
    counts: Counter[str] = Counter()
    for mask, number in Counter(masks).items():
        for sentence, bit in bit_of.items():
            if mask & bit:
                counts[sentence] += number
    return {sentence: Misread(count, count / attempt_count) for sentence, count in counts.items()}


def mapped_reading(
    found: Mapping[str, Misread], paragraphs: Sequence[Sequence[Sentence]]
) -> tuple[tuple[MappedSentence, ...], ...]:
    """Each sentence of the reading with what points to it, by paragraph."""
    return tuple(
        tuple(MappedSentence(sentence, found.get(sentence.key)) for sentence in paragraph) for paragraph in paragraphs
    )
