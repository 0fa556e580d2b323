"""Forms to extend one student, and to extend or excuse several students at once, on one assignment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from quizzes.assignments.status import has_attempts_left
from quizzes.assignments.student_settings import extended_window, window_of
from quizzes.formatting import Label, moment
from quizzes.forms.fields import (
    ReasonField,
    SeenField,
    WallTimeField,
    at_or_after_due,
    form_arguments,
    moment_in_zone,
    sent_values,
    students_field,
    wall_time,
    zone_note,
)
from quizzes.models import Assignment, Extension, Student
from quizzes.models.overrides import ExtensionValues
from quizzes.models.reasons import ReasonKind

EXTEND, EXCUSE = "extend", "excuse"
MAX_EXTRA_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class _EndTexts:
    """What the form says of a due time or a closing time that it refuses."""

    before_opening: Label
    none_in_class: Label
    passed: Label


_END_TEXTS = {
    "due": _EndTexts(
        gettext_lazy("“Due” is before “Opens”."),
        gettext_lazy("The class has no due time. Leave this blank."),
        gettext_lazy("This due time has passed. Choose a later one."),
    ),
    "closes": _EndTexts(
        gettext_lazy("“Closes” is before “Opens”."),
        gettext_lazy("The class has no closing time. Leave this blank."),
        gettext_lazy("This closing time has passed. Choose a later one."),
    ),
}


class ExtensionForm(forms.Form):
    """Later times or more attempts for one student on one assignment. An empty time means the time of the class.

    It has fields only for what the class limits, and for what the student has. A field that the teacher left as the
    page showed it, or that the page did not have, keeps what a pause or someone else has set since then.
    """

    due = WallTimeField(label=gettext_lazy("Due"), required=False)
    closes = WallTimeField(label=gettext_lazy("Closes"), required=False)
    extra_attempts = forms.IntegerField(
        label=gettext_lazy("Extra attempts"),
        required=False,
        min_value=0,
        max_value=MAX_EXTRA_ATTEMPTS,
        error_messages={
            "invalid": gettext_lazy("Enter a whole number."),
            "min_value": gettext_lazy("Enter 0 or more."),
            "max_value": format_lazy(gettext_lazy("Enter up to {count}."), count=MAX_EXTRA_ATTEMPTS),
        },
    )
    reason = ReasonField()
    # Whether the page asked about a time that does not fit.
    asked = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # When the extension on the page was given.
    given_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    seen = SeenField()

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        assignment: Assignment,
        student: Student | None,
        extension: Extension | None,
        now: datetime,
    ) -> None:
        """assignment: with its classroom. student: None for several. extension: the student's current one, or None."""
        self.zone = assignment.classroom.zone
        self.window = window_of(assignment)
        self.now = now
        # A student who has used all attempts of a quiz with unlimited ones can get more.
        self.is_unlimited = assignment.max_attempts is None and (
            student is None or has_attempts_left(None, assignment.attempts.made_by(student.pk).count())
        )
        self.stored_extra = extension.extra_attempts if extension is not None else 0
        self.stored: Mapping[str, datetime | None] = {
            "due": extension.due_at if extension is not None else None,
            "closes": extension.closes_at if extension is not None else None,
        }
        self.has_extension = extension is not None
        self.kept_reason = extension or Extension()
        initial: dict[str, Any] = {name: wall_time(moment, self.zone) for name, moment in self.stored.items()}
        initial |= {
            "extra_attempts": self.stored_extra or None,
            "reason": self.kept_reason.shown_reason or None,
        }
        if data is not None:
            data = data.copy()
            for name in {"due", "closes", "extra_attempts"} - data.keys():
                data.setlist(name, sent_values(initial[name]))
        super().__init__(**form_arguments(initial, ExtensionForm.base_fields, data))
        if extension is not None:
            self.initial["given_at"] = extension.given_at.isoformat()
        for name, class_end in (("due", self.window.due_at), ("closes", self.window.closes_at)):
            self.fields[name].help_text = zone_note([self.zone])
            if class_end is None and self.stored[name] is None:
                del self.fields[name]
        if assignment.release == Assignment.Release.AFTER_CLOSE and "closes" in self.fields:
            # The answers wait for the last close, also of a student who has more time.
            note = gettext("No one sees the answers before this time.")
            self.fields["closes"].help_text = f"{note} {zone_note([self.zone])}"
        if self.is_unlimited:
            del self.fields["extra_attempts"]

    @property
    def limits(self) -> list[forms.BoundField]:
        """The fields for what the student can get more of; [] if the class has no limit."""
        return [self[name] for name in ("due", "closes", "extra_attempts") if name in self.fields]

    @property
    def values(self) -> ExtensionValues:
        """What the extension is to give. Of a valid form."""
        data, kept = self.cleaned_data, self.kept_reason
        is_kept = data["reason"] == kept.shown_reason
        return {
            "due_at": data["due_at"],
            "closes_at": data["closes_at"],
            "extra_attempts": data["extra_attempts"],
            "reason_kind": kept.reason_kind if is_kept else ReasonKind.TYPED,
            "reason": kept.reason if is_kept else data["reason"],
        }

    def clean(self) -> dict[str, Any]:
        """The cleaned data with `due_at`, `closes_at` and `extra_attempts`."""
        due_at, closes_at = (
            moment_in_zone(self, name, self.zone, stored=self.stored[name]) for name in ("due", "closes")
        )
        closes_at = at_or_after_due(closes_at, due_at, self.zone)
        # Without a limit in the class, there is no field for them, and they wait until there is one.
        extra = self.stored_extra if self.is_unlimited else self.cleaned_data.get("extra_attempts") or 0
        if not self.errors:
            self._check(due_at, closes_at)
        if not self.errors and not (due_at or closes_at or extra or self.has_extension):
            self.add_error(None, gettext("Add a later time or an attempt."))
        return {**self.cleaned_data, "due_at": due_at, "closes_at": closes_at, "extra_attempts": extra}

    def _check(self, due_at: datetime | None, closes_at: datetime | None) -> None:
        window = self.window
        for name, end, class_end in (("due", due_at, window.due_at), ("closes", closes_at, window.closes_at)):
            # The class may have moved past a stored time, which stays.
            if end is not None and end != self.stored[name] and (error := self._refusal(name, end, class_end)):
                self.add_error(name, error)
        own = extended_window(window, due_at=due_at, closes_at=closes_at)
        if not self.errors and own.due_at is not None and own.closes_at is not None and own.closes_at < own.due_at:
            # A blank field is the end of the class, which the teacher did not type.
            earlier = gettext("Enter a closing time after “Due”. The class’s closing time is {moment}.").format(
                moment=moment(own.closes_at, self.zone)
            )
            self.add_error("closes", gettext("“Closes” is before “Due”.") if closes_at else earlier)

    def _refusal(self, name: str, end: datetime, class_end: datetime | None) -> Label:
        """Why the student cannot have this end; "" if they can."""
        texts = _END_TEXTS[name]
        if self.window.opens_at is not None and end <= self.window.opens_at:
            return texts.before_opening
        if class_end is None:
            return texts.none_in_class
        if end < class_end:
            return gettext("The class has more time than this. Choose a later time.")
        return texts.passed if end <= self.now else ""


