"""The form with the print options of a handout."""

from collections.abc import Sequence
from typing import Any

from django import forms

from quizzes.attempts.paper.handout import LETTERS, FormLetter
from quizzes.content.reading import LEVELS, STANDARD

BOTH, LARGE, SHORT = "AB", "large", "short"


class PrintForm(forms.Form):
    """The forms to print and how; an unknown value means the first choice."""

    form = forms.ChoiceField(
        label="Form",
        required=False,
        widget=forms.RadioSelect,
        choices=[("A", "Form A"), ("B", "Form B, different order"), (BOTH, "Both")],
    )
    size = forms.ChoiceField(
        label="Print",
        required=False,
        widget=forms.RadioSelect,
        choices=[("usual", "Regular print"), (LARGE, "Large print, 18 points")],
    )
    length = forms.ChoiceField(
        label="Questions",
        required=False,
        widget=forms.RadioSelect,
        choices=[("all", "All questions"), (SHORT, "Short form: the number needed for each objective")],
    )
    level = forms.ChoiceField(label="Reading level", required=False)
    edition = forms.TypedChoiceField(label="Version", required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, *, editions: Sequence[int], levels: Sequence[str], may_be_short: bool = True) -> None:
        """editions: edition numbers, newest first. may_be_short: False for an assignment, which has all questions.

        levels: keys of the levels of the reading, the standard one first.
        """
        super().__init__(data)
        numbered = [(number, f"Version {number}") for number in editions]
        self.fields["edition"].choices = numbered  # type: ignore[attr-defined]
        if len(editions) < 2:
            del self.fields["edition"]
        if not may_be_short:
            del self.fields["length"]
        self.fields["level"].choices = [(key, LEVELS[key]) for key in levels]  # type: ignore[attr-defined]
        if len(levels) < 2:
            del self.fields["level"]
        self.is_valid()
        chosen = {name: self.cleaned_data.get(name) or self._first(name) for name in self.fields}
        self.letters: tuple[FormLetter, ...] = tuple(letter for letter in LETTERS if letter in str(chosen["form"]))
        self.is_large = chosen["size"] == LARGE
        self.is_short = chosen.get("length") == SHORT
        self.reading_level = str(chosen.get("level", STANDARD))
        self.edition_number: int = chosen.get("edition") or editions[0]
        # The page shows the options in effect, without errors for unknown values in the URL.
        self.is_bound, self.initial = False, chosen
        self._errors = None

    def _first(self, name: str) -> Any:
        return self.fields[name].choices[0][0]  # type: ignore[attr-defined]
