"""How templates show a PIN of pictures or words."""

from django import template

from quizzes.formatting import Label
from quizzes.people.guess_limits import PIN_LENGTH
from quizzes.people.pins import PICTURES, pictures_of, words_of

register = template.Library()
register.filter("pin_pictures", pictures_of)
register.filter("pin_words", words_of)


@register.simple_tag
def pin_rows() -> list[tuple[int, list[tuple[int, str, Label]]]]:
    """For each place of a PIN, from 1: the digit, the icon, and the name of each picture."""
    pictures = [(digit, shape, name) for digit, (shape, name) in enumerate(PICTURES)]
    return [(place, pictures) for place in range(1, PIN_LENGTH + 1)]