class ExtendStudentsForm(ExtensionForm):
    """Several students, and an extension or an excuse for all of them. act: the button that sent it."""

    act = forms.ChoiceField(choices=[(EXTEND, EXTEND), (EXCUSE, EXCUSE)], widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, assignment: Assignment, students: Sequence[Student], now: datetime
    ) -> None:
        super().__init__(data, assignment=assignment, student=None, extension=None, now=now)
        self.rows = {student.public_id: student for student in students}
        self.fields["students"] = students_field(students)

    @property
    def is_excuse(self) -> bool:
        """Whether the students are excused. Of a valid form."""
        return bool(self.cleaned_data["act"] == EXCUSE)

    @property
    def students(self) -> list[Student]:
        """The chosen students, in the order of the page. Of a valid form."""
        chosen = set(self.cleaned_data["students"])
        return [student for public_id, student in self.rows.items() if public_id in chosen]

    def clean(self) -> dict[str, Any]:
        """The cleaned data. Times count for an extension only."""
        if self.cleaned_data.get("act") == EXCUSE:
            return self.cleaned_data
        return super().clean()


class UnfinishedForm(forms.Form):
    """Valid for a link that chooses the students who have not turned in."""

    choose = forms.ChoiceField(choices=[("unfinished", "unfinished")])


class ChosenStudentsForm(forms.Form):
    """Students of a button in a notice, by public id, with spaces between."""

    students = forms.RegexField(r"\A[\w-]+(?: [\w-]+)*\Z")

    @cached_property
    def public_ids(self) -> frozenset[str]:
        """The public ids of a valid form."""
        return frozenset(str(self.cleaned_data["students"]).split(" "))


class UndoExcusesForm(ChosenStudentsForm):
    """The students whose excuses are undone. given_at: of the excuses."""

    given_at = forms.DateTimeField(required=False)


class ExtendToFitAllForm(ChosenStudentsForm):
    """The students whose extra time does not fit before these quizzes close."""

    quizzes = forms.RegexField(r"\A[A-Za-z0-9_-]{12}(?: [A-Za-z0-9_-]{12})*\Z", strip=False)

    @property
    def quiz_ids(self) -> frozenset[str]:
        """The public ids of the quizzes, of a valid form."""
        return frozenset(str(self.cleaned_data["quizzes"]).split(" "))
