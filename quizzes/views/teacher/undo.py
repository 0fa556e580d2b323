"""Notices that can be undone on the next page."""

import json

from django.contrib import messages

from quizzes.formatting import Label
from quizzes.views.access import TeacherRequest


def offer_undo(request: TeacherRequest, text: Label, address: str, **fields: str) -> None:
    """Show a notice with “Undo” on the next page. address, fields: where the button posts what."""
    messages.success(request, text, extra_tags=json.dumps([address, fields]))
