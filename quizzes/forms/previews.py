"""The form of a preview attempt."""

from collections.abc import Mapping, Sequence

from django import forms


class PreviewForm(forms.Form):
    """An answer in a preview attempt.

    order: shuffle seed of the page. starts_again: delete earlier answers first. anyway: check an unfinished answer.
    """

    order = forms.RegexField(r"\A[0-9a-f]{32}\Z", strip=False)
    starts_again = forms.BooleanField(required=False)
    anyway = forms.BooleanField(required=False)

    @property
    def submitted(self) -> Mapping[str, Sequence[str]]:
        """All submitted fields; the question type reads its own."""
        return dict(self.data.lists())  # type: ignore[attr-defined]  # request.POST is a MultiValueDict
