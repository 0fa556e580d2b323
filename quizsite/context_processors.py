"""What every template knows of the site."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """is_demo: whether the site shows a sample school, which every page then says."""
    return {"is_demo": settings.DEMO}
