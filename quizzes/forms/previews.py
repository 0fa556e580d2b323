"""An answer in a preview attempt."""

from collections.abc import Mapping, Sequence

from django import forms


class PreviewForm(forms.Form):
    """An answer in a preview attempt. order: of the choices on that page. anew: delete earlier answers first."""

    order = forms.RegexField(r"\A[0-9a-f]{32}\Z", strip=False)
    anew = forms.BooleanField(required=False)

    @property
    def submitted(self) -> Mapping[str, Sequence[str]]:
        """All fields of the page; the question's type knows which are its own."""
        return dict(self.data.lists())  # type: ignore[attr-defined]  # request.POST is a MultiValueDict


class PreviewResultForm(forms.Form):
    """What a visitor may ask for on the result page: to start again."""
