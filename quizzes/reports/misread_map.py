"""The misread map: the sentences of a reading that wrong answers point to."""

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
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

    sentence: str
    attempt_count: int
    answer_count: int
    share: float


@dataclass(frozen=True, slots=True)
class MisreadMap:
    """The sentences that wrong answers point to, most attempts first. attempt_count: all attempts that count."""

    attempt_count: int
    sentences: tuple[Misread, ...]


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

    answers: for each distinct answer, the keys of the sentences that each of its wrong parts points to.
    """

    answers: Sequence[Sequence[Sequence[str]]]
    answer_indexes: Sequence[int]


def misread_map(columns: Sequence[MisreadColumn], *, reading_order: Sequence[str]) -> MisreadMap | None:
    """The map of these attempts; None below 5 attempts.

    A sentence that one part of an answer names twice counts once. reading_order: all sentence keys; it breaks ties.
    """
    attempt_count = len(columns[0].answer_indexes) if columns else 0
    if attempt_count < MIN_ATTEMPTS:
        return None
    place = {sentence: number for number, sentence in enumerate(reading_order)}
    by_answer: Counter[str] = Counter()
    # One bit for each sentence: this reads each column once, not once for each sentence.
    masks = [0] * attempt_count
    for column in columns:
        bits = [0] * len(column.answers)
        for index, number in Counter(column.answer_indexes).items():
            for sentences in column.answers[index]:
                for sentence in set(sentences):
                    by_answer[sentence] += number
                    bits[index] |= 1 << place[sentence]
        if any(bits):
            masks = [mask | bits[index] for mask, index in zip(masks, column.answer_indexes, strict=True)]
    by_attempt: Counter[str] = Counter()
    for mask, number in Counter(masks).items():
        for sentence, bit in place.items():
            if mask >> bit & 1:
                by_attempt[sentence] += number
    ranked = sorted(by_attempt, key=lambda key: (-by_attempt[key], -by_answer[key], place[key]))
    return MisreadMap(
        attempt_count,
        tuple(Misread(key, by_attempt[key], by_answer[key], by_attempt[key] / attempt_count) for key in ranked),
    )


def mapped_reading(
    found: MisreadMap, paragraphs: Sequence[Sequence[Sentence]]
) -> tuple[tuple[MappedSentence, ...], ...]:
    """Each sentence of the reading with what points to it, by paragraph."""
    by_key = {misread.sentence: misread for misread in found.sentences}
    return tuple(
        tuple(MappedSentence(sentence, by_key.get(sentence.key)) for sentence in paragraph) for paragraph in paragraphs
    )
