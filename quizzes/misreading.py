"""Which sentences of a reading wrong answers point to: what to read again with the class."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Below this many attempts one student's slip looks like the class's, and a count comes close to naming a student.
MIN_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Misread:
    """One sentence that wrong answers point to. share: of the attempts, 0 to 1."""

    sentence: str
    attempt_count: int
    answer_count: int
    share: float


@dataclass(frozen=True, slots=True)
class MisreadMap:
    """The sentences that wrong answers point to, most attempts first, and how many attempts that rests on."""

    attempt_count: int
    sentences: tuple[Misread, ...]


def misread_map(attempts: Sequence[Iterable[Sequence[str]]], *, reading_order: Sequence[str]) -> MisreadMap | None:
    """The map of these attempts; None below five of them.

    attempts: for each, the sentences that each of its wrong answers points to, as keys; () for one that points to none.
    A sentence that an answer names twice counts once. reading_order: all keys of the reading; it breaks ties.
    """
    if len(attempts) < MIN_ATTEMPTS:
        return None
    by_attempt: Counter[str] = Counter()
    by_answer: Counter[str] = Counter()
    for attempt in attempts:
        pointed: set[str] = set()
        for sentences in attempt:
            for sentence in sentences if len(sentences) < 2 else set(sentences):
                by_answer[sentence] += 1
                pointed.add(sentence)
        for sentence in pointed:
            by_attempt[sentence] += 1
    place = {sentence: number for number, sentence in enumerate(reading_order)}
    ranked = sorted(by_attempt, key=lambda key: (-by_attempt[key], -by_answer[key], place[key]))
    return MisreadMap(
        len(attempts),
        tuple(Misread(key, by_attempt[key], by_answer[key], by_attempt[key] / len(attempts)) for key in ranked),
    )
