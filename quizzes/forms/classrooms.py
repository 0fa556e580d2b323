"""Forms for a classroom: name, time zone, class code and archive."""

import zoneinfo
from collections import defaultdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from quizzes.caches import process_cache
from quizzes.content.reading import LEVELS
from quizzes.forms.fields import NameField
from quizzes.models import Teaching, User

DEFAULT_ZONE = "America/New_York"
# The common names of time zones in the United States, each with one place that uses the zone.
US_ZONES = (
    ("America/New_York", "Eastern (New York)"),
    ("America/Chicago", "Central (Chicago)"),
    ("America/Denver", "Mountain (Denver)"),
    ("America/Phoenix", "Arizona (Phoenix)"),
    ("America/Los_Angeles", "Pacific (Los Angeles)"),
    ("America/Anchorage", "Alaska (Anchorage)"),
    ("Pacific/Honolulu", "Hawaii (Honolulu)"),
    ("America/Puerto_Rico", "Atlantic (Puerto Rico)"),
    ("Pacific/Guam", "Chamorro (Guam)"),
    ("Pacific/Pago_Pago", "Samoa (Pago Pago)"),
)
# The other names of the database (“US/Eastern”, “EST5EDT”) are aliases of these.
REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)

Groups = list[tuple[str, list[tuple[str, str]]]]


@process_cache(maxsize=1)
def zone_choices() -> Groups:
    """Time zones in groups: the United States first, then every region of the IANA database, then UTC."""
    by_region: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(zoneinfo.available_timezones()):
        region, _, place = name.partition("/")
        if place:
            by_region[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return [
        ("United States", list(US_ZONES)),
        *((region, by_region[region]) for region in REGIONS),
        ("Everywhere", [("UTC", "UTC")]),
    ]


class ClassroomForm(forms.Form):
    """A class's name and its time zone."""

    name = NameField(
        label="Class name",
        help_text="What students call it, such as Civics, Period 3.",
        error_messages={"required": "Name your class."},
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="Quizzes use this time zone.",
        error_messages={"required": "Choose a time zone.", "invalid_choice": "Choose a time zone from the list."},
    )

    def __init__(self, *args: Any, current_zone: str = DEFAULT_ZONE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = zone_choices()
        if not any(current_zone == name for _, zones in choices for name, _ in zones):
            choices = [("Current", [(current_zone, current_zone)]), *choices]
        self.fields["time_zone"].choices = choices  # type: ignore[attr-defined]
        self.fields["name"].widget.attrs["autocomplete"] = "off"


class CodeActiveForm(forms.Form):
    """Whether students can sign in with the class code."""

    is_open = forms.BooleanField(required=False)


class MissingRuleForm(forms.Form):
    """Whether missing work counts as 0 in averages."""

    is_zero = forms.BooleanField(required=False)


class ReadingLevelsForm(forms.Form):
    """The level of readings for a class, and whether students may choose another."""

    variant = forms.ChoiceField(
        label="Reading level",
        choices=list(LEVELS.items()),
        help_text="Questions and answers stay the same. A reading without this level shows its standard text.",
        error_messages={"invalid_choice": "Choose one of these."},
    )
    may_choose = forms.BooleanField(label="Students can change the level of their reading", required=False)


class StudentLevelForm(forms.Form):
    """The level of readings for one student."""

    variant = forms.ChoiceField(
        label="Reading level",
        required=False,
        choices=[("", "Same as the class"), *LEVELS.items()],
        error_messages={"invalid_choice": "Choose one of these."},
    )


class ColleagueForm(forms.Form):
    """A colleague's account."""

    email = forms.EmailField(
        label="Teacher’s email",
        help_text="They need an account here.",
        error_messages={"required": "Enter an email.", "invalid": "Enter an email, such as name@school.org."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_email(self) -> User:
        """The open account with this address."""
        user = User.objects.filter(email__iexact=self.cleaned_data["email"], is_active=True).first()
        if user is None:
            raise ValidationError("No account here has this email. Invite this teacher first.")
        return user


class HandOverForm(ColleagueForm):
    """The account that gets a class."""


class RoleForm(forms.Form):
    """What a person may do in a class."""

    role = forms.ChoiceField(label="Role", choices=Teaching.Role.choices)


class AddPersonForm(ColleagueForm):
    """A colleague, and what they may do in a class."""

    role = forms.ChoiceField(
        label="Role",
        choices=[
            ("teacher", "Teacher: does everything but decide who is in the class"),
            ("viewer", "Viewer: sees all pages and changes nothing"),
            ("owner", "Owner: does everything"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a role."},
    )


class ArchiveForm(forms.Form):
    """Whether the class is archived."""

    is_archived = forms.BooleanField(required=False)


class TodoForm(forms.Form):
    """A to-do item of the home page. count: the number that the page showed."""

    key = forms.RegexField(r"\A[a-z_]{3,20}:[A-Za-z0-9_-]{12}\Z")
    count = forms.IntegerField(min_value=0, max_value=1_000_000)
