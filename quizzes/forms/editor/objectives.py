"""The form for the objectives of a draft."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, ngettext

from quizzes.content.drafts.document import MAX_OBJECTIVES
from quizzes.content.question_types.form import text
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm, new_key

NEW_OBJECTIVES = 2


class ObjectivesForm(DraftForm):
    """The objectives of a set, and how many questions each needs."""

    def __init__(self, data: Any = None, *, document: Table) -> None:
        super().__init__(data)
        self.keys = [objective["key"] for objective in document["objectives"]]
        self.used_objectives = [question["objective"] for question in document["questions"]]
        for number, objective in enumerate(document["objectives"], start=1):
            self._add(objective["key"], objective["title"], document["minimum"].get(objective["key"], 0), number)
        free = min(NEW_OBJECTIVES, MAX_OBJECTIVES - len(self.keys))
        self.new = [f"new-{number}" for number in range(1, free + 1)]
        for number, name in enumerate(self.new, start=len(self.keys) + 1):
            self._add(name, "", 0, number)

    def _add(self, key: str, title: str, minimum: int, number: int) -> None:
        self.fields[f"title-{key}"] = text(gettext("Objective {number}").format(number=number), 120)
        self.fields[f"minimum-{key}"] = forms.IntegerField(
            label=gettext("Questions needed for objective {number}").format(number=number),
            min_value=0,
            max_value=60,
            required=False,
            error_messages={"invalid": gettext("Enter a number of questions.")},
        )
        self.initial.update({f"title-{key}": title, f"minimum-{key}": minimum})

    def rows(self) -> list[tuple[BoundField, BoundField, int | None]]:
        """(title, questions needed, questions present; None for a new one) for each objective, in order."""
        return [
            (self[f"title-{key}"], self[f"minimum-{key}"], None if key in self.new else self.used_objectives.count(key))
            for key in [*self.keys, *self.new]
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse an empty title for an objective that has questions."""
        cleaned = super().clean() or self.cleaned_data
        for key in self.keys:
            count = self.used_objectives.count(key)
            if cleaned.get(f"title-{key}") == "" and count:
                words = ngettext(
                    "{count} question tests this objective. Choose another objective for them first.",
                    "{count} questions test this objective. Choose another objective for them first.",
                    count,
                )
                self.add_error(f"title-{key}", words.format(count=count))
        return cleaned

    def blueprint(self, document: Table) -> tuple[list[Table], dict[str, int]]:
        """(objectives, how many questions each needs) as a draft stores them; invalid fields keep the old value."""
        fields, objectives, minimum = self.valid, list[Table](), dict[str, int]()
        names = {**{key: key for key in self.keys}, **dict.fromkeys(self.new, "")}
        titles = {objective["key"]: objective["title"] for objective in document["objectives"]}
        for name, key in names.items():
            title = fields.get(f"title-{name}", titles.get(key, ""))
            if not title:
                continue
            key = key or new_key(title, [objective["key"] for objective in objectives] + self.keys, "objective")
            objectives.append({"key": key, "title": title})
            needed = fields.get(f"minimum-{name}", document["minimum"].get(key, 0))
            if needed:
                minimum[key] = needed
        return objectives, minimum
