"""The context of a question page: the question or its verdict, the reading, and links to other questions."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from quizzes.assignments.deadlines import COUNTDOWN, has_countdown, minutes_left, whole_minutes
from quizzes.assignments.release import is_checked_at_once
from quizzes.attempts.access import LoadedAttempt
from quizzes.attempts.attempt_content import AttemptContent, CurrentAnswer
from quizzes.attempts.breaks import allowance
from quizzes.caches import process_cache
from quizzes.content.editions import published
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import public_view, type_of
from quizzes.content.reading import LEVELS, STANDARD, Reading
from quizzes.formatting import upcoming
from quizzes.grading.scores import adjustments_of_answer
from quizzes.reports.attempt_review import review_question
from quizzes.reports.live_etag import content_etag
from quizzes.views.language import other_languages

# A reader of Spanish should find it by its own name. The button for the language of the page says “Español”.
STUDENT_LEVELS = {**LEVELS, "es": "Lectura en español"}

# Defaults of the template's variables. A missing variable costs 6 times as much as one that is present.
EMPTY_CONTEXT: Mapping[str, object] = {
    "item": None,
    "is_dropped": False,
    "marked": (),
    "view": None,
    "asked_count": None,
    "has_too_many": False,
    "is_picker": False,
    "places": (),
    "is_stale": False,
    "typed": "",
    "needs_answer": False,
    "unfinished": "",
    "is_revealed": False,
    "reading_foot": "",
    "levels": (),
    "lacks_level": False,
}


@dataclass(frozen=True, slots=True)
class Place:
    """One question of the jump list. number: its position in the attempt, from 1. missing: parts without an answer.

    is_answered: whether a value is stored, also one with missing parts.
    """

    number: int
    is_answered: bool
    is_flagged: bool
    missing: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every part has an answer."""
        return self.is_answered and not self.missing


def places_of(attempt: LoadedAttempt) -> list[Place]:
    """One entry for each question, in the attempt's order."""
    content, answers, places = attempt.content, attempt.answers, []
    for number, question in enumerate(content.questions, start=1):
        answer = answers.get(content.question_id(question))
        if answer is None:
            places.append(Place(number, is_answered=False, is_flagged=False))
            continue
        # A checked answer cannot change, so nothing is missing.
        missing = content.missing_parts(question, answer.value) if answer.checked_at is None else ()
        places.append(Place(number, answer.value is not None, answer.flagged, missing))
    return places


def other_amounts(attempt: LoadedAttempt) -> list[tuple[int, str]]:
    """(number, how much it has) of each answer with another amount than its question asks for."""
    content, found = attempt.content, []
    for number, question in enumerate(content.questions, start=1):
        answer = attempt.answers.get(content.question_id(question))
        # A checked answer needs no more work, as in `places_of`.
        if answer is None or answer.value is None or answer.checked_at is not None:
            continue
        if amount := question.other_amount(answer.value):
            found.append((number, amount))
    return found


def question_context(attempt: LoadedAttempt, number: int, *, now: datetime) -> dict[str, Any]:
    """The context of `student/take_attempt.html`; no query, 1 for a verdict. attempt: with answers."""
    places, published_edition = places_of(attempt), attempt.content.published
    form = form_context(attempt, number)
    reading = attempt.content.reading_of(attempt.content.questions[number - 1])
    levels = levels_of(attempt, reading)
    shown = published_edition.edition_id, reading.variant, get_language(), reading.citation.is_old(today=now.date())
    return form | {
        "attempt": attempt,
        "student": attempt.student,
        "supports": attempt.supports,
        "reading": reading,
        "plain_reading": plain_reading(*shown),
        "reading_foot": reading_foot(*shown) if form["is_picker"] else "",
        "levels": levels,
        "lacks_level": any(key == attempt.content.variant and not is_shown for key, _, is_shown in levels),
        # The script shows the next question next to the same reading.
        "is_ahead": len(places) > 1 and not form["checks_at_once"] and _has_one_reading(attempt.content),
        "answered_count": sum(place.is_complete for place in places),
        "places": places,
        "is_answered": places[number - 1].is_answered,
        **time_context(attempt, now=now),
    }


def pace_tag(attempt: LoadedAttempt, *, now: datetime) -> str:
    """The ETag of where a teacher-paced class is, of a pause, of a break, and of a close that ends the break.

    A close is news to a page without a clock only: the clock of a page turns the attempt in.
    """
    has_end = attempt.deadline_at is not None
    return content_etag(attempt.pace, attempt.is_open, has_end, attempt.is_paused, attempt.stands_still(now=now))


def time_context(attempt: LoadedAttempt, *, now: datetime) -> dict[str, Any]:
    """The context of the page's clock. closing: the closing time in words instead of a countdown, else "".

    countdown_from: how many seconds before the close the countdown takes its place.
    """
    return {
        "countdown_from": int(COUNTDOWN.total_seconds()),
        "minutes_left": minutes_left(at=now, deadline_at=attempt.deadline_at),
        "seconds_left": seconds_until(attempt.deadline_at, now=now),
        "closing": closing_words(attempt, now=now),
    }


def closing_words(attempt: LoadedAttempt, *, now: datetime) -> str:
    """“Closes Fri, 4:00 pm”; "" without a close, under a time limit, and in the last hour."""
    deadline_at = attempt.deadline_at
    if deadline_at is None or has_countdown(at=now, deadline_at=deadline_at, has_time_limit=attempt.has_time_limit):
        return ""
    return gettext("Closes {moment}").format(moment=upcoming(deadline_at, now))


