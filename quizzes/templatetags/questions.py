"""The heading of a question page and the list of all questions. A template takes 10 times as long for them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy

from quizzes.caches import process_cache
from quizzes.content.question_types.registry import TYPES
from quizzes.content.question_types.results import RowNote
from quizzes.content.reading import Reading, Sentence, Speaker
from quizzes.reports.attempt_review import ReviewedQuestion

register = template.Library()

SHOWN = format_html(' aria-current="{}"', "page")
DONE, ANSWERED, PARTLY, FLAGGED = (format_html(" data-{}", name) for name in ("done", "answered", "partly", "flagged"))


@register.simple_tag
def date_line(reading: Reading) -> str:
    """The line above an old story that says when it was news; "" for a story of the last two months."""
    return reading.date_line if reading.citation.is_old(today=timezone.now().date()) else ""


@register.filter
def by_speaker(sentences: Iterable[Sentence]) -> list[tuple[Speaker, list[Sentence]]]:
    """Each speaker of these sentences once, in the order of the reading, with the sentences of this speaker."""
    found: defaultdict[Speaker, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        found[sentence.speaker].append(sentence)
    return list(found.items())


class Place(Protocol):
    """One question of the list, in the attempt's order."""

    @property
    def is_answered(self) -> bool: ...
    @property
    def is_complete(self) -> bool: ...
    @property
    def is_flagged(self) -> bool: ...


VERDICTS = {
    "right": pgettext_lazy("a verdict", "correct"),
    "wrong": pgettext_lazy("a verdict", "not correct"),
    "partly": pgettext_lazy("a verdict", "partly correct"),
    "ungraded": pgettext_lazy("a verdict", "not graded yet"),
    "dropped": pgettext_lazy("a verdict", "doesn’t count"),
    "unanswered": pgettext_lazy("a verdict", "not answered"),
}
# No teacher grades them.
VERDICTS_OF_PREVIEWS = {**VERDICTS, "ungraded": pgettext_lazy("a verdict", "not graded")}


@register.simple_tag
def question_heading(
    number: int,
    question_count: int,
    item: ReviewedQuestion | None,
    view: Mapping[str, Any] | None,
    place: object = None,
) -> str:
    """“Question 2 of 10”, with the task if it is done in the reading; with a verdict “Question 2: correct”.

    place: set in previews and practice.
    """
    if item:
        verdicts = VERDICTS_OF_PREVIEWS if place else VERDICTS
        return gettext("Question {number}: {verdict}").format(number=number, verdict=verdicts[item.verdict])
    if not view or not TYPES[view["type"]].is_answered_in_reading:
        return gettext("Question {number} of {count}").format(number=number, count=question_count)
    if view["has_two_steps"]:
        text = gettext("Question {number} of {count}: answer, then choose the evidence")
    else:
        text = gettext("Question {number} of {count}: choose the evidence")
    return text.format(number=number, count=question_count)


@register.simple_tag
def sentence_text(sentence: Sentence) -> SafeString | str:
    """The text of a sentence. Each explained word is a button that shows its note."""
    if not sentence.parts:
        return sentence.text
    return format_html_join(
        "",
        "{}",
        (
            (part.text if part.word is None else format_html(_WORD, part.word.slug, part.text),)
            for part in sentence.parts
        ),
    )


_WORD = '<button type="button" class="word" popovertarget="word-{}">{}</button>'


# What each line of a review is: to the student, and to a teacher who reads the same review.
ROW_NOTES = {
    RowNote.ANSWER: (gettext_lazy("Your answer"), gettext_lazy("Student’s answer")),
    RowNote.CORRECT_ANSWER: (gettext_lazy("Your answer, correct"), gettext_lazy("Student’s answer, correct")),
    RowNote.CLOSE_ANSWER: (
        gettext_lazy("Your answer: close, but not accepted"),
        gettext_lazy("Student’s answer: close, but not accepted"),
    ),
    RowNote.ANSWERED: (gettext_lazy("You answered:"), gettext_lazy("Student answered:")),
    RowNote.CHOSE: (gettext_lazy("You chose:"), gettext_lazy("Student chose:")),
    RowNote.NOT_ANSWERED: (gettext_lazy("Not answered"),) * 2,
    RowNote.KEY: (gettext_lazy("Correct answer"),) * 2,
    RowNote.SAMPLE: (gettext_lazy("Sample answer"),) * 2,
}


@register.filter
def to_student(note: RowNote) -> str:
    """The note of a line of a review, in words for the student."""
    return str(ROW_NOTES[note][0])


@register.filter
def to_teacher(note: RowNote) -> str:
    """The note of a line of a review, in words for a teacher."""
    return str(ROW_NOTES[note][1])


@register.filter
def period_after(text: str) -> str:
    """The end of a sentence that a text of a teacher ends: a period, or "" if it has an end of its own, as “U.S.”."""
    return "" if str(text).rstrip("”’\"')").endswith((".", "?", "!", "…")) else "."


@register.simple_tag
def jump_links(places: Sequence[Place], number: int) -> SafeString:
    """A link for each question, with its state in words. number: of the question shown, from 1."""
    return _links(
        get_language(), number, tuple((place.is_answered, place.is_complete, place.is_flagged) for place in places)
    )


# Most students answer in order, so that few different lists occur.
@process_cache(maxsize=2048)
def _links(language: str | None, shown: int, states: tuple[tuple[bool, bool, bool], ...]) -> SafeString:
    return format_html_join(
        "",
        '<a href="../{}/#question"{}{}{}{}>{}<span class="vh">, {}</span></a>',
        (
            (
                number,
                SHOWN if number == shown else DONE if is_complete else "",
                ANSWERED if is_answered else "",
                PARTLY if is_answered and not is_complete else "",
                FLAGGED if is_flagged else "",
                number,
                _with_flag(
                    gettext("this question") if number == shown else _state(is_answered, is_complete), is_flagged
                ),
            )
            for number, (is_answered, is_complete, is_flagged) in enumerate(states, start=1)
        ),
    )


@register.filter
def state_in_words(place: Place) -> str:
    """“partly answered, flagged”: what a screen reader says of a link to this question."""
    return _with_flag(_state(place.is_answered, place.is_complete), place.is_flagged)


def _state(is_answered: bool, is_complete: bool) -> str:
    if is_complete:
        return gettext("answered")
    return gettext("partly answered") if is_answered else gettext("not answered")


def _with_flag(state: str, is_flagged: bool) -> str:
    return gettext("{}, flagged").format(state) if is_flagged else state
