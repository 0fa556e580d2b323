"""Fields that several forms share: names, classes, students, reasons, wall times."""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.choices import flatten_choices
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, gettext_lazy, pgettext

from quizzes.assignments.deadlines import NoSuchLocalTime, in_zone
from quizzes.formatting import isolated, moment, up_to, wall_clock
from quizzes.models import AuditEvent, Classroom, Student, User
from quizzes.people.names import MAX_NAME_LENGTH, InvalidName, clean_name

ENTER_EMAIL = gettext_lazy("Enter an email, such as name@school.org.")
ENTER_TIME = gettext_lazy("Enter a date and time, such as 2026-10-26T08:00.")
HIDDEN_IN_NAME = gettext_lazy("The name has a hidden character, so retype it.")
NO_SUCH_QUESTION = gettext_lazy("There’s no such question.")

# The format of `<input type=datetime-local>`.
WALL_TIME = "%Y-%m-%dT%H:%M"
# Other years are more likely typos. The range is far from the limits of `datetime`.
YEARS = range(2000, 2101)


def sent_values(value: Any) -> list[str]:
    """The values that a browser sends for a field with this initial value."""
    match value:
        case bool():
            return ["on"] if value else []
        case datetime():
            return [value.strftime(WALL_TIME)]
    return ["" if value is None else str(value)]


def seen_values(initial: Mapping[str, Any]) -> str:
    """What a page with these initial values shows, for a hidden field `seen`, as `with_changes_of_others` reads it."""
    return json.dumps({name: sent_values(value) for name, value in initial.items()})


def with_changes_of_others(data: QueryDict, current: Mapping[str, Any], fields: Mapping[str, forms.Field]) -> QueryDict:
    """The sent data with the current values of all fields that are as the page showed them.

    So a field that the teacher left alone keeps what someone else has set since. data: with `seen`. current: the
    initial values of now.
    """
    seen, merged = _seen(data), data.copy()
    for name, value in current.items():
        if _sent(data, name, fields[name]) == seen.get(name):
            merged.setlist(name, sent_values(value))
    merged["seen"] = seen_values(current)
    return merged


def changed_by_both(data: QueryDict, current: Mapping[str, Any], fields: Mapping[str, forms.Field]) -> list[str]:
    """The fields that the teacher and someone else changed to different values since the page was opened.

    data, current: as for `with_changes_of_others`.
    """
    seen, found = _seen(data), []
    for name, value in current.items():
        sent, now = _sent(data, name, fields[name]), sent_values(value)
        if name in seen and seen[name] not in (sent, now) and sent != now:
            found.append(name)
    return found


def _seen(data: QueryDict) -> dict[str, Any]:
    try:
        return dict(json.loads(data.get("seen", "")))
    except (ValueError, TypeError, RecursionError):
        return {}


def _sent(data: QueryDict, name: str, field: forms.Field) -> list[str]:
    if isinstance(field.widget, forms.CheckboxInput):
        # The page that asks to confirm sends a box as “True” or “False”.
        return sent_values(field.widget.value_from_datadict(data, MultiValueDict(), name))
    return data.getlist(name)


def form_arguments(
    initial: Mapping[str, Any], fields: Mapping[str, forms.Field], data: QueryDict | None
) -> dict[str, Any]:
    """`data` and `initial` of a form with a hidden field `seen`. data: as sent, None for a page that is opened."""
    sent = with_changes_of_others(data, initial, fields) if data is not None else None
    return {"data": sent, "initial": {**initial, "seen": seen_values(initial)}}


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """The choice field of this name, to read or set its choices."""
    return cast(forms.ChoiceField, form.fields[name])


def students_field(students: Sequence[Student]) -> forms.MultipleChoiceField:
    """Check boxes for students of a class, of whom at least 1 is chosen."""
    return forms.MultipleChoiceField(
        label=gettext_lazy("Students"),
        choices=[(student.public_id, student.display_name) for student in students],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least 1 student."),
            "invalid_choice": gettext_lazy(
                "A student you chose is no longer in this class. Check your choices and try again."
            ),
        },
    )


