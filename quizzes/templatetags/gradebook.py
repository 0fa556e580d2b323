"""The rows of a gradebook, 30 by 10 cells and more: written here, since a template takes five times as long for them.

Everything goes through `format_html`, so a name is escaped as in a template.
"""

from collections.abc import Iterator
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from quizzes.results import Cell, Row
from quizzes.templatetags.footnote import percent, points
from quizzes.templatetags.icons import icon

register = template.Library()

# The design sets a score below half in the brick of what is not correct.
HALF = Decimal("0.5")

# Has the shape of a public id, and is none: it stands where an id goes in the one address that is looked up.
_STAND_IN = "-" * 12

_LATE = format_html(' <span class="tag">{} Late</span>', icon("clock"))
_STARTED = format_html('<span class="tag">{} Started</span>', icon("partly"))
_WITHOUT_SCORE = {
    "missing": format_html('<td><span class="tag bad">{} Missing</span></td>', icon("wrong")),
    "excused": format_html('<td><span class="tag mid">{} Excused</span></td>', icon("page")),
    "not_due": format_html('<td><span class="vh">{}</span></td>', "Not due yet"),
    "untested": format_html('<td><span class="vh">{}</span></td>', "Not asked"),
}


@register.simple_tag
def gradebook_rows(rows: list[Row]) -> SafeString:
    """A table row a student: name, average, then a cell an assignment; each score leads to its attempt."""
    student = reverse("student_history", args=[_STAND_IN]).split(_STAND_IN)
    attempt = reverse("attempt_review", args=[_STAND_IN]).split(_STAND_IN)
    return format_html_join(
        "\n",
        '<tr><th scope="row"><a href="{}">{}</a></th><td class="r">{}</td>{}</tr>',
        (
            (
                row.student.public_id.join(student),
                row.student.display_name,
                _average(row.average_share),
                format_html_join("", "{}", _cells(row, attempt)),
            )
            for row in rows
        ),
    )


def _average(share: Decimal | None) -> SafeString:
    if share is None:
        return format_html('<span class="vh">{}</span>', "No score yet")
    return format_html("<b>{}</b>", percent(share))


def _cells(row: Row, attempt: list[str]) -> Iterator[tuple[SafeString]]:
    for cell in row.cells:
        yield (_cell(cell, attempt),)


def _cell(cell: Cell, attempt: list[str]) -> SafeString:
    if cell.attempt is None:
        return _WITHOUT_SCORE[cell.state]
    address = cell.attempt.public_id.join(attempt)
    if cell.score is None:
        return format_html('<td><a href="{}">{}</a></td>', address, _STARTED)
    is_low = cell.share is not None and cell.share < HALF
    written = '<td><a href="{}"><b class="bad">{}</b>{}</a></td>' if is_low else '<td><a href="{}">{}{}</a></td>'
    return format_html(written, address, points(cell.score), _LATE if cell.is_late else "")
