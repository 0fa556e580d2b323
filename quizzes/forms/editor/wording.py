"""The form of writing tips: why the author keeps a wording."""

from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.drafts.validation import DraftTip
from quizzes.content.question_types.form import text
from quizzes.forms.fields import choice_field


class WordingForm(forms.Form):
    """The reasons to keep wordings despite their tips.

    tips: (key of the question, tip) of each tip on the page. form_id: of the form that its fields belong to.
    keeps: the name of the tip whose “Keep” was pressed. shows_again: the name of the kept tip to show again.
    """

    keeps = forms.ChoiceField(required=False)
    shows_again = forms.ChoiceField(required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, tips: Iterable[tuple[str, DraftTip]], form_id: str
    ) -> None:
        super().__init__(data, auto_id="%s")
        # A name must not change with the place of a tip: a save replaces the list while an author types.
        self._tips = {f"because-{key}-{tip.tip.code}-{crc32(tip.tip.about.encode())}": (key, tip) for key, tip in tips}
        kept = [name for name, (_, tip) in self._tips.items() if tip.because]
        choice_field(self, "shows_again").choices = [(name, name) for name in kept]
        names = [name for name in self._tips if name not in kept]
        choice_field(self, "keeps").choices = [(name, name) for name in names]
        self.fields |= {name: text(gettext_lazy("Reason"), 200, look="why") for name in names}
        for name in names:
            self.fields[name].widget.attrs |= {"form": form_id, "hx-preserve": "true"}

    def clean(self) -> None:
        """Refuse “Keep” without a reason."""
        name = self.cleaned_data.get("keeps")
        if name and name not in self.errors and not self.cleaned_data[name]:
            self.add_error(name, gettext("Enter a reason to keep this wording."))

    @property
    def is_refused(self) -> bool:
        """Whether a reason has an error. A button of a tip that is gone has none."""
        return any(name in self.errors for name in self._tips)

    def rows(self) -> list[tuple[str, DraftTip, str, BoundField | None]]:
        """(key of the question, tip, name, field for a reason if it has none yet) of each tip."""
        return [
            (key, tip, name, self[name] if name in self.fields else None) for name, (key, tip) in self._tips.items()
        ]

    @property
    def reasons(self) -> list[tuple[str, DraftTip, str]]:
        """(key of the question, tip, reason) of each tip to change. An empty reason shows the tip again."""
        self.is_valid()
        again = self.cleaned_data.get("shows_again")
        return [
            (key, tip, self.cleaned_data.get(name, ""))
            for name, (key, tip) in self._tips.items()
            if name == again or self.cleaned_data.get(name)
        ]