class SeenField(forms.CharField):
    """What the page showed, which a form sends back: a stamp of it, or all of it as `seen_values`. "" if not sent.

    element_id: if another form of the page has such a field too. max_length: of a stamp.
    """

    def __init__(self, *, element_id: str = "", max_length: int | None = None) -> None:
        attrs = {"id": element_id} if element_id else None
        super().__init__(required=False, max_length=max_length, widget=forms.HiddenInput(attrs=attrs))


class SharedSettingsForm(forms.Form):
    """Settings that several teachers change, with a field `seen`. Other changes stay, as in `with_changes_of_others`.

    A field that this teacher and someone else changed is an error, which says who changed it. The page has the new
    value then, so the form is saved when it is sent again.
    """

    zone = ZoneInfo("UTC")
    by: User
    changed: Sequence[str] = ()

    def compare(self, data: QueryDict | None, *, by: User) -> None:
        """Find the fields that others changed too. data: as sent. by: who sends it."""
        self.by = by
        if data is not None:
            current = {name: value for name, value in self.initial.items() if name != "seen"}
            self.changed = changed_by_both(data, current, self.fields)

    @abstractmethod
    def last_change(self, name: str) -> AuditEvent | None:
        """The event that gave a field its value, with its actor. One query."""

    def full_clean(self) -> None:
        """Also refuse the fields that others changed too. A field that has an error gets no other."""
        super().full_clean()
        for name in self.changed:
            if name not in self.errors:
                self.add_error(name, self._changed_text(name))

    def _changed_text(self, name: str) -> str:
        change, shown = self.last_change(name), self._shown(name)
        actor = None if change is None else change.actor
        if actor == self.by:
            text = gettext(
                "You changed this to {value} in another window. What you entered here isn’t saved. Check it, then "
                "save again."
            )
        elif actor is None:
            text = gettext("This was changed to {value}. Yours isn’t saved. Check it, then save again.")
        else:
            text = gettext("{teacher} changed this to {value}. Yours isn’t saved. Check it, then save again.")
        return text.format(teacher=isolated(str(actor)), value=shown)

    def _shown(self, name: str) -> str:
        """The current value of a field, as its page shows it."""
        field, value = self.fields[name], self.initial[name]
        if isinstance(value, datetime):
            value = moment(value.replace(tzinfo=self.zone), self.zone)
        elif isinstance(field, forms.ChoiceField):
            value = dict(flatten_choices(cast(Any, field.choices))).get(value, value)
        return pgettext("value of a setting", "blank") if value in field.empty_values else f"“{isolated(str(value))}”"


class ConfirmForm(forms.Form):
    """A confirmed action. seen: what it replaces, as the page showed it, so that a form sent twice acts once."""

    seen = forms.CharField(max_length=100)


class SentJsonField(forms.JSONField):
    """JSON that a page of this site sent. Refuses values that no page sends and no database stores."""

    def to_python(self, value: Any) -> Any:
        """The value; an error also for deep nesting, a lone surrogate, NaN and infinity."""
        try:
            sent = super().to_python(value)
            json.dumps(sent, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        return sent

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What the field shows again: nothing in place of what Python cannot read."""
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return None


class NameField(forms.CharField):
    """The name of a student, a class or a teacher."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": MAX_NAME_LENGTH, **kwargs})
        self.error_messages["max_length"] = up_to(self.max_length or MAX_NAME_LENGTH)
        self.error_messages["null_characters_not_allowed"] = HIDDEN_IN_NAME

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No `maxlength`: a browser cuts a pasted name there and says nothing."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}

    def clean(self, value: Any) -> str:
        """The name as `clean_name` returns it; refuses hidden characters."""
        text = super().clean(value)
        try:
            return clean_name(text)
        except InvalidName as error:
            raise ValidationError(f"{str(error)[0].upper()}{str(error)[1:]}.") from error


