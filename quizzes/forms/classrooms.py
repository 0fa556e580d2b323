"""Forms for a classroom: name, time zone, class code and archive."""

import zoneinfo
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from quizzes.assignments.reading_levels import reading_choice
from quizzes.caches import process_cache
from quizzes.content.reading import LEVELS
from quizzes.formatting import Label, isolated
from quizzes.forms.fields import (
    ENTER_EMAIL,
    ClassroomChoice,
    NameField,
    SeenField,
    SharedSettingsForm,
    choice_field,
    form_arguments,
)
from quizzes.models import AuditEvent, Classroom, PinKind, Student, Teaching, User
from quizzes.models.rosters import ClassroomQuerySet

DEFAULT_ZONE = "America/New_York"
_LEVEL_CHOICES = [(key, gettext_lazy(name)) for key, name in LEVELS.items()]
# The common names of time zones in the United States, each with one place that uses the zone.
US_ZONES = (
    ("America/New_York", gettext_lazy("Eastern (New York)")),
    ("America/Chicago", gettext_lazy("Central (Chicago)")),
    ("America/Denver", gettext_lazy("Mountain (Denver)")),
    ("America/Phoenix", gettext_lazy("Arizona (Phoenix)")),
    ("America/Los_Angeles", gettext_lazy("Pacific (Los Angeles)")),
    ("America/Anchorage", gettext_lazy("Alaska (Anchorage)")),
    ("Pacific/Honolulu", gettext_lazy("Hawaii (Honolulu)")),
    ("America/Puerto_Rico", gettext_lazy("Atlantic (Puerto Rico)")),
    ("Pacific/Guam", gettext_lazy("Chamorro (Guam)")),
    ("Pacific/Pago_Pago", gettext_lazy("Samoa (Pago Pago)")),
)
# The other names of the database (“US/Eastern”, “EST5EDT”) are aliases of these.
REGIONS = {
    "Africa": gettext_lazy("Africa"),
    "America": gettext_lazy("America"),
    "Antarctica": gettext_lazy("Antarctica"),
    "Arctic": gettext_lazy("Arctic"),
    "Asia": gettext_lazy("Asia"),
    "Atlantic": gettext_lazy("Atlantic"),
    "Australia": gettext_lazy("Australia"),
    "Europe": gettext_lazy("Europe"),
    "Indian": gettext_lazy("Indian"),
    "Pacific": gettext_lazy("Pacific"),
}

Groups = list[tuple[Label, list[tuple[str, Label]]]]


