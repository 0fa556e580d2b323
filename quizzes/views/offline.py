"""What a browser needs to open the site from an icon, and to say so when there is no connection."""

import json
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

_WORKER = Path(__file__).resolve().parents[1] / "static" / "offline_worker.js"
# What the page without a connection loads. Each file has its version in its name.
_FILES = (
    "footnote.css",
    "fonts/source-serif-4-latin-400-normal.woff2",
    "fonts/public-sans-latin-wght-normal.woff2",
)


@login_not_required
@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """Name, icon and start page for “Add to home screen”."""
    icon = {"src": static("icon.svg"), "type": "image/svg+xml", "sizes": "any"}
    document = {
        "name": "Footnote",
        "short_name": "Footnote",
        "id": reverse("student_home"),
        "start_url": reverse("student_home"),
        "scope": "/",
        "display": "standalone",
        "lang": get_language(),
        "background_color": "#f6f1e6",
        "theme_color": "#0f4d90",
        "icons": [icon],
    }
    return JsonResponse(document, content_type="application/manifest+json")


@login_not_required
@require_GET
def offline_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the addresses that it keeps. It covers what is below its own address."""
    files = json.dumps([reverse("offline"), *(static(name) for name in _FILES)])
    source = _WORKER.read_text(encoding="utf-8")
    return HttpResponse(f"self.FILES = {files};\n{source}", content_type="text/javascript")


@login_not_required
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """The page that a browser keeps for when there is no connection. It names no one, and nothing of the site."""
    return render(request, "public/offline.html")
