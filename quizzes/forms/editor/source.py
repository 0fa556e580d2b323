"""The form for the title and the source of a draft."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.dateparse import parse_date
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.drafts.validation import NO_PUBLISHER, NO_RIGHTS
from quizzes.content.question_types.form import text
from quizzes.content.rights import FULL_TEXT, OPEN, QUOTES
from quizzes.content.set_document import MAX_DATE_NOTE, MAX_SUMMARY, MAX_TITLE
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm

IN_THE_FUTURE = gettext_lazy("This date is in the future. Enter the day when the story was published.")

RIGHTS_CHOICES = (
    (QUOTES, gettext_lazy("Link and short quotes only, reading in my own words")),
    (FULL_TEXT, gettext_lazy("Full text, with permission")),
    (OPEN, gettext_lazy("Full text, public domain or open license")),
)


class SourceForm(DraftForm):
    """The title and the source of a set.

    needed: the names of the required fields, which are those that publishing needs.
    """

    needed: tuple[str, ...] = ("title", "story_title", "rights", "publisher", "published_on")

    title = text(gettext_lazy("Question set title"), MAX_TITLE, hint=gettext_lazy("Students see this title."))
    summary = text(
        gettext_lazy("Summary (optional)"), MAX_SUMMARY, rows=2, hint=gettext_lazy("One sentence about the questions")
    )
    about_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes (optional)"),
        required=False,
        min_value=1,
        max_value=300,
        help_text=gettext_lazy("Leave blank to estimate."),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), gettext_lazy("Enter 1 to 300 minutes.")),
    )
    story_title = text(gettext_lazy("Story title"), 300)
    publisher = text(
        gettext_lazy("Publisher"),
        200,
        hint=gettext_lazy("Newspaper, station, site, or office. If you wrote the story, your name"),
    )
    author = text(gettext_lazy("Author (optional)"), 200, hint=gettext_lazy("If the story names one"))
    published_on = forms.DateField(
        label=gettext_lazy("Published on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a date, such as 2026-10-20.")},
    )
    date_note = text(
        gettext_lazy("Source of the date (optional)"),
        MAX_DATE_NOTE,
        hint=gettext_lazy("Only if the story has no date. Students see this in brackets."),
    )
    url = text(gettext_lazy("Link (optional)"), 200, hint=gettext_lazy("Starts with http:// or https://"))
    rights = forms.ChoiceField(
        label=gettext_lazy("What can students see?"), required=False, choices=RIGHTS_CHOICES, widget=forms.RadioSelect
    )
    rights_note = text(
        gettext_lazy("Rights note (optional)"),
        300,
        hint=gettext_lazy("Such as a license. Leave blank to use your choice above."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date, document: Table | None = None) -> None:
        """today: where the teacher is. document: of the draft, None for a new set."""
        super().__init__(data, initial=initial_of(document) if document else None)
        self.today = today
        no_publisher = gettext(NO_PUBLISHER)
        messages = {
            "title": gettext("Enter a title."),
            "story_title": gettext("Enter the story’s title."),
            "rights": gettext(NO_RIGHTS),
            "publisher": no_publisher,
            "published_on": no_publisher,
        }
        for name in self.needed:
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = messages[name]
            # Otherwise the browser shows its own message first.
            self.fields[name].widget.is_required = False

    def clean_published_on(self) -> date | None:
        """The date, which is not after today. A year such as 18 is not finished."""
        day: date | None = self.cleaned_data["published_on"]
        if day is not None and day.year < 1000:
            raise ValidationError(gettext("Enter the year with 4 digits."))
        if day is not None and day > self.today:
            raise ValidationError(IN_THE_FUTURE)
        return day

    def clean_url(self) -> str:
        """The link, with http or https. One that starts with “www.” gets https."""
        url: str = self.cleaned_data["url"]
        if url.lower().startswith("www."):
            url = f"https://{url}"
            # It may be too long now.
            self.fields["url"].run_validators(url)
        message = gettext("Enter a web address that starts with http:// or https://")
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
            fields["published_on"] = fields["published_on"].isoformat() if fields["published_on"] else ""
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
        **{name: citation.get(name, "") for name in ("publisher", "author", "date_note", "url")},
        # Compared with a text, each date that was sent would be a change.
        "published_on": parse_date(citation.get("published_on", "")),
        "story_title": citation.get("title", ""),
        "rights": reading["rights"],
        "rights_note": reading.get("rights_note", ""),
    }
