"""Forms A and B of a set on paper: which questions a handout has, in what order.

A form is computed from its edition and its letter, so that teachers can enter answers weeks later or on another site.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import reading_at
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.set_document import Objective, SetDocument

FormLetter = Literal["A", "B"]
LETTERS: tuple[FormLetter, ...] = ("A", "B")

# With two questions, half of all seeds give the order of form A. After 64 seeds, no seed gives another order.
_MAX_DRAWS = 64


@dataclass(frozen=True, slots=True)
class PaperForm:
    """One form of an edition. seed: gives its orders, like the seed of an attempt. questions: in printed order.

    is_short: for each objective only as many questions as its minimum.
    """

    letter: FormLetter
    is_short: bool
    seed: str
    questions: tuple[Question, ...]

    @property
    def shuffles_questions(self) -> bool:
        """Whether the questions are shuffled. Form A keeps the order of the edition."""
        return self.letter != "A"

    @property
    def shuffle(self) -> Shuffle:
        """The order of the choices. Every form shuffles them, since authors often put the key in the same place."""
        return Shuffle(self.seed, is_shuffled=True)


def draw_form(document: SetDocument, content_hash: str, letter: FormLetter, *, is_short: bool = False) -> PaperForm:
    """The form of an edition with this letter. content_hash: of the edition; students do not know it."""
    seed = form_seed(document, content_hash, letter)
    questions = _ordered(document, seed, letter)
    if is_short:
        chosen = _short_form_keys(document, content_hash, letter)
        questions = [question for question in questions if question.key in chosen]
    return PaperForm(letter, is_short, seed, tuple(questions))


def form_seed(document: SetDocument, content_hash: str, letter: FormLetter) -> str:
    """The seed of a form, 32 hexadecimal digits. Form B gets another order than form A, if there is one."""
    draw = 0
    while True:
        text = f"{content_hash}:form {letter}:{draw}"
        seed = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        draw += 1
        if letter == "A" or draw == _MAX_DRAWS or _ordered(document, seed, letter) != list(document.questions):
            return seed


def letters_by_seed(document: SetDocument, content_hash: str) -> dict[str, FormLetter]:
    """The letter of each form of an edition, by seed."""
    return {form_seed(document, content_hash, letter): letter for letter in LETTERS}


def printable_levels(document: SetDocument) -> list[str]:
    """The levels of the reading that every question shows, the standard one first."""
    return [
        reading.variant
        for reading in (document.reading, *document.reading.variants)
        if all(reading_at(document.reading, reading.variant, question) is reading for question in document.questions)
    ]


def shared_objectives(document: SetDocument) -> list[tuple[Objective, int]]:
    """(objective, count) for each objective with too few questions for two short forms. count: questions on both."""
    shared = []
    for objective in document.objectives:
        count = len(_questions_on(document, objective))
        shared_count = 2 * _needed(objective, count) - count
        if shared_count > 0:
            shared.append((objective, shared_count))
    return shared


def _ordered(document: SetDocument, seed: str, letter: FormLetter) -> list[Question]:
    order = Shuffle(seed, is_shuffled=letter != "A")
    return order.order("questions", [(question.key, question) for question in document.questions])


def _short_form_keys(document: SetDocument, content_hash: str, letter: FormLetter) -> frozenset[str]:
    """The keys of the questions of a short form.

    Form A takes the first shuffled questions of each objective and form B the last, so that they share the fewest.
    """
    order = Shuffle(hashlib.blake2b(content_hash.encode(), digest_size=16).hexdigest(), is_shuffled=True)
    chosen: list[str] = []
    for objective in document.objectives:
        questions = _questions_on(document, objective)
        # "deal" is part of the hash. Another word would change handouts that are already printed.
        keys = order.order(f"deal {objective.key}", [(question.key, question.key) for question in questions])
        needed = _needed(objective, len(keys))
        chosen += keys[:needed] if letter == "A" else keys[len(keys) - needed :]
    return frozenset(chosen)


def _questions_on(document: SetDocument, objective: Objective) -> Sequence[Question]:
    return [question for question in document.questions if question.objective == objective.key]


def _needed(objective: Objective, count: int) -> int:
    """How many questions of an objective a short form has: its minimum, at least 1 if the objective has questions."""
    return min(count, max(1, objective.minimum))
