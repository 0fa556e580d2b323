"""A set on paper: its forms, the marks that a teacher types from a sheet, and the key of a form."""

from quizzes.paper.forms import (
    LETTERS,
    FormLetter,
    PaperForm,
    draw_form,
    form_seed,
    letters_by_seed,
    shared_objectives,
)
from quizzes.paper.keys import KeyLine, key_lines, key_value
from quizzes.paper.marks import Cell, cells, paper_view, read_typed, says_something, written

__all__ = [
    "LETTERS",
    "Cell",
    "FormLetter",
    "KeyLine",
    "PaperForm",
    "cells",
    "draw_form",
    "form_seed",
    "key_lines",
    "key_value",
    "letters_by_seed",
    "paper_view",
    "read_typed",
    "says_something",
    "shared_objectives",
    "written",
]
