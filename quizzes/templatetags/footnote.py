"""The filters of quizzes/formatting.py for templates."""

from django import template

from quizzes import formatting

register = template.Library()

for _format in (
    formatting.moment,
    formatting.when,
    formatting.day,
    formatting.clock,
    formatting.points,
    formatting.percent,
    formatting.bar_width,
    formatting.duration,
    formatting.in_words,
):
    register.filter(_format.__name__, _format)


@register.filter
def lookup[K, V](table: dict[K, V], key: K) -> V | None:
    """table[key], None when it has none."""
    return table.get(key)