@process_cache(maxsize=1)
def zone_choices() -> Groups:
    """Time zones in groups: the United States first, then every region of the IANA database, then UTC."""
    by_region: defaultdict[str, list[tuple[str, Label]]] = defaultdict(list)
    current = _current_zones()
    for name in sorted(zoneinfo.available_timezones()):
        region, _, place = name.partition("/")
        if place and (not current or name in current):
            by_region[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return [
        (gettext_lazy("United States"), list(US_ZONES)),
        *((name, by_region[region]) for region, name in REGIONS.items()),
        (gettext_lazy("Everywhere"), [("UTC", "UTC")]),
    ]


def _current_zones() -> set[str]:
    """The names that the IANA database uses now, without old ones; empty if its list is missing."""
    tables = [Path(folder, "zone.tab") for folder in zoneinfo.TZPATH]
    table = next((path for path in tables if path.is_file()), None)
    lines = table.read_text(encoding="utf-8").splitlines() if table else []
    return {line.split("\t")[2] for line in lines if line and not line.startswith("#")}


class ClassroomForm(forms.Form):
    """A class's name and its time zone. It needs an initial zone."""

    name = NameField(
        label=gettext_lazy("Class name"),
        help_text=gettext_lazy("What students call it, such as Civics, Period 3."),
        error_messages={"required": gettext_lazy("Name your class.")},
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Quizzes use this time zone."),
        error_messages={
            "required": gettext_lazy("Choose a time zone."),
            "invalid_choice": gettext_lazy("Choose a time zone from the list."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices, current_zone = zone_choices(), self.initial["time_zone"]
        if not any(current_zone == name for _, zones in choices for name, _ in zones):
            choices = [(gettext("Current"), [(current_zone, current_zone)]), *choices]
        choice_field(self, "time_zone").choices = choices
        self.fields["name"].widget.attrs["autocomplete"] = "off"


class ClassSettingsForm(SharedSettingsForm):
    """Settings of a class, each in the column that `columns` names. Other changes since the page was opened stay."""

    columns: Mapping[str, str] = {}
    classroom: Classroom

    @classmethod
    def of(cls, classroom: Classroom, data: QueryDict | None = None, *, by: User) -> Self:
        """The form with the settings of this class. data: as sent, with a locked class. by: who opens or sends it."""
        initial = {name: cls.value(name, getattr(classroom, column)) for name, column in cls.columns.items()}
        form = cls(**form_arguments(initial, cls.base_fields, data))
        form.classroom = classroom
        form.compare(data, by=by)
        return form

    @classmethod
    def value(cls, name: str, stored: Any) -> Any:
        """The initial value of a field for a stored value of its column."""
        return stored

    def last_change(self, name: str) -> AuditEvent | None:
        """The event that gave a field its value, with its actor. One query."""
        return AuditEvent.objects.last_change(
            self.columns[name],
            self.initial[name],
            of=partial(self.value, name),
            action=AuditEvent.Action.CLASSROOM_CHANGED,
            classroom=self.classroom,
        )


class ChangeClassroomForm(ClassSettingsForm, ClassroomForm):
    """The name and time zone of a class."""

    columns: Mapping[str, str] = {"name": "name", "time_zone": "time_zone"}
    seen = SeenField(element_id="id_seen_class")


class SortForm(ClassSettingsForm):
    """How a class sorts its students."""

    columns: Mapping[str, str] = {"by_first": "sorts_by_first_name"}
    seen = SeenField(element_id="id_seen_order")
    by_first = forms.ChoiceField(
        label=gettext_lazy("Sort students by"),
        choices=[("", gettext_lazy("Last name")), ("1", gettext_lazy("First name"))],
        required=False,
    )

    @classmethod
    def value(cls, name: str, stored: Any) -> Any:
        """The choice for the stored order."""
        return "1" if stored else ""


class SettingsSourceField(ClassroomChoice):
    """A class whose settings a new class gets. Names of archived classes say so."""

    def label_from_instance(self, obj: Classroom) -> str:
        """The name of the class."""
        return gettext("{name} (archived)").format(name=isolated(obj.name)) if obj.archived_at else obj.list_name


class NewClassroomForm(ClassroomForm):
    """A new class. settings_from: one of the teacher's classes, also an archived one."""

    settings_from = SettingsSourceField(
        label=gettext_lazy("Settings"),
        help_text=gettext_lazy("Reading level, supports, averages, PINs, and roster order. No students, no quizzes."),
        required=False,
        empty_label=gettext_lazy("Standard settings"),
        error_messages={"invalid_choice": gettext_lazy("Choose a class from the list.")},
    )

    def __init__(self, *args: Any, sources: ClassroomQuerySet, **kwargs: Any) -> None:
        """sources: the teacher's classes; without any, the form does not ask."""
        super().__init__(*args, **kwargs)
        if sources.exists():
            cast(SettingsSourceField, self.fields["settings_from"]).queryset = sources
        else:
            del self.fields["settings_from"]


class CodeActiveForm(forms.Form):
    """Whether students can sign in with the class code."""

    is_open = forms.BooleanField(required=False)


class MissingRuleForm(forms.Form):
    """Whether missing work counts as 0 in averages."""

    is_zero = forms.BooleanField(required=False)


class ReadingLevelsForm(ClassSettingsForm):
    """The level of readings for a class, and whether students may choose another."""

    columns: Mapping[str, str] = {"variant": "reading_variant", "may_choose": "students_choose_variant"}
    seen = SeenField(element_id="id_seen_level")
    variant = forms.ChoiceField(
        label=gettext_lazy("Level for the class"),
        choices=_LEVEL_CHOICES,
        help_text=gettext_lazy(
            "Questions and answers stay the same. If a reading lacks this level, students see the standard reading."
        ),
    )
    may_choose = forms.BooleanField(
        label=gettext_lazy("Students can change the level of their reading"), required=False
    )


class PinKindForm(ClassSettingsForm):
    """How the students of a class see their PINs."""

    columns: Mapping[str, str] = {"pin_kind": "pin_kind"}
    seen = SeenField(element_id="id_seen_pin")
    pin_kind = forms.ChoiceField(
        label=gettext_lazy("How students enter their PIN"),
        choices=PinKind.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Cards that you’ve already printed show the old way. Print new ones after a change."),
        error_messages={"required": gettext_lazy("Choose one.")},
    )


class StudentLevelForm(forms.Form):
    """The level of readings for one student."""

    variant = forms.ChoiceField(
        label=gettext_lazy("Reading level"),
        required=False,
        choices=[("", gettext_lazy("Same as the class")), *_LEVEL_CHOICES],
        help_text=gettext_lazy("If a reading lacks this level, students see the standard reading."),
    )

    @classmethod
    def of(cls, student: Student) -> "StudentLevelForm":
        """The form with the level that the student has. student: with the classroom."""
        return cls(initial={"variant": reading_choice(student).own})


class ColleagueForm(forms.Form):
    """Another teacher's account."""

    email = forms.EmailField(
        label=gettext_lazy("Teacher’s email"),
        help_text=gettext_lazy("They need an account here."),
        error_messages={"required": ENTER_EMAIL, "invalid": ENTER_EMAIL},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_email(self) -> User:
        """The open account with this address."""
        user = User.objects.with_email(self.cleaned_data["email"]).filter(is_active=True).first()
        if user is None:
            raise ValidationError(gettext("No account here has this email. Invite this teacher first."))
        return user


class AllTeachersForm(forms.Form):
    """Valid if the button for all teachers of the site sent it."""

    all = forms.BooleanField()


def name_taken(classroom: Classroom) -> str:
    """The error if the teacher who should own this class has another one with its name."""
    text = gettext("This teacher already has a class named “{name}”. Rename one of them.")
    return text.format(name=isolated(classroom.name))


class RoleForm(forms.Form):
    """What a person may do in a class."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Teaching.Role.choices)


class AddPersonForm(ColleagueForm):
    """Another teacher, and what they may do in a class."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[
            ("teacher", gettext_lazy("Teacher: does everything but add or remove teachers, or delete the class")),
            ("viewer", gettext_lazy("Viewer: sees all pages and changes nothing")),
            ("owner", gettext_lazy("Owner: does everything")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a role.")},
    )


class ArchiveForm(forms.Form):
    """Whether the class is archived. is_sure: whether the teacher was asked, because that has an effect now."""

    is_archived = forms.BooleanField(required=False)
    is_sure = forms.BooleanField(required=False)


class TodoForm(forms.Form):
    """A to-do item of the home page. count: the number that the page showed."""

    key = forms.RegexField(r"\A[a-z_]{3,20}:[A-Za-z0-9_-]{12}\Z")
    count = forms.IntegerField(min_value=0, max_value=1_000_000)
