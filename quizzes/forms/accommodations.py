"""Forms for accommodations, minutes in an attempt, excuses and reopening."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from quizzes.assignments.extended_times import ExtendedTime
from quizzes.formatting import Label, duration, isolated, moment
from quizzes.forms.assignments import MAX_MINUTES
from quizzes.forms.classrooms import StudentLevelForm
from quizzes.forms.fields import (
    ReasonField,
    seen_values,
    with_changes_of_others,
)
from quizzes.forms.supports import StudentSupportsForm
from quizzes.models import Accommodation, Assignment, Attempt, Student
from quizzes.models.reasons import ReasonKind, ReasonValues

EXTEND, KEEP = "extend", "keep"
NO_TIMER, AS_THE_CLASS = "none", "1"


class AccommodationForms(NamedTuple):
    """The forms of a student's accommodations, by their names in the template."""

    accommodation_form: "AccommodationForm"
    supports_form: StudentSupportsForm
    level_form: StudentLevelForm


class AccommodationForm(forms.Form):
    """A student's time factor for all assignments."""

    time = forms.ChoiceField(
        label=gettext_lazy("Time on every quiz"),
        widget=forms.RadioSelect,
        choices=[
            (AS_THE_CLASS, gettext_lazy("Same as the class")),
            *Accommodation.Factor.choices,
            (NO_TIMER, gettext_lazy("No time limit")),
        ],
        help_text=gettext_lazy(
            "Applies to every quiz with a time limit. A quiz in progress gets more time, never less."
        ),
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    # Whether the page asked about quizzes that close too early for the time.
    asked = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, accommodation: Accommodation | None) -> "AccommodationForm":
        """The form with the student's current accommodation."""
        factor = accommodation.time_factor if accommodation is not None else Decimal(1)
        now = NO_TIMER if factor is None else format(factor.normalize(), "f")
        return cls(initial={"time": now})

    @property
    def time_factor(self) -> Decimal | None:
        """The time factor of a valid form; None for no time limit."""
        chosen = self.cleaned_data["time"]
        return None if chosen == NO_TIMER else Decimal(chosen)


def accommodation_forms(
    student: Student, accommodation: Accommodation | None, data: QueryDict | None = None
) -> AccommodationForms:
    """The forms of a student's accommodations, which are sent together. No query. student: with the classroom.

    data: as sent. Other changes since the page was opened stay, as in `with_changes_of_others`.
    """
    time = AccommodationForm.of(accommodation)
    supports, level = StudentSupportsForm(student=student), StudentLevelForm.of(student)
    initial = {**time.initial, **supports.initial, **level.initial}
    if data is None:
        supports.initial["seen"] = seen_values(initial)
        return AccommodationForms(time, supports, level)
    sent = with_changes_of_others(data, initial, {**time.fields, **supports.fields, **level.fields})
    return AccommodationForms(
        AccommodationForm(sent), StudentSupportsForm(sent, student=student), StudentLevelForm(sent)
    )


class ExtendToFitForm(forms.Form):
    """For each student with extended time that ends after the close: extend the close, or keep it."""

    def __init__(
        self, *args: Any, times: Sequence[ExtendedTime], zone_of: Callable[[ExtendedTime], ZoneInfo], **kwargs: Any
    ) -> None:
        """times: of all students with accommodations; the form has fields only for times that do not fit."""
        super().__init__(*args, **kwargs)
        self.asked = {f"room-{time.student.public_id}": time for time in times if time.needed_close_at is not None}
        for name, time in self.asked.items():
            self.fields[name] = _extend_or_keep(f"{isolated(time.student.display_name)}:", time, zone_of(time))

    @property
    def extended(self) -> list[ExtendedTime]:
        """The times to extend the close for, of a valid form."""
        return [time for name, time in self.asked.items() if self.cleaned_data[name] == EXTEND]


class ExtendQuizzesForm(forms.Form):
    """For each quiz that closes before a student's new time ends: extend the close, or keep it."""

    def __init__(self, *args: Any, times: Sequence[tuple[Assignment, ExtendedTime]], **kwargs: Any) -> None:
        """times: of one student, with classroom and set; the form has fields only for times that do not fit."""
        super().__init__(*args, **kwargs)
        self.asked = {
            f"room-{assignment.public_id}": (assignment, time)
            for assignment, time in times
            if time.needed_close_at is not None
        }
        for name, (assignment, time) in self.asked.items():
            title = assignment.title
            self.fields[name] = _extend_or_keep(f"{title}:", time, assignment.classroom.zone)

    @property
    def extended(self) -> list[tuple[Assignment, ExtendedTime]]:
        """The times to extend the close for, of a valid form."""
        return [found for name, found in self.asked.items() if self.cleaned_data[name] == EXTEND]


