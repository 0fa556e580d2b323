"""How django-allauth creates and signs in teacher accounts on this site."""

import logging
from collections.abc import Callable
from threading import Thread
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context, ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy, override

from quizzes.forms.accounts import LINK_GOOD_UNTIL, too_many_codes, too_many_passwords
from quizzes.models import FailedTry, TeacherSession, User
from quizzes.people import accounts
from quizzes.people.student_sessions import end_student_session
from quizzes.people.teacher_sessions import (
    SESSION_ID,
    browser_name,
    end_other_sessions,
    end_teacher_session,
    start_teacher_session,
)
from quizzes.people.teacher_sign_in import (
    PasswordLocked,
    clear_tries,
    count_try,
    is_new_device,
    remember_user_device,
)
from quizzes.views.cookies import accepted_invitation, device_of, forget_invitation
from quizzes.views.request_meta import client_address

logger = logging.getLogger(__name__)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    # Also an error of smtplib or of the mail itself. Its text can hold an address.
    except Exception as error:
        logger.error(
            "The mail server did not take a mail: %s. Check EMAIL_URL and FOOTNOTE_MAIL_FROM.", type(error).__name__
        )


class AccountAdapter(DefaultAccountAdapter):
    """A teacher's account comes from an invitation; there is no open sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("That email and password don’t match."),
        "email_taken": gettext_lazy("This email already has an account. Sign in instead."),
        "enter_current_password": gettext_lazy("That’s not your current password."),
        "incorrect_password": gettext_lazy("This isn’t your password. Try again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that the limits of students count too. allauth's own reader fails on an unexpected header."""
        return client_address(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this browser has accepted an invitation."""
        return accepted_invitation(request) is not None

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Create the account and use the invitation, in one transaction."""
        # Unsaved, so that the slow hash is computed before the transaction takes its lock.
        made: User = super().save_user(request, user, form, commit=False)
        made.name = form.cleaned_data["name"]
        invitation_id = accepted_invitation(request) or 0
        try:
            with transaction.atomic():
                made.save()
                accounts.use_invitation(invitation_id, made, now=timezone.now())
        except accounts.InvitationVoid as error:
            forget_invitation(request)
            raise ImmediateHttpResponse(render(request, "public/invitation_void.html", status=404)) from error
        except IntegrityError as error:
            # The same form, sent twice at the same time.
            messages.info(request, self.error_messages["email_taken"])
            raise ImmediateHttpResponse(redirect("account_login")) from error
        forget_invitation(request)
        return made

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The account with this email and password. allauth's own limits would lock out others; see the settings."""
        counted = self._count(request, credentials["email"], too_many_passwords)
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is None:
            logger.info("A password was wrong.", extra={"request": request})
        else:
            clear_tries(counted, device=device_of(request))
        return user

    def count_code(self, user: User) -> FailedTry:
        """Count a code of the second step as wrong until `accept_code`. The limits are those of passwords."""
        return self._count(context.request, user.email, too_many_codes, step="code ")

    def accept_code(self, counted: FailedTry) -> None:
        """The code was right."""
        clear_tries(counted, device=device_of(context.request))

    def _count(self, request: HttpRequest, email: str, refused: Callable[..., str], *, step: str = "") -> FailedTry:
        now = timezone.now()
        try:
            return count_try(email, address=client_address(request), device=device_of(request), now=now, step=step)
        except PasswordLocked as error:
            limit = error.refusal.limit.value
            logger.warning("A sign-in was refused: too many wrong tries (%s).", limit, extra={"request": request})
            raise ValidationError(refused(error.refusal, now=now)) from error

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The ways to confirm before a change of the second step, in plain words."""
        words = {"mfa_reauthenticate": gettext("Use a code"), "mfa_reauthenticate:webauthn": gettext("Use a passkey")}
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [{**method, "description": words.get(method["id"], gettext("Use your password"))} for method in methods]

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether this is the account's password. Counts as a sign-in for the limits."""
        return self.authenticate(context.request, email=user.email, password=password) == user

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in and set the session's age, here because invitations and links also sign in."""
        # A launch comes from the page of a learning platform, so that the browser sends no id: each one would be new.
        has_device = request.path != reverse("lti_launch")
        # Before the sign-in, which is recorded as the last one.
        must_tell = has_device and bool(settings.MAILER) and is_new_device(user, device=device_of(request))
        super().login(request, user)
        # On a shared computer, sign out the previous student.
        end_student_session(request.session)
        now = timezone.now()
        agent = request.headers.get("User-Agent", "")
        start_teacher_session(request.session, user, user_agent=agent, now=now)
        if has_device:
            remember_user_device(user, device=device_of(request), address=client_address(request), now=now)
        logger.info("A teacher signed in.", extra={"request": request})
        if must_tell:
            self._tell_of_new_device(request, user, TeacherSession(browser=browser_name(agent)))

    def _tell_of_new_device(self, request: HttpRequest, user: User, session: TeacherSession) -> None:
        """Mail the teacher that someone signed in with a new device, at most 5 times an hour."""
        if ratelimit.consume(request, action="new_device", key=user.email):
            # Whoever signed in may have chosen another language.
            with override(user.language or get_language()):
                address = request.build_absolute_uri(reverse("account_reset_password"))
                details = {"browser": session.shown_browser, "password_reset_url": address}
                self.send_mail("account/email/new_device", user.email, details)

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        """Sign out whoever is signed in here: the page of the second step would send them to their home page."""
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        if response is None and request.user.is_authenticated:
            self.logout(request)
        return response

    def post_login(
        self, request: HttpRequest, user: User, *, signal_kwargs: dict[str, Any] | None, **kwargs: Any
    ) -> HttpResponse:
        """Lead on. After a sign-in link, a new password does not need the old one for a while."""
        if signal_kwargs and signal_kwargs.get("by_link"):
            request.session[LINK_GOOD_UNTIL] = timezone.now().timestamp() + settings.PASSWORD_RESET_TIMEOUT
            messages.info(
                request, gettext("You’re signed in. This link won’t work again. Set a password under your name.")
            )
        response: HttpResponse = super().post_login(request, user, signal_kwargs=signal_kwargs, **kwargs)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail after the reply.

        A mail server that hangs or fails changes nothing on the page, which would tell that the email has an account.
        """
        request = self.request
        shown = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        sending = Thread(target=_send, args=[self.render_mail(template_prefix, email, shown)], name="mail")
        sending.start()
        if not settings.MAIL_IN_BACKGROUND:
            sending.join()

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """The first step of a new teacher: the page that creates a class."""
        return reverse("add_classroom")

    def logout(self, request: HttpRequest) -> None:
        """Sign out, and take the session off the list."""
        end_teacher_session(request.session)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Set a new password, which ends all other sessions. Changes no account that is closed by now."""
        user.set_password(password)
        # No other column: while the password was hashed, someone may have closed or deleted the account.
        User.objects.filter(pk=user.pk, is_active=True).update(password=user.password)
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
