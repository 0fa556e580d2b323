"""Forms for the answers and heartbeats that a student's page sends."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext

from quizzes.attempts.attempt_content import AttemptContent
from quizzes.attempts.support_marks import MAX_MARKS_AT_ONCE, Mark, is_mark
from quizzes.content.question_types.registry import Question
from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.content.reading import LEVELS
from quizzes.forms.fields import NO_SUCH_QUESTION, SentJsonField

# No student reaches this revision. It is below the limit of the column.
MAX_REVISION = 1_000_000


# An action of the answer form begins with it if its button chooses another language. The code of the language follows.
CHOOSE_LANGUAGE = "in-"


class AnswerForm(forms.Form):
    """An answer with its operation id, the revision that it replaces, and the action after the save.

    The question type reads the answer from its own fields. `value` of the cleaned data is the result.
    """

    operation = forms.CharField(max_length=64)
    revision = forms.IntegerField(min_value=0, max_value=MAX_REVISION)
    # Not a ChoiceField: Django copies its choices for each form, which took 5 % of the time of a save.
    act = forms.RegexField(
        r"^(save|next|skip|previous|check|check-anyway|flag|unflag|break|in-[a-zA-Z-]{2,10})\Z", required=False
    )

    def __init__(self, data: QueryDict, *, content: AttemptContent, question: Question) -> None:
        super().__init__(data)
        self.submitted = dict(data.lists())
        self.content = content
        self.question = question

    def clean(self) -> dict[str, Any]:
        """The cleaned data with `value`; a choice that the question does not have is an error of the form."""
        reading = self.content.published.document.reading
        try:
            value = self.question.read_answer(self.submitted, self.content.shuffle, reading)
        except NotAChoice as error:
            raise forms.ValidationError(str(error)) from error
        return {**self.cleaned_data, "value": value}

    @property
    def language(self) -> str:
        """The language to show the question in from now on, "" for none. Only with the action "in-" and its code."""
        code = self.cleaned_data["act"].removeprefix(CHOOSE_LANGUAGE)
        return code if code != self.cleaned_data["act"] and code in dict(settings.LANGUAGES) else ""

    @property
    def level(self) -> str:
        """The level of the reading to show from now on, "" for none. Also if the answer is not valid."""
        # Not a field: a level that does not exist must not make the answer invalid.
        level: str = self.data.get("level", "")
        return level if level in LEVELS else ""

    @property
    def has_input(self) -> bool:
        """Whether there is something to save: an answer, or the removal of an earlier one."""
        return self.cleaned_data["value"] is not None or self.cleaned_data["revision"] > 0


class TimeUpForm(forms.Form):
    """Valid if the clock of the page sent it, not the student."""

    time_up = forms.BooleanField()


class BreakForm(forms.Form):
    """Whether a break starts or ends, and the number of the question to return to."""

    act = forms.ChoiceField(choices=[("break", "break"), ("end", "end")])
    number = forms.IntegerField(min_value=1)


class ChooseLevelForm(forms.Form):
    """The level of the reading that a student chooses, and the number of the question to return to."""

    level = forms.ChoiceField(choices=list(LEVELS.items()))
    number = forms.IntegerField(min_value=1)


class SupportMarksForm(forms.Form):
    """Marks of a page, as a JSON list of [kind, place, value]."""

    marks = SentJsonField()

    def clean_marks(self) -> list[Mark]:
        """The marks; each has a known kind and fits its columns."""
        sent = self.cleaned_data["marks"]
        if not isinstance(sent, list) or len(sent) > MAX_MARKS_AT_ONCE:
            raise ValidationError(gettext("There are too many marks."))
        marks = []
        for one in sent:
            match one:
                case [str() as kind, str() as place, str() as value] if is_mark(kind, place, value):
                    marks.append(Mark(kind, place, value))
                case _:
                    raise ValidationError(gettext("There’s no such mark."))
        return marks


class HeartbeatForm(forms.Form):
    """The number of the question that the page shows; None on the page to submit the attempt, and after it.

    is_closed: whether the page is a receipt or a result.
    """

    number = forms.IntegerField(min_value=1, required=False)
    is_closed = forms.BooleanField(required=False)

    def __init__(self, *args: Any, question_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question_count = question_count

    def clean_number(self) -> int | None:
        """The number of a question of the attempt, or None."""
        number: int | None = self.cleaned_data["number"]
        if number is not None and number > self.question_count:
            raise ValidationError(NO_SUCH_QUESTION)
        return number
