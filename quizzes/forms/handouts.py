"""The form with the print options of a handout."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from quizzes.attempts.paper.handout import LETTERS, FormLetter
from quizzes.content import languages
from quizzes.content.reading import LEVELS, STANDARD
from quizzes.formatting import Label
from quizzes.forms.fields import choice_field

NAMES = {code: gettext_lazy(name) for code, name in languages.NAMES.items()}
BOTH, LARGE, SHORT = "AB", "large", "short"


class PrintForm(forms.Form):
    """The forms to print and how; an unknown value means the first choice."""

    form = forms.ChoiceField(
        label=gettext_lazy("Form"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("A", gettext_lazy("Form A")),
            ("B", gettext_lazy("Form B, different order")),
            (BOTH, gettext_lazy("Both")),
        ],
    )
    size = forms.ChoiceField(
        label=pgettext_lazy("size of the letters", "Print"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("usual", gettext_lazy("Regular print")), (LARGE, gettext_lazy("Large print, 18 points"))],
    )
    length = forms.ChoiceField(
        label=gettext_lazy("Questions"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("all", gettext_lazy("All questions")),
            (SHORT, gettext_lazy("Short form: the number needed for each objective")),
        ],
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the questions"), required=False)
    level = forms.ChoiceField(label=gettext_lazy("Reading level"), required=False)
    edition = forms.TypedChoiceField(label=gettext_lazy("Version"), required=False, coerce=int, empty_value=None)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        editions: Sequence[int],
        levels: Sequence[str],
        languages: Sequence[str] = ("en",),
        may_be_short: bool = True,
    ) -> None:
        """editions: edition numbers, newest first. may_be_short: False for an assignment, which has all questions.

        levels: keys of the levels of the reading, the standard one first. languages: of the questions, the first one
        first.
        """
        super().__init__(data)
        offered: dict[str, list[tuple[Any, Label]]] = {
            "edition": [(number, gettext("Version {number}").format(number=number)) for number in editions],
            "level": [(key, gettext(LEVELS[key])) for key in levels],
            "language": [(code, NAMES.get(code, code)) for code in languages],
        }
        for name, choices in offered.items():
            choice_field(self, name).choices = choices
            if len(choices) < 2:
                del self.fields[name]
        if not may_be_short:
            del self.fields["length"]
        self.is_valid()
        chosen = {name: self.cleaned_data.get(name) or self._first(name) for name in self.fields}
        self.letters: tuple[FormLetter, ...] = tuple(letter for letter in LETTERS if letter in str(chosen["form"]))
        self.is_large = chosen["size"] == LARGE
        self.is_short = chosen.get("length") == SHORT
        self.text_language = str(chosen.get("language", ""))
        self.reading_level = str(chosen.get("level", STANDARD))
        self.edition_number: int = chosen.get("edition") or editions[0]
        # The page shows the options in effect, without errors for unknown values in the URL.
        self.is_bound, self.initial = False, chosen
        self._errors = None

    def _first(self, name: str) -> Any:
        return self.fields[name].choices[0][0]  # type: ignore[attr-defined]  # all fields are choice fields
