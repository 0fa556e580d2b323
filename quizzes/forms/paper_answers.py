"""Answers that a teacher enters from paper, cell by cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from quizzes.attempts.paper.answers import Sheet, StudentSheet
from quizzes.attempts.paper.entries import Cell, cells, has_input, paper_view, read_typed, written
from quizzes.attempts.paper.handout import LETTERS, FormLetter, PaperForm
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.content.reading import Reading

MAX_OPERATION = 40
MAX_VERSION = 2**31 - 1


class TypingForm(forms.Form):
    """Which page was sent. operation: its name, under which a second sending changes nothing."""

    operation = forms.CharField(max_length=MAX_OPERATION)


class LetterForm(forms.Form):
    """The form that a sheet is of."""

    form = forms.ChoiceField(choices=[(letter, letter) for letter in LETTERS], required=False)

    def chosen(self, otherwise: FormLetter) -> FormLetter:
        """The letter asked for; `otherwise` where none, or no such one, was."""
        asked = self.cleaned_data.get("form") if self.is_valid() else None
        return next((letter for letter in LETTERS if letter == asked), otherwise)


@dataclass(frozen=True, slots=True)
class TypedQuestion:
    """One question of a form to type answers from. number: on the sheet. view: as it is printed; cells: its fields."""

    number: int
    question: Question
    view: Mapping[str, Any]
    cells: tuple[Cell, ...]

    def name(self, place: int) -> str:
        """The name of the field at this place."""
        return f"q{self.number}" if place == 0 else f"q{self.number}-{place + 1}"


class PrintedSheets:
    """The forms of an assignment with the fields to type them by. is_grid: every question has one short field."""

    def __init__(self, drawn: Mapping[FormLetter, PaperForm], reading: Reading) -> None:
        self.drawn = drawn
        self.reading = reading
        self.questions: dict[FormLetter, tuple[TypedQuestion, ...]] = {}
        for letter, form in drawn.items():
            views = [paper_view(question, form.shuffle, reading) for question in form.questions]
            self.questions[letter] = tuple(
                TypedQuestion(number, question, view, cells(view))
                for number, (question, view) in enumerate(zip(form.questions, views, strict=True), start=1)
            )
        self.is_grid = all(
            len(typed.cells) == 1 and typed.cells[0].kind != "text" for typed in self.questions[LETTERS[0]]
        )


class SheetForm(forms.Form):
    """One student's sheet. A cell that holds what the sheet does not have is an error beside that cell."""

    form = forms.ChoiceField(
        label="Form", choices=[(letter, letter) for letter in LETTERS], widget=forms.Select(attrs={"class": "cell"})
    )
    seen = forms.IntegerField(min_value=0, max_value=MAX_VERSION, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, there: StudentSheet, printed: PrintedSheets, letter: FormLetter | None = None
    ) -> None:
        """there: where the student stands. letter: the form to show where nothing was sent or stored."""
        super().__init__(data, prefix=there.student.public_id, initial={"seen": there.version})
        self.there = there
        self.printed = printed
        sent = LetterForm({"form": self.data.get(self.add_prefix("form"), "")}) if self.is_bound else LetterForm({})
        self.letter: FormLetter = sent.chosen(letter or there.letter or LETTERS[0])
        self.initial["form"] = self.letter
        self.questions = printed.questions[self.letter]
        # Every row of a grid shows the form it had, so that its letters stay what they were.
        stored = {} if self.is_bound else there.values
        for typed in self.questions:
            texts = self._written(typed, stored.get(typed.question.key))
            for place, cell in enumerate(typed.cells):
                self.fields[typed.name(place)] = _cell_field(
                    cell, f"{there.student.display_name}, question {typed.number} {cell.label}".strip(), texts[place]
                )

    def clean(self) -> dict[str, Any]:
        """With `values` by question key."""
        values: dict[str, Value] = {}
        form = self.printed.drawn[self.letter]
        for typed in self.questions:
            texts = [self.cleaned_data.get(typed.name(place), "") for place in range(len(typed.cells))]
            try:
                values[typed.question.key] = read_typed(typed.question, texts, form.shuffle, self.printed.reading)
            except NotAChoice as error:
                self.add_error(typed.name(0), str(error))
        return {**self.cleaned_data, "values": values}

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed and nothing had been typed before: this student has no sheet yet."""
        texts = [self.data.get(self.add_prefix(name), "") for name in self.fields if name not in ("form", "seen")]
        return self.there.attempt is None and not has_input(texts)

    @property
    def sheet(self) -> Sheet:
        """What a valid form says."""
        return Sheet(self.there.student, self.letter, self.cleaned_data["values"], self.cleaned_data["seen"])

    @cached_property
    def rows(self) -> list[tuple[TypedQuestion, list[tuple[Cell, BoundField]]]]:
        """The fields question by question."""
        return [
            (typed, [(cell, self[typed.name(place)]) for place, cell in enumerate(typed.cells)])
            for typed in self.questions
        ]

    @property
    def stored_in_words(self) -> str:
        """What is stored, as one would type it, for who is told that it changed."""
        parts = [
            f"{typed.number} {' '.join(texts)}"
            for typed in self.questions
            if any(texts := self._written(typed, self.there.values.get(typed.question.key)))
        ]
        return ", ".join(parts)

    def _written(self, typed: TypedQuestion, value: Value) -> tuple[str, ...]:
        if value is None:
            return ("",) * len(typed.cells)
        return written(typed.question, value, self.printed.drawn[self.letter].shuffle, self.printed.reading)


def _cell_field(cell: Cell, label: str, text: str) -> forms.CharField:
    attrs = {
        "autocomplete": "off",
        "autocapitalize": "off",
        "spellcheck": "false",
        "aria-label": label,
        "class": f"cell {cell.kind}",
        **({"rows": 4} if cell.kind == "text" else {}),
    }
    widget = forms.Textarea(attrs) if cell.kind == "text" else forms.TextInput(attrs)
    return forms.CharField(
        label=label,
        required=False,
        max_length=cell.max_length,
        initial=text,
        widget=widget,
        error_messages={
            "max_length": f"This is longer than {cell.max_length:,} characters.",
            "null_characters_not_allowed": "This holds a sign that cannot be seen.",
        },
    )
