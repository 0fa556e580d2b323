"""Base form of the editor with the draft's revision, and new keys for rows."""

import re
from collections.abc import Iterator, Sequence

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext

from quizzes.content.question_types.form import PartForm, StoredField
from quizzes.forms.renderer import RequiredField


class DraftField(RequiredField, StoredField):
    """A field of the editor: both kinds of field in one."""


class DraftForm(PartForm):
    """A part of a draft, with the revision that the sender has seen.

    revision: of the draft when the page was loaded. over: a newer one, which the sender has seen and overwrites.
    publish: whether the button that was pressed publishes what was saved.
    is_whole: whether nothing is saved while a field is invalid.
    row_start: how the names of the texts of its rows start, "" without rows.
    """

    bound_field_class = DraftField

    is_whole = False
    row_start = ""
    not_saved: tuple[str, ...] = ("revision", "over", "act", "publish")

    revision = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    over = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    publish = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def seen(self) -> int:
        """The draft's revision that the sender has seen."""
        self.is_valid()
        return self.cleaned_data.get("over") or self.cleaned_data.get("revision") or 0

    @property
    def publishes(self) -> bool:
        """Whether to publish after the save."""
        self.is_valid()
        return bool(self.cleaned_data.get("publish"))

    @property
    def gone_texts(self) -> list[str]:
        """The texts of rows that another window removed. A row may be gone because its “Remove” is pressed twice."""
        removed = self.data.get("act", "").replace("remove:", self.row_start)
        known = {*self.fields, removed}
        gone = [name for name in self.data if name.startswith(self.row_start) and name not in known]
        return [text for name in gone if (text := self.data[name].strip())] if self.row_start else []

    @property
    def may_drop_gone_texts(self) -> bool:
        """Whether the sender was told of them."""
        self.is_valid()
        return bool(self.cleaned_data.get("over"))

    def problems(self) -> list[str]:
        """Also a message for each text of a row that another window removed."""
        message = gettext("Another window removed this sentence: “{text}”")
        return [*super().problems(), *(message.format(text=text) for text in self.gone_texts)]


def new_key(label: str, taken: Sequence[str], otherwise: str) -> str:
    """A slug of the label that is not taken. otherwise: the base if the label has no letters."""
    base = slugify(label)[:60].strip("-_") or otherwise
    # The rows for new ones have names such as “new-1”.
    base = f"{otherwise}-{base}" if re.fullmatch(r"new(-\d+)?", base) else base
    names: Iterator[str] = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
