"""How forms render a required field."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates

# Other widgets have no role that may have `aria-required`.
TYPED = {"text", "email", "password", "number", "search", "tel", "url"}
# These say nothing: optional fields have “(optional)” in their labels.
SILENT = {"file", "date", "datetime-local"}


class RequiredField(BoundField):
    """A field that says only to screen readers that it is required.

    For an empty field with the attribute `required`, Firefox says “invalid entry” before anything is entered.
    """

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """The attributes of the widget."""
        attrs = super().build_widget_attrs(attrs, widget)
        shown = widget or self.field.widget
        kind = getattr(shown, "input_type", "")
        if kind in SILENT:
            attrs.pop("required", None)
        has_role = kind in TYPED or isinstance(shown, (forms.Textarea, forms.Select))
        if has_role and attrs.pop("required", False):
            attrs["aria-required"] = "true"
        return attrs


class FormRenderer(DjangoTemplates):
    """Django's own renderer, with this kind of field."""

    bound_field_class = RequiredField
