"""A teacher's account, and invitations."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from quizzes.forms.accounts import OwnNameForm
from quizzes.people import accounts, teacher_sessions
from quizzes.views.access import TeacherRequest

# The session key of the link that the next page shows once. The database has only a digest of its token.
INVITATION_LINK = "invitation_link"


@require_http_methods(["GET", "POST"])
def account(request: TeacherRequest) -> HttpResponse:
    """The teacher's name, password, invitations and sign-out."""
    form = OwnNameForm(
        request.POST if request.method == "POST" else None,
        initial={"name": request.user.name},
    )
    if form.is_valid():
        accounts.change_name(request.user, **form.cleaned_data)
        messages.success(request, "Saved. Students read your new name from now on.")
        return redirect("account")
    context = {
        "form": form,
        "invitation_link": request.session.pop(INVITATION_LINK, ""),
        "invitation_days": accounts.INVITATION_LIFETIME.days,
        "invitations": accounts.open_invitations(request.user, now=timezone.now()),
        "sends_mail": bool(settings.MAILER),
        "sessions": teacher_sessions.open_sessions(request.user, now=timezone.now()),
        "this_session": request.session.get(teacher_sessions.SESSION_ID),
    }
    return render(request, "teacher/account.html", context)


@require_POST
def invite(request: TeacherRequest) -> HttpResponse:
    """Create an invitation link for another teacher, and show it once."""
    try:
        token = accounts.invite(by=request.user, now=timezone.now())
    except accounts.TooManyInvitations:
        limit = accounts.OPEN_INVITATIONS
        messages.error(request, f"You have {limit} open invitations. Cancel one, or wait until one is used.")
    else:
        request.session[INVITATION_LINK] = request.build_absolute_uri(reverse("accept_invitation", args=[token]))
    return redirect("account")


@require_POST
def cancel_invitation(request: TeacherRequest, number: int) -> HttpResponse:
    """Cancel one of this teacher's open invitations. Other numbers change nothing."""
    accounts.cancel_invitation(number, by=request.user)
    messages.success(request, "Invitation canceled. Its link doesn’t work anymore.")
    return redirect("account")


@require_POST
def sign_out_everywhere(request: TeacherRequest) -> HttpResponse:
    """End all sessions of this teacher, this one included."""
    teacher_sessions.end_all_sessions(request.user)
    logout(request)
    messages.success(request, "You’re signed out on all devices.")
    return redirect("account_login")
