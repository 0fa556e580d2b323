"""The form for the objectives of a draft."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, ngettext

from quizzes.content.drafts.document import MAX_OBJECTIVES, OBJECTIVES
from quizzes.content.question_types.form import text
from quizzes.content.tables import Table, repeated
from quizzes.forms.editor.base import DraftForm, new_key

NEW_OBJECTIVES = 2
_KEY = re.compile(r"[a-z0-9_-]{1,80}")


class ObjectivesForm(DraftForm):
    """The objectives of a set, and how many questions each needs.

    gone: the keys of objectives that a save of the page removed, and that are typed again in their rows.
    """

    def __init__(self, data: Mapping[str, Any] | None = None, *, document: Table) -> None:
        super().__init__(data)
        self.keys = [objective["key"] for objective in document["objectives"]]
        self.titles = {objective["key"]: objective["title"] for objective in document["objectives"]}
        self.saved_at = document["saved"].get(OBJECTIVES, 0)
        self.keys_of_new: dict[str, str] = {}
        self.used_objectives = [question["objective"] for question in document["questions"]]
        for number, objective in enumerate(document["objectives"], start=1):
            self._add(objective["key"], objective["title"], document["minimum"].get(objective["key"], 0), number)
            if self.used_objectives.count(objective["key"]) and len(self.keys) > 1:
                self._add_move(objective["key"], number)
        sent = {name.removeprefix("title-"): title for name, title in self.data.items() if name.startswith("title-")}
        typed = [key for key, title in sent.items() if title.strip()]
        # A page keeps the rows that it came with, also after its own save added or removed an objective.
        free = min(NEW_OBJECTIVES, MAX_OBJECTIVES - len(self.keys))
        rows = [f"new-{number}" for number in range(1, NEW_OBJECTIVES + 1)]
        self.gone = [key for key in typed if _KEY.fullmatch(key) and key not in (*self.keys, *rows)]
        shown = [name for place, name in enumerate(rows) if place < free or name in typed]
        self.new = [name for name in shown if name not in self.keys]
        for number, name in enumerate((*self.gone, *self.new), start=len(self.keys) + 1):
            self._add(name, "", 0, number)

    def _add(self, key: str, title: str, minimum: int, number: int) -> None:
        self.fields[f"title-{key}"] = text(gettext("Objective {number}").format(number=number), 120)
        self.fields[f"minimum-{key}"] = forms.IntegerField(
            label=gettext("Questions needed for objective {number}").format(number=number),
            min_value=0,
            max_value=60,
            required=False,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), gettext("Enter 0 to 60 questions.")),
        )
        self.initial.update({f"title-{key}": title, f"minimum-{key}": minimum})

    def _add_move(self, key: str, number: int) -> None:
        others = [(other, title) for other, title in self.titles.items() if other != key]
        self.fields[f"move-{key}"] = forms.ChoiceField(
            label=gettext("New objective for the questions of objective {number}").format(number=number),
            choices=[("", gettext("Choose")), *others],
            required=False,
        )
        self.not_saved = (*self.not_saved, f"move-{key}")

    def rows(self) -> list["ObjectiveRow"]:
        """The objectives in order, those that are gone and typed again, and the rows for new ones.

        An objective that its page added stays in the row for a new one.
        """
        known = [key for key in self.keys if key not in self.keys_of_new.values()]
        return [ObjectiveRow(self, key) for key in [*known, *self.gone, *self.new]]

    def clean(self) -> dict[str, Any]:
        """Refuse 2 equal titles, titles beyond the limit, and an empty title while questions keep the objective."""
        cleaned = super().clean() or self.cleaned_data
        self.keys_of_new = self._keys_of_new(cleaned)
        # The first rows of too many stay. A row for a new one may be stored already, and none of `gone` is.
        names = [f"title-{key}" for key in [*self.keys, *self.new, *self.gone]]
        for name in repeated({name: title for name in names if name in self.data and (title := cleaned.get(name))}):
            self.add_error(name, gettext("This objective is in the list twice."))
        for name in [name for name in names if cleaned.get(name) != ""][MAX_OBJECTIVES:]:
            self.add_error(name, gettext("The limit is {count} objectives.").format(count=MAX_OBJECTIVES))
        shown = [key for key in self.keys if key not in self.keys_of_new.values()]
        emptied = [key for key in shown if cleaned.get(f"title-{key}") == ""]
        for key in emptied:
            count, target = self.used_objectives.count(key), cleaned.get(f"move-{key}", "")
            if not count or (target and target not in emptied):
                continue
            if target:
                self.add_error(f"move-{key}", gettext("Choose an objective that stays."))
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

    @property
    def moved(self) -> dict[str, str]:
        """By the key of an objective with questions that is removed, the one that they get."""
        self.is_valid()
        return {
            key: target
            for key in self.keys
            if self.cleaned_data.get(f"title-{key}") == "" and (target := self.cleaned_data.get(f"move-{key}", ""))
        }

    def blueprint(self, document: Table) -> tuple[list[Table], dict[str, int]]:
        """(objectives, how many questions each needs) as a draft stores them; invalid fields keep the old value."""
        fields, objectives, minimum = self.valid, list[Table](), dict[str, int]()
        known = [key for key in self.keys if key not in self.keys_of_new.values()]
        for name in [*known, *self.gone, *self.new]:
            title = fields.get(f"title-{name}", self.titles.get(self.keys_of_new.get(name, name), ""))
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


class ObjectiveRow:
    """One objective on the page. count: of its questions, None for a new one. move: what they get, None without any."""

    def __init__(self, form: ObjectivesForm, key: str) -> None:
        self.title: BoundField = form[f"title-{key}"]
        self.minimum: BoundField = form[f"minimum-{key}"]
        self.count = None if key in form.new else form.used_objectives.count(key)
        self.move: BoundField | None = form[f"move-{key}"] if f"move-{key}" in form.fields else None
        self.is_refused = bool(self.title.errors) or (self.move is not None and bool(self.move.errors))
