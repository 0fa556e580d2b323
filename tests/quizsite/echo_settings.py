"""The site's settings with short limits in time, for `serve`."""

from quizsite.settings import *  # noqa: F403

REQUEST_SILENT_SECONDS = 1.0
REQUEST_SECONDS = 2.5
REPLY_SILENT_SECONDS = 3.0
REQUEST_PENDING_BYTES = 200_000
WSGI_APPLICATION = "tests.quizsite.echo.application"
