"""The filters of quizzes/formatting.py for templates."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from quizzes import formatting
from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import status_label
from quizzes.caches import process_cache
from quizzes.models.reasons import logged_reason, shown_reason
from quizzes.phrases import quoted
from quizzes.reports.class_report import QuestionLine
from quizzes.templatetags.icons import icon

register = template.Library()

for _format in (
    formatting.moment,
    formatting.dated_moment,
    formatting.dated_day,
    formatting.zone_name,
    formatting.when,
    formatting.day,
    formatting.clock,
    formatting.points,
    formatting.percent,
    formatting.bar_width,
    formatting.duration,
    formatting.min_left,
    formatting.listed,
    formatting.either,
):
    register.filter(_format.__name__, _format)
register.filter("quoted", quoted)
register.filter("shown_reason", shown_reason)
register.filter("logged_reason", logged_reason)

HALF = 0.5
# The icon of each status, and the class of its tag. No other state has the same icon.
_STATUS_TAGS = {
    Status.EXCUSED: ("excused", "tag mid"),
    Status.IN_PROGRESS: ("in_progress", "tag"),
    Status.TIME_UP: ("time_up", "tag mid"),
    Status.SUBMITTED: ("turned_in", "tag"),
    Status.NOT_OPEN: ("lock", "tag mid"),
    Status.MISSING: ("missing", "tag bad"),
    Status.NOT_STARTED: ("not_started", "tag mid"),
}


@register.simple_tag
def status_tag(status: Status, opens_at: datetime | None = None, zone: ZoneInfo | None = None) -> SafeString:
    """A status with its icon. opens_at: of the assignment. zone: the classroom's, None for the current one."""
    return _status_tag(status, status_label(status, opens_at, zone))


# The label of a quiz that is not open holds a date, so the number of labels has a limit.
@process_cache(maxsize=256)
def _status_tag(status: Status, label: str) -> SafeString:
    name, css_class = _STATUS_TAGS[status]
    return format_html('<span class="{}">{} {}</span>', css_class, icon(name), label)


@register.filter
def lookup[K, V](table: dict[K, V], key: K) -> V | None:
    """The value of a key; None if the table does not have it."""
    return table.get(key)


@register.filter
def has_long_word(name: str) -> bool:
    """Whether a word of a name is wider than the column of names on a phone, and the whole fits a line of its own."""
    return len(name) <= 40 and any(_width(word) > 9 for word in name.replace("-", " ").split())


def _width(word: str) -> float:
    """In letters. An m or a w is as wide as one and a half others: “Mohammed” is wider than “Elizabeth”."""
    return len(word) + sum(word.lower().count(letter) for letter in "mw") / 2


@register.filter
def for_plural(value: Fraction) -> int:
    """A number for the plural form of a count that can be a fraction: 1 for 1, else 2."""
    return 1 if value == 1 else 2


@register.filter
def question_percent(share: float | None) -> str:
    """“40%”. A share under half that would read as “50%” has a decimal, “49.7%”: pages list questions under 50%."""
    if share is not None and HALF - 0.005 <= share < HALF:
        return f"{floor(share * 1000) / 10}%"
    return formatting.percent(share)


@register.filter
def question_numbers(lines: Sequence[QuestionLine]) -> str:
    """The numbers of these questions: “2, 14, and 10”."""
    return formatting.listed([str(line.report.number) for line in lines])


@register.filter
def question_shares(lines: Sequence[QuestionLine]) -> str:
    """The numbers of these questions, each with its share of points: “2 (40%) and 14 (45%)”."""
    return formatting.listed([f"{line.report.number} ({question_percent(line.points_share)})" for line in lines])
