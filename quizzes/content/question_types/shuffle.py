"""The order of questions and choices in one attempt, and the tokens of its choices."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from quizzes.phrases import gettext


class NotAChoice(ValueError):
    """A submitted token that this question never offered.

    place: on paper, of the field that has it, among the fields of the question.
    """

    def __init__(self, message: str, *, place: int = 0) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True, slots=True)
class Shuffle:
    """How one attempt orders questions or choices. seed: known to the server only. is_shuffled: False keeps the order.

    Tokens and order depend only on seed, question key and choice id, so they tell nothing about the answer key.
    """

    seed: str
    is_shuffled: bool

    def token(self, question_key: str, choice_id: str) -> str:
        """The token of this choice in this attempt: ten hexadecimal digits."""
        return self._digest(f"token:{question_key}:{choice_id}")[:10]

    def choice_id(self, question_key: str, token: str, ids: Sequence[str]) -> str:
        """The choice with this token; raises NotAChoice."""
        for candidate in ids:
            if self.token(question_key, candidate) == token:
                return candidate
        raise NotAChoice(gettext("That answer isn’t one of the choices."))

    def order[T](self, scope: str, items: Sequence[tuple[str, T]], *, keep_order: bool = False) -> list[T]:
        """The second members of (id, item) pairs: sorted by a digest of seed, scope and id, or as given.

        scope: "questions", or the key of the question whose choices these are. keep_order: as given. Dates, amounts and
        steps are easier to compare in their own order.
        """
        if self.is_shuffled and not keep_order:
            items = sorted(items, key=lambda pair: self._digest(f"order:{scope}:{pair[0]}"))
        return [item for _, item in items]

    def _digest(self, text: str) -> str:
        return hashlib.blake2b(text.encode(), key=self.seed.encode()[:64], digest_size=16).hexdigest()
