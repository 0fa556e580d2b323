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
    """The action for a question that lost evidence, and the replacement of each lost sentence."""

    act = forms.ChoiceField(
        choices=[
            ("keep", gettext_lazy("Keep")),
            ("move", gettext_lazy("Choose new sentences")),
            ("withdraw", gettext_lazy("Remove")),
        ]
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, orphan: Orphan | None, document: Table) -> None:
        super().__init__(data)
        self.orphan = orphan
        shown = [
            (table["key"], f"{number} {table['text']}")
            for number, table in enumerate(sentence_tables(document), start=1)
        ]
        has_others = orphan is not None and orphan.has_others
        none = gettext("None: the other sentences are enough") if has_others else gettext("None: choose evidence later")
        for lost in orphan.lost if orphan else ():
            self.fields[f"to-{lost.key}"] = forms.ChoiceField(
                label=gettext("Evidence now"),
                choices=[*shown, ("", none)],
                required=False,
            )
            self.initial[f"to-{lost.key}"] = lost.nearest

    def rows(self) -> list[tuple[Lost, BoundField]]:
        """(lost sentence, field with its replacement) for each."""
        return [(lost, self[f"to-{lost.key}"]) for lost in (self.orphan.lost if self.orphan else ())]

    @property
    def moved(self) -> dict[str, str]:
        """New sentence key by old key, "" for none."""
        return {lost.key: self.cleaned_data.get(f"to-{lost.key}", "") for lost, _ in self.rows()}
