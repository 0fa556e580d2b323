"""Forms of a set on paper: which questions stand on a sheet and in what order, under the set's own blueprint.

A form follows from its edition and its letter alone, so that a sheet can be typed in weeks later, on another site too.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from quizzes.content.question_types.question import Question
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.set_document import Objective, SetDocument

FormLetter = Literal["A", "B"]
LETTERS: tuple[FormLetter, ...] = ("A", "B")

# Of two questions one order in two is the authored one; past this many draws it is no accident.
_MOST_DRAWS = 64


@dataclass(frozen=True, slots=True)
class PaperForm:
    """One form of an edition. seed: of the orders on it, as an attempt has one. questions: in the order printed.

    is_short: as many questions an objective as the blueprint needs, instead of all of them.
    """

    letter: FormLetter
    is_short: bool
    seed: str
    questions: tuple[Question, ...]

    @property
    def shuffles_questions(self) -> bool:
        """Whether its questions stand in an order of its own; those of form A stand as written."""
        return self.letter != "A"

    @property
    def shuffle(self) -> Shuffle:
        """The order of its choices, which no form has as written: authors tend to write the key in one place."""
        return Shuffle(self.seed, is_shuffled=True)


def draw_form(document: SetDocument, content_hash: str, letter: FormLetter, *, is_short: bool = False) -> PaperForm:
    """The form of an edition with this letter. content_hash: the edition's, which no student knows."""
    seed = form_seed(document, content_hash, letter)
    questions = _ordered(document, seed, letter)
    if is_short:
        chosen = _drawn(document, content_hash, letter)
        questions = [question for question in questions if question.key in chosen]
    return PaperForm(letter, is_short, seed, tuple(questions))


def form_seed(document: SetDocument, content_hash: str, letter: FormLetter) -> str:
    """The seed (32 hexadecimal digits) of a form: that of B gives another order than A has, where there is one."""
    draw = 0
    while True:
        text = f"{content_hash}:form {letter}:{draw}"
        seed = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        draw += 1
        if letter == "A" or draw == _MOST_DRAWS or _ordered(document, seed, letter) != list(document.questions):
            return seed


def letters_by_seed(document: SetDocument, content_hash: str) -> dict[str, FormLetter]:
    """Which form a seed is of, for the forms of an edition."""
    return {form_seed(document, content_hash, letter): letter for letter in LETTERS}


def shared_objectives(document: SetDocument) -> list[tuple[Objective, int]]:
    """(objective, how many) for each with questions that stand on both short forms, since it has too few for two."""
    found = []
    for objective in document.objectives:
        count = len(_questions_on(document, objective))
        both = 2 * _needed(objective, count) - count
        if both > 0:
            found.append((objective, both))
    return found


def _ordered(document: SetDocument, seed: str, letter: FormLetter) -> list[Question]:
    order = Shuffle(seed, is_shuffled=letter != "A")
    return order.order("questions", [(question.key, question) for question in document.questions])


def _drawn(document: SetDocument, content_hash: str, letter: FormLetter) -> frozenset[str]:
    """The keys of the questions of a short form: one deal an objective, from its two ends, so that they share least."""
    deal = Shuffle(hashlib.blake2b(content_hash.encode(), digest_size=16).hexdigest(), is_shuffled=True)
    chosen: list[str] = []
    for objective in document.objectives:
        own = _questions_on(document, objective)
        dealt = deal.order(f"deal {objective.key}", [(question.key, question.key) for question in own])
        needed = _needed(objective, len(own))
        chosen += dealt[:needed] if letter == "A" else dealt[len(dealt) - needed :]
    return frozenset(chosen)


def _questions_on(document: SetDocument, objective: Objective) -> Sequence[Question]:
    return [question for question in document.questions if question.objective == objective.key]


def _needed(objective: Objective, count: int) -> int:
    """How many of its questions a short form has: its minimum, at least one where there is one."""
    return min(count, max(1, objective.minimum))
