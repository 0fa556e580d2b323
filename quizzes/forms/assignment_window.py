"""Forms of the buttons that open, close and pause a quiz, and of the page that sent one."""

from django import forms
from django.utils.translation import gettext_lazy


class WindowPageForm(forms.Form):
    """The page in front of the class that sent a click on a window and opens again, "" for any other."""

    page = forms.ChoiceField(
        required=False,
        choices=[("running_class", gettext_lazy("Quiz in class")), ("class_board", gettext_lazy("Class board"))],
    )


class WindowActForm(WindowPageForm):
    """One click on a window: open or close it now, pause or resume it, give more time, or show answers or scores.

    is_sure: whether the teacher was asked before the close, or before the answers show.
    seen_close, seen_limit: the close and the time limit on the page, None without one.
    """

    OPEN, CLOSE, MORE_TIME, RELEASE = "open", "close", "more_time", "release"
    PAUSE, RESUME = "pause", "resume"
    SHOW_SCORES, HIDE_SCORES = "show_scores", "hide_scores"

    act = forms.ChoiceField(
        choices=[
            (OPEN, gettext_lazy("Start")),
            (CLOSE, gettext_lazy("Close now")),
            (MORE_TIME, gettext_lazy("Open 10 more minutes")),
            (RELEASE, gettext_lazy("Release answers now")),
            (SHOW_SCORES, gettext_lazy("Show scores now")),
            (HIDE_SCORES, gettext_lazy("Hide scores")),
            (PAUSE, gettext_lazy("Pause")),
            (RESUME, gettext_lazy("Resume")),
        ]
    )
    seen_close = forms.DateTimeField(required=False)
    seen_limit = forms.DurationField(required=False)
    is_sure = forms.BooleanField(required=False)

    @property
    def must_ask(self) -> bool:
        """Whether a valid form ends the quiz by a single press, next to other buttons."""
        return self.cleaned_data["act"] == self.CLOSE and not self.cleaned_data["is_sure"]
