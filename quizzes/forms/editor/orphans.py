"""The form to resolve a question that lost evidence."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.drafts.document import sentence_tables
from quizzes.content.drafts.validation import Lost, Orphan
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm


class OrphanForm(DraftForm):
    """The action for a question that lost evidence, and the replacement of each lost sentence.

    The page sends the replacements of all its questions, so each field has the key of its question.
    chosen: replacements as in the property, to show again.
    """

    act = forms.ChoiceField(
        choices=[
            ("keep", gettext_lazy("Keep")),
            ("move", gettext_lazy("Choose new sentences")),
            ("withdraw", gettext_lazy("Remove")),
        ]
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        orphan: Orphan | None,
        document: Table,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data)
        self.orphan = orphan
        shown = [
            (table["key"], f"{number} {table['text']}")
            for number, table in enumerate(sentence_tables(document), start=1)
        ]
        has_others = orphan is not None and orphan.has_others
        none = gettext("None: the other sentences are enough") if has_others else gettext("None: choose evidence later")
        for lost in orphan.lost if orphan else ():
            self.fields[self._name(lost)] = forms.ChoiceField(
                label=gettext("Evidence now"),
                choices=[*shown, ("", none)],
                required=False,
            )
            self.initial[self._name(lost)] = lost.nearest
        self.initial = {**self.initial, **(chosen or {})}

    def rows(self) -> list[tuple[Lost, BoundField]]:
        """(lost sentence, field with its replacement) for each."""
        return [(lost, self[self._name(lost)]) for lost in (self.orphan.lost if self.orphan else ())]

    @property
    def moved(self) -> dict[str, str]:
        """New sentence key by old key, "" for none."""
        return {lost.key: self.cleaned_data.get(self._name(lost), "") for lost, _ in self.rows()}

    @property
    def chosen(self) -> dict[str, str]:
        """The valid replacements that were sent, by field, without those that the page chooses by itself."""
        self.is_valid()
        sent = {to.name: self.cleaned_data.get(to.name) for _, to in self.rows() if to.name in self.data}
        return {name: key for name, key in sent.items() if key is not None and key != self.initial[name]}

    def _name(self, lost: Lost) -> str:
        return f"to-{self.orphan.key if self.orphan else ''}-{lost.key}"
