"""A teacher's account, and invitations."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.files.teacher_data import export_teacher
from quizzes.formatting import isolated
from quizzes.forms.accounts import DeleteAccountForm, EmailForm, OwnNameForm
from quizzes.forms.erasure import CHANGED
from quizzes.models import User
from quizzes.people import accounts, erasure, sign_on, teacher_sessions
from quizzes.people.erased_counts import own_classrooms, preview_teacher
from quizzes.people.erased_rows import accounts_not_erased
from quizzes.people.second_factor import has_second_factor
from quizzes.views.access import TeacherRequest, own_zone
from quizzes.views.cookies import forget_files
from quizzes.views.methods import require_POST
from quizzes.views.teacher.downloads import file_response

# The session key of the link that the next page shows once. The database has only a digest of its token.
INVITATION_LINK = "invitation_link"
# The session key of the receipt of an account that this browser deleted.
DELETED_ACCOUNT = "deleted_account"


@require_http_methods(["GET", "POST"])
def account(request: TeacherRequest) -> HttpResponse:
    """The teacher's name, password, invitations and sign-out."""
    form = OwnNameForm(
        request.POST if request.method == "POST" else None,
        initial={"name": request.user.name},
    )
    if form.is_valid():
        accounts.change_name(request.user, **form.cleaned_data)
        messages.success(request, gettext("Saved. Students read your new name from now on."))
        return redirect("account")
    now = timezone.now()
    context = {
        "form": form,
        "invitation_link": request.session.pop(INVITATION_LINK, ""),
        "invitation_days": accounts.INVITATION_LIFETIME.days,
        "invitations": accounts.open_invitations(request.user, now=now),
        "has_second_factor": has_second_factor(request.user),
        "school_account": _school_account(request.user),
        "zone": own_zone(request),
        "sessions": teacher_sessions.open_sessions(request.user, now=now),
        "this_session": request.session.get(teacher_sessions.SESSION_ID),
    }
    return render(request, "teacher/account.html", context)


@require_POST
def remove_school_account(request: TeacherRequest) -> HttpResponse:
    """Sign in with the password alone from now on. Changes nothing for an account without one."""
    if request.user.has_usable_password() and sign_on.unlink(request.user, by=request.user, now=timezone.now()):
        messages.success(request, gettext("School account removed. Sign in with your email and password."))
    return redirect("account")


@require_http_methods(["GET", "POST"])
def change_email(request: TeacherRequest) -> HttpResponse:
    """Change the address that the teacher signs in with."""
    form = EmailForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        try:
            accounts.change_email(request.user, email=form.cleaned_data["email"], now=timezone.now())
        except accounts.EmailTaken:
            form.add_error("email", gettext("Another account has this email."))
        else:
            messages.success(request, gettext("Email changed. Sign in with it from now on."))
            return redirect("account")
    return render(request, "teacher/change_email.html", {"form": form})


@require_http_methods(["GET", "POST"])
def delete_account(request: TeacherRequest) -> HttpResponse:
    """Show what is deleted with the account, then delete it after the password."""
    user = request.user
    form = DeleteAccountForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        now = timezone.now()
        try:
            done = erasure.erase_teacher(user, now=now, seen=form.cleaned_data["seen"])
        except User.DoesNotExist:
            # The same form, sent twice at the same time.
            logout(request)
            return redirect("account_deleted")
        except erasure.ErasureChanged:
            form.add_error(None, CHANGED)
        else:
            # The row of this session is gone.
            logout(request)
            at = date_format(now, gettext("F j, Y, H:i"))
            request.session[DELETED_ACCOUNT] = {"receipt": done.receipt, "at": at}
            response = redirect("account_deleted")
            forget_files(response)
            return response
    if form.errors and not accounts_not_erased().filter(pk=user.pk).exists():
        # The same form, sent twice: the password was checked after the deletion.
        return redirect("account_deleted")
    context = {"form": form, "counts": preview_teacher(user), "classrooms": own_classrooms(user)}
    return render(request, "teacher/delete_account.html", context)


@login_not_required
@require_GET
def account_deleted(request: HttpRequest) -> HttpResponse:
    """The receipt of a deleted account, on the browser that deleted it."""
    deleted = request.session.get(DELETED_ACCOUNT)
    return render(request, "public/account_deleted.html", {"deleted": deleted}) if deleted else redirect("landing")


@require_POST
def download_account(request: TeacherRequest) -> HttpResponse:
    """All data about the teacher as a file."""
    return file_response(export_teacher(request.user, now=timezone.now()))


@require_POST
def invite(request: TeacherRequest) -> HttpResponse:
    """Create an invitation link for another teacher, and show it once."""
    try:
        token = accounts.invite(by=request.user, now=timezone.now())
    except accounts.TooManyInvitations:
        limit = accounts.OPEN_INVITATIONS
        messages.error(
            request,
            gettext("You have {limit} open invitations. Cancel one, or wait until one is used.").format(limit=limit),
        )
    else:
        request.session[INVITATION_LINK] = request.build_absolute_uri(reverse("accept_invitation", args=[token]))
    return redirect("account")


@require_POST
def cancel_invitation(request: TeacherRequest, number: int) -> HttpResponse:
    """Cancel one of this teacher's open invitations. Other numbers change nothing."""
    say_canceled(request, accounts.cancel_invitation(number, by=request.user))
    return redirect("account")


def say_canceled(request: TeacherRequest, used_by: User | None) -> None:
    """Say that an invitation is canceled, or who used it before."""
    if used_by is None:
        messages.success(request, gettext("Invitation canceled. Its link doesn’t work anymore."))
    else:
        text = gettext(
            "{name} used this invitation before you canceled it. The person who runs Footnote can close the account."
        )
        messages.warning(request, text.format(name=isolated(used_by.name)))


@require_POST
def sign_out_everywhere(request: TeacherRequest) -> HttpResponse:
    """End all sessions of this teacher, this one included."""
    teacher_sessions.end_all_sessions(request.user)
    logout(request)
    messages.success(request, gettext("You’re signed out on all devices."))
    response = redirect("account_login")
    forget_files(response)
    return response


def _school_account(user: User) -> str:
    """The name of the provider of the account's school account; "" for none, and for one that is no longer set up."""
    names = {provider.id: provider.name for provider in settings.SIGN_ON}
    return names.get(sign_on.linked_provider(user) or "", "") if names else ""
