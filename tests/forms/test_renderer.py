"""How forms render a required field."""

import re

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from quizzes.forms.editor.base import DraftForm


class Example(forms.Form):
    """One field of each kind of widget."""

    typed = forms.CharField()
    optional = forms.CharField(required=False)
    long = forms.CharField(widget=forms.Textarea)
    listed = forms.ChoiceField(choices=[("", "Choose"), ("a", "A")])
    chosen = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    file = forms.FileField()
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))


class Draft(DraftForm):
    """A form of the editor, whose fields also show what is stored."""

    typed = forms.CharField()


def test_field_with_a_role_is_required_for_screen_readers_only() -> None:
    form = Example()
    tags = {name: re.findall(r"<(?:input|textarea|select)[^>]*>", str(form[name]))[0] for name in form.fields}
    shown = {name: re.findall(r' (aria-required="true"|required)(?=[ >])', tag) for name, tag in tags.items()}
    assert shown == {
        "typed": ['aria-required="true"'],
        "optional": [],
        "long": ['aria-required="true"'],
        "listed": ['aria-required="true"'],
        "chosen": ["required"],
        "file": [],
        "day": [],
    }


def test_field_of_the_editor_is_required_for_screen_readers_only() -> None:
    tag = str(Draft()["typed"])
    assert re.findall(r' (aria-required="true"|required)(?=[ >])', tag) == ['aria-required="true"']


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["join", "account_login"])
def test_first_pages_have_no_field_that_firefox_calls_invalid(name: str, client: Client) -> None:
    page = client.get(reverse(name)).content.decode()
    assert 'aria-required="true"' in page
    assert re.findall(r"<(?:input|textarea|select)[^>]* required[ >]", page) == []
