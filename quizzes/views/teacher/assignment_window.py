"""Open, close, and pause a quiz, give more time, show scores or answers: one click each, and an undo of the close."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from quizzes.assignments import lifecycle
from quizzes.assignments.affected import classes_to_come, ended_count, working_counts
from quizzes.assignments.board import unopened_count
from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.lifecycle import window_state
from quizzes.assignments.release import all_see_answers, needs_close, scores_can_show_first
from quizzes.attempts.lifecycle import UndoneClose, undo_close_now
from quizzes.formatting import Label, duration, listed, moment
from quizzes.forms.assignment_window import WindowActForm, WindowPageForm
from quizzes.forms.board import WindowForm
from quizzes.grading.queue import queued_counts
from quizzes.models import Assignment, User
from quizzes.reports.start_class import counts_before_release
from quizzes.views.access import TeacherRequest, taught_assignment
from quizzes.views.methods import require_POST
from quizzes.views.teacher.assignments import OUT_OF_DATE, start_again_warning
from quizzes.views.teacher.confirm import confirm_page
from quizzes.views.teacher.undo import offer_undo

# The session key of what “Undo” after “Close now” restores: the quiz, and its `_times` after the close and before it.
LAST_CLOSE = "last_close"
TEN_MINUTES = timedelta(minutes=10)
MUST_CLOSE_FIRST = gettext_lazy("Students can still start another attempt. Close the quiz first.")


@require_POST
def change_window(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Open or close now, pause or resume, give 10 more minutes, or show scores or answers: one click each."""
    assignment, now = taught_assignment(request, public_id), timezone.now()
    form = WindowActForm(request.POST)
    if not form.is_valid():
        return _refused(request, assignment, OUT_OF_DATE)
    act, page = form.cleaned_data["act"], form.cleaned_data["page"]
    if form.must_ask and window_state(assignment, now=now).is_open:
        return _confirm_close(request, assignment, page=page, now=now)
    match act:
        case WindowActForm.OPEN | WindowActForm.MORE_TIME if assignment.classroom.archived_at is not None:
            return _refused(request, assignment, gettext("This class is archived, so students can’t sign in."))
        case WindowActForm.OPEN:
            # The page that opens next shows that it is open.
            lifecycle.open_now(assignment, by=request.user, now=now)
        case WindowActForm.CLOSE:
            _close(request, assignment, page=page, now=now)
        case WindowActForm.PAUSE:
            if lifecycle.pause(assignment, by=request.user, now=now).paused_at is not None:
                messages.success(request, _paused_words(assignment))
            else:
                messages.error(request, gettext("This quiz isn’t open, so you can’t pause it."))
        case WindowActForm.RESUME:
            lifecycle.resume(assignment, by=request.user, now=now)
            messages.success(request, gettext("Resumed. No one lost time."))
        case WindowActForm.MORE_TIME:
            seen = {name: form.cleaned_data[name] for name in ("seen_close", "seen_limit")}
            _give_more_time(request, assignment, **seen, now=now)
        case WindowActForm.RELEASE:
            if confirm := _release(request, assignment, is_sure=form.cleaned_data["is_sure"], now=now):
                return confirm
        case WindowActForm.SHOW_SCORES:
            _show_scores(request, assignment, now=now)
        case WindowActForm.HIDE_SCORES:
            _hide_scores(request, assignment, now=now)
    if assignment.is_teacher_paced and act == WindowActForm.OPEN:
        page = "class_board"
    # The window of a class board keeps its language.
    query = WindowForm(request.GET).query()
    return redirect(f"{reverse(page or 'assignment_progress', args=[assignment.public_id])}{query}")


def _refused(request: TeacherRequest, assignment: Assignment, message: Label) -> HttpResponse:
    messages.error(request, message)
    return redirect("assignment_progress", assignment.public_id)


