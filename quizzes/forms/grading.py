"""Forms to grade an answer."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy, ngettext

from quizzes.assignments.release import Release
from quizzes.formatting import Label, up_to
from quizzes.forms.fields import PointsField, SeenField
from quizzes.grading.manual_grades import OFFERED_COMMENTS

MAX_COMMENT = 600
# The highest number on one key.
MAX_KEY = 9


class OpenAnswersForm(forms.Form):
    """Which answers a link opens on the page of an attempt: all, or one by its position in the edition."""

    show = forms.CharField(required=False, max_length=5)

    @property
    def is_all(self) -> bool:
        """Whether all answers are open."""
        return self.is_valid() and self.cleaned_data["show"] == "all"

    @property
    def position(self) -> int | None:
        """The position of the answer that is open too; None for no other."""
        shown = self.cleaned_data["show"] if self.is_valid() else ""
        return int(shown) if shown.isascii() and shown.isdigit() else None


def _comment_field(label: Label, help_text: Label, *, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=MAX_COMMENT,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={
            "max_length": up_to(MAX_COMMENT),
            "null_characters_not_allowed": gettext_lazy("The comment has a hidden character. Retype it."),
        },
    )


class _CommentForm(forms.Form):
    """A form with a comment that a student sees with the answers. release: of the quiz."""

    def __init__(self, *args: Any, release: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if release == Release.NEVER:
            self.fields["comment"].help_text = gettext("The student sees it only if you release the answers.")


class AttemptCommentForm(_CommentForm):
    """A comment on the whole attempt, "" for none. seen: of the comment as the page showed it."""

    comment = _comment_field(
        gettext_lazy("Comment on the whole attempt"),
        gettext_lazy("The student sees it with the answers. Leave blank for no comment."),
        rows=3,
    )
    seen = SeenField(max_length=60)


class GradeForm(_CommentForm):
    """The points and the comment for one answer."""

    points = PointsField(
        min_value=Decimal(0),
        max_digits=6,
        decimal_places=2,
        error_messages={
            "required": gettext_lazy("Enter points."),
            "invalid": gettext_lazy("Enter a number, such as 0.5."),
            "min_value": gettext_lazy("Points can’t be below 0."),
            "max_decimal_places": gettext_lazy("Use up to 2 decimals."),
            "max_digits": gettext_lazy("Enter a number, such as 0.5."),
            "max_whole_digits": gettext_lazy("Enter a number, such as 0.5."),
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    comment = _comment_field(gettext_lazy("Comment"), gettext_lazy("The student sees it with the answers."), rows=2)

    def __init__(self, *args: Any, possible: int, **kwargs: Any) -> None:
        """possible: the question's points."""
        super().__init__(*args, **kwargs)
        self.possible = possible
        self.fields["points"].label = gettext("Points, 0 to {possible}").format(possible=possible)

    def clean_points(self) -> Decimal:
        """The points, at most those of the question."""
        points: Decimal = self.cleaned_data["points"]
        if points > self.possible:
            words = ngettext(
                "The question has {possible} point. Enter 0 to {possible}.",
                "The question has {possible} points. Enter 0 to {possible}.",
                self.possible,
            )
            raise ValidationError(words.format(possible=self.possible))
        return points


class AttemptGradeForm(GradeForm):
    """The same on the page of an attempt. seen: of the answer and its grade, as the page showed them."""

    seen = SeenField(max_length=60)


class QueuePageForm(forms.Form):
    """Which entry of the grading queue a link shows, what it offers to undo, and which comment it repeats."""

    answer = forms.CharField(required=False, max_length=32)
    undo = forms.UUIDField(required=False)
    # Its place in `recent_comments`.
    comment = forms.IntegerField(required=False, min_value=1, max_value=OFFERED_COMMENTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A parameter that cannot be is as good as none.
        self.full_clean()

    @property
    def answer_name(self) -> str:
        """The name of the entry, "" for the first."""
        return str(self.cleaned_data.get("answer", ""))

    @property
    def undo_group(self) -> uuid.UUID | None:
        """The grades or the regrade that the notice is about; None for no notice."""
        group: uuid.UUID | None = self.cleaned_data.get("undo")
        return group

    @property
    def comment_number(self) -> int | None:
        """The place of the comment that the field starts with; None for none."""
        number: int | None = self.cleaned_data.get("comment")
        return number


class SettleForm(forms.Form):
    """What a teacher decides about one entry of the grading queue.

    entry: its name. attempts: public ids of the attempts to grade, so that no answer is graded unseen;
    [] if the teacher left out all. group: a new id, so that a form sent twice grades once. comment: as it was typed.
    """

    entry = forms.CharField(max_length=32)
    act = forms.ChoiceField(
        choices=[
            ("accept", gettext_lazy("Accept")),
            ("keep", gettext_lazy("Don’t accept")),
            ("grade", gettext_lazy("Save and next")),
        ]
    )
    group = forms.UUIDField()
    # A list of texts. Each has the ids of one check box, with spaces between them.
    attempts = forms.Field(widget=forms.MultipleHiddenInput, required=False)
    # `GradeForm` validates it.
    comment = forms.Field(required=False)

    def clean_attempts(self) -> list[str]:
        """The public ids, in the order of the page."""
        return " ".join(self.cleaned_data["attempts"] or []).split()


@dataclass(frozen=True, slots=True)
class Level:
    """One number of points to choose."""

    points: int
    label: str
    is_chosen: bool


class QueueGradeForm(GradeForm):
    """The points and the comment for one entry of the grading queue. other: points between two levels, "" for none."""

    other = forms.CharField(
        label=gettext_lazy("Other points, such as 0.5"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        # Without the script, a chosen number stays chosen beside a typed one.
        if data is not None and (typed := data.get("other", "")):
            data = data.copy()
            data["points"] = typed
        super().__init__(data, **kwargs)
        if self.levels:
            self.fields["points"].error_messages["required"] = gettext("Choose the points.")

    def clean(self) -> dict[str, Any] | None:
        """The cleaned fields. An error of points that were typed belongs to the field where they were typed."""
        # With the focus on the numbers to choose, the digits of the next try would each save a grade.
        if self.levels and self.data.get("other") and "points" in self.errors:
            self.add_error("other", self.errors.pop("points").as_data())
        return super().clean()

    @property
    def levels(self) -> list[Level]:
        """0 to the question's points, one number key each; [] for a question with more, which has a text field."""
        if self.possible > MAX_KEY:
            return []
        labels = {0: gettext("No credit"), 1: gettext("point"), self.possible: gettext("Full credit")}
        chosen = str(self["points"].value())
        return [
            Level(points, labels.get(points, gettext("points")), str(points) == chosen)
            for points in range(self.possible + 1)
        ]
