"""The form that gives both forms of a check to a class."""

import uuid
from datetime import datetime
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from quizzes.assignments.deadlines import Window
from quizzes.forms.fields import WallTimeField, moment_in_zone, zone_note
from quizzes.models import Classroom

TIMES = ("before_opens", "before_closes", "after_opens", "after_closes")


class GrowthForm(forms.Form):
    """When the class takes the check before the lessons, and after them. group: makes a repeated request safe."""

    group = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    before_opens = WallTimeField(label=gettext_lazy("Before the lessons: opens"))
    before_closes = WallTimeField(label=gettext_lazy("Before the lessons: closes"))
    after_opens = WallTimeField(label=gettext_lazy("After the lessons: opens"))
    after_closes = WallTimeField(label=gettext_lazy("After the lessons: closes"))

    def __init__(self, *args: Any, classroom: Classroom, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classroom, self.now = classroom, now
        for name in TIMES:
            self.fields[name].help_text = zone_note([classroom.zone])

    def clean(self) -> dict[str, Any]:
        """The cleaned data with the windows `before` and `after`; each time must be later than the one before it."""
        moments = [moment_in_zone(self, name, self.classroom.zone, stored=None) for name in TIMES]
        entered = [moment for moment in moments if moment is not None]
        if len(entered) < len(TIMES) or self.errors:
            return self.cleaned_data
        for name, (earlier, later) in zip(TIMES[1:], pairwise(entered), strict=True):
            if later <= earlier:
                self.add_error(name, gettext("Choose a later time than the one above."))
                return self.cleaned_data
        before_opens, before_closes, after_opens, after_closes = entered
        if before_closes <= self.now:
            self.add_error("before_closes", gettext("This closing time has passed. Choose a later one."))
        return {
            **self.cleaned_data,
            "before": Window(before_opens, None, before_closes),
            "after": Window(after_opens, None, after_closes),
        }
