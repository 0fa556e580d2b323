"""The form for the objectives of a draft."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, ngettext

from quizzes.content.drafts.document import MAX_OBJECTIVES, OBJECTIVES
from quizzes.content.question_types.form import text
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm, new_key

NEW_OBJECTIVES = 2


class ObjectivesForm(DraftForm):
    """The objectives of a set, and how many questions each needs."""

    def __init__(self, data: Any = None, *, document: Table) -> None:
        super().__init__(data)
        self.keys = [objective["key"] for objective in document["objectives"]]
        self.titles = {objective["key"]: objective["title"] for objective in document["objectives"]}
        self.saved_at = document["saved"].get(OBJECTIVES, 0)
        self.keys_of_new: dict[str, str] = {}
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
        self.keys_of_new = self._keys_of_new(cleaned)
        for key in self.keys:
            count = self.used_objectives.count(key)
            if cleaned.get(f"title-{key}") == "" and count and key not in self.keys_of_new.values():
                words = ngettext(
                    "{count} question tests this objective. Choose another objective for them first.",
                    "{count} questions test this objective. Choose another objective for them first.",
                    count,
                )
                self.add_error(f"title-{key}", words.format(count=count))
        return cleaned

    def _keys_of_new(self, cleaned: Mapping[str, Any]) -> dict[str, str]:
        """The keys that new rows got when their page saved them before, by the name of the row.

        The page has no fields of these objectives. One whose title changed since is known if no other window saved.
        """
        is_latest = (cleaned.get("revision") or 0) >= self.saved_at
        added = {key: title for key, title in self.titles.items() if f"title-{key}" not in self.data}
        typed = {name: title for name in self.new if (title := cleaned.get(f"title-{name}"))}
        found = dict[str, str]()
        for is_same in (True, False) if is_latest else (True,):
            for name, title in typed.items():
                key = next((key for key, stored in added.items() if not is_same or stored == title), None)
                if name not in found and key is not None:
                    found[name] = key
                    del added[key]
        return found

    def blueprint(self, document: Table) -> tuple[list[Table], dict[str, int]]:
        """(objectives, how many questions each needs) as a draft stores them; invalid fields keep the old value."""
        fields, objectives, minimum = self.valid, list[Table](), dict[str, int]()
        known = [key for key in self.keys if key not in self.keys_of_new.values()]
        for name in [*known, *self.new]:
            title = fields.get(f"title-{name}", self.titles.get(name, ""))
            if not title:
                continue
            key = name
            if name in self.new:
                taken = [objective["key"] for objective in objectives] + self.keys
                key = self.keys_of_new.get(name) or new_key(title, taken, "objective")
            objectives.append({"key": key, "title": title})
            needed = fields.get(f"minimum-{name}", document["minimum"].get(key, 0))
            if needed:
                minimum[key] = needed
        return objectives, minimum
