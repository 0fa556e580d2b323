"""The settings of an assignment as fields, and the forms that change an assignment."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from quizzes.assignments.deadlines import Window, needed_close
from quizzes.assignments.lifecycle import AssignmentSettings, settings_of
from quizzes.assignments.presets import PresetValues
from quizzes.assignments.release import Release, is_checked_at_once, shows_before_last_attempt
from quizzes.assignments.status import MOST_ATTEMPTS
from quizzes.assignments.student_settings import window_of
from quizzes.content.question_types.form import TextField
from quizzes.formatting import up_to
from quizzes.forms.fields import (
    SeenField,
    SharedSettingsForm,
    WallTimeField,
    at_or_after_due,
    form_arguments,
    moment_in_zone,
    wall_time,
    zone_note,
)
from quizzes.models import Assignment, AuditEvent, User
from quizzes.models.assignments import MAX_TITLE

UNLIMITED = "unlimited"
# A school day.
MAX_MINUTES = 480
# A time more than half a year away is more likely a typo than a plan.
HALF_A_YEAR = timedelta(days=183)

TIMES = ("opens", "due", "closes")
# The field that shows the message of each constraint.
FIELD_OF_CONSTRAINT = {
    "assignment_closes_after_it_opens": "closes",
    "assignment_due_after_it_opens": "due",
    "assignment_closes_after_it_is_due": "closes",
    "assignment_waits_without_opening_time": "opens",
    "assignment_allows_an_attempt": "max_attempts",
    "assignment_release_after_close_needs_a_close": "closes",
    "assignment_release_after_last_needs_an_end": "closes",
    "assignment_paced_is_not_shuffled": "shuffle_questions",
    "assignment_paced_has_no_time_limit": "time_limit",
    "assignment_paced_shows_no_answers_at_once": "release",
}


class AssignmentSettingsForm(forms.Form):
    """The window and the settings of an assignment. zones: the time zones of its classrooms."""

    own_title = TextField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=MAX_TITLE,
        help_text=gettext_lazy("Leave blank to use the title of the question set."),
        error_messages={
            "max_length": up_to(MAX_TITLE),
            "null_characters_not_allowed": gettext_lazy("The title has a hidden character. Retype it."),
        },
    )
    opens = WallTimeField(label=gettext_lazy("Opens"), required=False)
    due = WallTimeField(label=gettext_lazy("Due"), required=False)
    closes = WallTimeField(label=gettext_lazy("Closes"), required=False)
    max_attempts = forms.ChoiceField(
        label=gettext_lazy("Attempts"),
        choices=[
            *((count, count) for count in ("1", "2", "3")),
            (UNLIMITED, format_lazy(gettext_lazy("Unlimited (up to {count})"), count=MOST_ATTEMPTS)),
        ],
        initial="1",
        error_messages={"invalid_choice": gettext_lazy("Choose 1, 2, 3, or unlimited.")},
    )
    attempt_policy = forms.ChoiceField(
        label=gettext_lazy("Which attempt counts"),
        choices=Assignment.AttemptPolicy.choices,
        initial=Assignment.AttemptPolicy.BEST,
        help_text=gettext_lazy("Used only for 2 or more attempts."),
    )
    time_limit = forms.IntegerField(
        label=gettext_lazy("Time limit in minutes"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Leave blank for no limit."),
        error_messages={
            "invalid": gettext_lazy("Enter whole minutes, or leave blank for no limit."),
            "min_value": gettext_lazy("Enter 1 minute or more, or leave blank for no limit."),
        },
    )
    shuffle_questions = forms.BooleanField(label=gettext_lazy("Shuffle questions"), required=False)
    shuffle_choices = forms.BooleanField(label=gettext_lazy("Shuffle answer choices"), required=False, initial=True)
    is_teacher_paced = forms.BooleanField(
        label=gettext_lazy("Teacher-paced"),
        required=False,
        help_text=gettext_lazy("You move everyone from question to question on the class board."),
    )
    release = forms.ChoiceField(
        label=gettext_lazy("When students see answers"),
        widget=forms.RadioSelect,
        choices=Assignment.Release.choices,
        initial=Assignment.Release.AFTER_LAST,
        help_text=gettext_lazy(
            "“After all classes close” waits for all your classes with this question set or a copy of it."
        ),
    )

    act = forms.ChoiceField(
        choices=[("preview", gettext_lazy("Review")), ("edit", gettext_lazy("Edit")), ("save", gettext_lazy("Save"))],
        required=False,
    )
    # Sent by the page that asks to confirm.
    is_confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    # No field: a button of the window shows and hides the scores, and another quiz starts with hidden ones.
    shows_scores = False
    # The title that Footnote has made for this quiz.
    made_title = ""
    # Whether the fields hold values that the page did not show.
    is_mixed = False

    def __init__(self, *args: Any, zones: Sequence[ZoneInfo], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        note = zone_note(zones)
        for name, hint in (
            ("opens", gettext("Leave blank to open now. {zone}")),
            ("due", gettext("Leave blank for no due time. {zone}")),
            ("closes", gettext("Leave blank to keep it open. {zone}")),
        ):
            self.fields[name].help_text = hint.format(zone=note)

    def clean_time_limit(self) -> timedelta | None:
        """The time limit; None for none."""
        minutes = self.cleaned_data["time_limit"]
        # “10 more minutes” can lead past the maximum.
        longest = max(MAX_MINUTES, self.initial.get("time_limit") or 0)
        if minutes is not None and minutes > longest:
            text = gettext("Enter up to {count} minutes, or leave blank for no limit.")
            raise ValidationError(text.format(count=longest))
        return None if minutes is None else timedelta(minutes=minutes)

    def clean_max_attempts(self) -> int | None:
        """The number of attempts, None for no limit."""
        chosen = self.cleaned_data["max_attempts"]
        return None if chosen == UNLIMITED else int(chosen)

    @property
    def settings(self) -> AssignmentSettings:
        """The settings of a valid form, the same for every classroom."""
        is_title_made = self.cleaned_data["own_title"] == self.made_title != ""
        values = {**self.cleaned_data, "shows_scores": self.shows_scores, "is_title_made": is_title_made}
        return AssignmentSettings(**{name: values[name] for name in AssignmentSettings.__dataclass_fields__})

    def check_window(
        self, window: Window, *, stored: Window | None = None, field_of: Callable[[str], str] = lambda name: name
    ) -> None:
        """Add the message of each database constraint that this window violates, and refuse a close in the past.

        field_of: the field that shows an error of opens, due or closes. A field that has an error gets no other.
        """
        row = self._row(window)
        for constraint in Assignment._meta.constraints:
            if isinstance(constraint, CheckConstraint):
                name = FIELD_OF_CONSTRAINT[constraint.name]
                field = field_of(name) if name in TIMES else name
                try:
                    constraint.validate(Assignment, row)
                except ValidationError as error:
                    # A close before the open time is also before the due time.
                    if field not in self.errors:
                        self.add_error(field, error)
        closes = field_of("closes")
        unchanged = stored is not None and window.closes_at == stored.closes_at
        if (
            closes not in self.errors
            and window.closes_at is not None
            and window.closes_at <= self.now
            and not unchanged
        ):
            self.add_error(closes, gettext("This closing time has passed. Choose a later one."))

    def warnings(self, window: Window, *, stored: Window | None = None) -> list[str]:
        """Messages about settings that may be mistakes. They do not block saving. stored: times without a message."""
        stored = stored or Window()
        messages = []
        if window.opens_at is not None and window.opens_at <= self.now and window.opens_at != stored.opens_at:
            messages.append(gettext("The opening time has passed. Students can start now."))
        if window.due_at is not None and window.due_at <= self.now and window.due_at != stored.due_at:
            messages.append(gettext("The due time has passed. New work will be late."))
        for message, moment, known in (
            (gettext("The opening time is in {year}. Check the year."), window.opens_at, stored.opens_at),
            (gettext("The due time is in {year}. Check the year."), window.due_at, stored.due_at),
            (gettext("The closing time is in {year}. Check the year."), window.closes_at, stored.closes_at),
        ):
            # Pages show dates without a year, so a teacher would not see a wrong year.
            if moment is not None and moment != known and abs(moment - self.now) > HALF_A_YEAR:
                messages.append(message.format(year=moment.year))
        chosen = self.settings
        starts_at = max(window.opens_at or self.now, self.now)
        if needed_close(starts_at=starts_at, granted=chosen.time_limit, closes_at=window.closes_at) is not None:
            messages.append(
                gettext("The time limit is longer than the quiz is open. Students get only the time until it closes.")
            )
        if chosen.release == Release.AFTER_LAST and chosen.max_attempts != 1 and window.closes_at is None:
            messages.append(
                gettext("No closing time: students who stop before the last attempt never see the answers.")
            )
        return messages

    def _row(self, window: Window) -> Assignment:
        """A row with the window and the settings; a setting that cannot be read has its default."""
        names = ("max_attempts", "release", "shuffle_questions", "is_teacher_paced", "time_limit")
        return Assignment(
            opens_at=window.opens_at,
            due_at=window.due_at,
            closes_at=window.closes_at,
            **{name: self.cleaned_data[name] for name in names if name in self.cleaned_data},
        )


def field_values(values: PresetValues) -> dict[str, Any]:
    """The values as initial values of the fields of `AssignmentSettingsForm`."""
    settings = values.settings
    return {
        **{name: value for name, value in asdict(settings).items() if name not in ("shows_scores", "is_title_made")},
        "opens": values.opens,
        "due": values.due,
        "closes": values.closes,
        "max_attempts": UNLIMITED if settings.max_attempts is None else str(settings.max_attempts),
        "time_limit": settings.time_limit and int(settings.time_limit.total_seconds()) // 60,
    }


class EarlyAnswersForm(forms.Form):
    """Confirm that students see answers before their last attempt. It has no field if they do not."""

    early_answers = forms.BooleanField(
        error_messages={
            "required": gettext_lazy(
                "Check this box, or go back and show the answers after each student’s last attempt."
            )
        }
    )

    def __init__(self, *args: Any, settings: AssignmentSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not shows_before_last_attempt(settings.release, settings.max_attempts):
            del self.fields["early_answers"]
        elif is_checked_at_once(settings.release):
            self.fields["early_answers"].label = gettext(
                "Students see the correct answer to each question when they check it, and can use it in their next"
                " attempt."
            )
        else:
            self.fields["early_answers"].label = gettext(
                "Students see all correct answers after their first attempt, and can use them in the next one."
            )


class ChangeAssignmentForm(SharedSettingsForm, AssignmentSettingsForm):
    """Change the window and the settings of one assignment.

    A field that the teacher left as the page showed it keeps what someone else, or a pause, has set since then.
    """

    seen = SeenField()

    def __init__(self, data: QueryDict | None, *, assignment: Assignment, by: User, now: datetime) -> None:
        """assignment: with its classroom. by: the teacher who opens or sends the form."""
        self.assignment = assignment
        self.zone = assignment.classroom.zone
        self.stored = window_of(assignment)
        self.shows_scores = assignment.shows_scores
        self.made_title = assignment.own_title if assignment.is_title_made else ""
        opens, due, closes = (
            wall_time(moment, self.zone) for moment in (assignment.opens_at, assignment.due_at, assignment.closes_at)
        )
        initial = field_values(PresetValues(settings_of(assignment), opens, due, closes))
        arguments = form_arguments(initial, AssignmentSettingsForm.base_fields, data)
        super().__init__(**arguments, zones=[self.zone], now=now)
        self.compare(data, by=by)
        if self.stored.waits_for_teacher:
            hint = gettext("Leave blank to open when you press Start. {zone}")
            self.fields["opens"].help_text = hint.format(zone=zone_note([self.zone]))

    def last_change(self, name: str) -> AuditEvent | None:
        """The event that gave a field its value, with its actor. One query."""
        column = f"{name}_at" if name in TIMES else name
        value = getattr(self.assignment, column)
        return AuditEvent.objects.last_change(
            column,
            None if value is None else str(value),
            action=AuditEvent.Action.ASSIGNMENT_CHANGED,
            classroom=self.assignment.classroom,
            detail__assignment=self.assignment.public_id,
        )

    def clean(self) -> dict[str, Any]:
        """The cleaned data with `window`."""
        window = self._typed_window()
        self.check_window(window, stored=self.stored)
        return {**self.cleaned_data, "window": window}

    def _typed_window(self) -> Window:
        """The window of the fields; a wall time that does not exist in the zone is an error of its field.

        An unchanged time keeps its stored moment, with seconds and in the hour that clocks repeat.
        """
        stored = self.stored
        opens_at = moment_in_zone(self, "opens", self.zone, stored=stored.opens_at)
        due_at = moment_in_zone(self, "due", self.zone, stored=stored.due_at)
        closes_at = moment_in_zone(self, "closes", self.zone, stored=stored.closes_at)
        return Window(
            opens_at,
            due_at,
            at_or_after_due(closes_at, due_at, self.zone),
            # An opening time takes the place of the teacher's start.
            waits_for_teacher=stored.waits_for_teacher and opens_at is None,
            paused_at=stored.paused_at,
        )

    @property
    def window(self) -> Window:
        """The window of a valid form."""
        window: Window = self.cleaned_data["window"]
        return window


class RestoreForm(forms.Form):
    """Bring a deleted quiz back. rows: as the notice of the deletion has them, signed."""

    rows = forms.CharField(max_length=200_000)


class VersionForm(forms.Form):
    """Give the newest version to the students who have not started. group: makes a repeated request safe."""

    group = forms.UUIDField(widget=forms.HiddenInput)
    number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, newest: int, **kwargs: Any) -> None:
        """newest: the number of the newest version. A page with an older number is out of date."""
        initial = {"group": uuid.uuid4(), "number": newest}
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.newest = newest

    def clean_number(self) -> int:
        """The number of the newest version."""
        number: int = self.cleaned_data["number"]
        if number != self.newest:
            raise ValidationError(gettext("There is a newer version."))
        return number


class ClassLinkForm(forms.Form):
    """The class of the link to the assign page."""

    classroom = forms.CharField(max_length=12)
