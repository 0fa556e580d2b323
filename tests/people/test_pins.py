"""PINs as digits, pictures, and words."""

import pytest
from django.utils import translation

from quizzes.people.guess_limits import PIN_LENGTH
from quizzes.people.pins import PICTURES, WORDS, pictures_of, pin_of_words, words_of
from quizzes.templatetags.icons import icon

ALL = [str(number).zfill(PIN_LENGTH) for number in range(10**PIN_LENGTH)]


def test_each_kind_has_one_pin_for_each_number() -> None:
    assert len(PICTURES) == 10
    assert len({str(name) for _, name in PICTURES}) == 10
    assert len({icon(shape) for shape, _ in PICTURES}) == 10
    assert {code: len(set(words)) for code, words in WORDS.items()} == {"en": 100, "es": 100}
    assert len({tuple(pictures_of(pin)) for pin in ALL}) == len(ALL)
    for language in ("en", "es"):
        with translation.override(language):
            assert [pin_of_words(words_of(pin)) for pin in ALL] == ALL


@pytest.mark.parametrize(
    ("typed", "pin"),
    [
        ("frog lamp", "4259"),
        ("  Frog   LAMP ", "4259"),
        ("rana lámpara", "4259"),
        ("rana lampara", "4259"),
        ("frog lámpara", "4259"),
        ("frog", ""),
        ("frog lamp frog", ""),
        ("frog lampe", ""),
        ("4259", ""),
        ("", ""),
    ],
)
def test_words_are_read_in_both_languages(typed: str, pin: str) -> None:
    assert pin_of_words(typed) == pin