def _extend_or_keep(start: str, time: ExtendedTime, zone: ZoneInfo) -> forms.ChoiceField:
    """The question about one time that does not fit. start: of its label."""
    return forms.ChoiceField(
        label=gettext("{start} {time_limit} won’t fit before {closes_at}.").format(
            start=start, time_limit=duration(time.time_limit), closes_at=moment(time.window.closes_at, zone)
        ),
        widget=forms.RadioSelect,
        choices=[
            (
                EXTEND,
                gettext("Extend for {first_name}, until {needed_close_at}").format(
                    first_name=isolated(time.student.first_name), needed_close_at=moment(time.needed_close_at, zone)
                ),
            ),
            (KEEP, gettext("Keep the closing time")),
        ],
        error_messages={
            "required": gettext("Choose one for {first_name}’s time.").format(
                first_name=isolated(time.student.first_name)
            )
        },
    )


class ExtraMinutesField(forms.IntegerField):
    """Minutes for one student beyond the time left."""

    def __init__(self, *, too_few: Label, **kwargs: Any) -> None:
        """too_few: the message for less than `min_value`."""
        errors = {
            "required": gettext_lazy("Enter whole minutes."),
            "invalid": gettext_lazy("Enter whole minutes."),
            "min_value": too_few,
            "max_value": format_lazy(gettext_lazy("Enter up to {count} minutes."), count=MAX_MINUTES),
        }
        super().__init__(label=gettext_lazy("Extra minutes"), max_value=MAX_MINUTES, error_messages=errors, **kwargs)


class AddMinutesForm(forms.Form):
    """More time in an open attempt. seen: its end, as the page showed it."""

    seen = forms.DateTimeField(widget=forms.HiddenInput)
    minutes = ExtraMinutesField(
        min_value=1,
        too_few=gettext_lazy("Enter 1 or more minutes."),
        help_text=gettext_lazy("Added to the time left."),
    )

    @classmethod
    def of(cls, attempt: Attempt) -> "AddMinutesForm | None":
        """The form of an open attempt; None if it has no end: without a time limit and a close, and in a pause."""
        if not attempt.is_open or attempt.deadline_at is None or attempt.assignment.paused_at is not None:
            return None
        return cls(initial={"seen": attempt.deadline_at.isoformat()}, auto_id="minutes_%s")


class ReopenForm(forms.Form):
    """Reopen a submitted attempt. receipt: of the submission that is undone."""

    receipt = forms.CharField(max_length=7, widget=forms.HiddenInput)
    minutes = ExtraMinutesField(
        required=False,
        min_value=0,
        too_few=gettext_lazy("Enter 0 or more minutes."),
        help_text=gettext_lazy("Added to the time left. Leave blank for none."),
    )
    reason = ReasonField()

    @property
    def more_time(self) -> timedelta | None:
        """The extra time of a valid form; None for none."""
        minutes = self.cleaned_data["minutes"]
        return timedelta(minutes=minutes) if minutes else None


class UndoLateForm(forms.Form):
    """Late answers no longer count. accepted_at: of the acceptance that “Undo” in a notice takes back; None for all."""

    accepted_at = forms.DateTimeField(required=False)


class ExcuseEarlierForm(forms.Form):
    """Excuse a student from the quizzes that were over before they came, or undo that.

    given_at: of the excuse that “Undo” in a notice removes; None for any.
    """

    is_excused = forms.TypedChoiceField(
        choices=[
            ("True", gettext_lazy("Excuse")),
            ("False", gettext_lazy("Remove excuse")),
        ],
        coerce=lambda value: value == "True",
        widget=forms.HiddenInput,
    )
    given_at = forms.DateTimeField(required=False)


class ExcuseForm(ExcuseEarlierForm):
    """Excuse a student from an assignment, or undo that."""

    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # “Undo” in a notice asks for no reason.
        self.fields["reason"].required = not self.data.get("given_at")

    @property
    def why(self) -> ReasonValues:
        """Why the teacher did it. Of a valid form."""
        if self.cleaned_data["given_at"] is not None:
            return {"reason_kind": ReasonKind.BY_MISTAKE}
        return {"reason": self.cleaned_data["reason"]}
