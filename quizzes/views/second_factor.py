"""The second step of sign-in, where allauth's own view does not fit."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as allauth_views
from allauth.mfa.base.views import IndexView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from quizzes.views.access import own_zone
from quizzes.views.cookies import with_device


def authenticate(request: HttpRequest) -> HttpResponse:
    """allauth's second step. A launch of a learning platform comes without the browser's id and leads here."""
    view = allauth_views.authenticate
    return view(request) if request.method == "GET" else with_device(request, view)


class Steps(IndexView):
    """The second steps of the account."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Also the time zone of the teacher, for the dates of passkeys."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "zone": own_zone(self.request)}


class ConfirmWithPasskey(ReauthenticateWebAuthnView):
    """Confirm with a passkey that it is the teacher who changes the second step."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """The same page, with the message; allauth would lead to the sign-in page."""
        messages.error(self.request, get_adapter().error_messages["incorrect_code"])
        return redirect(self.request.get_full_path())


steps = Steps.as_view()
confirm_with_passkey = ConfirmWithPasskey.as_view()
