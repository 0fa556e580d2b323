"""What a preview found in a file, as signed text in the form that confirms it. Nothing is stored before."""

from collections.abc import Mapping
from typing import Any

from django.core import signing

from quizzes.models import User

# In s. A preview that is older cannot be confirmed.
MAX_AGE = 24 * 3600


class StalePreview(Exception):
    """The preview is from another session or too old."""


def pack(content: Mapping[str, Any], *, purpose: str, by: User) -> str:
    """The content as signed text, good for this teacher and this purpose only. content: JSON values."""
    return signing.dumps({**content, "by": by.pk}, salt=purpose, compress=True)


def unpack(text: str, *, purpose: str, by: User) -> dict[str, Any]:
    """The content of `pack`; raises StalePreview."""
    try:
        content: dict[str, Any] = signing.loads(text, salt=purpose, max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise StalePreview from error
    if content["by"] != by.pk:
        raise StalePreview
    return content
