"""The form for the picture of a reading or a question."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.picture_files import MAX_UPLOAD_BYTES, PictureFile, UnusablePicture, clean_picture
from quizzes.content.pictures import MAX_ALTERNATIVE, MAX_CREDIT
from quizzes.content.tables import Table
from quizzes.formatting import up_to
from quizzes.forms.editor.base import DraftForm

_MEGABYTES = MAX_UPLOAD_BYTES // 1024**2


class PictureForm(DraftForm):
    """A picture with its alternative text and credit. cleaned: the file encoded again, None to keep the stored one."""

    not_saved = (*DraftForm.not_saved, "file")

    file = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=format_lazy(
            gettext_lazy("PNG, JPEG, or WebP, up to {size} MB. Camera data, such as the place, is removed."),
            size=_MEGABYTES,
        ),
        error_messages={
            "required": gettext_lazy("Choose a picture."),
            "empty": gettext_lazy("This file is empty."),
            "max_length": gettext_lazy("Use a shorter file name."),
        },
        max_length=200,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    alternative = forms.CharField(
        label=gettext_lazy("What the picture shows"),
        max_length=MAX_ALTERNATIVE,
        help_text=gettext_lazy("Screen readers read it aloud. Students who can’t see the picture need it to answer."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": gettext_lazy("Say what the picture shows."),
            "max_length": up_to(MAX_ALTERNATIVE),
        },
    )
    credit = forms.CharField(
        label=gettext_lazy("Credit and license"),
        max_length=MAX_CREDIT,
        help_text=gettext_lazy("Shown below the picture, such as “Photo: City of Philadelphia, public domain”."),
        error_messages={
            "required": gettext_lazy("Say who made the picture, and why you may use it."),
            "max_length": up_to(MAX_CREDIT),
        },
    )

    def __init__(self, data: Mapping[str, Any] | None = None, files: Any = None, *, stored: Table | None) -> None:
        """stored: the picture in the draft, None without one."""
        super().__init__(data, files, initial=stored or {})
        self.stored = stored
        self.cleaned: PictureFile | None = None
        if stored is not None:
            self.fields["file"].required = False
            self.fields["file"].label = gettext("Another picture (optional)")

    def clean_file(self) -> Any:
        """The upload; `cleaned` has it encoded again."""
        upload = self.cleaned_data["file"]
        if upload:
            try:
                self.cleaned = clean_picture(upload.read(MAX_UPLOAD_BYTES + 1))
            except UnusablePicture as reason:
                raise forms.ValidationError(str(reason)) from reason
        return upload

    def clean(self) -> dict[str, Any]:
        """Say that the page with an error has lost the file, which no page can fill in."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            self.ask_again()
        return cleaned

    def ask_again(self) -> None:
        """Ask for the file again, if one was sent."""
        if self.cleaned is not None:
            self.add_error("file", gettext("Choose the picture again."))

    @property
    def picture(self) -> Table:
        """The picture as a draft stores it. The form is valid."""
        shape = self.stored or {}
        if self.cleaned is not None:
            shape = {"digest": self.cleaned.digest, "width": self.cleaned.width, "height": self.cleaned.height}
        texts = {name: " ".join(self.cleaned_data[name].split()) for name in ("alternative", "credit")}
        return {**shape, **texts}
