"""The options that an answer consists of, by each key of its question that is in force."""

from collections.abc import Iterable, Sequence

from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import type_of
from quizzes.content.question_types.results import Option
from quizzes.content.reading import Reading


def options_of(keys: Sequence[Question], value: Value, reading: Reading) -> tuple[Option, ...]:
    """The options that an answer consists of by these keys of a question.

    A typed answer that one key accepts is not also a known wrong answer of another.
    """
    options = distinct_options(option for key in keys for option in key.chosen_options(value, reading))
    right = {option.group for option in options if option.right} if type_of(keys[0]).is_typed else set[str]()
    return tuple(option for option in options if option.right or option.group not in right)


def distinct_options(options: Iterable[Option]) -> tuple[Option, ...]:
    """Each option once, in the order of first use; right if it is right by one of the keys in force."""
    by_id: dict[str, Option] = {}
    for option in options:
        if option.id not in by_id or (option.right and not by_id[option.id].right):
            by_id[option.id] = option
    return tuple(by_id.values())