def form_context(attempt: LoadedAttempt, number: int) -> dict[str, Any]:
    """The context of the partial `question` of that template; no query, 1 for a verdict.

    It has the key (`item`) only if the student has checked this question.
    """
    content = attempt.content
    question, question_count = content.questions[number - 1], len(content.questions)
    answer = attempt.answers.get(content.question_id(question))
    checks_at_once = is_checked_at_once(attempt.release)
    is_settled = answer is not None and answer.checked_at is not None
    context = {
        **EMPTY_CONTEXT,
        "number": number,
        "language": content.published.document.language,
        "other_languages": other_languages(get_language()),
        "reading_language": content.reading_of(question).language,
        "question_count": question_count,
        "worth": question.points,
        "is_dropped": content.question_id(question) in attempt.dropped,
        "citation": content.published.document.reading.citation,
        "answer": answer,
        "revision": answer.revision if answer is not None else 0,
        "is_flagged": answer is not None and answer.flagged,
        "is_settled": is_settled,
        "is_last": number == question_count,
        "previous_link": "" if number == 1 else f"../{number - 1}/",
        "next_link": "../review/" if number == question_count else f"../{number + 1}/",
        "checks_at_once": checks_at_once,
        "break_left": _break_minutes_left(attempt) if attempt.supports.break_minutes else 0,
        "operation": uuid.uuid4(),
    }
    own = _verdict if is_settled and checks_at_once else _question
    return context | own(attempt, question, answer)


def _break_minutes_left(attempt: LoadedAttempt) -> int:
    """How long breaks may still stop the clock, in whole minutes, rounded up; 0 without a time limit."""
    return whole_minutes(attempt.breaks.left(allowance(attempt.supports))) if attempt.has_time_limit else 0


def _verdict(attempt: LoadedAttempt, question: Question, answer: CurrentAnswer | None) -> dict[str, Any]:
    content = attempt.content
    # A reopened attempt may have answers that a teacher has graded.
    question_id = content.question_id(question)
    adjusted = adjustments_of_answer(attempt.id, question_id, edition_id=attempt.edition_id, key=question.key)
    item = review_question(content, question, answer, adjusted)
    return {"item": item, "marked": [sentence.key for sentence in item.evidence]}


def _question(attempt: LoadedAttempt, question: Question, answer: CurrentAnswer | None) -> dict[str, Any]:
    content, asked = attempt.content, question.asked_count
    value = answer.value if answer else None
    return {
        "view": public_view(question, content.shuffle, value, content.reading_of(question)),
        "asked_count": asked,
        "has_too_many": asked is not None and question.chosen_count(value) > asked,
        "question_template": type_of(question).template("page"),
        "is_picker": type_of(question).is_answered_in_reading,
    }


def levels_of(attempt: LoadedAttempt, shown: Reading) -> list[tuple[str, str, bool]]:
    """(key, name for students, whether it is shown) of each level that the student may choose; [] without a choice."""
    reading = attempt.content.published.document.reading
    if not attempt.reading_choice.may_choose or not reading.variants:
        return []
    offered = (STANDARD, *(variant.variant for variant in reading.variants))
    return [(key, gettext(STUDENT_LEVELS[key]), key == shown.variant) for key in offered]


def _has_one_reading(content: AttemptContent) -> bool:
    """Whether every question has the same reading."""
    whole = content.whole_reading
    return whole is content.published.document.reading.in_variant(content.variant)


@process_cache(maxsize=256)
def plain_reading(edition_id: int, variant: str, language: str | None, _is_old: bool) -> SafeString:
    """The HTML of an edition's reading without marks, on a page in the active language.

    Cached: it is the same for every student and half of the work. _is_old: of its story, which changes a line.
    """
    reading = published(edition_id).document.in_language(language).reading.in_variant(variant)
    return render_to_string("parts/reading.html", {"reading": reading, "marked": ()})


@process_cache(maxsize=256)
def reading_foot(edition_id: int, variant: str, language: str | None, _is_old: bool) -> SafeString:
    """The HTML of an edition's words to know and of its source, for a question that is answered in the reading.

    Cached like `plain_reading`, by the same arguments.
    """
    reading = published(edition_id).document.in_language(language).reading.in_variant(variant)
    return render_to_string("parts/reading_foot.html", {"reading": reading})


def next_url(attempt: LoadedAttempt, number: int) -> str:
    """The URL after this question: the next question, or the review after the last one."""
    if number == len(attempt.content.questions):
        return reverse("review_attempt", args=[attempt.public_id])
    return part_url("question", attempt, number + 1)


def seconds_until(deadline_at: datetime | None, *, now: datetime) -> int | None:
    """Whole seconds until the deadline, at least 0; None without one."""
    return None if deadline_at is None else max(0, int((deadline_at - now).total_seconds()))


def part_url(part: str, attempt: LoadedAttempt, number: int) -> str:
    """The URL of a part of the question's page. Without scripts, a phone has the whole reading above the question."""
    return f"{reverse('take_attempt', args=[attempt.public_id, number])}#{part}"


def redirect_to_part(part: str, attempt: LoadedAttempt, number: int) -> HttpResponse:
    """Lead to the part of the question's page that has the pressed button, so that the student continues there."""
    return redirect(part_url(part, attempt, number))
