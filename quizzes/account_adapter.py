from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """A teacher's account comes from an invitation; there is no open sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """True only where this session has accepted an invitation."""
        return "invitation_id" in request.session

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, for a span counted from now; the sign-in form alone would leave out the other ways in."""
        super().login(request, user)
        request.session.set_expiry(settings.ACCOUNT_SESSION_COOKIE_AGE)