class PointsField(forms.DecimalField):
    """Points with decimals after a point or a comma: the number keys of a phone in Spanish may have only the comma."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # a decimal field is an integer field
        """The points; None for an empty field."""
        points: Decimal | None = super().to_python(value.replace(",", ".") if isinstance(value, str) else value)
        return points


class WallTimeField(forms.Field):
    """A local time as a naive datetime. Its zone is that of the classroom."""

    widget = forms.DateTimeInput(format=WALL_TIME, attrs={"type": "datetime-local"})
    default_error_messages = {"required": ENTER_TIME}

    def to_python(self, value: Any) -> datetime | None:
        """The naive datetime; None for an empty field."""
        if value in self.empty_values:
            return None
        try:
            moment = parse_datetime(str(value).strip())
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None:
            raise ValidationError(ENTER_TIME)
        if moment.year not in YEARS:
            raise ValidationError(gettext("Check the year."))
        return moment.replace(second=0, microsecond=0)


def wall_time(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The local time in the zone, without seconds, as a naive datetime; None for None."""
    if moment is None:
        return None
    return moment.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0, fold=0)


# Cities of the list of time zones that other languages write in another way.
_CITIES = {"New York": gettext_lazy("New York"), "Los Angeles": gettext_lazy("Los Angeles")}


def zone_name(zone: ZoneInfo) -> str:
    """The zone in words: “New York time” for America/New_York."""
    city = zone.key.rpartition("/")[2].replace("_", " ")
    return gettext("{city} time").format(city=_CITIES.get(city, city))


def zone_note(zones: Sequence[ZoneInfo]) -> str:
    """The zone of the wall times in words; "" without zones."""
    names = list(dict.fromkeys(zone_name(zone) for zone in zones))
    return names[0] if len(names) == 1 else gettext("Each class’s own time zone") if names else ""


def moment_in_zone(form: forms.Form, name: str, zone: ZoneInfo, *, stored: datetime | None) -> datetime | None:
    """The moment of a form's wall-time field in the zone; None without input.

    A wall time that clocks skip is an error of the field. stored: an unchanged time keeps its stored moment, with
    seconds and in the hour that clocks repeat.
    """
    wall = form.cleaned_data.get(name)
    if wall is None or wall == wall_time(stored, zone):
        return None if wall is None else stored
    return moment_of(form, name, wall, zone)


def at_or_after_due(closes_at: datetime | None, due_at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The closing time; the due time if that is later in the same minute, since a page shows no seconds."""
    if closes_at is None or due_at is None or wall_time(closes_at, zone) != wall_time(due_at, zone):
        return closes_at
    return max(closes_at, due_at)


def moment_of(form: forms.Form, name: str, wall: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment of a wall time in the zone. If clocks skip it, an error of the field and None."""
    try:
        return in_zone(wall, zone)
    except NoSuchLocalTime as error:
        form.add_error(
            name,
            gettext("Daylight saving time skips {wall}. Use {suggestion}.").format(
                wall=wall_clock(wall), suggestion=wall_clock(error.suggestion)
            ),
        )
        return None


class ReasonField(forms.CharField):
    """The reason for a decision, in one sentence."""

    default_error_messages = {
        # Students see the reason of a regrade only.
        "required": gettext_lazy("Say why."),
        "max_length": up_to(300),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 2}),
            **{
                "label": gettext_lazy("Why"),
                "help_text": gettext_lazy(
                    "Required. Kept in the student’s history, and shown in “Report for a parent.”"
                ),
                **kwargs,
            },
        )


class ClassroomChoice(forms.ModelChoiceField):
    """One of a closed list of classrooms, by public id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Classroom.objects.none(), to_field_name="public_id", **kwargs)

    def label_from_instance(self, obj: Classroom) -> str:
        """The name of the class in a list."""
        return obj.list_name