@require_POST
def undo_close(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Take “Close now” back for the whole class, also for quizzes that were turned in since."""
    assignment, now = taught_assignment(request, public_id), timezone.now()
    form = WindowPageForm(request.POST)
    page = form.cleaned_data["page"] if form.is_valid() else ""
    undone = _undo_close(request, assignment, now=now)
    if undone is None:
        messages.error(request, OUT_OF_DATE)
        return redirect(page or "assignment_progress", public_id)
    text = ngettext(
        "Reopened. {count} student can keep working.", "Reopened. {count} students can keep working.", undone.working
    ).format(count=undone.working)
    if undone.reopened and assignment.release != Assignment.Release.NEVER:
        seen = ngettext(
            "The student may have seen the answers.", "Some of them may have seen the answers.", undone.working
        )
        text = f"{text} {seen}"
    elif undone.reopened and assignment.shows_scores:
        seen = ngettext(
            "The student may have seen their score.", "Some of them may have seen their score.", undone.working
        )
        text = f"{text} {seen}"
    if not undone.working and window_state(assignment, now=now) is WindowState.CLOSED:
        # The restored close has passed in the meantime.
        text = gettext("Saved.")
    messages.success(request, text)
    if undone.still_submitted:
        messages.warning(
            request,
            ngettext(
                "{count} attempt stays turned in, because its time ran out.",
                "{count} attempts stay turned in, because their time ran out.",
                undone.still_submitted,
            ).format(count=undone.still_submitted),
        )
    return redirect(page or "assignment_progress", public_id)


def button_context(request: TeacherRequest, assignment: Assignment, *, now: datetime) -> dict[str, Any]:
    """What `parts/window_actions.html` needs besides the assignment."""
    state = window_state(assignment, now=now)
    is_waiting = not all_see_answers(assignment, now=now)
    has_more = is_waiting and lifecycle.has_more_attempts(assignment, now=now)
    can_show = is_waiting and not has_more
    has_scores = scores_can_show_first(assignment)
    return {
        "is_open": state.is_open,
        "window_state": state.value,
        "can_show_scores": can_show and has_scores and not assignment.shows_scores,
        "can_hide_scores": is_waiting and has_scores and assignment.shows_scores,
        "can_release": can_show,
        "must_close_first": has_more and state.is_open,
        # The notice with its “Undo” is there once.
        "can_undo_close": _can_undo_close(request, assignment),
    }


@transaction.atomic
def _undo_close(request: TeacherRequest, assignment: Assignment, *, now: datetime) -> UndoneClose | None:
    """Undo the close; None, and no change, if the page is out of date."""
    # Another teacher may have changed the quiz since this request read it.
    lifecycle.lock_settings(assignment)
    if not _can_undo_close(request, assignment):
        return None
    # Only now: until then, it may be about another quiz, which can still be undone.
    _, _, before = request.session.pop(LAST_CLOSE)
    due_at, closes_at = (datetime.fromisoformat(time) if time else None for time in before)
    return undo_close_now(assignment, due_at=due_at, closes_at=closes_at, by=request.user, now=now)


def _can_undo_close(request: TeacherRequest, assignment: Assignment) -> bool:
    """Whether the assignment has the times of the close that this teacher made last in this browser.

    Not if the answers show after an end that it did not have before.
    """
    public_id, after, (_, closed_before) = request.session.get(LAST_CLOSE, ("", [], (None, None)))
    is_unchanged = public_id == assignment.public_id and after == _times(assignment)
    return is_unchanged and (closed_before is not None or not needs_close(assignment))


def _times(assignment: Assignment) -> list[str | None]:
    """The due time and the close, as the session has them."""
    return [time.isoformat() if time else None for time in (assignment.due_at, assignment.closes_at)]


def _paused_words(assignment: Assignment) -> str:
    """What a pause did: it stops a clock only where the quiz has a time limit or a closing time."""
    if assignment.time_limit is None and assignment.closes_at is None:
        return gettext("Paused. Students’ screens hide the questions within 20 seconds. Answers until then count.")
    return gettext("Paused. The clock has stopped for everyone.")


def _close(request: TeacherRequest, assignment: Assignment, *, page: str, now: datetime) -> None:
    """Close a quiz, and offer to take it back. page: as in `WindowPageForm`."""
    try:
        with transaction.atomic():
            lifecycle.lock_settings(assignment)
            # First, because resuming moves the times that “Undo” restores.
            lifecycle.resume(assignment, by=request.user, now=now)
            before = _times(assignment)
            was_open = window_state(assignment, now=now).is_open
            closed = lifecycle.close_now(assignment, by=request.user, now=now)
    except lifecycle.NotOpen:
        messages.error(request, gettext("This quiz isn’t open yet. Change its opening time instead."))
        return
    if assignment.attempts.open().exists():
        text = gettext("Closed. Quizzes in progress are turned in within 2 minutes.")
    else:
        text = gettext("Closed. No student was working on it.")
    if was_open:
        request.session[LAST_CLOSE] = [assignment.public_id, _times(closed), before]
        offer_undo(request, text, reverse("undo_close", args=[assignment.public_id]), page=page)
    else:
        messages.success(request, text)


def _give_more_time(
    request: TeacherRequest,
    assignment: Assignment,
    *,
    seen_close: datetime | None,
    seen_limit: timedelta | None,
    now: datetime,
) -> None:
    """Give the class 10 more minutes, and say who had turned in by then."""
    was_closed, closed_at = window_state(assignment, now=now) is WindowState.CLOSED, assignment.closes_at
    before = assignment.time_limit
    lifecycle.give_more_time(
        assignment, more_time=TEN_MINUTES, seen_close=seen_close, seen_limit=seen_limit, by=request.user, now=now
    )
    is_limited = lifecycle.is_time_limited(assignment, now=now) and not was_closed
    if assignment.closes_at is None and not is_limited:
        # Another teacher removed the closing time since the page was opened.
        messages.error(request, OUT_OF_DATE)
        return
    texts = []
    if is_limited and assignment.time_limit != before:
        texts.append(gettext("The time limit is 10 minutes longer. Students with extra time get more."))
    elif is_limited:
        # Another click has given them.
        texts.append(gettext("Time limit: {time_limit}.").format(time_limit=duration(assignment.time_limit)))
    if assignment.closes_at is not None:
        texts.append(gettext("Closes {time}.").format(time=moment(assignment.closes_at, assignment.classroom.zone)))
    # Before the close, only a time limit ends an attempt.
    ended = ended_count(assignment, closed_at=closed_at if was_closed and closed_at else assignment.created_at)
    if ended and (was_closed or is_limited):
        messages.warning(request, " ".join([*texts, _ended_already(ended) if was_closed else _timed_out(ended)]))
    else:
        messages.success(request, " ".join(texts))


def _confirm_close(request: TeacherRequest, assignment: Assignment, *, page: str, now: datetime) -> HttpResponse:
    """The page that asks before a quiz closes. page: as in `WindowPageForm`."""
    count, continuing = working_counts(assignment, now=now)
    effect = ngettext(
        "{count} student is still working. Saved answers are turned in, and the student can’t continue.",
        "{count} students are still working. Saved answers are turned in, and the students can’t continue.",
        count,
    ).format(count=count)
    effects = [effect] if count else []
    if count and (unopened := unopened_count(assignment)):
        effects.append(
            ngettext(
                "You haven’t opened {count} question. It counts as not answered, unless you drop it in a regrade.",
                "You haven’t opened {count} questions. They count as not answered, unless you drop them in a regrade.",
                unopened,
            ).format(count=unopened)
        )
    if continuing:
        effects.append(gettext("Students with an extension can continue."))
    return confirm_page(
        request,
        question=gettext("Close “{title}” now?").format(title=assignment.title),
        effect=" ".join(effects) or gettext("No student is working on it now."),
        verb=gettext("Close now"),
        keep=gettext("Keep it open"),
        place=assignment.classroom.name,
        back=reverse(page or "assignment_progress", args=[assignment.public_id]),
        fields=[("act", WindowActForm.CLOSE), ("page", page), ("is_sure", "on")],
    )


def _effects_of_release(assignment: Assignment, *, by: User, now: datetime) -> list[str]:
    """What a teacher learns before a release: who could use the answers for an attempt. Four queries."""
    effects = []
    to_do_count, again_count = counts_before_release(assignment, now=now)
    if to_do_count:
        effects.append(
            ngettext(
                "{count} student hasn’t turned it in yet and could hear the answers from others.",
                "{count} students haven’t turned it in yet and could hear the answers from others.",
                to_do_count,
            ).format(count=to_do_count)
        )
    effects += start_again_warning(again_count)
    not_closed, with_extension = classes_to_come(assignment, by=by, now=now)
    if not_closed:
        effects.append(gettext("It isn’t closed in {classes}.").format(classes=listed(not_closed)))
    if with_extension:
        text = gettext("It isn’t closed for students with an extension in {classes}.")
        effects.append(text.format(classes=listed(with_extension)))
    return effects


def _release(request: TeacherRequest, assignment: Assignment, *, is_sure: bool, now: datetime) -> HttpResponse | None:
    """Release the answers; before they show to students who could still use them, a page that asks."""
    # If more attempts can start, the release is refused, so there is nothing to confirm.
    is_asked = not is_sure and not lifecycle.has_more_attempts(assignment, now=now)
    if is_asked and (effects := _effects_of_release(assignment, by=request.user, now=now)):
        return confirm_page(
            request,
            question=gettext("Release the answers of “{title}” now?").format(title=assignment.title),
            effect=" ".join(effects) + _ungraded(assignment),
            verb=gettext("Release answers now"),
            keep=gettext("Not now"),
            place=assignment.classroom.name,
            back=reverse("assignment_progress", args=[assignment.public_id]),
            fields=[("act", WindowActForm.RELEASE), ("is_sure", "on")],
        )
    try:
        lifecycle.release_now(assignment, by=request.user, now=now)
    except lifecycle.StillMoreAttempts:
        messages.error(request, MUST_CLOSE_FIRST)
    else:
        text = gettext("Answers released. Students who turned in can see them.")
        messages.success(request, text + _ungraded(assignment))
    return None


def _show_scores(request: TeacherRequest, assignment: Assignment, *, now: datetime) -> None:
    """Show the scores before the answers."""
    if _refuses_scores(request, assignment, now=now):
        return
    try:
        lifecycle.show_scores(assignment, by=request.user, now=now)
    except lifecycle.StillMoreAttempts:
        messages.error(request, MUST_CLOSE_FIRST)
    else:
        text = gettext("Scores shown. Students see their score after their last attempt, without the answers.")
        messages.success(request, text + _ungraded(assignment))


def _hide_scores(request: TeacherRequest, assignment: Assignment, *, now: datetime) -> None:
    """Show scores with the answers again."""
    if not _refuses_scores(request, assignment, now=now):
        lifecycle.hide_scores(assignment, by=request.user, now=now)
        messages.success(request, gettext("Scores are no longer shown before the answers."))


def _refuses_scores(request: TeacherRequest, assignment: Assignment, *, now: datetime) -> bool:
    """Whether scores can't show before the answers, or all students see the answers by now. If so, it says that."""
    if scores_can_show_first(assignment) and not all_see_answers(assignment, now=now):
        return False
    messages.error(request, gettext("Nothing changed. Students see their score with the answers."))
    return True


def _ungraded(assignment: Assignment) -> str:
    """How many answers of a shown score need grading, after a space; "" for none. Three queries."""
    count = queued_counts([assignment])[assignment.pk]
    text = ngettext(
        "{count} answer still needs grading. Its score says “so far”.",
        "{count} answers still need grading. Their scores say “so far”.",
        count,
    ).format(count=count)
    return f" {text}" if count else ""


def _timed_out(count: int) -> str:
    """What a teacher must know of attempts that the time limit turned in before it got longer."""
    return ngettext(
        "{count} attempt stays turned in, because its time ran out. To let the student continue, open the attempt from "
        "Progress and choose Reopen.",
        "{count} attempts stay turned in, because their time ran out. To let a student continue, open the attempt from "
        "Progress and choose Reopen.",
        count,
    ).format(count=count)


def _ended_already(count: int) -> str:
    """What a teacher must know of attempts that the close turned in, once the quiz is open again."""
    return ngettext(
        "{count} attempt was turned in at the close and stays turned in. To let the student continue, open the attempt "
        "from Progress and choose Reopen. The student may have seen the answers.",
        "{count} attempts were turned in at the close and stay turned in. To let a student continue, open the attempt "
        "from Progress and choose Reopen. The student may have seen the answers.",
        count,
    ).format(count=count)
