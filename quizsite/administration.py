"""The pages of the site's administrator: accounts, invitations, storage, backups, health. They show no student work."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from quizsite import health, storage
from quizzes.forms.search import AccountPageForm, AccountSearchForm
from quizzes.models import Invitation, User
from quizzes.people import accounts
from quizzes.people.class_people import classes_without_owner
from quizzes.reports.teacher_accounts import find_accounts, site_counts, teacher_accounts
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.request_meta import page_before
from quizzes.views.teacher.account import say_canceled

ACCOUNTS_ON_A_PAGE = 100
# What the checks of `/readyz` are about, in the words of a school.
LABELS = {
    "files": gettext_lazy("Data folder"),
    "read": gettext_lazy("Database"),
    "migrations": gettext_lazy("Version of the database"),
    "durability": gettext_lazy("Saved work is safe if the power fails"),
    "disk": gettext_lazy("Free space"),
    "clock": gettext_lazy("Clock"),
    "jobs": gettext_lazy("Background jobs"),
    "key": gettext_lazy("Secret key"),
    "integrity": gettext_lazy("Check of the database file"),
    "backup": gettext_lazy("Last backup"),
}

type AdministratorView[**P] = Callable[Concatenate[TeacherRequest, P], HttpResponse]


def administrator_required[**P](view: AdministratorView[P]) -> AdministratorView[P]:
    """Decorator: only for accounts with the role of site administrator."""

    @wraps(view)
    def wrapper(request: TeacherRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapper


@require_GET
@administrator_required
def administration(request: TeacherRequest) -> HttpResponse:
    """Health, storage, backups, accounts and open invitations."""
    checks = [
        {"is_ok": result.verdict == "ok", "label": LABELS[result.name], "found": result.found}
        for result in health.report(health.READING_CHECKS)
    ]
    form = AccountSearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(find_accounts(query), ACCOUNTS_ON_A_PAGE).get_page(AccountPageForm(request.GET).number)
    context = {
        # A late backup, too: it never makes `/readyz` red, but someone must look.
        "is_fit": all(check["is_ok"] for check in checks),
        "checks": checks,
        "database_size": storage.database_size(),
        "backups": storage.stored_backups(),
        "counts": site_counts(),
        "form": form,
        "query": query,
        "accounts": page,
        "invitations": Invitation.objects.open(now=timezone.now()).select_related("invited_by").order_by("-created_at"),
    }
    return render(request, "teacher/administration.html", context)


@require_POST
@administrator_required
def close_account(request: TeacherRequest, number: int) -> HttpResponse:
    """Close another account. Its classes stay."""
    user = _account(number)
    if user == request.user:
        messages.error(request, gettext("You can’t close your own account here. Delete it under your name."))
    else:
        accounts.close_account(user, by=request.user, now=timezone.now())
        messages.success(request, gettext("Account closed: {email}").format(email=user.email))
        if count := classes_without_owner(user).count():
            text = ngettext(
                "{count} class has no other owner. The person who runs Footnote can hand it over to a teacher.",
                "{count} classes have no other owner. The person who runs Footnote can hand them over to a teacher.",
                count,
            )
            messages.warning(request, text.format(count=count))
    return redirect(page_before(request) or "administration")


@require_POST
@administrator_required
def reopen_account(request: TeacherRequest, number: int) -> HttpResponse:
    """Let a closed account sign in again."""
    user = _account(number)
    accounts.reopen_account(user, by=request.user, now=timezone.now())
    messages.success(request, gettext("Account open again: {email}").format(email=user.email))
    return redirect(page_before(request) or "administration")


@require_POST
@administrator_required
def revoke_invitation(request: TeacherRequest, number: int) -> HttpResponse:
    """Cancel anyone's open invitation."""
    say_canceled(request, accounts.revoke_invitation(number))
    return redirect("administration")


def _account(number: int) -> User:
    user = teacher_accounts().filter(pk=number).first()
    if user is None:
        raise Http404
    return user
