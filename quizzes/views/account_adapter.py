"""How django-allauth creates and signs in teacher accounts on this site."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from quizzes.forms.accounts import too_many_passwords
from quizzes.models import User
from quizzes.people import accounts
from quizzes.people.student_sessions import end_student_session
from quizzes.people.teacher_sessions import (
    SESSION_ID,
    end_other_sessions,
    end_teacher_session,
    start_teacher_session,
)
from quizzes.people.teacher_sign_in import PasswordLocked, begin_try, end_try, remember_user_device
from quizzes.views.access import client_address, device_of


class AccountAdapter(DefaultAccountAdapter):
    """A teacher's account comes from an invitation; there is no open sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That email and password don’t match.",
        "email_taken": "This email already has an account. Sign in instead.",
        "enter_current_password": "That’s not your current password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this session has accepted an invitation."""
        return "invitation_id" in request.session

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Create the account and use the invitation, in one transaction."""
        # Unsaved, so that the slow hash is computed before the transaction takes its lock.
        made: User = super().save_user(request, user, form, commit=False)
        made.name = form.cleaned_data["name"]
        try:
            with transaction.atomic():
                made.save()
                accounts.use_invitation(request.session["invitation_id"], made, now=timezone.now())
        except accounts.InvitationVoid as error:
            del request.session["invitation_id"]
            raise ImmediateHttpResponse(render(request, "public/invitation_void.html", status=404)) from error
        except IntegrityError as error:
            # The same form, sent twice at the same time.
            messages.info(request, "This email already has an account. Sign in instead.")
            raise ImmediateHttpResponse(redirect("account_login")) from error
        del request.session["invitation_id"]
        return made

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The account with this email and password. allauth's own limits would lock out others; see the settings."""
        now, device = timezone.now(), device_of(request)
        try:
            begun = begin_try(credentials["email"], address=client_address(request), device=device, now=now)
        except PasswordLocked as error:
            raise ValidationError(too_many_passwords(error.refusal, now=now)) from error
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            end_try(begun, device=device)
        return user

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in and set the session's age, here because invitations and links also sign in."""
        super().login(request, user)
        # On a shared computer, sign out the previous student.
        end_student_session(request.session)
        now = timezone.now()
        agent = request.headers.get("User-Agent", "")
        start_teacher_session(request.session, user, user_agent=agent, now=now)
        remember_user_device(user, device=device_of(request), address=client_address(request), now=now)

    def logout(self, request: HttpRequest) -> None:
        """Sign out, and take the session off the list."""
        end_teacher_session(request.session)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Set a new password, which ends all other sessions."""
        super().set_password(user, password)
        end_other_sessions(user, keep=context.request.session.get(SESSION_ID))

    def is_safe_url(self, url: str | None) -> bool:
        """Whether a redirect to the URL is safe. False for a malformed URL."""
        try:
            safe: bool = super().is_safe_url(url)
        except ValueError:
            return False
        return safe

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """The account page, which shows the success message."""
        return reverse("account")
