"""Share a question set with another teacher or with all teachers of the site."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from quizzes.content import sharing
from quizzes.formatting import isolated
from quizzes.forms.classrooms import AllTeachersForm, ColleagueForm
from quizzes.models import QuestionSet
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST


@require_http_methods(["GET", "POST"])
def share_set(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Who may use and copy an own set, and a form that shares it."""
    question_set = _own_set(request, public_id)
    is_for_all = request.method == "POST" and AllTeachersForm(request.POST).is_valid()
    form = ColleagueForm(request.POST if request.method == "POST" and not is_for_all else None)
    if is_for_all or form.is_valid():
        user = None if is_for_all else form.cleaned_data["email"]
        if user == request.user:
            form.add_error("email", gettext("This is you. Enter another teacher’s email."))
        else:
            sharing.share_set(question_set, with_user=user, by=request.user, now=timezone.now())
            text = gettext("Shared with all teachers") if user is None else gettext("Shared with {name}")
            messages.success(request, text if user is None else text.format(name=isolated(user.name)))
            return redirect("share_set", question_set.public_id)
    shares = question_set.shares.select_related("user").order_by("pk")
    context = {"question_set": question_set, "form": form, "shares": shares}
    return render(request, "teacher/share_set.html", context)


@require_POST
def stop_sharing(request: TeacherRequest, public_id: str, number: int) -> HttpResponse:
    """End one share of an own set."""
    question_set = _own_set(request, public_id)
    share = sharing.stop_sharing(question_set, number, by=request.user, now=timezone.now())
    if question_set.shares.filter(user=None).exists():
        messages.warning(request, gettext("All teachers of this site can still use this question set."))
    elif share is None:
        messages.success(request, gettext("No longer shared. Quizzes and copies that teachers made stay."))
    elif share.user is None:
        text = gettext("No longer shared with all teachers. Quizzes and copies that teachers made stay.")
        messages.success(request, text)
    else:
        text = gettext("{name} can no longer use this question set. Quizzes and copies that teachers made stay.")
        messages.success(request, text.format(name=isolated(share.user.name)))
    return redirect("share_set", question_set.public_id)


def _own_set(request: TeacherRequest, public_id: str) -> QuestionSet:
    own = QuestionSet.objects.owned_by(request.user).current().published()
    return get_object_or_404(own, public_id=public_id)
