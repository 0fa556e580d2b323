"""An answer in a preview attempt."""

from collections.abc import Mapping, Sequence

from django import forms


class TrialForm(forms.Form):
    """An answer given in a trial. order: of the choices on that page. anew: forget what was answered before."""

    order = forms.RegexField(r"\A[0-9a-f]{32}\Z", strip=False)
    anew = forms.BooleanField(required=False)

    @property
    def submitted(self) -> Mapping[str, Sequence[str]]:
        """All fields of the page; the question's type knows which are its own."""
        return dict(self.data.lists())  # type: ignore[attr-defined]  # request.POST is a MultiValueDict


class TrialResultForm(forms.Form):
    """What a visitor may ask for on the result page: to start again."""
