"""The form for the title and the source of a draft."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from quizzes.content.drafts.document import FULL_TEXT, OPEN, QUOTES
from quizzes.content.drafts.validation import NO_PUBLISHER, NO_RIGHTS
from quizzes.content.question_types.form import text
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm

IN_THE_FUTURE = "This date is in the future. Enter the day when the story was published."

RIGHTS_CHOICES = (
    (QUOTES, "Link and short quotes only, reading in my own words"),
    (FULL_TEXT, "Full text, with permission"),
    (OPEN, "Full text, public domain or open license"),
)


class SourceForm(DraftForm):
    """The title and the source of a set. Fields that publishing needs are required."""

    title = text("Question set title", 200, hint="Students see this title.")
    summary = text("Summary", 400, rows=2, hint="One sentence about the questions (optional)")
    about_minutes = forms.IntegerField(
        label="Minutes",
        required=False,
        min_value=1,
        max_value=300,
        help_text="Leave blank to estimate.",
        error_messages={"invalid": "Enter a number of minutes."},
    )
    story_title = text("Story title", 300)
    publisher = text("Publisher", 200, hint="Newspaper, station, site, or office")
    author = text("Author", 200, hint="If the story names one")
    published_on = forms.DateField(
        label="Published on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a date, such as 2026-10-20."},
    )
    date_note = text(
        "Source of the date (optional)",
        300,
        hint="Only if the story has no date. Students see this in brackets.",
    )
    url = text("Link", 200, hint="Starts with http:// or https://")
    rights = forms.ChoiceField(
        label="What can students see?", required=False, choices=RIGHTS_CHOICES, widget=forms.RadioSelect
    )
    rights_note = text(
        "Rights note (optional)",
        300,
        hint="Such as a license. Leave blank to use your choice above.",
    )

    def __init__(self, data: Any = None, *, today: date, document: Table | None = None) -> None:
        """today: where the teacher is. document: of the draft, None for a new set."""
        super().__init__(data, initial=initial_of(document) if document else None)
        self.today = today
        required = {"title": "Enter a title.", "story_title": "Enter the story’s title.", "rights": NO_RIGHTS}
        for name, message in {**required, "publisher": NO_PUBLISHER, "published_on": NO_PUBLISHER}.items():
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = message
            # Otherwise the browser shows its own message first.
            self.fields[name].widget.is_required = False

    def clean_published_on(self) -> date:
        """The date, which is not after today."""
        day: date = self.cleaned_data["published_on"]
        if day > self.today:
            raise ValidationError(IN_THE_FUTURE)
        return day

    def clean_url(self) -> str:
        """The link, with http or https."""
        url: str = self.cleaned_data["url"]
        message = "Enter a web address that starts with http:// or https://"
        if url and not url.startswith(("http://", "https://")):
            raise ValidationError(message)
        if url:
            URLValidator(schemes=["http", "https"], message=message)(url)
        return url

    @property
    def source(self) -> dict[str, Any]:
        """The valid fields as a draft stores them."""
        fields = self.valid
        if "published_on" in fields:
            fields["published_on"] = fields["published_on"].isoformat()
        if "about_minutes" in fields:
            fields["about_minutes"] = fields["about_minutes"] or 0
        return fields


def initial_of(document: Table) -> dict[str, Any]:
    """The initial values for a draft."""
    citation, reading = document["citation"], document["reading"]
    return {
        "title": document["title"],
        "summary": document["summary"],
        "about_minutes": document["about_minutes"] or None,
        **{name: citation.get(name, "") for name in ("publisher", "author", "published_on", "date_note", "url")},
        "story_title": citation.get("title", ""),
        "rights": reading["rights"],
        "rights_note": reading.get("rights_note", ""),
    }
