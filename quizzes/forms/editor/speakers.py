"""The form for the speakers of a reading."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, gettext_lazy, ngettext

from quizzes.content.drafts.document import FIXED_SPEAKERS, MAX_SPEAKERS, UNNAMED
from quizzes.content.drafts.text import speaker_with_label, uses_of_speakers
from quizzes.content.question_types.form import text
from quizzes.content.tables import Table, repeated
from quizzes.forms.editor.base import DraftForm, new_key

ICON_CHOICES = (
    ("person", gettext_lazy("Person")),
    ("sign", gettext_lazy("Protest sign")),
    ("page", gettext_lazy("Page")),
    ("quote", gettext_lazy("Quotation marks")),
    ("blank", gettext_lazy("Crossed page")),
)
NEW_SPEAKERS = 1


class SpeakersForm(DraftForm):
    """The speakers of the source: names and icons. A speaker with an empty name is removed.

    blank: the rows for new speakers. new: these, and the rows with a name of a speaker that the draft does not have.
    """

    is_whole = True

    def __init__(self, data: Mapping[str, Any] | None = None, *, document: Table) -> None:
        super().__init__(data)
        self.document = document
        self.keys = [speaker["key"] for speaker in document["voices"]]
        for number, speaker in enumerate(document["voices"], start=1):
            name = gettext("Speaker {number}").format(number=number)
            self._add(speaker["key"], speaker["label"], speaker["icon"], name)
        free = min(NEW_SPEAKERS, MAX_SPEAKERS - len(self.keys))
        self.blank = [name for number in range(1, free + 1) if (name := f"new-{number}") not in self.keys]
        sent = {name.removeprefix("label-"): label for name, label in self.data.items() if name.startswith("label-")}
        # A name keeps its row if another window removed the speaker or filled the list.
        typed = [key for key, label in sent.items() if label.strip()]
        self.new = [key for key in dict.fromkeys([*typed, *self.blank]) if key not in self.keys]
        for number, key in enumerate(self.new, start=len(self.keys) + 1):
            name = gettext("Another speaker") if key in self.blank else gettext("Speaker {number}")
            self._add(key, "", "person", name.format(number=number))

    def _add(self, key: str, label: str, icon: str, name: str) -> None:
        self.fields[f"label-{key}"] = text(name, 80)
        self.fields[f"icon-{key}"] = forms.ChoiceField(
            label=gettext("Icon of {name}").format(name=name), choices=ICON_CHOICES, required=False
        )
        self.initial.update({f"label-{key}": label, f"icon-{key}": icon})

    def rows(self) -> list[tuple[BoundField, BoundField, bool]]:
        """(name, icon, whether it is new) for each speaker, in order."""
        return [(self[f"label-{key}"], self[f"icon-{key}"], key in self.blank) for key in [*self.keys, *self.new]]

    def clean(self) -> dict[str, Any]:
        """Refuse 2 names that are the same, names beyond the limit, and no name for a speaker that is needed."""
        cleaned = super().clean() or self.cleaned_data
        names = [f"label-{key}" for key in [*self.keys, *self.new]]
        for name in repeated({name: label for name in names if name in self.data and (label := cleaned.get(name))}):
            self.add_error(name, gettext("This speaker is in the list twice."))
        for name in [name for name in names if cleaned.get(name)][MAX_SPEAKERS:]:
            # A set from a file can have more.
            if name.removeprefix("label-") in self.new:
                words = gettext("The limit is {count} speakers. To remove one, leave its name blank.")
                self.add_error(name, words.format(count=MAX_SPEAKERS))
        uses = uses_of_speakers(self.document)
        for key in self.keys:
            if cleaned.get(f"label-{key}") == "" and key in FIXED_SPEAKERS:
                self.add_error(f"label-{key}", gettext("This speaker needs a name."))
            elif cleaned.get(f"label-{key}") == "" and uses.get(key):
                self.add_error(
                    f"label-{key}",
                    ngettext(
                        "{count} sentence or statement has this speaker. Change it first.",
                        "{count} sentences or statements have this speaker. Change them first.",
                        uses[key],
                    ).format(count=uses[key]),
                )
        return cleaned

    @property
    def speakers_to_save(self) -> list[Table]:
        """The speakers as a draft stores them. New speakers come before the speaker without a name."""
        fields, speakers = self.valid, []
        for speaker in self.document["voices"]:
            label = fields.get(f"label-{speaker['key']}", speaker["label"])
            if label:
                speakers.append(
                    {**speaker, "label": label, "icon": fields.get(f"icon-{speaker['key']}") or speaker["icon"]}
                )
        place = next((number for number, speaker in enumerate(speakers) if speaker["key"] == UNNAMED), len(speakers))
        for name in self.new:
            label = fields.get(f"label-{name}", "")
            # A page that is sent twice has the speaker in the row for a new one again.
            if label and speaker_with_label(label, speakers) is None:
                key = new_key(label, [speaker["key"] for speaker in speakers], "speaker")
                speakers.insert(place, {"key": key, "label": label, "icon": fields.get(f"icon-{name}") or "person"})
                place += 1
        return speakers
