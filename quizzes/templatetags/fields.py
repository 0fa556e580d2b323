"""Form controls with the markup of the design. `parts/field.html` adds label, hint and error."""

from typing import Any, cast

from django import template
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.boundfield import BoundField, BoundWidget
from django.template import Context, Engine
from django.utils.safestring import SafeString

from quizzes.content.question_types.form import PartForm, SentencesField

register = template.Library()


@register.simple_tag
def control(field: BoundField, big: bool = False, hint: str = "") -> SafeString:
    """The field's widget with its class and the ids of its error and hint. The first field with an error has focus.

    hint: the id of a hint that is not the field's own.
    """
    widget = field.field.widget
    own = ["mk"] if field.widget_type == "checkbox" else ["in", "big"] if big else ["in"]
    attrs = {**_attributes(field), "class": " ".join([*own, *widget.attrs.get("class", "").split()])}
    described = [widget.attrs.get("aria-describedby", ""), *_described_by(field), hint]
    if any(described):
        attrs["aria-describedby"] = " ".join(filter(None, described))
    return field.as_widget(attrs=attrs)


@register.simple_block_tag(takes_context=True)
def draft_form(context: Context, content: SafeString, *, saves_itself: bool, css_class: str = "") -> SafeString:
    """The form of a draft around this content. saves_itself: whether htmx sends it after each change of a field."""
    form = Engine.get_default().get_template("teacher/editor/draft_form.html")
    with context.push(content=content, saves_itself=saves_itself, css_class=css_class):
        return form.render(context)


@register.filter
def options(field: BoundField) -> list[BoundWidget]:
    """The radio buttons or check boxes of a closed list, each with `tag` and `choice_label`."""
    attrs = {**_attributes(field), "id": field.auto_id, "class": "mk"}
    found = list(field.field.widget.subwidgets(field.html_name, field.value(), attrs=attrs))
    for later in found[1:]:
        later["attrs"].pop("autofocus", None)
    return [BoundWidget(field.field.widget, option, field.form.renderer) for option in found]


@register.filter
def sentence_chips(field: BoundField) -> list[tuple[str, int, bool]]:
    """(key, number, whether it is chosen) of each sentence that a field offers."""
    chosen = set(field.value() or ())
    keys = cast(SentencesField, field.field).sentence_keys
    return [(key, number, key in chosen) for number, key in enumerate(keys, start=1)]


@register.filter
def described_by(field: BoundField) -> str:
    """The ids of the field's error and hint, in reading order; "" without either."""
    return " ".join(_described_by(field))


def _described_by(field: BoundField) -> list[str]:
    error = f"{field.auto_id}-e" if field.errors else ""
    hint = f"{field.auto_id}-h" if field.help_text else ""
    return [name for name in (error, hint) if name]


def _attributes(field: BoundField) -> dict[str, Any]:
    if isinstance(field.form, PartForm) and field.form.leaves_focus:
        return {}
    faulty = [name for name in field.form.errors if name != NON_FIELD_ERRORS]
    return {"autofocus": True} if faulty and faulty[0] == field.name else {}
