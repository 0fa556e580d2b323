"""The settings under test, less what depends on the machine: three differences, each with its reason."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

# A developer's own `.env` and data must not sway the tests, nor the tests touch them.
os.environ["FOOTNOTE_ENV_FILE"] = os.devnull
os.environ["FOOTNOTE_DATA"] = str(PROJECT / ".pytest_cache" / "data")

from quizsite.settings import *  # noqa: E402, F403  # the environment above has to be set first

# Hashed names need collectstatic first, and live_server then answers 404 for them.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
