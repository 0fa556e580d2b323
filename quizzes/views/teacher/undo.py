"""Notices with a button on the next page, which undoes the act or does the next one."""

import json

from django.contrib import messages

from quizzes.formatting import Label
from quizzes.views.access import TeacherRequest


def offer_undo(request: TeacherRequest, text: Label, address: str, **fields: str) -> None:
    """Show a notice with “Undo” on the next page. address, fields: where the button posts what."""
    messages.success(request, text, extra_tags=json.dumps([address, fields]))


def offer_act(request: TeacherRequest, text: Label, button: str, address: str, **fields: str) -> None:
    """Show a warning with this button on the next page. address, fields: where the button posts what."""
    messages.warning(request, text, extra_tags=json.dumps([address, fields, button]))
