"""Forms for answers that a teacher enters from paper, cell by cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, gettext_lazy

from quizzes.attempts.paper.answers import PaperAnswers, StoredPaperAnswers
from quizzes.attempts.paper.entries import Cell, cells, has_input, paper_view, read_typed, written
from quizzes.attempts.paper.handout import LETTERS, FormLetter, PaperForm
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.content.reading import Reading
from quizzes.formatting import isolated, up_to
from quizzes.forms.fields import choice_field
from quizzes.models import Student

MAX_OPERATION = 40
MAX_VERSION = 2**31 - 1


class TypingForm(forms.Form):
    """operation: the id of the page, which makes a repeated request safe. edition: the number of its version."""

    operation = forms.CharField(max_length=MAX_OPERATION)
    edition = forms.IntegerField(required=False)


class CorrectionForm(forms.Form):
    """seen: the version of the paper answers on the page."""

    seen = forms.IntegerField(min_value=0, max_value=MAX_VERSION, widget=forms.HiddenInput)


class MoveAnswersForm(CorrectionForm):
    """The student whose paper answers these are."""

    student = forms.ChoiceField(
        label=gettext_lazy("They belong to"), error_messages={"required": gettext_lazy("Choose a student.")}
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, students: Sequence[Student], seen: int) -> None:
        """students: who may receive the answers."""
        super().__init__(data, initial={"seen": seen})
        offered = [("", gettext("Choose a student")), *((one.public_id, one.display_name) for one in students)]
        self.students = students
        choice_field(self, "student").choices = offered

    @property
    def chosen(self) -> Student:
        """The chosen student."""
        return next(one for one in self.students if one.public_id == self.cleaned_data["student"])


class LetterForm(forms.Form):
    """The letter of a handout: A or B."""

    form = forms.ChoiceField(choices=[(letter, letter) for letter in LETTERS], required=False)

    def chosen(self, otherwise: FormLetter) -> FormLetter:
        """The submitted letter; `otherwise` if there is none or it is unknown."""
        submitted = self.cleaned_data.get("form") if self.is_valid() else None
        return next((letter for letter in LETTERS if letter == submitted), otherwise)


@dataclass(frozen=True, slots=True)
class TypedQuestion:
    """One question of a form. number: on the handout. view: as printed. cells: its fields."""

    letter: FormLetter
    number: int
    question: Question
    view: Mapping[str, Any]
    cells: tuple[Cell, ...]

    def name(self, place: int) -> str:
        """The name of the field at this place."""
        return f"q{self.number}" if place == 0 else f"q{self.number}-{place + 1}"

    @property
    def hint_id(self) -> str:
        """The id of what the grid says about its answer. paper.js changes the letter in it."""
        return f"hint-{self.letter}-{self.number}"


class PrintedForms:
    """The forms of an assignment with the fields of each question. is_grid: every question has one short field."""

    def __init__(self, drawn: Mapping[FormLetter, PaperForm], reading: Reading) -> None:
        self.drawn = drawn
        self.reading = reading
        self.questions: dict[FormLetter, tuple[TypedQuestion, ...]] = {}
        for letter, form in drawn.items():
            views = [paper_view(question, form.shuffle, reading) for question in form.questions]
            self.questions[letter] = tuple(
                TypedQuestion(letter, number, question, view, cells(view))
                for number, (question, view) in enumerate(zip(form.questions, views, strict=True), start=1)
            )
        self.is_grid = all(
            len(typed.cells) == 1 and typed.cells[0].kind != "text" for typed in self.questions[LETTERS[0]]
        )


class PaperAnswersForm(forms.Form):
    """One student's answers from paper. An answer that the handout does not have is an error of its cell."""

    form = forms.ChoiceField(
        label=gettext_lazy("Form"),
        choices=[(letter, letter) for letter in LETTERS],
        widget=forms.Select(attrs={"class": "cell"}),
    )
    seen = forms.IntegerField(min_value=0, max_value=MAX_VERSION, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        stored: StoredPaperAnswers,
        printed: PrintedForms,
        letter: FormLetter | None = None,
    ) -> None:
        """stored: what is stored for the student. letter: the form to show if none is submitted or stored."""
        super().__init__(data, prefix=stored.student.public_id, initial={"seen": stored.version})
        self.stored = stored
        self.printed = printed
        sent = LetterForm({"form": self.data.get(self.add_prefix("form"), "")}) if self.is_bound else LetterForm({})
        self.letter: FormLetter = sent.chosen(letter or stored.letter or LETTERS[0])
        self.initial["form"] = self.letter
        self.questions = printed.questions[self.letter]
        # Stored answers are written with the letters of the form that the row has.
        shown = {} if self.is_bound else stored.values
        for typed in self.questions:
            texts = self._written(typed, shown.get(typed.question.key))
            for place, cell in enumerate(typed.cells):
                self.fields[typed.name(place)] = _cell_field(
                    cell,
                    gettext("{name}, question {number} {blank}")
                    .format(name=isolated(stored.student.display_name), number=typed.number, blank=cell.label)
                    .strip(),
                    texts[place],
                )

    def clean(self) -> dict[str, Any]:
        """The cleaned data with `values` by question key."""
        values: dict[str, Value] = {}
        form = self.printed.drawn[self.letter]
        for typed in self.questions:
            texts = [self.cleaned_data.get(typed.name(place), "") for place in range(len(typed.cells))]
            try:
                values[typed.question.key] = read_typed(typed.question, texts, form.shuffle, self.printed.reading)
            except NotAChoice as error:
                self.add_error(typed.name(error.place), str(error))
        return {**self.cleaned_data, "values": values}

    @property
    def is_blank(self) -> bool:
        """Whether the form has no input, and the page showed no stored answers or did not have the student."""
        texts = [self.data.get(self.add_prefix(name), "") for name in self.fields if name not in ("form", "seen")]
        return self.data.get(self.add_prefix("seen"), "0") == "0" and not has_input(texts)

    @property
    def paper_answers(self) -> PaperAnswers:
        """The answers of a valid form."""
        return PaperAnswers(self.stored.student, self.letter, self.cleaned_data["values"], self.cleaned_data["seen"])

    @cached_property
    def rows(self) -> list[tuple[TypedQuestion, list[tuple[Cell, BoundField]]]]:
        """The fields of each question."""
        return [
            (typed, [(cell, self[typed.name(place)]) for place, cell in enumerate(typed.cells)])
            for typed in self.questions
        ]

    @property
    def stored_in_words(self) -> str:
        """The stored answers as a teacher enters them, for the message that they changed."""
        parts = [
            f"{typed.number} {' '.join(texts)}"
            for typed in self.questions
            if any(texts := self._written(typed, self.stored.values.get(typed.question.key)))
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
            "max_length": up_to(cell.max_length),
            "null_characters_not_allowed": gettext("This has a hidden character. Retype it."),
        },
    )
