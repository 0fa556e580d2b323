"""The rows of a gradebook, 30 by 10 cells and more: written here, since a template takes five times as long for them.

Everything goes through `format_html`, so a name is escaped as in a template.
"""

from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from quizzes.caches import process_cache
from quizzes.formatting import percent, points
from quizzes.reports.attempt_review import ObjectiveScore
from quizzes.reports.gradebook import Cell, Row
from quizzes.templatetags.icons import icon

register = template.Library()

# The design sets a score below half in the brick of what is not correct.
HALF = Decimal("0.5")
_LEVELS = {"not_yet": (1, "Not yet"), "nearly": (2, "Nearly"), "secure": (3, "Secure")}

# Has the shape of a public id, and is none: it stands where an id goes in the one address that is looked up.
PLACEHOLDER_ID = "-" * 12

_LATE = format_html(' <span class="tag">{} Late</span>', icon("clock"))
_PAPER = format_html(' <span class="tag mid">{} On paper</span>', icon("page"))
_UNMARKED = format_html('<span class="tag mid">{} Not marked yet</span>', icon("person"))
_STARTED = format_html('<span class="tag">{} Started</span>', icon("partly"))
_WITHOUT_SCORE = {
    "missing": format_html('<td><span class="tag bad">{} Missing</span></td>', icon("wrong")),
    "excused": format_html('<td><span class="tag mid">{} Excused</span></td>', icon("page")),
    "not_due": format_html('<td><span class="vh">{}</span></td>', "Not due yet"),
    "untested": format_html('<td><span class="soft">{}</span></td>', "Dropped"),
}


@register.simple_tag
def gradebook_rows(rows: list[Row]) -> SafeString:
    """A table row a student: name, average, then a cell an assignment; each score leads to its attempt."""
    student = reverse("student_history", args=[PLACEHOLDER_ID]).split(PLACEHOLDER_ID)
    attempt = reverse("attempt_review", args=[PLACEHOLDER_ID]).split(PLACEHOLDER_ID)
    return format_html_join(
        "\n",
        '<tr><th scope="row"><a href="{}">{}</a></th><td class="r">{}</td>{}</tr>',
        (
            (
                row.student.public_id.join(student),
                row.student.display_name,
                _average(row.average_share),
                format_html("{}" * len(row.cells), *[_cell(cell, attempt) for cell in row.cells]),
            )
            for row in rows
        ),
    )


@register.simple_tag
def mastery_cells(scores: Sequence[ObjectiveScore | None]) -> SafeString:
    """A cell an objective: its level in a word, then points earned of points possible."""
    return format_html_join("", '<td data-l="{}">{}</td>', map(_mastery, scores))


def _mastery(score: ObjectiveScore | None) -> tuple[int, str]:
    if score is None:
        return 0, "Nothing yet"
    level, word = _LEVELS[score.level]
    return level, f"{word} {points(score.earned)} of {score.points}"


def _average(share: Decimal | None) -> SafeString:
    if share is None:
        return format_html('<span class="vh">{}</span>', "No score yet")
    return format_html("<b>{}</b>", percent(share))


def _cell(cell: Cell, attempt: list[str]) -> SafeString:
    if cell.attempt is None:
        return _WITHOUT_SCORE[cell.state]
    address = cell.attempt.public_id.join(attempt)
    if cell.score is None:
        return format_html('<td><a href="{}">{}</a></td>', address, _STARTED)
    share = cell.share
    is_low = share is not None and share < HALF
    written = _score(cell.score, is_low=is_low, is_late=cell.is_late, is_ungraded=cell.is_ungraded)
    return format_html('<td><a href="{}">{}{}</a></td>', address, written, _PAPER if cell.attempt.is_on_paper else "")


# A table has few different scores, and escaping is most of what a cell costs.
@process_cache(maxsize=1024)
def _score(score: Decimal, *, is_low: bool, is_late: bool, is_ungraded: bool) -> SafeString:
    late = _LATE if is_late else ""
    if is_ungraded:
        # A zero would read as a score.
        return format_html("{} {}{}", points(score), _UNMARKED, late) if score else format_html("{}{}", _UNMARKED, late)
    return format_html('<b class="bad">{}</b>{}' if is_low else "{}{}", points(score), late)
