"""Sign-in for teachers besides allauth: invitations, sign-in links, and password reset without a mail server."""

from collections.abc import Callable
from functools import partial

from allauth.account import views as allauth_views
from allauth.account.utils import perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from quizzes.forms.accounts import SignUpForm
from quizzes.people import accounts
from quizzes.views.cookies import forget_files, keep_invitation, remember_invitation, with_device


@sensitive_variables("token")
@login_not_required
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites, and the sign-up form; with school accounts, a button that leads to it and to theirs.

    A GET stores nothing, because mail programs follow links.
    """
    try:
        invitation = accounts.find_invitation(token, now=timezone.now())
    except accounts.InvitationVoid:
        return render(request, "public/invitation_void.html", status=404)
    if request.method == "POST" and not request.user.is_authenticated:
        keep_invitation(request, invitation.pk)
        if not settings.SIGN_ON:
            return _with_invitation(request, allauth_views.signup)
        response: HttpResponse = redirect("account_signup")
        remember_invitation(request, response)
        return response
    context = {"invited_by": invitation.invited_by, "form": None if settings.SIGN_ON else SignUpForm()}
    return render(request, "public/accept_invitation.html", context)


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """allauth's sign-in. The browser's id identifies a device that signed in before."""
    return _with_providers(request, allauth_views.login)


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """allauth's sign-out."""
    response: HttpResponse = allauth_views.logout(request)
    if request.method == "POST":
        forget_files(response)
    return response


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """allauth's sign-up, for the person whose invitation this browser accepted."""
    if request.method == "POST":
        return _with_invitation(request, allauth_views.signup)
    return _with_providers(request, allauth_views.signup)


@sensitive_variables("token")
@login_not_required
@require_http_methods(["GET", "POST"])
def use_sign_in_link(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Sign in with a link that works once. A GET only shows the button, because mail programs follow links."""
    user = accounts.user_of_link(uid, token)
    if request.method == "GET" and user is not None:
        return render(request, "public/use_sign_in_link.html", {"entering": user})
    if user is None or not accounts.use_sign_in_link(user, now=timezone.now()):
        return render(request, "public/sign_in_link_void.html", status=404)
    # The link replaces the password, not the second step.
    login = partial(perform_login, user=user, redirect_url=reverse("teacher_home"), signal_kwargs={"by_link": True})
    return with_device(request, login)


@login_not_required
@require_http_methods(["GET", "POST"])
def reset_password(request: HttpRequest) -> HttpResponse:
    """Request a reset link by email. A site without email shows a page that says so."""
    if settings.MAILER:
        response: HttpResponse = allauth_views.password_reset(request)
        return response
    return render(request, "public/no_mail.html", {"command": settings.COMMAND})


def _with_providers(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The page with its forms that lead to providers of school accounts: a browser lets them lead only there."""
    if settings.SIGN_ON:
        view = csp_override({**settings.SECURE_CSP, "form-action": [CSP.SELF, *settings.SIGN_ON_ORIGINS]})(view)
    return view(request) if request.method == "GET" else with_device(request, view)


def _with_invitation(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The page, with a cookie for an invitation that is not used and not void."""
    try:
        response = _with_providers(request, view)
    except ImmediateHttpResponse as error:
        response = error.response
    remember_invitation(request, response)
    return response
