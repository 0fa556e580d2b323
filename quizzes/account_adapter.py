from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """A teacher's account comes from an invitation; there is no open sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """True only where this session has accepted an invitation."""
        return "invitation_id" in request.session
