"""What a student's page sends: answers and heartbeats."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from quizzes.attempts.attempt_content import AttemptContent
from quizzes.content.question_types.registry import Question
from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.forms.fields import NO_SUCH_QUESTION

# Past this a revision is none that a student reached, and more than the column holds.
MAX_REVISION = 1_000_000


class AnswerForm(forms.Form):
    """An answer, under what name and upon which revision it was given, and what to do after saving it.

    The fields that hold the answer itself are the question type's own; `value` of the cleaned data is what they say.
    """

    operation = forms.CharField(max_length=64)
    revision = forms.IntegerField(min_value=0, max_value=MAX_REVISION)
    # Not a field of choices: Django copies those for each form, which took a twentieth of a save.
    act = forms.RegexField(r"^(save|next|skip|check|flag|unflag)\Z", required=False)

    def __init__(self, data: QueryDict, *, content: AttemptContent, question: Question) -> None:
        super().__init__(data)
        self.submitted = dict(data.lists())
        self.content = content
        self.question = question

    def clean(self) -> dict[str, Any]:
        """With `value`; a choice that the question does not have is the whole form's error."""
        reading = self.content.published.document.reading
        try:
            value = self.question.read_answer(self.submitted, self.content.shuffle, reading)
        except NotAChoice as error:
            raise forms.ValidationError(str(error)) from error
        return {**self.cleaned_data, "value": value}

    @property
    def has_input(self) -> bool:
        """Whether there is anything to save: an answer, or a cleared one."""
        return self.cleaned_data["value"] is not None or self.cleaned_data["revision"] > 0


class HeartbeatForm(forms.Form):
    """Which question of the attempt its page shows; nothing for the page before handing in."""

    number = forms.IntegerField(min_value=1, required=False)

    def __init__(self, *args: Any, question_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question_count = question_count

    def clean_number(self) -> int | None:
        """One of the attempt's own."""
        number: int | None = self.cleaned_data["number"]
        if number is not None and number > self.question_count:
            raise ValidationError(NO_SUCH_QUESTION)
        return number
