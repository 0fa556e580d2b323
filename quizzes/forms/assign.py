"""The form that assigns a question set to classrooms in one step."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from quizzes.assignments.deadlines import Window
from quizzes.assignments.presets import Preset, PresetValues, preset_values
from quizzes.content.editions import Size, sizes_of
from quizzes.content.languages import TranslatedText
from quizzes.content.set_document import made_summary
from quizzes.formatting import Label, day, duration, either, near_day, wall_clock
from quizzes.forms.assignments import TIMES, AssignmentSettingsForm, field_values
from quizzes.forms.fields import WallTimeField, choice_field, moment_of, sent_values, zone_name, zone_note
from quizzes.models import Classroom, QuestionSet


@dataclass(frozen=True, slots=True)
class PresetOption:
    """One choice under “How”, with what it sets in words."""

    label: Label
    hint: str

    def __str__(self) -> str:
        return str(self.label)


@dataclass(frozen=True, slots=True)
class SetOption:
    """One choice under “What”, with its length. size: None if it is not known."""

    question_set: QuestionSet
    size: Size | None

    def __str__(self) -> str:
        return self.question_set.shown_title

    @property
    def summary(self) -> str:
        """What the set is about; with its own language if the page has another."""
        own, shown = self.question_set.summary, self.question_set.shown_summary
        language = self.size.language if self.size else ""
        return made_summary(shown) or TranslatedText(shown, language=language, original=own, is_fallback=shown == own)


class AssignForm(AssignmentSettingsForm):
    """Assign a set to some of a teacher's classrooms. group: makes a repeated request safe.

    A preset fills the fields of the settings. Its time limit gives way to a teacher-paced quiz. filled: the preset
    whose values the page shows in them, in the time zone filled_zone. If another one is chosen, or a class in another
    zone, fields that still have these values follow it, and the others stay.
    """

    group = forms.UUIDField(widget=forms.HiddenInput)
    filled = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    filled_zone = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    question_set = forms.ChoiceField(
        label=gettext_lazy("Question set"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a question set."),
            "invalid_choice": gettext_lazy("Choose from the question sets on this page."),
        },
    )
    classrooms = forms.MultipleChoiceField(
        label=gettext_lazy("Classes"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least 1 class."),
            "invalid_choice": gettext_lazy("Choose from the classes on this page."),
        },
    )
    preset = forms.ChoiceField(
        label=gettext_lazy("How"), widget=forms.RadioSelect, error_messages={"required": gettext_lazy("Choose one.")}
    )
    field_order = ("group", "question_set", "classrooms", "preset", "filled", "filled_zone")

    # Whether the fields of the settings follow another preset or another time zone than the page showed.
    has_new_settings = False

    def __init__(
        self,
        data: QueryDict | None,
        *,
        classrooms: Sequence[Classroom],
        now: datetime,
        presets: Sequence[Preset],
        copied: PresetValues | None = None,
        question_sets: Sequence[QuestionSet] | None = None,
        chosen: Sequence[str] = (),
    ) -> None:
        """classrooms: the teacher's current classrooms, at least one, with their student counts.

        presets: the choices, the first one is chosen. copied: see `preset_values`. question_sets: to choose from, None
        if the page is for one. chosen: public ids of classrooms.
        """
        self.zones = [classroom.zone for classroom in classrooms]
        self._presets, self._copied, self.now = presets, copied, now
        picked = data.getlist("classrooms") if data else chosen
        # Tomorrow can be another day where the first chosen class is.
        zone = next((classroom.zone for classroom in classrooms if classroom.public_id in picked), self.zones[0])
        self._filled = {preset.value: field_values(self._values(preset, zone)) for preset in presets}
        first = presets[0].value
        initial = {"group": uuid.uuid4(), "preset": first, "filled": first, "filled_zone": zone.key}
        initial |= self._filled[first]
        super().__init__(data and self._with_chosen_preset(data, zone), zones=self.zones, now=now, initial=initial)
        if Preset.IN_CLASS in presets:
            hint = gettext("Leave blank to open now. “{preset}” opens when you press Start. {zone}")
            self.fields["opens"].help_text = hint.format(preset=Preset.IN_CLASS.label, zone=zone_note(self.zones))
        choice_field(self, "preset").choices = [(preset.value, self._described(preset)) for preset in presets]
        self.offered = {classroom.public_id: classroom for classroom in classrooms}
        self._offer_classrooms(classrooms, chosen)
        self.question_sets = {item.public_id: item for item in question_sets or ()}
        if question_sets is None:
            del self.fields["question_set"]
        else:
            sizes = sizes_of(item.latest_edition_id for item in question_sets)
            choice_field(self, "question_set").choices = _question_set_choices(question_sets, sizes)

    @property
    def has_guides(self) -> bool:
        """Whether a question set of the choice has a teaching guide."""
        return any(item.has_guide for item in self.question_sets.values())

    def _offer_classrooms(self, classrooms: Sequence[Classroom], chosen: Sequence[str]) -> None:
        """Set the choices, and add fields for the times of each class if there are several."""
        choice_field(self, "classrooms").choices = [(classroom.public_id, classroom) for classroom in classrooms]
        self.fields["classrooms"].initial = list(chosen) or (list(self.offered) if len(classrooms) == 1 else [])
        if len(set(self.zones)) > 1:
            self.fields["classrooms"].help_text = "; ".join(
                f"{classroom.list_name}: {zone_name(classroom.zone)}" for classroom in classrooms
            )
        if len(classrooms) > 1:
            for classroom in classrooms:
                for name in TIMES:
                    label = f"{self.fields[name].label}, {classroom.list_name}"
                    self.fields[f"{name}-{classroom.public_id}"] = WallTimeField(label=label, required=False)

    def clean_classrooms(self) -> list[Classroom]:
        """The chosen classrooms, in the order offered."""
        chosen = self.cleaned_data["classrooms"]
        return [classroom for public_id, classroom in self.offered.items() if public_id in chosen]

    def clean(self) -> dict[str, Any]:
        """The cleaned data with `windows`, one for each classroom."""
        preset = self.cleaned_data.get("preset")
        if preset and self.cleaned_data.get("is_teacher_paced"):
            # The teacher did not type the preset's time limit, so it is no conflict with the pace.
            preset_limit = self._values(Preset(preset), self.zones[0]).settings.time_limit
            if self.cleaned_data.get("time_limit") == preset_limit:
                self.cleaned_data["time_limit"] = None
        # Without a class, the times are still checked, so that all errors show together.
        classrooms = self.cleaned_data.get("classrooms") or list(self.offered.values())[:1]
        windows = {}
        for classroom in classrooms:
            windows[classroom] = self._window(classroom)
            self.check_window(windows[classroom], field_of=partial(self._time_field, classroom=classroom))
        return {**self.cleaned_data, "windows": windows}

    @property
    def windows(self) -> Mapping[Classroom, Window]:
        """The window in each chosen classroom's zone, of a valid form."""
        windows: Mapping[Classroom, Window] = self.cleaned_data["windows"]
        return windows

    @property
    def chosen_set(self) -> QuestionSet:
        """The chosen question set of a valid form that offers several."""
        return self.question_sets[self.cleaned_data["question_set"]]

    @property
    def is_for_now(self) -> bool:
        """Whether a valid form assigns to one class, which its teacher starts in class."""
        [window, *others] = self.windows.values()
        return not others and window.waits_for_teacher

    @property
    def class_times(self) -> list[tuple[Classroom, list[BoundField]]]:
        """The fields for times of one class, by classroom; empty for one classroom."""
        if len(self.offered) == 1:
            return []
        return [
            (classroom, [self[f"{name}-{public_id}"] for name in TIMES])
            for public_id, classroom in self.offered.items()
        ]

    @property
    def has_class_times(self) -> bool:
        """Whether a class has times of its own, or an error in them."""
        return any(field.value() or field.errors for _, fields in self.class_times for field in fields)

    @property
    def filled_preset(self) -> Preset | None:
        """The preset whose values the page shows; None if there is no other to choose."""
        shown = [preset for preset in self._presets if preset.value == self["filled"].value()]
        return shown[0] if shown and len(self._presets) > 1 else None

    @property
    def has_open_settings(self) -> bool:
        """Whether the page opens the settings: one of them has an error, or another page sent them to edit."""
        return bool(self.settings_errors) or (self.is_bound and self.data.get("act") == "edit")

    @property
    def settings_errors(self) -> list[str]:
        """Each message of the settings once, also if it is at the times of several classes."""
        found = (str(error) for name, errors in self.errors.items() if name not in self.field_order for error in errors)
        return list(dict.fromkeys(found))

    def _values(self, preset: Preset, zone: ZoneInfo) -> PresetValues:
        return preset_values(preset, zone=zone, now=self.now, copied=self._copied)

    def _with_chosen_preset(self, data: QueryDict, zone: ZoneInfo) -> QueryDict:
        """The sent data with the values of the chosen preset in all fields that the teacher has not changed.

        zone: of the first chosen class. Sets `has_new_settings`, and `is_mixed` if a field keeps another value or gets
        a time that the page did not show, neither in its fields nor under “How”.
        """
        filled, preset = data.get("filled", ""), data.get("preset", "")
        if filled not in self._filled or preset not in self._filled:
            return data
        filled_zone = next((one for one in self.zones if one.key == data.get("filled_zone")), zone)
        before, after = field_values(self._values(Preset(filled), filled_zone)), self._filled[preset]
        if before == after:
            return data
        data = data.copy()
        data["filled"], data["filled_zone"] = preset, zone.key
        self.has_new_settings = True
        # Under “How”, times are those of the first class of the page.
        seen = before if filled == preset else field_values(self._values(Preset(preset), self.zones[0]))
        for name in before:
            shown, new = sent_values(before[name]), sent_values(after[name])
            if data.getlist(name) == shown:
                data.setlist(name, new)
                self.is_mixed = self.is_mixed or seen[name] != after[name]
            elif data.getlist(name) != new and filled != preset:
                self.is_mixed = True
        return data

    def _time_field(self, name: str, classroom: Classroom) -> str:
        """The field that holds this time of the classroom: its own one if the classroom has any time of its own."""
        own = [f"{each}-{classroom.public_id}" for each in TIMES]
        return f"{name}-{classroom.public_id}" if any(self.cleaned_data.get(field) for field in own) else name

    def _window(self, classroom: Classroom) -> Window:
        opens_at, due_at, closes_at = (self._moment(name, classroom) for name in TIMES)
        preset = self.cleaned_data.get("preset")
        values = self._values(Preset(preset), classroom.zone) if preset else None
        waits = values is not None and values.waits_for_teacher and opens_at is None
        return Window(opens_at, due_at, closes_at, waits)

    def _moment(self, name: str, classroom: Classroom) -> datetime | None:
        own = f"{name}-{classroom.public_id}"
        if (wall := self.cleaned_data.get(own)) is not None:
            return moment_of(self, own, wall, classroom.zone)
        wall, preset = self.cleaned_data.get(name), self.cleaned_data.get("preset")
        if preset and wall == self._filled[preset][name]:
            # Tomorrow can be another day in the zone of this class.
            wall = getattr(self._values(Preset(preset), classroom.zone), name)
        return None if wall is None else moment_of(self, name, wall, classroom.zone)

    def _described(self, preset: Preset) -> PresetOption:
        values = self._values(preset, self.zones[0])
        if preset is Preset.SAME:
            return PresetOption(preset.label, gettext("Times that have passed are blank."))
        limit = f"{duration(values.settings.time_limit)}." if values.settings.time_limit else gettext("No time limit.")
        if values.due is not None:
            hint = gettext("Opens now. {limit} Answers after each student’s last attempt.").format(limit=limit)
            return PresetOption(self._words_of_due(preset, values.due), hint)
        if values.closes is not None:
            return PresetOption(preset.label, self._words_of_close(preset, limit, values.closes))
        hint = gettext("Opens when you press Start. {limit} Answers after each student’s last attempt.")
        return PresetOption(preset.label, hint.format(limit=limit))

    def _words_of_due(self, preset: Preset, due: datetime) -> str:
        """When a preset is due in the zone of the first class."""
        zone = self.zones[0]
        words = {"label": preset.label, "due": wall_clock(due)}
        if due.date() - self.now.astimezone(zone).date() == timedelta(days=1):
            return gettext("{label}, due tomorrow {due}").format(**words)
        return gettext("{label}, due {day}, {due}").format(day=day(due.replace(tzinfo=zone), zone), **words)

    def _words_of_close(self, preset: Preset, limit: str, closes: datetime) -> str:
        """When a preset closes the quiz. It can be another day for each time zone."""
        ends = ((self._values(preset, zone).closes, zone) for zone in self.zones)
        local = sorted(end.replace(tzinfo=zone) for end, zone in ends if end is not None)
        days = list(dict.fromkeys(near_day(end, self.now) for end in local))
        words = {"limit": limit, "closes": wall_clock(closes), "day": either(days)}
        if len(days) > 1:
            return gettext(
                "Opens now. {limit} Closes {closes}, {day} in each class’s time zone. Answers after all classes close."
            ).format(**words)
        return gettext("Opens now. {limit} Closes {day}, {closes}. Answers after all classes close.").format(**words)


def _question_set_choices(question_sets: Sequence[QuestionSet], sizes: Mapping[int, Size]) -> list[Any]:
    """The teachers' own sets first, then those that are built in."""
    ordered = sorted(question_sets, key=lambda item: item.owner_id is None)
    return [(item.public_id, SetOption(item, sizes.get(item.latest_edition_id))) for item in ordered]
