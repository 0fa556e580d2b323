"""Writing tips: keep a wording for a reason, or show its tip again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from quizzes.content.drafts import saving_questions
from quizzes.content.drafts.validation import question_tips
from quizzes.forms.editor.publishing import PublishForm
from quizzes.forms.editor.wording import WordingForm
from quizzes.models import Draft
from quizzes.views.access import TeacherRequest
from quizzes.views.methods import require_POST
from quizzes.views.teacher.editor.access import actor_and_time, own_draft
from quizzes.views.teacher.editor.publishing import TIPS_FORM, publish_page


@require_POST
def keep_wording(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Store each reason that was typed on the page that publishes, or delete one."""
    draft = own_draft(request, public_id)
    tips = [
        (question["key"], tip)
        for question in draft.document["questions"]
        for tip in question_tips(draft.document, question)
    ]
    form = WordingForm(request.POST, tips=tips, form_id=TIPS_FORM)
    draft = save_reasons(request, draft, form)
    if form.is_refused:
        return publish_page(request, draft, PublishForm(), reasons=request.POST)
    return redirect("publish_set", public_id)


def save_reasons(request: TeacherRequest, draft: Draft, form: WordingForm) -> Draft:
    """Store these reasons, and say so."""
    for key, tip, because in form.reasons:
        draft = saving_questions.keep_wording(
            draft, key, hint=tip.tip.code, about=tip.tip.about, because=because, **actor_and_time(request)
        )
        messages.success(request, gettext("Kept.") if because else gettext("The tip is back."))
    return draft
