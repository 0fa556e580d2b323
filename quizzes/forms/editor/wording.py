"""The form of writing tips: why the author keeps a wording."""

from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy

from quizzes.content.drafts.validation import DraftTip
from quizzes.content.question_types.form import text
from quizzes.forms.fields import choice_field


class WordingForm(forms.Form):
    """The reasons to keep wordings despite their tips. shows_again: the name of the kept tip to show again.

    tips: (key of the question, tip) of each tip on the page.
    """

    shows_again = forms.ChoiceField(required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, tips: Iterable[tuple[str, DraftTip]]) -> None:
        super().__init__(data)
        # A name must not change with the place of a tip: a save replaces the list while an author types.
        self._tips = {f"because-{key}-{tip.tip.code}-{crc32(tip.tip.about.encode())}": (key, tip) for key, tip in tips}
        kept = [name for name, (_, tip) in self._tips.items() if tip.because]
        choice_field(self, "shows_again").choices = [(name, name) for name in kept]
        self.fields |= {name: text(gettext_lazy("Reason"), 200) for name in self._tips if name not in kept}

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
